/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of a Dockerfile: parser directives taken, comments left out, continuations joined, and each byte's place kept. Bodies of
 * heredocs are asked for by the parser, which alone knows where one may stand.
 */
#pragma once

#include "armor/error.h"
#include "armor/text.h"

/* From `offset` of a joined line on, its bytes come from `column` of `line` on. */
struct dockerfile_segment {
    size_t offset, line, column;
};

struct dockerfile_heredoc {
    struct armor_slice name;
    struct armor_slice content; /* of the source, with its line ends */
    size_t line;                /* of the content's first line */
    bool strip_tabs;            /* <<- */
    bool expand;                /* the name isn't quoted */
};

struct dockerfile_lexer {
    struct armor_slice text;
    size_t at;   /* start of the next line */
    size_t line; /* number of the line before it */
    char escape; /* `\`, or what the directive says */
    bool directives_over;
    unsigned seen; /* bits: which directives */

    struct armor_text joined;            /* the current line; no blanks at its ends */
    struct dockerfile_segment *segments; /* owned; of the current line */
    size_t segment_count, segment_room;
    struct armor_slice comments; /* the comment lines right before the current line, with line ends */
};

/* Returns -EBADMSG for NUL or invalid UTF-8. For dockerfile_lexer_done whatever is returned. */
ARMOR_CHECKED int dockerfile_lexer_init(struct dockerfile_lexer *lexer, struct armor_slice text,
                                        struct armor_error *err);

/* Read the next joined line that isn't empty. Returns 1, 0 at the end, negative. */
ARMOR_CHECKED int dockerfile_lexer_next(struct dockerfile_lexer *lexer, struct armor_error *err);

/* Read the body of HEREDOC, whose name and strip_tabs are set, from behind the current line. */
ARMOR_CHECKED int dockerfile_lexer_heredoc(struct dockerfile_lexer *lexer, struct dockerfile_heredoc *heredoc,
                                           struct armor_error *err);

void dockerfile_lexer_done(struct dockerfile_lexer *lexer);

/* Blank within a line; a carriage return counts. */
static inline bool dockerfile_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

/* Make room for one more element of SIZE bytes in *ARRAY. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int dockerfile_reserve(void **array, size_t size, size_t count, size_t *room);

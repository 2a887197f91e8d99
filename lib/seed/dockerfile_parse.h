/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A Dockerfile as its instructions: what stands in the text and where, nothing of what it means. Lines are joined by the lexer
 * (dockerfile_lex.h), cut into words here; variables are not replaced.
 */
#pragma once

#include "armor/error.h"
#include "seed/dockerfile_lex.h"

enum dockerfile_keyword {
    DOCKERFILE_ADD = 0,
    DOCKERFILE_ARG,
    DOCKERFILE_CMD,
    DOCKERFILE_COPY,
    DOCKERFILE_ENTRYPOINT,
    DOCKERFILE_ENV,
    DOCKERFILE_EXPOSE,
    DOCKERFILE_FROM,
    DOCKERFILE_HEALTHCHECK,
    DOCKERFILE_LABEL,
    DOCKERFILE_MAINTAINER,
    DOCKERFILE_RUN,
    DOCKERFILE_SHELL,
    DOCKERFILE_STOPSIGNAL,
    DOCKERFILE_USER,
    DOCKERFILE_VOLUME,
    DOCKERFILE_WORKDIR,
    DOCKERFILE_KEYWORD_COUNT,
};

/* Interned; `offset` is the byte of its instruction's line where it starts. */
struct dockerfile_word {
    const char *text;
    size_t offset;
};

struct dockerfile_instruction {
    enum dockerfile_keyword keyword;
    bool onbuild; /* ONBUILD before it: for images that are built on this one */
    bool json;    /* the arguments are the strings of a JSON array */
    bool legacy;  /* ENV and LABEL: "key value", without a `=` */
    size_t word;  /* index of the first of the flags, which the arguments follow */
    size_t flag_count;
    size_t argument_count; /* ENV and LABEL: keys and values in turn */
    size_t heredoc;        /* index of the first */
    size_t heredoc_count;
    const char *line; /* interned: the joined line */
    size_t segment;   /* index of the first: where parts of the line come from */
    size_t segment_count;
    struct armor_slice comments; /* the comment lines right before it */
};

struct dockerfile {
    struct dockerfile_instruction *instructions;
    size_t instruction_count, instruction_room; /* at most ARMOR_DOCKERFILE_INSTRUCTIONS_MAX */
    struct dockerfile_word *words;
    size_t word_count, word_room;
    struct dockerfile_heredoc *heredocs;
    size_t heredoc_count, heredoc_room;
    struct dockerfile_segment *segments;
    size_t segment_count, segment_room;
    struct armor_intern *text; /* of all words */
    char escape;
};

/* Parse TEXT, which must outlive the result. FILE is zeroed by the caller, and for dockerfile_done whatever is returned. */
ARMOR_CHECKED int dockerfile_parse(struct armor_slice text, struct dockerfile *file, struct armor_error *err);

/* Line and column of byte OFFSET of INSTRUCTION's line. */
void dockerfile_place(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
                      size_t offset, size_t *ret_line, size_t *ret_column);

/* As armor_error_at, at byte OFFSET of INSTRUCTION's line. */
int dockerfile_error(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
                     size_t offset, struct armor_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* "ADD" */
const char *dockerfile_keyword_name(enum dockerfile_keyword keyword);

static inline const struct dockerfile_word *dockerfile_flags(const struct dockerfile *file,
                                                             const struct dockerfile_instruction *instruction)
{
    return file->words + instruction->word;
}

static inline const struct dockerfile_word *dockerfile_arguments(
    const struct dockerfile *file, const struct dockerfile_instruction *instruction)
{
    return file->words + instruction->word + instruction->flag_count;
}

void dockerfile_done(struct dockerfile *file);

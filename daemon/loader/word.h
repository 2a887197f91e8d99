/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of one statement. See rule.h for why the form is as narrow as it is. */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

enum {
    /* Words in one statement; a dbus or mount rule with everything has 20. */
    LOADER_WORDS_MAX = 32,
};

enum loader_word_kind {
    LOADER_WORD_PLAIN,  /* capability, rw, ->, /etc/passwd, set= */
    LOADER_WORD_QUOTED, /* "/etc/a b"; the text is what's between the quotes, still escaped */
    LOADER_WORD_LIST,   /* (send, receive); the text is what's between the parentheses */
};

struct loader_word {
    enum loader_word_kind kind;
    struct armor_slice text; /* points into the line */
    size_t column;           /* byte in the line where the word begins, from 1 */
};

struct loader_words {
    struct loader_word items[LOADER_WORDS_MAX];
    size_t count;
    size_t end; /* byte of the line, from 0, after the comma that ends the statement */
};

/* "audit", "deny", "allow" and "owner" in front of a rule. */
bool loader_word_is_qualifier(const struct loader_word *word);

/* The first byte of a file rule's path: `/...`, `"/..."`, `@{...`. */
bool loader_word_is_path(const struct loader_word *word);

/*
 * Cut LINE (without newline), up to the comma that ends its statement, into words. Returns 0; -EBADMSG where
 * apparmor_parser might cut it differently, or the statement doesn't end; -E2BIG with more than LOADER_WORDS_MAX.
 */
ARMOR_CHECKED int loader_words_split(struct armor_slice line, size_t line_number,
                                     struct loader_words *ret_words, struct armor_error *err);

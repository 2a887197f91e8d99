/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simple commands of a POSIX shell's program: words with their quotes taken away, separated by ; & | && || and line ends, with
 * the reserved words of compound commands left out. What only the shell can tell (other variables, command substitution,
 * arithmetic) makes a word not known. Nothing is run, and a program that can't be read to its end gives what was read before.
 */
#pragma once

#include "armor/base.h"
#include "armor/text.h"

struct shell_word {
    size_t text;   /* byte of the parser's text where it begins; terminated there */
    size_t offset; /* byte of the program where it begins */
    bool known;    /* false: a part of it can't be told */
    bool glob;     /* has an unquoted * ? [ or { */
};

enum shell_link {
    SHELL_FIRST = 0, /* or behind ; & && || and line ends */
    SHELL_PIPED,     /* reads what the command before it writes */
};

struct shell_command {
    const struct shell_word *words; /* at least one */
    size_t count;
    const char *text; /* of the words; see shell_text */
    enum shell_link link;
    size_t depth; /* of subshells */
    size_t group; /* number of subshells begun so far */
    bool
        certain; /* false: within if, for, while, case or a function, or behind ||: may not run, or often. What is behind
                    * && runs whenever the build succeeds. */
};

/* What the caller knows of a variable: NULL for nothing. */
typedef const char *shell_lookup(void *context, struct armor_slice name);

/* Called with each simple command in turn. Negative ends the reading, and is returned. */
typedef int shell_visit(void *context, const struct shell_command *command);

/*
 * Read PROGRAM and give each of its simple commands to VISIT. CONTEXT goes to both. Returns 1 when all of it was understood,
 * 0 when something was not (an open quote or brace), -E2BIG over a cap of words, -ENOMEM, or what VISIT returned.
 */
ARMOR_CHECKED int shell_read(struct armor_slice program, shell_lookup *lookup, shell_visit *visit,
                             void *context);

static inline const char *shell_text(const struct shell_command *command, size_t index)
{
    return command->text + command->words[index].text;
}

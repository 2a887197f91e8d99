/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error object, and the one return convention of this project.
 *
 * A function that can fail returns int: 0 or positive on success, a negative errno on failure. Outputs come last, are
 * called ret_x, and are written only on success. Parsers answer 1 = a value, 0 = well-formed but not ours, negative =
 * malformed. The function nearest to the cause fills the caller's struct armor_error; callers on the way up may only put
 * context in front. The library never prints: programs do, once, at their edge.
 *
 * The codes in use, which callers may rely on:
 *   -EINVAL    an argument or a setting that can't be
 *   -EBADMSG   malformed input; the error has its position
 *   -E2BIG     over a cap of limits.h
 *   -ENOENT    no such thing          -EEXIST  there is one already
 *   -EBUSY     not in this state      -EPERM   not allowed
 *   -ENOMEM    out of memory          others   what the system call said
 */
#pragma once

#include <stddef.h>

struct armor_error {
    int code;        /* negative errno; 0: nothing has failed */
    size_t line;     /* in the input, from 1; 0: not known or not meant */
    size_t column;   /* byte in that line, from 1; 0: not known or not meant */
    char source[96]; /* file or stream; a longer name keeps its tail; "": not known */
    char text[400];  /* a sentence without newline or position */
};

/*
 * Fill ERR with CODE (a negative errno) and a formatted sentence, and return CODE, so that a failing function ends in
 * `return armor_error_set(err, -EINVAL, ...)`. The first writer wins: an ERR that holds a failure is left as it is. ERR
 * may be NULL. Text that doesn't fit is cut.
 */
int armor_error_set(struct armor_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As armor_error_set, with the position in the input; 0 for a LINE or COLUMN that isn't known. */
int armor_error_at(struct armor_error *err, int code, size_t line, size_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Put formatted context in front of the text of an ERR that holds a failure; otherwise nothing. ERR may be NULL. */
void armor_error_prefix(struct armor_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Name the input that ERR speaks of. ERR may be NULL; a NULL SOURCE is ignored. */
void armor_error_source(struct armor_error *err, const char *source);

/* Write "source:line:column: text" to BUFFER, without the parts that aren't known; always terminated. Returns BUFFER. */
const char *armor_error_format(const struct armor_error *err, char *buffer, size_t size);

/* Forget what ERR holds. ERR may be NULL. */
void armor_error_clear(struct armor_error *err);

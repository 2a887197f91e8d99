/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The few words that every other header uses: a slice of bytes, an optional number, scope-bound clean-up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. Not terminated. `bytes` NULL: absent, which isn't the same as empty. */
struct armor_slice {
    const char *bytes;
    size_t length; /* bytes */
};

/* A number that may be absent: 0 is root, capability 0 and error 0, so it can't stand for "none". */
struct armor_number {
    int64_t value;
    bool present;
};

#define ARMOR_SLICE(literal) ((struct armor_slice){(literal), sizeof(literal) - 1})

/* Run FUNCTION(&variable) when the variable leaves its scope. */
#define ARMOR_CLEANUP(function) __attribute__((cleanup(function)))

/* The compiler complains where the result of such a function is ignored. */
#define ARMOR_CHECKED __attribute__((warn_unused_result))

/* Of ASCII, whatever the locale. */
static inline bool armor_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool armor_is_alnum(char byte)
{
    return armor_is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The value of a hexadecimal digit whose letters begin at TEN, 'a' or 'A'; -1 for any other byte. */
static inline int armor_hex_value(char byte, char ten)
{
    if (armor_is_digit(byte)) {
        return byte - '0';
    }
    return byte >= ten && byte <= ten + 5 ? byte - ten + 10 : -1;
}

static inline struct armor_slice armor_slice_of(const char *string)
{
    return (struct armor_slice){string, string ? strlen(string) : 0};
}

static inline bool armor_slice_equal(struct armor_slice a, struct armor_slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static inline bool armor_slice_is(struct armor_slice slice, const char *string)
{
    return slice.bytes && armor_slice_equal(slice, armor_slice_of(string));
}

static inline bool armor_slice_starts(struct armor_slice slice, struct armor_slice prefix)
{
    return slice.length >= prefix.length &&
           (prefix.length == 0 || memcmp(slice.bytes, prefix.bytes, prefix.length) == 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields: the key=value pairs of a body, one after the other. See armor/fields.h. */
#include "armor/fields.h"

#include "armor/limits.h"

#include <errno.h>

/* What a byte can be of, outside quotes: each byte of a body is looked up once. */
enum { KEY = 1, BLANK = 2 };

#define TIMES_4(first, kind)                                                                                 \
    [(first)] = (kind), [(first) + 1] = (kind), [(first) + 2] = (kind), [(first) + 3] = (kind)
#define TIMES_26(first, kind)                                                                                \
    TIMES_4(first, kind), TIMES_4((first) + 4, kind), TIMES_4((first) + 8, kind),                            \
        TIMES_4((first) + 12, kind), TIMES_4((first) + 16, kind), TIMES_4((first) + 20, kind),               \
        [(first) + 24] = (kind), [(first) + 25] = (kind)

static const uint8_t kinds[UINT8_MAX + 1] = {
    TIMES_26('a', KEY), TIMES_26('A', KEY), TIMES_4('0', KEY), TIMES_4('4', KEY),
    ['8'] = KEY,        ['9'] = KEY,        ['_'] = KEY,       ['-'] = KEY,
    [' '] = BLANK,      ['\t'] = BLANK,     [','] = BLANK,     ['\n'] = BLANK,
};

static bool is_key(char byte)
{
    return kinds[(unsigned char)byte] == KEY;
}

static bool is_blank(char byte)
{
    return kinds[(unsigned char)byte] == BLANK;
}

static size_t skip_blanks(struct armor_slice body, size_t at)
{
    while (at < body.length && is_blank(body.bytes[at])) {
        at++;
    }
    return at;
}

/* A value without quotes, from AT: to the next blank; a number with something glued to it: the number. */
static size_t bare_end(struct armor_slice body, size_t at)
{
    size_t end = at;
    bool glued = false;
    while (end < body.length && !is_blank(body.bytes[end])) {
        glued = glued || body.bytes[end] == '=';
        end++;
    }
    if (!glued) {
        return end;
    }
    size_t digits = at + (body.bytes[at] == '-');
    while (digits < end && body.bytes[digits] >= '0' && body.bytes[digits] <= '9') {
        digits++;
    }
    bool number = digits > at && body.bytes[digits - 1] != '-';
    return number ? digits : end;
}

int armor_fields_next(struct armor_fields *fields, struct armor_field *ret_field, struct armor_error *err)
{
    static const struct armor_slice execpath = {"execpath", 8};
    struct armor_slice body = fields->body;
    size_t at = fields->position;
    size_t start = 0;

    for (;;) {
        at = skip_blanks(body, at);
        start = at;
        while (at < body.length && is_key(body.bytes[at])) {
            at++;
        }
        if (at < body.length && body.bytes[at] == '=' && at > start) {
            break;
        }
        if (at >= body.length && at == start) {
            fields->position = at;
            return 0;
        }
        /* a word that isn't a key: step over all of it */
        while (at < body.length && !is_blank(body.bytes[at])) {
            at++;
        }
        fields->strays++;
    }
    if (fields->count >= ARMOR_FIELDS_MAX) {
        return armor_error_at(err, -E2BIG, 0, fields->base + start + 1, "more than %d fields in one record",
                              ARMOR_FIELDS_MAX);
    }

    struct armor_field field = {.key = {body.bytes + start, at - start}, .column = start};
    at++; /* the = */
    char quote = '\0';
    if (at < body.length) {
        quote = body.bytes[at];
    }
    field.quoted = quote == '"' || quote == '\'';
    if (field.quoted) {
        const char *from = body.bytes + at + 1;
        size_t room = body.length - at - 1;
        const char *end =
            armor_slice_equal(field.key, execpath) ? memrchr(from, quote, room) : memchr(from, quote, room);
        if (!end) {
            return armor_error_at(err, -EBADMSG, 0, fields->base + at + 1,
                                  "the quote after %.*s= doesn't end",
                                  (int)(field.key.length < 40 ? field.key.length : 40), field.key.bytes);
        }
        field.value = (struct armor_slice){from, (size_t)(end - from)};
        at = (size_t)(end - body.bytes) + 1;
    } else {
        size_t end = bare_end(body, at);
        field.value = (struct armor_slice){body.bytes + at, end - at};
        at = end;
    }
    fields->position = at;
    fields->count++;
    *ret_field = field;
    return 1;
}

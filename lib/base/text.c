/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing text buffer with a cap and a sticky error. See armor/text.h. */
#include "armor/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Make room for EXTRA more bytes and the terminator. False: the sticky error is set. */
static bool reserve(struct armor_text *text, size_t extra)
{
    if (text->error) {
        return false;
    }
    if (extra > text->limit || text->length > text->limit - extra) {
        text->error = -E2BIG;
        return false;
    }
    size_t needed = text->length + extra + 1;
    if (text->bytes && needed <= text->capacity) {
        return true;
    }
    size_t capacity = text->capacity ? text->capacity : 128;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->error = -ENOMEM;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void armor_text_slice(struct armor_text *text, struct armor_slice slice)
{
    if (slice.length == 0 || !reserve(text, slice.length)) {
        return;
    }
    memcpy(text->bytes + text->length, slice.bytes, slice.length);
    text->length += slice.length;
    text->bytes[text->length] = '\0';
}

void armor_text_string(struct armor_text *text, const char *string)
{
    armor_text_slice(text, armor_slice_of(string));
}

void armor_text_char(struct armor_text *text, char byte)
{
    armor_text_slice(text, (struct armor_slice){&byte, 1});
}

void armor_text_format(struct armor_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed > 0 && reserve(text, (size_t)needed)) {
        (void)vsnprintf(text->bytes + text->length, (size_t)needed + 1, format, again);
        text->length += (size_t)needed;
    }
    va_end(again);
}

int armor_text_take(struct armor_text *text, char **ret_string)
{
    if (text->error) {
        return text->error;
    }
    if (!text->bytes && !reserve(text, 0)) {
        return text->error;
    }
    text->bytes[text->length] = '\0';
    *ret_string = text->bytes;
    text->bytes = NULL;
    armor_text_done(text);
    return 0;
}

void armor_text_done(struct armor_text *text)
{
    free(text->bytes);
    *text = ARMOR_TEXT_INIT(text->limit);
}

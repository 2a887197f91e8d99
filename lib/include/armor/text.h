/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A growing text buffer with a cap and a sticky error: appends after a failure do nothing, so a renderer appends
 * without looking and checks once, at the end.
 */
#pragma once

#include "armor/base.h"

struct armor_text {
    char *bytes;     /* owned; terminated whenever length > 0; NULL while empty */
    size_t length;   /* bytes, without the terminator */
    size_t capacity; /* bytes allocated */
    size_t limit;    /* most bytes it may hold, without the terminator */
    int error;       /* 0, -ENOMEM or -E2BIG; once set it stays */
};

#define ARMOR_TEXT_INIT(most) ((struct armor_text){.limit = (most)})

void armor_text_slice(struct armor_text *text, struct armor_slice slice);
void armor_text_string(struct armor_text *text, const char *string);
void armor_text_char(struct armor_text *text, char byte);
void armor_text_format(struct armor_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Hand the text over as a terminated string that the caller frees, "" when nothing was appended; TEXT is empty after
 * it. Returns 0, or the sticky error, and then TEXT still owns what it has.
 */
ARMOR_CHECKED int armor_text_take(struct armor_text *text, char **ret_string);

/* Free what TEXT owns and make it empty, with the same limit. */
void armor_text_done(struct armor_text *text);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's text, read for a test. */
#pragma once

#include "armor/read.h"

#include "check_main.h"

/* TEXT, which is to be good, read; for armor_reading_free. */
static inline struct armor_reading *read_text(const char *text)
{
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    int code = armor_read(armor_slice_of(text), "test", NULL, 1, &reading, &err);
    ck_assert_msg(code == 0, "%zu:%zu: %s\n%s", err.line, err.column, err.text, text);
    return reading;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a record that the netlink form and the log lines share. Private to record.c and framing.c. */
#pragma once

#include "armor/record.h"

/* Types that only the kernel can send, and that carry AppArmor's text. */
bool record_type_is_kernel(uint32_t type);

/* Read at most MOST decimal digits of TEXT from AT, which may be its end. Returns how many; with 0, *RET_VALUE is untouched.
 * MOST <= 18. */
size_t record_digits(struct armor_slice text, size_t at, size_t most, int64_t *ret_value);

/* What the kernel puts before each of its messages. */
struct record_stamp {
    int64_t usec;   /* since the epoch; -1: the transport left it out */
    int64_t serial; /* likewise */
};

/*
 * Read `SECONDS.MILLIS:SERIAL)` of TEXT at *AT and move *AT behind it. Returns 0, or -EBADMSG with *AT at the byte that
 * doesn't fit.
 */
ARMOR_CHECKED int record_read_stamp(struct armor_slice text, size_t *at, struct record_stamp *ret_stamp);

/* Where the body starts that stands behind a stamp, which ended at AT. */
static inline size_t record_skip(struct armor_slice text, size_t at)
{
    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == ':')) {
        at++;
    }
    return at;
}

/* Make the record of STAMP, TYPE and trust, from TEXT behind the stamp, at AT. */
void record_make(const struct record_stamp *stamp, uint32_t type, bool trusted, struct armor_slice text,
                 size_t at, struct armor_record *ret_record);

/* TEXT without newlines, blanks and NULs at its end. */
struct armor_slice record_trim(struct armor_slice text);

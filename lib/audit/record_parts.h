/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a record that the netlink form and the log lines share. Private to record.c and framing.c. */
#pragma once

#include "armor/record.h"

/* Types that only the kernel can send, and that carry AppArmor's text. */
bool record_type_is_kernel(uint32_t type);

/* Read at most MOST decimal digits of TEXT from AT, which may be its end. Returns how many; with 0, *RET_VALUE is untouched.
 * MOST <= 18. */
size_t record_digits(struct armor_slice text, size_t at, size_t most, int64_t *ret_value);

/*
 * Read `SECONDS.MILLIS:SERIAL)` of TEXT at *AT into RECORD and move *AT behind it. Returns 0, or -EBADMSG with *AT at the
 * byte that doesn't fit.
 */
ARMOR_CHECKED int record_stamp(struct armor_slice text, size_t *at, struct armor_record *record);

/* Set body, column and sender of RECORD, whose type and trust are set, from TEXT behind the stamp. */
void record_set_body(struct armor_record *record, struct armor_slice text, size_t at);

/* TEXT without newlines, blanks and NULs at its end. */
struct armor_slice record_trim(struct armor_slice text);

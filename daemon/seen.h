/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seen: the last records that were taken, so that a copy which comes another way counts once.
 *
 * A record is known again by its time, serial and text. The serial alone doesn't do: all records of one system call
 * share it, and there may be several of AppArmor's. It is a bounded memory: SEEN_SETS sets of SEEN_WAYS records, each record in the set that
 * its hash says, where the oldest one makes room.
 */
#pragma once

#include "armor/base.h"

enum {
    SEEN_SETS = 4096,
    SEEN_WAYS = 4, /* 16,384 records in all, in 128 KiB */
};

struct seen {
    uint64_t keys[SEEN_SETS][SEEN_WAYS]; /* 0: free */
    uint8_t oldest[SEEN_SETS];           /* the next to make room */
};

/* Remember the record of TIME and SERIAL with TEXT. Returns true when it was there already. Start with zeroes. */
bool seen_before(struct seen *seen, int64_t time_usec, int64_t serial, struct armor_slice text);

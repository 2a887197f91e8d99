/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields: the key=value pairs of a record's body, one after the other, undecoded.
 *
 * The kernel writes (security/lsm_audit.c, kernel/audit.c): key="text" where all bytes are 0x21 to 0x7e and none is a
 * quote; key=HEX, upper case and without quotes, where not; key=123 for numbers. There is no escape inside quotes. Some
 * writers forget the space after a value (`denied_mask="send"signal=term`), auditd glues its enrichment to numbers
 * (`ouid=0FSUID="root"`): a number ends at the first byte that can't be of it, a quoted value at its quote.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

struct armor_field {
    struct armor_slice key;
    struct armor_slice value; /* without quotes; never absent, maybe empty */
    bool quoted;              /* in double or single quotes */
    size_t column;            /* where key starts in the body, from 0 */
};

/* Where a walk stands. Start with {.body = ..., .base = ...}. */
struct armor_fields {
    struct armor_slice body;
    size_t base;     /* column of body in its line, from 0: errors count from there */
    size_t position; /* bytes done */
    size_t count;    /* fields given out, at most ARMOR_FIELDS_MAX */
    size_t strays;   /* words without `=`, stepped over */
};

/*
 * Give out the next field. Returns 1; 0 at the end; -EBADMSG with the column at a quote that doesn't end; -E2BIG at more
 * than ARMOR_FIELDS_MAX. `execpath=`, which the kernel writes without any escaping, takes the rest of the body to its last
 * quote, so that no text in a path can pose as a field.
 */
ARMOR_CHECKED int armor_fields_next(struct armor_fields *fields, struct armor_field *ret_field,
                                    struct armor_error *err);

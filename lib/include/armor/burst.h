/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Burst: whether a container, some time after its first access, asked for far more that was new within a minute than services do. It may
 * be a job that was never run before; it may be somebody who floods the learner, or who looks around. What came is learned all the same,
 * and said.
 */
#pragma once

#include "armor/profile.h"

struct armor_burst {
    size_t rules;      /* that were first asked for within ARMOR_BURST_SECONDS: the most there were */
    int64_t from_usec; /* when the first of them was; 0: there are none */
};

/*
 * The busiest minute of EVIDENCE, later than ARMOR_BURST_START_SECONDS after its first rule. Returns 1 when it is over
 * ARMOR_BURST_RULES, 0 when not, -ENOMEM. A pure function of the set of evidence, by the records' own times.
 */
ARMOR_CHECKED int armor_burst_find(const struct armor_profile *evidence, struct armor_burst *ret_burst);

enum { ARMOR_BURST_SHARES = 3 };

/* What rules of a burst have in common. */
enum armor_burst_share_by {
    ARMOR_BURST_BY_DIRECTORY, /* the directory that the names of files are in, with its slash */
    ARMOR_BURST_BY_PROGRAM,   /* who asked, as the process calls itself */
};

struct armor_burst_share {
    struct armor_slice word; /* in EVIDENCE's memory */
    size_t rules;            /* that have it */
};

/*
 * The largest shares of BURST, which was found in EVIDENCE, the largest first and those of one size in the order of their bytes. Returns how
 * many there are, ARMOR_BURST_SHARES at most, or -ENOMEM.
 */
ARMOR_CHECKED int armor_burst_shares(const struct armor_profile *evidence, const struct armor_burst *burst,
                                     enum armor_burst_share_by by,
                                     struct armor_burst_share ret_shares[static ARMOR_BURST_SHARES]);

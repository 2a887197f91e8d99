/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bodies: a memory for the texts of records, by which one that says what an earlier one said is known at sight.
 *
 * What is kept of a body are its bytes but for the digits of its field `pid=`. Each has a place, a number, which stays while it is kept;
 * what a body means is for whoever uses the places (armor/repeat.h). All bytes are compared; a hash only says where to look. Bounded: a
 * later body takes the place of an earlier one. Nothing here knows of profiles, so several threads may have a memory each.
 */
#pragma once

#include "armor/event.h"
#include "armor/record.h"

enum { ARMOR_BODIES_MAX = 16384 }; /* that are kept; places are below this */

struct armor_bodies;

/* A record, the body of which was found. The slices are of the bytes that were given. */
struct armor_found {
    const char *line;        /* where the line of the record starts */
    struct armor_slice body; /* as in the record, as is its */
    struct armor_number time;
    uint32_t place; /* of the body */
};

/* Returns 0 and an empty memory of 5.1 MB, for armor_bodies_free; -ENOMEM. */
ARMOR_CHECKED int armor_bodies_new(struct armor_bodies **ret_bodies);

/*
 * The place of the body of RECORD; -ENOENT: it isn't kept, or RECORD isn't one that the kernel wrote as an AVC, whose body alone says what it
 * means. Never allocates.
 */
ARMOR_CHECKED int armor_bodies_find(struct armor_bodies *bodies, const struct armor_record *record);

/*
 * Find the lines at the start of LOG for as long as they are known ones that begin as armor_record_usual says, MOST at most. The quickest
 * way through a log: most ends of lines are known from what is kept, and needn't be looked for. Returns how many lines it were, each in
 * RET_FOUND, and *RET_BYTES with their newlines. armor_record_from_line and armor_bodies_find would have come to the same for each of them;
 * the line that follows goes that way. Never allocates.
 */
ARMOR_CHECKED size_t armor_bodies_skim(struct armor_bodies *bodies, struct armor_slice log,
                                       struct armor_found *ret_found, size_t most, size_t *ret_bytes);

/*
 * Keep the body of RECORD, of which EVENT was parsed. Returns its place, which may have been another's until now; -EINVAL where not all of
 * it was understood, or it is too long, or has no pid.
 */
int armor_bodies_keep(struct armor_bodies *bodies, const struct armor_record *record,
                      const struct armor_event *event);

/* NULL is fine. */
void armor_bodies_free(struct armor_bodies *bodies);

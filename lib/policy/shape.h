/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shape: what of one name, a segment of a path, will be another on the next run. A pure function of the name and of what is
 * known of it; docs/learning.md has each row. A shape has classes of fixed length where the parts have one, never
 * crosses a slash, and keeps all that doesn't vary. Private to lib/policy.
 */
#pragma once

#include "armor/generalise.h"
#include "armor/text.h"
#include "zone.h"

struct shape_facts {
    enum zone zone;   /* of the directory that holds the name */
    bool created;     /* the container made it */
    bool deleted;     /* the container deleted it, or renamed it away */
    bool loose;       /* take for random what only may be: to see whether it is like its siblings */
    uint32_t without; /* bits 1 << enum armor_transformation: not to be used */
};

/*
 * Write the pattern for NAME, literal bytes, to PATTERN, which is emptied first. Returns the bits 1 << enum armor_transformation
 * of those that made it; 0: nothing varies, and PATTERN is NAME escaped. PATTERN's sticky error is the caller's to look at.
 */
uint32_t shape_of(struct armor_slice name, const struct shape_facts *facts, struct armor_text *pattern);

/* Which digits NAME is of if it is a hash: 1 lower case, 2 upper case; 0: it is none. What is behind a dot doesn't count. */
unsigned shape_hash_case(struct armor_slice name);

/* Whether NAME is as short as the directories are that hashes are spread over, and hexadecimal. */
bool shape_may_shard(struct armor_slice name);

/* LENGTH digits of hashes of CASE, as above, 3: either. */
void shape_put_hex(struct armor_text *pattern, unsigned digits_case, size_t length);

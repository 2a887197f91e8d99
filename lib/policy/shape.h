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

/*
 * The next run of digits of NAME, a pattern, from *AT on, that stands in no brackets, as a slice of it; *AT is behind it then. False: there
 * is none.
 */
bool shape_next_digits(const char *name, size_t *at, struct armor_slice *ret_run);

/*
 * Write the pattern for NAME, a pattern, as one of a series: each of its first 32 runs of digits, as above, that VARY says by its bit is a
 * number. FIXED: likewise, those that have always as many digits as here.
 */
void shape_of_series(const char *name, uint32_t vary, uint32_t fixed, struct armor_text *pattern);

/* Which digits NAME is of if it is a hash: 1 lower case, 2 upper case; 0: it is none. What is behind a dot doesn't count. */
unsigned shape_hash_case(struct armor_slice name);

/* Whether NAME is as short as the directories are that hashes are spread over, and hexadecimal. */
bool shape_may_shard(struct armor_slice name);

/* LENGTH digits of hashes of CASE, as above, 3: either. */
void shape_put_hex(struct armor_text *pattern, unsigned digits_case, size_t length);

/* What is behind the last dot of NAME, of letters and digits, at most 10 and not digits alone; absent where there is none. */
struct armor_slice shape_extension(struct armor_slice name);

/* NAME up to and with the `.so` of a shared object, `libz.so` of `libz.so.1.2`; absent where it is none. */
struct armor_slice shape_shared_object(struct armor_slice name);

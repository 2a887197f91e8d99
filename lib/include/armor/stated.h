/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stated rules: those of a profile that somebody wrote, to be taken over by a container. A profile state of its own holds them until then, each with
 * the place that it stands at. Between armorctl and armord they go as text, so that armord reads each rule again.
 */
#pragma once

#include "armor/guard.h"
#include "armor/read.h"

#include <jansson.h>

/*
 * Add what CLAUSE says, which stands in a profile called SELF, to STATED. What a plain `deny` says is denied by whoever states it; what an
 * audited one says, as armord itself writes them, is a denial that gives way, as a seed's (floor.h). Returns 1; 0 when no rule can say it, with why in *RET_WHY; or negative as
 * armor_profile_merge.
 */
ARMOR_CHECKED int armor_stated_add(struct armor_profile *stated, const struct armor_clause *clause,
                                   const char *self, const char **ret_why);

/* Let each denial of a program in STATED be a bit of the one of the same file, where there is one, as `deny /a rx,` has it. */
void armor_stated_join(struct armor_profile *stated);

/*
 * Told of each clause that isn't taken over as it is written: TAKEN otherwise, or left behind. WHY is a sentence's end for people; of a line's clauses
 * with the same reason only the first is told.
 */
typedef void (*armor_stated_tell)(const struct armor_clause *clause, bool taken, const char *why,
                                  void *userdata);

/*
 * What the profile SECTION of a reading says, into STATED, but for what each profile of armord has by itself: the floor, and the rule by which a
 * learning one has each exec logged. A program goes on under the container's profile, whatever SECTION says. TELL is called for whatever is
 * taken otherwise than it is written, or not at all. Returns 0, or negative as armor_profile_merge.
 */
ARMOR_CHECKED int armor_stated_take(struct armor_profile *stated, const struct armor_section *section,
                                    armor_stated_tell tell, void *userdata);

/* [{"rule": "/a r,", "source": "web.profile:3"}, ...] of STATED, in canonical order. NULL: out of memory. */
json_t *armor_stated_to_json(const struct armor_profile *stated);

/*
 * Read such an array, whoever sent it: at most ARMOR_STATED_MAX objects with exactly these keys, each with rules as text that can stand in a profile of the
 * container NAME. SEED as for armor_intern_new. Returns 0 and a profile state for armor_profile_free; -EINVAL with the number of the element
 * that can't be, -E2BIG over a cap, -ENOMEM.
 */
ARMOR_CHECKED int armor_stated_from_json(const json_t *array, struct armor_slice name, uint64_t seed,
                                         struct armor_profile **ret_stated, struct armor_error *err);

/* What was taken over. */
struct armor_taken {
    uint32_t rules;                 /* that are stated now; the baseline's aren't counted */
    uint32_t guarded;               /* of these, the ones that a guard rail would have held */
    const struct armor_rule *guard; /* the first of those, in canonical order; NULL: none */
};

/*
 * Let STATED be the word of WHO at NOW on PROFILE, as by armor_profile_decide: accepted, and denied. A rule to one thing that a guard rail
 * would hold is marked with it. Returns 0, or negative as armor_profile_merge, and then PROFILE has a part of them.
 */
ARMOR_CHECKED int armor_stated_apply(struct armor_profile *profile, const struct armor_profile *stated,
                                     struct armor_slice who, int64_t now_usec, struct armor_taken *ret_taken);

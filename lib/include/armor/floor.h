/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Floor: what docker-default refuses to each container, as denials of each enforced profile. A learned profile allows only what was seen, so
 * these hold where a rule became wider than that.
 *
 * A denial wins over any rule that allows. So one that contradicts what the container was seen to do would break it: it is left out, and told as
 * a conflict. So it is for a rule that an operator or a seed granted and that lies within the denial, which then was meant: `/proc/kcore r`. A wider one,
 * `/{,**} r`, is a word on much, and on nothing of the floor: the denial stays. The same goes for a seed's denials; not for an operator's, whose
 * word it is.
 */
#pragma once

#include "armor/profile.h"

/*
 * Lay the floor under POLICY, which was made of EVIDENCE: add its denials, and take out the seeded ones that contradict EVIDENCE; of the floor's, those
 * aren't added. Returns 0; -E2BIG or -ENOMEM, and then POLICY is to be freed.
 */
ARMOR_CHECKED int armor_floor_lay(const struct armor_profile *evidence, struct armor_profile *policy);

/* Whether RULE, of a policy, is of the floor. */
bool armor_floor_has(const struct armor_rule *rule);

/* A denial that would break the container, and the first rule in canonical order that says so. */
struct armor_conflict {
    const struct armor_rule *denial; /* of the floor, static; or of the evidence */
    const struct armor_rule *rule;   /* of the evidence */
};

/*
 * All conflicts of EVIDENCE in the order of the floor and of EVIDENCE's rules, as an array that the caller frees; NULL and 0 for none. Returns 0 or
 * -ENOMEM.
 */
ARMOR_CHECKED int armor_floor_conflicts(const struct armor_profile *evidence,
                                        struct armor_conflict **ret_conflicts, size_t *ret_count);

/* What a decision is to the denials that may give way. */
struct armor_floor_word {
    size_t lifted_count;             /* that give way by it */
    const struct armor_rule *lifted; /* the first of them, as of a conflict; NULL: none */
    size_t held_count;               /* that go on refusing something of it, since it is of more */
    const struct armor_rule *held;   /* the first of those; NULL: none */
};

/* Weigh the rules of EVIDENCE that were decided at DECIDED_USEC against the denials. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_floor_weigh(const struct armor_profile *evidence, int64_t decided_usec,
                                    struct armor_floor_word *ret_word);

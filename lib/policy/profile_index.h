/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How profile.c finds a rule, and the room that learn.c works in. Private to lib/policy. */
#pragma once

#include "armor/intern.h"
#include "armor/pool.h"
#include "armor/profile.h"
#include "armor/text.h"

enum { ARMOR_RULES_TOUCHED_MAX = 2 }; /* that are kept; few events touch more */

struct armor_profile_index {
    struct armor_intern *words; /* owned: every word of the rules */
    uint64_t seed;              /* of words */
    struct armor_pool rules;    /* owned: what profile->rules points to */
    struct armor_pool mores;    /* owned: what they have more */
    uint32_t *slots;            /* owned: open addressing by key; place in profile->rules, from 1. 0: free */
    size_t slot_count;          /* a power of two */
    size_t rule_capacity;       /* of profile->rules */
    struct armor_text pattern;  /* kept from call to call, so that repeats allocate nothing */
    struct armor_text peer_pattern; /* likewise, for the second path of links, mounts and pivot_root */
    struct armor_text member;       /* likewise, for the interface and member of D-Bus */
    struct armor_rule *touched[ARMOR_RULES_TOUCHED_MAX]; /* by the last event, for repeat.c; all NULL when
                                                            there were more, or something was skipped or is still open */
    uint32_t turn; /* goes up whenever what was learned already would be learned in another way now */
};

/* RULE of PROFILE was asked for once more, at TIME. */
static inline void profile_note(const struct armor_profile *profile, struct armor_rule *rule,
                                struct armor_number time)
{
    int64_t now = time.present ? time.value : 0;
    if (rule->count == 0 || now < rule->first_usec) {
        rule->first_usec = now;
    }
    if (now > rule->last_usec) {
        rule->last_usec = now;
    }
    rule->count++;
    rule->runs += rule->last_run != profile->run;
    rule->last_run = profile->run;
}

/* Add what RULE was seen with to INTO, which is of the same words. profile.c's. */
void profile_add_evidence(struct armor_rule *into, const struct armor_rule *rule);

/*
 * Add RULE, of another profile, to PROFILE under NAME, a pattern; where there is such a rule already, it takes RULE's mask and
 * evidence. Returns as armor_profile_merge.
 */
ARMOR_CHECKED int profile_copy_rule(struct armor_profile *profile, const struct armor_rule *rule,
                                    struct armor_slice name, struct armor_rule **ret_rule);

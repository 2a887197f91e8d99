/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Learning: an event becomes accesses, and each access a rule in its container's profile state.
 */
#pragma once

#include "armor/profile.h"

struct armor_learn_options {
    bool literal; /* no generalisation: names as they were seen */
};

/*
 * Take one event of this container. Returns 1 when the profile now allows more than before, 0 when it doesn't (known, or
 * skipped for a reason that is now counted in the profile), -ENOMEM. On 1, *RET_RULES has the rules that changed and
 * *RET_COUNT how many, at most ARMOR_LEARN_RULES_MAX.
 */
enum { ARMOR_LEARN_RULES_MAX = 2 };
ARMOR_CHECKED int armor_learn(struct armor_profile *profile, const struct armor_event *event,
                              const struct armor_learn_options *options,
                              struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX], size_t *ret_count);

/*
 * The accesses that EVENT asks for, whatever its verdict, in the terms of rules; SELF is the container's full profile
 * name, for the peers that are itself. Names are literal bytes. Returns how many, 0 to ARMOR_LEARN_RULES_MAX; with 0,
 * *RET_SKIP says why.
 */
size_t armor_access_from_event(const struct armor_event *event, const char *self,
                               struct armor_access ret_accesses[ARMOR_LEARN_RULES_MAX],
                               enum armor_skip *ret_skip);

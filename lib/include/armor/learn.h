/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Learning: an event becomes accesses, and each access a rule in its container's profile state.
 */
#pragma once

#include "armor/profile.h"

struct armor_learn_options {
    bool literal; /* no generalisation: names as they were seen */
};

/* Accesses of one event: a link may ask for bits of the new name too. Rules of it: of an access, what is learned and what a guard rail holds. */
enum { ARMOR_ACCESSES_MAX = 2, ARMOR_LEARN_RULES_MAX = 4 };

/*
 * Take one event of this container. What a guard rail holds (armor/guard.h) becomes a quarantined rule. What an operator denied isn't
 * learned again, and what one accepted isn't held again. Returns 1 when there is a rule that wasn't, or that is wider now, active or quarantined; 0 when not
 * (known, or skipped for a reason that is now counted in the profile), -ENOMEM. On 1, *RET_RULES has the rules that
 * changed and *RET_COUNT how many, at most ARMOR_LEARN_RULES_MAX.
 */
ARMOR_CHECKED int armor_learn(struct armor_profile *profile, const struct armor_event *event,
                              const struct armor_learn_options *options,
                              struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX], size_t *ret_count);

/*
 * Take one event of this container that was refused, into PROFILE, which keeps nothing else: the rules that would have allowed it,
 * with their evidence. ROOM: whether rules may be added, or only those that are there grow. Returns 1 when PROFILE changed, 0 when
 * it didn't, -ENOMEM. *RET_RULES has the rules, owned by PROFILE, and *RET_COUNT how many; with 0, *RET_SKIP says why no rule can
 * allow it, or ARMOR_SKIP_FULL.
 */
ARMOR_CHECKED int armor_learn_refused(struct armor_profile *profile, const struct armor_event *event,
                                      bool room, struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX],
                                      size_t *ret_count, enum armor_skip *ret_skip);

/*
 * The accesses that EVENT asks for, whatever its verdict, in the terms of rules; SELF is the container's full profile
 * name, for the peers that are itself. Names are literal bytes. Returns how many, 0 to ARMOR_ACCESSES_MAX; with 0,
 * *RET_SKIP says why.
 */
size_t armor_access_from_event(const struct armor_event *event, const char *self,
                               struct armor_access ret_accesses[ARMOR_ACCESSES_MAX],
                               enum armor_skip *ret_skip);

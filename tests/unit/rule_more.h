/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests that write into rules. */
#pragma once

#include "check_main.h"

#include "armor/profile.h"

/* What RULE of PROFILE has more, to write into. */
static inline struct armor_rule_more *more_of(struct armor_profile *profile, struct armor_rule *rule)
{
    struct armor_rule_more *more = NULL;
    ck_assert_int_eq(armor_profile_more(profile, rule, &more), 0);
    return more;
}

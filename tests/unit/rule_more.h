/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests that write rules, and into them. */
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

/* A new rule of PROFILE for reading NAME, which COMM asked for at USEC. */
static inline void ask_to_read(struct armor_profile *profile, const char *name, const char *comm,
                               int64_t usec)
{
    struct armor_rule *rule = NULL;
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .mask = ARMOR_FILE_READ,
                                        .name = armor_slice_of(name)};
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    ck_assert_int_ge(armor_profile_word(profile, armor_slice_of(comm), &rule->comm), 0);
    rule->count = 1;
    rule->first_usec = rule->last_usec = usec;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Generalisation: evidence in, policy out. See armor/generalise.h. */
#include "armor/generalise.h"

#include "armor/guard.h"
#include "expect.h"
#include "profile_index.h"

#include <errno.h>
#include <stdlib.h>

static const char *const names[ARMOR_MAKE_COUNT] = {
    [ARMOR_MAKE_IDS] = "ids",
};

const char *armor_transformation_name(enum armor_transformation transformation)
{
    return (unsigned)transformation < ARMOR_MAKE_COUNT ? names[transformation] : "unknown";
}

int armor_transformation_from_name(struct armor_slice name)
{
    for (int i = 0; i < ARMOR_MAKE_COUNT; i++) {
        if (armor_slice_is(name, names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

static int copy_all(const struct armor_rule *const *rules, size_t count, struct armor_profile *policy)
{
    for (size_t i = 0; i < count; i++) {
        struct armor_rule *rule = NULL;
        int code = profile_copy_rule(policy, rules[i], armor_slice_of(rules[i]->name), &rule);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

int armor_generalise(const struct armor_profile *evidence, const struct armor_generalise_options *options,
                     struct armor_profile **ret_policy)
{
    (void)options;
    struct armor_profile *policy = NULL;
    struct armor_profile *reviewed = NULL;
    const struct armor_rule **rules = NULL;
    int code = armor_guard_review(evidence, &reviewed);
    evidence = reviewed ? reviewed : evidence;
    code =
        code < 0 ? code : armor_profile_new(armor_slice_of(evidence->name), evidence->index->seed, &policy);
    code = code < 0 ? code : armor_profile_sorted(evidence, &rules);
    code = code < 0 ? code : copy_all(rules, evidence->rule_count, policy);
    code = code < 0 ? code : profile_expect(evidence, policy);
    free((void *)rules);
    armor_profile_free(reviewed);
    if (code < 0) {
        armor_profile_free(policy);
        return code;
    }
    *ret_policy = policy;
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile state as text, to see that two are the same to the last count and time. */
#pragma once

#include "armor/json.h"

#include <check.h>

/* All of a state as text; the caller frees it. */
static inline char *state_text(const struct armor_profile *profile)
{
    json_t *all = armor_profile_to_json(profile);
    json_t *rules = json_array();
    for (size_t i = 0; i < profile->rule_count; i++) {
        ck_assert_int_eq(json_array_append_new(rules, armor_rule_to_json(profile, profile->rules[i])), 0);
    }
    ck_assert_int_eq(json_object_set_new(all, "list", rules), 0);
    char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
    ck_assert_ptr_nonnull(text);
    json_decref(all);
    return text;
}

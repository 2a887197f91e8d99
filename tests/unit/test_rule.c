/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/render.h"

#include "check_main.h"

#include <errno.h>

START_TEST(names_are_read_back)
{
    for (int i = 0; i < ARMOR_RULE_KIND_COUNT; i++) {
        ck_assert_int_eq(armor_rule_kind_from_name(
                             armor_slice_of(armor_rule_kind_name((enum armor_rule_kind)i))),
                         i);
    }
    for (int i = 0; i < ARMOR_ORIGIN_COUNT; i++) {
        ck_assert_int_eq(armor_origin_from_name(armor_slice_of(armor_origin_name((enum armor_origin)i))), i);
    }
    for (int i = 0; i < ARMOR_STATE_COUNT; i++) {
        ck_assert_int_eq(armor_state_from_name(armor_slice_of(armor_state_name((enum armor_state)i))), i);
    }
    for (int i = 0; i < ARMOR_MODE_COUNT; i++) {
        ck_assert_int_eq(armor_mode_from_name(armor_slice_of(armor_mode_name((enum armor_mode)i))), i);
    }
    static const char *const others[] = {"", "unknown", "File", "file ", "enforce"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(armor_rule_kind_from_name(armor_slice_of(others[i])), -EINVAL);
        ck_assert_int_eq(armor_origin_from_name(armor_slice_of(others[i])), -EINVAL);
        ck_assert_int_eq(armor_mode_from_name(armor_slice_of(others[i])), -EINVAL);
    }
    ck_assert_str_eq(armor_rule_kind_name(ARMOR_RULE_KIND_COUNT), "unknown");
    ck_assert_str_eq(armor_origin_name(ARMOR_ORIGIN_COUNT), "unknown");
    ck_assert_str_eq(armor_state_name(ARMOR_STATE_COUNT), "unknown");
    ck_assert_str_eq(armor_mode_name(ARMOR_MODE_COUNT), "unknown");
    ck_assert_str_eq(armor_skip_name(ARMOR_SKIP_COUNT), "unknown");
}
END_TEST

#define MORE(...) (&(struct armor_rule_more){__VA_ARGS__})

/* In canonical order; words are compared as bytes, none before the empty one. */
static const struct armor_rule sorted[] = {
    {.kind = ARMOR_RULE_CAPABILITY, .name = "chown"},
    {.kind = ARMOR_RULE_CAPABILITY, .name = "kill"},
    {.kind = ARMOR_RULE_SIGNAL},
    {.kind = ARMOR_RULE_SIGNAL, .more = MORE(.peer = "")},
    {.kind = ARMOR_RULE_SIGNAL, .more = MORE(.peer = "a")},
    {.kind = ARMOR_RULE_SIGNAL, .name = "term"},
    {.kind = ARMOR_RULE_SIGNAL, .name = "term", .more = MORE(.peer = "a")},
    {.kind = ARMOR_RULE_MOUNT, .name = "/a", .more = MORE(.options = "rw")},
    {.kind = ARMOR_RULE_MOUNT, .name = "/a", .more = MORE(.peer = "x")},
    {.kind = ARMOR_RULE_MOUNT, .name = "/a", .more = MORE(.detail = "tmpfs")},
    {.kind = ARMOR_RULE_FILE, .name = "/a"},
    {.kind = ARMOR_RULE_FILE, .name = "/a/b"},
    {.kind = ARMOR_RULE_FILE, .name = "/a\xff"},
};

START_TEST(canonical_order)
{
    for (int i = 0; i < LENGTH(sorted); i++) {
        for (int j = 0; j < LENGTH(sorted); j++) {
            int order = armor_rule_compare(&sorted[i], &sorted[j]);
            ck_assert_msg((order > 0) - (order < 0) == (i > j) - (i < j), "%d with %d: %d", i, j, order);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule");
    TCase *tcase = check_case(suite, "rule");
    tcase_add_test(tcase, names_are_read_back);
    tcase_add_test(tcase, canonical_order);
    return check_main(suite);
}

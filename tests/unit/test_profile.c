/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/baseline.h"
#include "armor/profile.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

static const struct {
    const char *name;
    int result;
} names[] = {
    {"web", 0}, {"", -EINVAL}, {"a b", -EINVAL}, {"../x", -EINVAL}, {"a\nb", -EINVAL}, {"9.a_b-c", 0},
};

START_TEST(new_and_free)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(armor_slice_of(names[_i].name), 1, &profile), names[_i].result);
    ck_assert_int_eq(profile != NULL, names[_i].result == 0);
    if (profile) {
        char label[80];
        (void)snprintf(label, sizeof label, "armord-%s", names[_i].name);
        ck_assert_str_eq(profile->name, names[_i].name);
        ck_assert_str_eq(profile->label, label);
        ck_assert_uint_eq(profile->rule_count, 0);
    }
    armor_profile_free(profile);
}
END_TEST

START_TEST(merge_widens)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *first = NULL;
    struct armor_rule *rule = NULL;
    struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                  .mask = ARMOR_FILE_READ,
                                  .name = ARMOR_SLICE("/a")};
    ck_assert_int_eq(armor_profile_merge(profile, &access, &first), 1);
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 0);
    ck_assert_ptr_eq(rule, first);
    access.mask = ARMOR_FILE_WRITE;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    ck_assert_ptr_eq(rule, first);
    ck_assert_uint_eq(rule->mask, ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    access.mask = ARMOR_FILE_READ;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 0);
    ck_assert_uint_eq(profile->rule_count, 1);

    /* each of the words, and the kind, makes another rule */
    struct armor_access others[] = {
        {.kind = ARMOR_RULE_FILE, .name = ARMOR_SLICE("/b")},
        {.kind = ARMOR_RULE_FILE, .name = ARMOR_SLICE("/a"), .detail = ARMOR_SLICE("")},
        {.kind = ARMOR_RULE_FILE, .name = ARMOR_SLICE("/a"), .peer = ARMOR_SLICE("/a")},
        {.kind = ARMOR_RULE_FILE, .name = ARMOR_SLICE("/a"), .options = ARMOR_SLICE("/a")},
        {.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/a")},
        {.kind = ARMOR_RULE_FILE, .state = ARMOR_STATE_DENIED, .name = ARMOR_SLICE("/a")},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(armor_profile_merge(profile, &others[i], &rule), 1);
        ck_assert_int_eq(armor_profile_merge(profile, &others[i], &rule), 0);
    }
    ck_assert_uint_eq(profile->rule_count, 7);

    access.name = ARMOR_SLICE("/a\0b");
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), -EINVAL);
    ck_assert_uint_eq(profile->rule_count, 7);
    armor_profile_free(profile);
}
END_TEST

/* Rules of all names, half of them quarantined: whatever moves or goes, all the others are found. */
START_TEST(move_and_remove)
{
    enum { COUNT = 200 };
    struct armor_profile *profile = new_profile();
    char name[16];
    for (int i = 0; i < COUNT; i++) {
        struct armor_rule *rule = NULL;
        (void)snprintf(name, sizeof name, "/%d", i);
        struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                      .state = i % 2 ? ARMOR_STATE_QUARANTINED : ARMOR_STATE_ACTIVE,
                                      .mask = ARMOR_FILE_READ,
                                      .name = armor_slice_of(name)};
        ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
        rule->count = 1;
        rule->first_usec = rule->last_usec = i + 1;
    }
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(name, sizeof name, "/%d", i);
        struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                      .state = i % 2 ? ARMOR_STATE_QUARANTINED : ARMOR_STATE_ACTIVE,
                                      .name = armor_slice_of(name)};
        struct armor_rule *rule = armor_profile_find(profile, &access);
        ck_assert_ptr_nonnull(rule);
        if (i % 3 == 0) {
            armor_profile_remove(profile, rule);
            ck_assert_ptr_null(armor_profile_find(profile, &access));
        } else {
            ck_assert_ptr_eq(armor_profile_move(profile, rule, ARMOR_STATE_DENIED), rule);
            ck_assert_ptr_null(armor_profile_find(profile, &access));
            access.state = ARMOR_STATE_DENIED;
            ck_assert_ptr_eq(armor_profile_find(profile, &access), rule);
        }
    }
    ck_assert_uint_eq(profile->rule_count, COUNT - (COUNT + 2) / 3);
    ck_assert_ptr_null(armor_profile_find(profile, &(struct armor_access){.kind = ARMOR_RULE_FILE,
                                                                          .name = ARMOR_SLICE("/never")}));
    armor_profile_free(profile);
}
END_TEST

/* Where a rule of the new state is there already, the two become one, with all that was seen of either. */
START_TEST(move_onto_another)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *active = NULL;
    struct armor_rule *held = NULL;
    struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                  .mask = ARMOR_FILE_READ,
                                  .name = ARMOR_SLICE("/a")};
    ck_assert_int_eq(armor_profile_merge(profile, &access, &active), 1);
    access.state = ARMOR_STATE_QUARANTINED;
    access.mask = ARMOR_FILE_WRITE;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &held), 1);
    active->count = 2;
    active->first_usec = 20;
    active->last_usec = 30;
    held->count = 3;
    held->first_usec = 10;
    held->last_usec = 25;
    held->owners = ARMOR_OWNER_OTHER;
    ck_assert_ptr_eq(armor_profile_move(profile, held, ARMOR_STATE_ACTIVE), active);
    ck_assert_uint_eq(profile->rule_count, 1);
    ck_assert_uint_eq(active->mask, ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    ck_assert_uint_eq(active->count, 5);
    ck_assert_int_eq(active->first_usec, 10);
    ck_assert_int_eq(active->last_usec, 30);
    ck_assert_uint_eq(active->owners, ARMOR_OWNER_OTHER);
    armor_profile_free(profile);
}
END_TEST

/* A limit grows to the largest that was seen, and never shrinks. */
START_TEST(values_grow)
{
    static const struct {
        int64_t value, kept;
        int result;
    } steps[] = {{7, 7, 1},
                 {7, 7, 0},
                 {5, 7, 0},
                 {8, 8, 1},
                 {ARMOR_VALUE_UNLIMITED, ARMOR_VALUE_UNLIMITED, 1},
                 {9, ARMOR_VALUE_UNLIMITED, 0}};
    struct armor_profile *profile = new_profile();
    struct armor_access access = {.kind = ARMOR_RULE_RLIMIT, .name = ARMOR_SLICE("nofile")};
    struct armor_rule *rule = NULL;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        access.value = steps[i].value;
        ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), steps[i].result);
        ck_assert_int_eq(armor_rule_more(rule)->value, steps[i].kept);
    }
    ck_assert_uint_eq(profile->rule_count, 1);
    armor_profile_free(profile);
}
END_TEST

/* A flood of names stops at the cap of rules; what was there before stays and still widens. */
START_TEST(rules_are_capped)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rule = NULL;
    char name[32];
    struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_READ};
    for (int i = 0; i < ARMOR_RULES_MAX + 1000; i++) {
        (void)snprintf(name, sizeof name, "/%d", i);
        access.name = armor_slice_of(name);
        ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), i < ARMOR_RULES_MAX ? 1 : -E2BIG);
    }
    ck_assert_uint_eq(profile->rule_count, ARMOR_RULES_MAX);
    access.name = ARMOR_SLICE("/7");
    access.mask = ARMOR_FILE_WRITE;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    armor_profile_free(profile);
}
END_TEST

START_TEST(words_are_capped)
{
    static char name[ARMOR_PATH_MAX];
    struct armor_profile *profile = new_profile();
    struct armor_rule *rule = NULL;
    struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = 1, .name = {name, sizeof name}};
    memset(name, 'x', sizeof name);
    int refused = 0;
    for (int i = 0; i < 2 * ARMOR_WORDS_MAX / ARMOR_PATH_MAX; i++) {
        char head[16];
        memcpy(name, head, (size_t)snprintf(head, sizeof head, "/%08d", i));
        int code = armor_profile_merge(profile, &access, &rule);
        ck_assert(code == 1 || code == -E2BIG);
        refused += code == -E2BIG;
        ck_assert_uint_le(armor_profile_size(profile), ARMOR_WORDS_MAX);
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_uint_gt(armor_profile_size(profile), ARMOR_WORDS_MAX - ARMOR_PATH_MAX - 1);
    armor_profile_free(profile);
}
END_TEST

START_TEST(sorted_whatever_the_order)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rule = NULL;
    for (int i = 0; i < 1000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "/%d", i * 7919 % 1000);
        struct armor_access access = {.kind =
                                          (enum armor_rule_kind)(i % 2 ? ARMOR_RULE_FILE : ARMOR_RULE_EXEC),
                                      .name = armor_slice_of(name)};
        ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
    }
    const struct armor_rule **rules = NULL;
    ck_assert_int_eq(armor_profile_sorted(profile, &rules), 0);
    for (size_t i = 1; i < profile->rule_count; i++) {
        ck_assert_int_lt(armor_rule_compare(rules[i - 1], rules[i]), 0);
    }
    free((void *)rules);
    armor_profile_free(profile);
}
END_TEST

START_TEST(baseline)
{
    struct armor_profile *profile = new_profile();
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    size_t count = profile->rule_count;
    ck_assert_uint_gt(count, 5);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(profile->rules[i]->origin, ARMOR_ORIGIN_BASELINE);
        ck_assert_str_ne(armor_rule_more(profile->rules[i])->reason, "");
        ck_assert_uint_eq(profile->rules[i]->count, 0);
        ck_assert(!armor_rule_more(profile->rules[i])->peer ||
                  strcmp(armor_rule_more(profile->rules[i])->peer, "SELF") != 0);
    }
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    ck_assert_uint_eq(profile->rule_count, count);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile");
    TCase *tcase = check_case(suite, "profile");
    tcase_add_loop_test(tcase, new_and_free, 0, LENGTH(names));
    tcase_add_test(tcase, merge_widens);
    tcase_add_test(tcase, move_and_remove);
    tcase_add_test(tcase, move_onto_another);
    tcase_add_test(tcase, values_grow);
    tcase_add_test(tcase, rules_are_capped);
    tcase_add_test(tcase, words_are_capped);
    tcase_add_test(tcase, sorted_whatever_the_order);
    tcase_add_test(tcase, baseline);
    return check_main(suite);
}

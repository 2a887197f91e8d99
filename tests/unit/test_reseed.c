/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reseed: a seed into a profile state, another in its place, and what was seen or decided stays. */
#include "armor/baseline.h"
#include "armor/limits.h"
#include "armor/reseed.h"

#include "check_main.h"
#include "rule_more.h"

#include <errno.h>
#include <stdio.h>

static struct armor_profile *profile;
static struct armor_seed *seed;

static void setup(void)
{
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    ck_assert_int_eq(armor_seed_new(&seed), 0);
}

static void teardown(void)
{
    armor_seed_free(seed);
    armor_profile_free(profile);
}

static void say(enum armor_seed_grant grant, const char *path, uint32_t mask)
{
    struct armor_seed_rule rule = {
        .access = {.kind = ARMOR_RULE_FILE, .mask = mask, .name = armor_slice_of(path)},
        .grant = grant,
        .source = {.file = "c.yml", .line = 12, .column = 5},
        .reason = "because",
    };
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), 1);
}

static void reseed(void)
{
    struct armor_profile *fresh = NULL;
    ck_assert_int_eq(armor_profile_reseed(profile, seed, 1, &fresh), 0);
    armor_profile_free(profile);
    profile = fresh;
    armor_seed_free(seed);
    ck_assert_int_eq(armor_seed_new(&seed), 0);
}

static struct armor_rule *find(enum armor_state state, const char *path)
{
    struct armor_access access = {.kind = ARMOR_RULE_FILE, .state = state, .name = armor_slice_of(path)};
    return armor_profile_find(profile, &access);
}

static struct armor_rule *observe(const char *path, uint32_t mask)
{
    struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = mask, .name = armor_slice_of(path)};
    struct armor_rule *rule = NULL;
    ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
    rule->count++;
    rule->first_usec = rule->last_usec = 7;
    ck_assert_int_ge(armor_profile_word(profile, ARMOR_SLICE("nginx"), &rule->comm), 0);
    return rule;
}

START_TEST(each_grant_has_its_state)
{
    size_t baseline = profile->rule_count;
    profile->events = 3;
    profile->skipped[ARMOR_SKIP_MEMFD] = 2;
    profile->last_novel_usec = 9;
    profile->null_child = true;
    profile->owner = &seed;
    say(ARMOR_SEED_GRANTED, "/data/**", ARMOR_FILE_READ);
    say(ARMOR_SEED_EXPECTED, "/app/**", ARMOR_FILE_READ);
    say(ARMOR_SEED_DENIED, "/etc/**", ARMOR_FILE_WRITE);
    reseed();
    ck_assert_uint_eq(profile->rule_count, baseline + 3);
    ck_assert_uint_eq(profile->events, 3);
    ck_assert_uint_eq(profile->skipped[ARMOR_SKIP_MEMFD], 2);
    ck_assert_int_eq(profile->last_novel_usec, 9);
    ck_assert(profile->null_child);
    ck_assert_ptr_eq(profile->owner, &seed);
    ck_assert_int_eq(profile->rules[0]->origin, ARMOR_ORIGIN_BASELINE);
    ck_assert_ptr_nonnull(armor_rule_more(profile->rules[0])->reason);
    const struct armor_rule *granted = find(ARMOR_STATE_ACTIVE, "/data/**");
    ck_assert_int_eq(granted->origin, ARMOR_ORIGIN_SEEDED);
    ck_assert_str_eq(armor_rule_more(granted)->source, "c.yml:12:5");
    ck_assert_str_eq(armor_rule_more(granted)->reason, "because");
    ck_assert_ptr_nonnull(find(ARMOR_STATE_EXPECTED, "/app/**"));
    ck_assert_ptr_nonnull(find(ARMOR_STATE_DENIED, "/etc/**"));
}
END_TEST

START_TEST(another_seed_takes_the_place_of_what_was_never_seen)
{
    say(ARMOR_SEED_GRANTED, "/old/**", ARMOR_FILE_READ);
    say(ARMOR_SEED_GRANTED, "/seen", ARMOR_FILE_READ);
    say(ARMOR_SEED_DENIED, "/decided", ARMOR_FILE_WRITE);
    say(ARMOR_SEED_EXPECTED, "/kept", ARMOR_FILE_READ);
    reseed();
    (void)observe("/seen", ARMOR_FILE_READ);
    struct armor_rule *decided = find(ARMOR_STATE_DENIED, "/decided");
    ck_assert_int_ge(armor_profile_word(profile, ARMOR_SLICE("root (uid 0)"),
                                        &more_of(profile, decided)->decided_by),
                     0);
    say(ARMOR_SEED_EXPECTED, "/kept", ARMOR_FILE_READ);
    say(ARMOR_SEED_GRANTED, "/new", ARMOR_FILE_READ);
    size_t before = profile->rule_count;
    reseed();
    ck_assert_uint_eq(profile->rule_count, before); /* one gone, one new */
    ck_assert_ptr_null(find(ARMOR_STATE_ACTIVE, "/old/**"));
    ck_assert_ptr_nonnull(find(ARMOR_STATE_ACTIVE, "/new"));
    ck_assert_ptr_nonnull(find(ARMOR_STATE_EXPECTED, "/kept"));
    ck_assert_str_eq(armor_rule_more(find(ARMOR_STATE_DENIED, "/decided"))->decided_by, "root (uid 0)");
    ck_assert_str_eq(find(ARMOR_STATE_ACTIVE, "/seen")->comm, "nginx");
    ck_assert_uint_eq(find(ARMOR_STATE_ACTIVE, "/seen")->count, 1);
}
END_TEST

START_TEST(what_was_seen_stays_as_it_is_unless_the_seed_allows_more)
{
    (void)observe("/same", ARMOR_FILE_READ);
    (void)observe("/wider", ARMOR_FILE_READ);
    say(ARMOR_SEED_GRANTED, "/same", ARMOR_FILE_READ);
    say(ARMOR_SEED_GRANTED, "/wider", ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    say(ARMOR_SEED_GRANTED, "/dev/null", ARMOR_FILE_READ | ARMOR_FILE_LOCK);
    reseed();
    ck_assert_int_eq(find(ARMOR_STATE_ACTIVE, "/same")->origin, ARMOR_ORIGIN_OBSERVED);
    ck_assert_ptr_null(armor_rule_more(find(ARMOR_STATE_ACTIVE, "/same"))->source);
    const struct armor_rule *wider = find(ARMOR_STATE_ACTIVE, "/wider");
    ck_assert_int_eq(wider->origin, ARMOR_ORIGIN_SEEDED);
    ck_assert_uint_eq(wider->mask, ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    ck_assert_uint_eq(wider->count, 1);
    ck_assert_int_eq(find(ARMOR_STATE_ACTIVE, "/dev/null")->origin, ARMOR_ORIGIN_BASELINE);
}
END_TEST

START_TEST(what_is_granted_too_is_not_expected)
{
    say(ARMOR_SEED_EXPECTED, "/a", ARMOR_FILE_READ);
    say(ARMOR_SEED_EXPECTED, "/b", ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    say(ARMOR_SEED_GRANTED, "/a", ARMOR_FILE_READ | ARMOR_FILE_LOCK);
    say(ARMOR_SEED_GRANTED, "/b", ARMOR_FILE_READ);
    reseed();
    ck_assert_ptr_null(find(ARMOR_STATE_EXPECTED, "/a"));
    ck_assert_ptr_nonnull(find(ARMOR_STATE_EXPECTED, "/b"));
}
END_TEST

START_TEST(a_seed_can_be_given_back)
{
    say(ARMOR_SEED_GRANTED, "/a", ARMOR_FILE_READ);
    say(ARMOR_SEED_EXPECTED, "/b", ARMOR_FILE_READ);
    say(ARMOR_SEED_DENIED, "/c", ARMOR_FILE_WRITE);
    reseed();
    size_t count = profile->rule_count;
    struct armor_seed *before = NULL;
    ck_assert_int_eq(armor_seed_new(&before), 0);
    ck_assert_int_eq(armor_seed_from_profile(profile, before), 0);
    ck_assert_uint_eq(before->rule_count, 3);
    say(ARMOR_SEED_GRANTED, "/other", ARMOR_FILE_READ);
    reseed();
    armor_seed_free(seed);
    seed = before;
    reseed();
    ck_assert_uint_eq(profile->rule_count, count);
    ck_assert_str_eq(armor_rule_more(find(ARMOR_STATE_ACTIVE, "/a"))->source, "c.yml:12:5");
    ck_assert_ptr_nonnull(find(ARMOR_STATE_EXPECTED, "/b"));
    ck_assert_ptr_nonnull(find(ARMOR_STATE_DENIED, "/c"));
    ck_assert_ptr_null(find(ARMOR_STATE_ACTIVE, "/other"));
}
END_TEST

START_TEST(over_the_cap_nothing_changes)
{
    char path[32];
    for (int i = 0; profile->rule_count < ARMOR_RULES_MAX; i++) {
        (void)snprintf(path, sizeof path, "/%d", i);
        (void)observe(path, ARMOR_FILE_READ);
    }
    struct armor_profile *fresh = NULL;
    say(ARMOR_SEED_GRANTED, "/one-more", ARMOR_FILE_READ);
    ck_assert_int_eq(armor_profile_reseed(profile, seed, 1, &fresh), -E2BIG);
    ck_assert_ptr_null(fresh);
    ck_assert_uint_eq(profile->rule_count, ARMOR_RULES_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reseed");
    TCase *tcase = check_case(suite, "reseed");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_grant_has_its_state);
    tcase_add_test(tcase, another_seed_takes_the_place_of_what_was_never_seen);
    tcase_add_test(tcase, what_was_seen_stays_as_it_is_unless_the_seed_allows_more);
    tcase_add_test(tcase, what_is_granted_too_is_not_expected);
    tcase_add_test(tcase, a_seed_can_be_given_back);
    tcase_add_test(tcase, over_the_cap_nothing_changes);
    return check_main(suite);
}

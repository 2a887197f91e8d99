/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectation: what a source said to be likely stands in the policy as far as something asked for it. */
#include "armor/generalise.h"
#include "armor/render.h"

#include "check_main.h"
#include "rule_more.h"

#include <stdio.h>

static struct armor_profile *evidence;
static struct armor_profile *policy;

static void setup(void)
{
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &evidence), 0);
    policy = NULL;
}

static void teardown(void)
{
    armor_profile_free(policy);
    armor_profile_free(evidence);
}

static struct armor_rule *put(enum armor_rule_kind kind, enum armor_state state, const char *name,
                              uint32_t mask)
{
    struct armor_access access = {.kind = kind, .state = state, .mask = mask, .name = armor_slice_of(name)};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(evidence, &access, &rule), 1);
    return rule;
}

static void expect(enum armor_rule_kind kind, const char *name, uint32_t mask)
{
    struct armor_rule *rule = put(kind, ARMOR_STATE_EXPECTED, name, mask);
    rule->origin = ARMOR_ORIGIN_SEEDED;
    struct armor_rule_more *more = more_of(evidence, rule);
    ck_assert_int_ge(armor_profile_word(evidence, ARMOR_SLICE("Dockerfile:3:1"), &more->source), 0);
    ck_assert_int_ge(armor_profile_word(evidence, ARMOR_SLICE("COPY brings it"), &more->reason), 0);
}

static void see(enum armor_rule_kind kind, const char *name, uint32_t mask)
{
    struct armor_rule *rule = put(kind, ARMOR_STATE_ACTIVE, name, mask);
    rule->count = 1;
    rule->first_usec = rule->last_usec = 7;
}

static void make(void)
{
    static const struct armor_generalise_options options = {.without = ARMOR_MAKE_ALL};
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
}

static uint32_t mask_of(enum armor_rule_kind kind, enum armor_state state, const char *name)
{
    struct armor_access access = {.kind = kind, .state = state, .name = armor_slice_of(name)};
    const struct armor_rule *rule = armor_profile_find(policy, &access);
    return !rule ? 0 : rule->mask ? rule->mask : UINT32_MAX;
}

#define ACTIVE(name)   mask_of(ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, name)
#define EXPECTED(name) mask_of(ARMOR_RULE_FILE, ARMOR_STATE_EXPECTED, name)

START_TEST(nothing_is_granted_that_nobody_asked_for)
{
    expect(ARMOR_RULE_FILE, "/app/**", ARMOR_FILE_READ);
    expect(ARMOR_RULE_EXEC, "/usr/bin/web", 0);
    see(ARMOR_RULE_FILE, "/application/x", ARMOR_FILE_READ);
    see(ARMOR_RULE_FILE, "/usr/bin/web", ARMOR_FILE_READ); /* read isn't run */
    make();
    ck_assert_uint_eq(ACTIVE("/app/**"), 0);
    ck_assert_uint_eq(EXPECTED("/app/**"), ARMOR_FILE_READ);
    ck_assert_uint_eq(mask_of(ARMOR_RULE_EXEC, ARMOR_STATE_EXPECTED, "/usr/bin/web"), UINT32_MAX);
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ck_assert_int_eq(armor_render(policy, ARMOR_MODE_ENFORCED, NULL, &text), 0);
    ck_assert_ptr_null(strstr(text.bytes, "/app/**"));
    armor_text_done(&text);
}
END_TEST

START_TEST(one_access_grants_the_bits_that_it_asked_for)
{
    expect(ARMOR_RULE_FILE, "/app/**", ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_LOCK);
    see(ARMOR_RULE_FILE, "/app/a/b", ARMOR_FILE_READ);
    see(ARMOR_RULE_FILE, "/app/log", ARMOR_FILE_APPEND);
    make();
    ck_assert_uint_eq(ACTIVE("/app/**"), ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    ck_assert_uint_eq(EXPECTED("/app/**"), ARMOR_FILE_LOCK);
    struct armor_access access = {.kind = ARMOR_RULE_FILE, .name = ARMOR_SLICE("/app/**")};
    const struct armor_rule *rule = armor_profile_find(policy, &access);
    ck_assert_int_eq(rule->origin, ARMOR_ORIGIN_SEEDED);
    ck_assert_str_eq(armor_rule_more(rule)->source, "Dockerfile:3:1");
    ck_assert_str_eq(armor_rule_more(rule)->reason, "COPY brings it");
    access.state = ARMOR_STATE_EXPECTED;
    ck_assert_ptr_nonnull(armor_profile_find(evidence, &access)); /* which is as it was */
}
END_TEST

START_TEST(a_program_is_granted_where_it_is_run)
{
    expect(ARMOR_RULE_EXEC, "/{usr/,}bin/web", 0);
    see(ARMOR_RULE_EXEC, "/usr/bin/web", 0);
    make();
    ck_assert_uint_eq(mask_of(ARMOR_RULE_EXEC, ARMOR_STATE_ACTIVE, "/{usr/,}bin/web"), UINT32_MAX);
    ck_assert_uint_eq(mask_of(ARMOR_RULE_EXEC, ARMOR_STATE_EXPECTED, "/{usr/,}bin/web"), 0);
}
END_TEST

START_TEST(other_kinds_go_by_their_words)
{
    struct armor_access wanted = {.kind = ARMOR_RULE_NETWORK,
                                  .state = ARMOR_STATE_EXPECTED,
                                  .name = ARMOR_SLICE("inet")};
    struct armor_access asked = {.kind = ARMOR_RULE_NETWORK,
                                 .name = ARMOR_SLICE("inet"),
                                 .detail = ARMOR_SLICE("stream")};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(evidence, &wanted, &rule), 1);
    ck_assert_int_eq(armor_profile_merge(evidence, &asked, &rule), 1);
    rule->count = 1;
    expect(ARMOR_RULE_CAPABILITY, "chown", 0);
    make();
    ck_assert_uint_eq(mask_of(ARMOR_RULE_NETWORK, ARMOR_STATE_ACTIVE, "inet"), UINT32_MAX);
    ck_assert_uint_eq(mask_of(ARMOR_RULE_CAPABILITY, ARMOR_STATE_EXPECTED, "chown"), UINT32_MAX);
}
END_TEST

START_TEST(what_waits_speaks_for_nothing)
{
    expect(ARMOR_RULE_FILE, "/run/app/**", ARMOR_FILE_READ);
    struct armor_rule *rule = put(ARMOR_RULE_FILE, ARMOR_STATE_QUARANTINED, "/run/app/x", ARMOR_FILE_READ);
    rule->count = 3;
    put(ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, "/run/app/y", ARMOR_FILE_READ); /* of a baseline: nobody asked */
    make();
    ck_assert_uint_eq(ACTIVE("/run/app/**"), 0);
}
END_TEST

static const struct {
    const char *pattern;
    const char *seen;
    uint32_t granted; /* of rw, when both were asked for */
} held[] = {
    {"/**", "/srv/a", 0},
    {"/etc/**", "/etc/nginx/a", 0},
    {"/usr/**", "/usr/share/a", ARMOR_FILE_READ}, /* writing there changes programs */
    {"/proc/**", "/proc/meminfo", 0},
    {"/srv/**", "/srv/a", ARMOR_FILE_READ | ARMOR_FILE_WRITE},
    {"/var/lib/app/**", "/var/lib/app/a", ARMOR_FILE_READ | ARMOR_FILE_WRITE},
};

/* One file of a tree says nothing of what a guard rail holds elsewhere in it. */
START_TEST(a_guard_rail_inside_keeps_a_tree_waiting)
{
    expect(ARMOR_RULE_FILE, held[_i].pattern, ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    see(ARMOR_RULE_FILE, held[_i].seen, ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    make();
    ck_assert_uint_eq(ACTIVE(held[_i].pattern), held[_i].granted);
    ck_assert_uint_eq(ACTIVE(held[_i].seen), ARMOR_FILE_READ | ARMOR_FILE_WRITE);
}
END_TEST

/* What a source grants is granted as it stands there: names that nobody asked for make no pattern. */
START_TEST(a_seed_is_no_evidence)
{
    static const struct armor_generalise_options options = {0};
    char name[64];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof name, "/srv/spool/job-%04d.tmp", i);
        put(ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, name, ARMOR_FILE_READ | ARMOR_FILE_WRITE)->origin =
            ARMOR_ORIGIN_SEEDED;
    }
    put(ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, "/data/**", ARMOR_FILE_READ)->origin = ARMOR_ORIGIN_SEEDED;
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    ck_assert_uint_eq(policy->rule_count, 41);
    ck_assert_uint_eq(ACTIVE("/srv/spool/job-0007.tmp"), ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    ck_assert_uint_eq(ACTIVE("/data/**"), ARMOR_FILE_READ);
}
END_TEST

START_TEST(the_order_of_events_changes_nothing)
{
    static const char *const names[] = {"/app/a", "/app/b/c", "/etc/x", "/srv/y"};
    struct armor_text texts[2] = {ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX),
                                  ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX)};
    for (size_t round = 0; round < 2; round++) {
        teardown();
        setup();
        expect(ARMOR_RULE_FILE, round ? "/srv/**" : "/app/**", ARMOR_FILE_READ);
        for (size_t i = 0; i < LENGTH(names); i++) {
            see(ARMOR_RULE_FILE, names[round ? LENGTH(names) - 1 - i : i], ARMOR_FILE_READ);
        }
        expect(ARMOR_RULE_FILE, round ? "/app/**" : "/srv/**", ARMOR_FILE_READ);
        make();
        ck_assert_int_eq(armor_render(policy, ARMOR_MODE_ENFORCED, NULL, &texts[round]), 0);
    }
    ck_assert_str_eq(texts[0].bytes, texts[1].bytes);
    armor_text_done(&texts[0]);
    armor_text_done(&texts[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expect");
    TCase *tcase = check_case(suite, "expect");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_is_granted_that_nobody_asked_for);
    tcase_add_test(tcase, one_access_grants_the_bits_that_it_asked_for);
    tcase_add_test(tcase, a_program_is_granted_where_it_is_run);
    tcase_add_test(tcase, other_kinds_go_by_their_words);
    tcase_add_test(tcase, what_waits_speaks_for_nothing);
    tcase_add_loop_test(tcase, a_guard_rail_inside_keeps_a_tree_waiting, 0, (int)LENGTH(held));
    tcase_add_test(tcase, a_seed_is_no_evidence);
    tcase_add_test(tcase, the_order_of_events_changes_nothing);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seed: text is owned, the first source stays, caps hold, paths are cleaned by their text alone. */
#include "armor/limits.h"
#include "armor/seed.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static struct armor_seed *seed;

static void setup(void)
{
    ck_assert_int_eq(armor_seed_new(&seed), 0);
}

static void teardown(void)
{
    armor_seed_free(seed);
    armor_seed_free(NULL);
}

static struct armor_seed_rule file_rule(const char *path, size_t line)
{
    return (struct armor_seed_rule){.access = {.kind = ARMOR_RULE_FILE,
                                               .mask = ARMOR_FILE_READ,
                                               .name = armor_slice_of(path)},
                                    .grant = ARMOR_SEED_EXPECTED,
                                    .source = {.file = "Dockerfile", .line = line, .column = 1},
                                    .reason = "because"};
}

START_TEST(first_source_stays)
{
    char path[] = "/a";
    struct armor_seed_rule rule = file_rule(path, 1);
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), 1);
    path[1] = 'x'; /* the seed has its own copy */
    rule = file_rule("/a", 2);
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), 0);
    rule.grant = ARMOR_SEED_GRANTED;
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), 1);
    ck_assert_uint_eq(seed->rule_count, 2);
    check_slice(seed->rules[0].access.name, "/a", "name");
    check_slice(seed->rules[0].access.detail, NULL, "detail");
    ck_assert_uint_eq(seed->rules[0].source.line, 1);
    ck_assert_ptr_eq(seed->rules[0].source.file, seed->rules[1].source.file);
}
END_TEST

START_TEST(one_finding_of_a_code_in_a_place)
{
    struct armor_finding finding = {.severity = ARMOR_SEVERITY_HIGH,
                                    .code = "sudo",
                                    .source = {.line = 3, .column = 1},
                                    .text = "what"};
    ck_assert_int_eq(armor_seed_add_finding(seed, &finding), 1);
    ck_assert_int_eq(armor_seed_add_finding(seed, &finding), 0);
    finding.source.column = 9;
    finding.suppressed = "tested so";
    ck_assert_int_eq(armor_seed_add_finding(seed, &finding), 1);
    ck_assert_ptr_null(seed->findings[0].fix);
    ck_assert_str_eq(seed->findings[1].suppressed, "tested so");
}
END_TEST

START_TEST(caps)
{
    char path[32];
    for (int i = 0; i < ARMOR_SEED_RULES_MAX; i++) {
        (void)snprintf(path, sizeof path, "/%d", i);
        struct armor_seed_rule rule = file_rule(path, 1);
        ck_assert_int_eq(armor_seed_add_rule(seed, &rule), 1);
    }
    struct armor_seed_rule rule = file_rule("/one-more", 1);
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), -E2BIG);
    rule.access.name = (struct armor_slice){"/\0", 2};
    ck_assert_int_eq(armor_seed_add_rule(seed, &rule), -EINVAL);
    ck_assert_uint_eq(seed->rule_count, ARMOR_SEED_RULES_MAX);
    struct armor_finding finding = {.code = "sudo", .text = "what"};
    for (size_t i = 0; i < ARMOR_SEED_FINDINGS_MAX; i++) {
        finding.source.line = i;
        ck_assert_int_eq(armor_seed_add_finding(seed, &finding), 1);
    }
    finding.source.line++;
    ck_assert_int_eq(armor_seed_add_finding(seed, &finding), -E2BIG);
}
END_TEST

START_TEST(a_tree_is_two_patterns)
{
    struct armor_seed_rule rule = file_rule(NULL, 1);
    uint32_t mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE;
    ck_assert_int_eq(armor_seed_add_tree(seed, &rule, ARMOR_SLICE("/da*ta/"), mask), 1);
    ck_assert_int_eq(armor_seed_add_tree(seed, &rule, ARMOR_SLICE("/da*ta"), mask), 0);
    ck_assert_uint_eq(seed->rule_count, 2);
    check_slice(seed->rules[0].access.name, "/da\\*ta/", "top");
    ck_assert_uint_eq(seed->rules[0].access.mask, ARMOR_FILE_READ);
    check_slice(seed->rules[1].access.name, "/da\\*ta/**", "below");
    ck_assert_uint_eq(seed->rules[1].access.mask, mask);
    ck_assert_int_eq(armor_seed_add_tree(seed, &rule, ARMOR_SLICE("/"), mask), 1);
    check_slice(seed->rules[2].access.name, "/", "root");
    check_slice(seed->rules[3].access.name, "/**", "below root");
}
END_TEST

START_TEST(paths)
{
    static const char *const cases[][3] = {
        {"/app", "x", "/app/x"},  {"/app", "/x/", "/x"},
        {"/app", ".", "/app"},    {"/app", "", "/app"},
        {"/a/b", "../c", "/a/c"}, {"/", "..", "/"},
        {"/a", "../../..", "/"},  {"/a//b/", "./c//d", "/a/b/c/d"},
        {"/", "a/./b/..", "/a"},  {"/a", "..x", "/a/..x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct armor_text clean = ARMOR_TEXT_INIT(100);
        armor_seed_path(&clean, armor_slice_of(cases[i][0]), armor_slice_of(cases[i][1]));
        ck_assert_int_eq(clean.error, 0);
        ck_assert_str_eq(clean.bytes, cases[i][2]);
        ck_assert_uint_eq(clean.length, strlen(cases[i][2]));
        armor_text_done(&clean);
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(armor_seed_grant_name(ARMOR_SEED_DENIED), "denied");
    ck_assert_str_eq(armor_seed_grant_name(ARMOR_SEED_GRANT_COUNT), "unknown");
    ck_assert_str_eq(armor_severity_name(ARMOR_SEVERITY_MEDIUM), "medium");
    ck_assert_str_eq(armor_severity_name(ARMOR_SEVERITY_COUNT), "unknown");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seed");
    TCase *tcase = check_case(suite, "seed");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, first_source_stays);
    tcase_add_test(tcase, one_finding_of_a_code_in_a_place);
    tcase_add_test(tcase, caps);
    tcase_add_test(tcase, a_tree_is_two_patterns);
    tcase_add_test(tcase, paths);
    tcase_add_test(tcase, names);
    return check_main(suite);
}

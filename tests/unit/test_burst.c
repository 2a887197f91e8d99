/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bursts: the busiest minute, by the records' own times. */
#include "armor/burst.h"

#include "armor/json.h"

#include "check_main.h"
#include "rule_more.h"

#include <stdio.h>

static const int64_t second_usec = 1000000;

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

/* COUNT rules, first seen from SECOND on, EVERY usec after the other. */
static void add(struct armor_profile *profile, size_t count, int64_t second, int64_t every)
{
    for (size_t i = 0; i < count; i++) {
        char name[64];
        struct armor_rule *rule = NULL;
        (void)snprintf(name, sizeof name, "/%lld/%zu", (long long)second, i);
        const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                            .mask = ARMOR_FILE_READ,
                                            .name = armor_slice_of(name)};
        ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
        rule->count = 1;
        rule->first_usec = rule->last_usec = second * second_usec + (int64_t)i * every;
    }
}

static int find(const struct armor_profile *profile, size_t rules, int64_t second)
{
    struct armor_burst burst = {.rules = 77};
    int code = armor_burst_find(profile, &burst);
    ck_assert_uint_eq(burst.rules, rules);
    ck_assert_int_eq(burst.from_usec, second * second_usec);
    return code;
}

START_TEST(a_start_is_none)
{
    struct armor_profile *profile = new_profile();
    ck_assert_int_eq(find(profile, 0, 0), 0);
    add(profile, 3000, 1000, 1000);
    ck_assert_int_eq(find(profile, 0, 0), 0);
    add(profile, ARMOR_BURST_RULES, 1000 + ARMOR_BURST_START_SECONDS, 100000);
    ck_assert_int_eq(find(profile, ARMOR_BURST_RULES, 1000 + ARMOR_BURST_START_SECONDS), 0);
    armor_profile_free(profile);
}
END_TEST

START_TEST(a_flood_is_one)
{
    struct armor_profile *profile = new_profile();
    add(profile, 600, 9000, 50000); /* in an order of their own */
    add(profile, 10, 1000, 1);
    add(profile, 100, 5000, 1000);
    ck_assert_int_eq(find(profile, 600, 9000), 1);
    json_t *json = armor_profile_to_json(profile);
    const json_t *burst = json_object_get(json, "burst");
    ck_assert_int_eq(json_integer_value(json_object_get(burst, "rules")), 600);
    ck_assert_str_eq(json_string_value(json_object_get(burst, "from")), "1970-01-01T02:30:00.000000Z");
    json_decref(json);
    armor_profile_free(profile);
}
END_TEST

/* Two thousand in an hour are many, and no burst. */
START_TEST(a_steady_stream_is_none)
{
    struct armor_profile *profile = new_profile();
    struct armor_burst burst;
    add(profile, 1, 0, 1);
    add(profile, 2000, 1000, 1800000);
    ck_assert_int_eq(armor_burst_find(profile, &burst), 0);
    ck_assert_uint_eq(burst.rules, 34);
    json_t *json = armor_profile_to_json(profile);
    ck_assert_ptr_null(json_object_get(json, "burst"));
    json_decref(json);
    armor_profile_free(profile);
}
END_TEST

/* A rule for NAME that COMM asked for at SECOND. */
static void ask(struct armor_profile *profile, const char *name, const char *comm, int64_t second)
{
    ask_to_read(profile, name, comm, second * second_usec);
}

static void check_share(const struct armor_burst_share *share, size_t rules, const char *word)
{
    ck_assert_uint_eq(share->rules, rules);
    ck_assert_msg(armor_slice_is(share->word, word), "%.*s", (int)share->word.length, share->word.bytes);
}

START_TEST(what_a_burst_is_made_of)
{
    struct armor_profile *profile = new_profile();
    struct armor_burst_share shares[ARMOR_BURST_SHARES];
    const struct armor_burst burst = {.rules = 9, .from_usec = 1000 * second_usec};
    ask(profile, "/early/x", "early", 999);
    ask(profile, "/late/x", "late", 1060);
    ask(profile, "/b/1", "cp", 1000);
    ask(profile, "/c/1", "cp", 1001);
    ask(profile, "/c/2", "cp", 1059);
    ask(profile, "/c/", "ls", 1059); /* a directory itself */
    ask(profile, "/a/1", "find", 1010);
    ask(profile, "/d/e/1", "find", 1010);
    ask(profile, "/d/e/2", "sh", 1010);
    ck_assert_int_eq(armor_burst_shares(profile, &burst, ARMOR_BURST_BY_DIRECTORY, shares), 3);
    check_share(&shares[0], 3, "/c/");
    check_share(&shares[1], 2, "/d/e/");
    check_share(&shares[2], 1, "/a/");
    ck_assert_int_eq(armor_burst_shares(profile, &burst, ARMOR_BURST_BY_PROGRAM, shares), 3);
    check_share(&shares[0], 3, "cp");
    check_share(&shares[1], 2, "find");
    check_share(&shares[2], 1, "ls");
    const struct armor_burst none = {.from_usec = 5000 * second_usec};
    ck_assert_int_eq(armor_burst_shares(profile, &none, ARMOR_BURST_BY_PROGRAM, shares), 0);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("burst");
    TCase *tcase = check_case(suite, "burst");
    tcase_add_test(tcase, a_start_is_none);
    tcase_add_test(tcase, a_flood_is_one);
    tcase_add_test(tcase, what_a_burst_is_made_of);
    tcase_add_test(tcase, a_steady_stream_is_none);
    return check_main(suite);
}

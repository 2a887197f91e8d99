/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict: each reason, and the estimate against values worked out elsewhere. */
#include "armor/readiness.h"

#include "check_main.h"

#include <string.h>

static struct armor_runs runs;
static struct armor_evidence evidence;

static void set_up(void)
{
    runs = (struct armor_runs){0};
    evidence = (struct armor_evidence){.runs = &runs, .events = 100, .limit = 0.2};
}

/* Another run, that used USED of 100 rules and needed NOVEL new ones. */
static void run(uint32_t novel, uint32_t used)
{
    struct armor_run *begun = armor_runs_begin(&runs, runs.count);
    begun->novel = novel;
    begun->used = used;
    begun->known = 100;
}

static struct armor_readiness judge(void)
{
    struct armor_readiness readiness;
    armor_readiness_judge(&evidence, &readiness);
    return readiness;
}

static bool near(double a, double b)
{
    return a - b < 0.0005 && b - a < 0.0005;
}

START_TEST(without_runs)
{
    struct armor_readiness readiness = judge();
    ck_assert(!readiness.ready && !readiness.enough && !readiness.known);
    ck_assert_ptr_nonnull(strstr(readiness.verdict, "no start of the container was seen"));
    run(100, 100);
    readiness = judge();
    ck_assert(!readiness.ready && !readiness.known);
    ck_assert_ptr_nonnull(strstr(readiness.verdict, "1 run seen"));
    ck_assert_uint_eq(readiness.more, 2);
}
END_TEST

/* Chances and bounds by the model's formula, worked out with another program. */
START_TEST(runs_without_news)
{
    static const struct {
        double chance, low, high;
    } expected[] = {{0.3040, 0.1393, 0.7942}, {0.1910, 0.0952, 0.5330}, {0.1381, 0.0723, 0.4094}};
    run(100, 100);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        run(0, 100);
        struct armor_readiness readiness = judge();
        ck_assert_msg(near(readiness.chance, expected[i].chance) && near(readiness.low, expected[i].low) &&
                          near(readiness.high, expected[i].high),
                      "%zu: %f, %f-%f", i, readiness.chance, readiness.low, readiness.high);
        ck_assert_int_eq(readiness.enough, i > 0);
        ck_assert_uint_eq(readiness.more, i == 0);
    }
    ck_assert_str_eq(judge().verdict,
                     "ready: 4 runs seen, 0 of the 3 after the first with a new rule; chance that the "
                     "next needs a rule that isn't there: 14 % (7-41 %)");
    for (int i = 0; i < 200; i++) {
        run(0, 100);
    }
    struct armor_readiness readiness = judge();
    ck_assert_uint_eq(readiness.judged, ARMOR_RUNS_MAX - 1); /* older ones aren't kept */
    ck_assert(readiness.chance > 0 && readiness.chance < 0.01);
}
END_TEST

START_TEST(runs_with_news)
{
    run(100, 100);
    run(5, 100);
    struct armor_readiness readiness = judge();
    ck_assert(readiness.chance > 0.7 && readiness.chance < 1);
    ck_assert_uint_eq(readiness.novel, 1);
    ck_assert_uint_eq(readiness.more, 3);
    ck_assert_str_eq(readiness.advice, "restart it 3 times more, and use it in between");
    double before = readiness.chance;
    for (unsigned left = 3; left > 0; left--) {
        ck_assert_uint_eq(judge().more, left);
        run(0, 100);
        ck_assert(judge().chance < before);
        before = judge().chance;
    }
    ck_assert(judge().enough);
    run(1, 100);
    ck_assert(judge().chance > before);
    for (int i = 0; i < 60; i++) {
        run(1, 100);
    }
    ck_assert(judge().chance > 0.3 && !judge().enough); /* news in each of sixty runs */
}
END_TEST

START_TEST(a_run_counts_for_what_it_used)
{
    run(100, 100);
    for (int i = 0; i < 5; i++) {
        run(0, 20); /* restarted, and not used */
    }
    struct armor_readiness readiness = judge();
    ck_assert(near(readiness.weight, 1));
    ck_assert_str_eq(readiness.advice,
                     "use it as it is meant to be used: this run has needed 20 of the 100 rules");
    double before = readiness.chance;
    run(0, 0);
    ck_assert(near(judge().weight, 1));
    ck_assert(near(judge().chance, before));
    run(0, 100);
    ck_assert(near(judge().weight, 2) && judge().chance < before);
}
END_TEST

START_TEST(what_stands_in_the_way)
{
    run(100, 100);
    run(0, 100);
    run(0, 100);
    ck_assert(judge().ready);
    evidence.unused = 3;
    ck_assert(judge().ready);
    ck_assert_ptr_nonnull(strstr(judge().verdict, "; 3 expected rules were never used"));
    evidence.waiting = 1;
    ck_assert(!judge().ready && judge().enough);
    ck_assert_str_eq(judge().verdict, "not yet: 1 rule waits for your decision");
    evidence.missing = "3 audit records lost";
    ck_assert_str_eq(judge().verdict, "not yet: 3 audit records lost");
    evidence.null_child = true;
    ck_assert_ptr_nonnull(strstr(judge().verdict, "where the kernel doesn't log everything"));
    evidence.events = 0;
    ck_assert_str_eq(judge().verdict, "not yet: nothing was seen");
}
END_TEST

START_TEST(runs_are_kept_in_a_ring)
{
    for (uint32_t i = 1; i <= ARMOR_RUNS_MAX + 5; i++) {
        run(i, 0);
    }
    ck_assert_ptr_null(armor_runs_get(&runs, 0));
    ck_assert_ptr_null(armor_runs_get(&runs, 5));
    ck_assert_uint_eq(armor_runs_get(&runs, 6)->novel, 6);
    ck_assert_uint_eq(armor_runs_at(&runs, ARMOR_RUNS_MAX + 5)->novel, ARMOR_RUNS_MAX + 5);
    ck_assert_ptr_null(armor_runs_at(&runs, ARMOR_RUNS_MAX + 6));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readiness");
    TCase *all = check_case(suite, "readiness");
    tcase_add_checked_fixture(all, set_up, NULL);
    tcase_add_test(all, without_runs);
    tcase_add_test(all, runs_without_news);
    tcase_add_test(all, runs_with_news);
    tcase_add_test(all, a_run_counts_for_what_it_used);
    tcase_add_test(all, what_stands_in_the_way);
    tcase_add_test(all, runs_are_kept_in_a_ring);
    return check_main(suite);
}

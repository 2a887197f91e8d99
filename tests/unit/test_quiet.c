/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quieting, against a stand-in for the loader. Time passes by dating reports back. */
#include "promote_rig.h"

#include "clock.h"
#include "quiet.h"

#include <stdlib.h>

enum { SECOND = 1000 * 1000 };

/* Let the loop do what is due now, and what follows from that. */
static void settle(void)
{
    quiet_look(&manager);
    while (sd_event_run(manager.event, 50000) > 0) {
    }
}

/* FILE of the container web was reported, long enough ago for a load. */
static void report(const char *file)
{
    observe("web", file);
    ck_assert_int_gt(find("web")->quieting.newest_usec, 0);
    find("web")->quieting.newest_usec -= 3 * SECOND;
    find("web")->quieting.first_usec -= 3 * SECOND;
    settle();
}

static size_t loads(void)
{
    size_t count = 0;
    for (size_t i = 0; i < loader.count; i++) {
        count += loader.requests[i].request.operation == LOADER_QUIET;
    }
    return count;
}

static const char *last_text(void)
{
    ck_assert_uint_gt(loader.count, 0);
    ck_assert_uint_eq(loader.requests[loader.count - 1].request.operation, LOADER_QUIET);
    return loader.requests[loader.count - 1].text;
}

static void begin(void)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    settle();
    ck_assert_uint_eq(loads(), 0);
}

START_TEST(news_go_back_into_the_kernel)
{
    begin();
    report("/a");
    ck_assert_uint_eq(loads(), 1);
    ck_assert_str_eq(loader.requests[loader.count - 1].request.name, "armord-web");
    ck_assert_ptr_nonnull(strstr(last_text(), "  /a r,\n"));
    ck_assert_ptr_nonnull(strstr(last_text(), "complain"));
    ck_assert_ptr_nonnull(strstr(last_text(), "audit /** px -> armord-web,"));
    ck_assert_ptr_nonnull(strstr(last_text(), "audit signal (receive) peer=unconfined,"));
    ck_assert_uint_eq(find("web")->revision, 1);
    ck_assert_uint_eq(find("web")->quieting.loads, 1);
    report("/b");
    ck_assert_uint_eq(loads(), 2);
    ck_assert_ptr_nonnull(strstr(last_text(), "  /b r,\n"));
}
END_TEST

START_TEST(reports_are_waited_for)
{
    begin();
    observe("web", "/a");
    settle();
    ck_assert_uint_eq(loads(), 0); /* it has only just been seen */
    find("web")->quieting.first_usec -= 11 * SECOND;
    settle();
    ck_assert_uint_eq(loads(), 1); /* more may come, but not for ever */
}
END_TEST

START_TEST(the_same_text_is_not_loaded_again)
{
    begin();
    report("/a");
    report("/a");
    ck_assert_uint_eq(loads(), 1);
    ck_assert_int_gt(find("web")->quieting.retry_usec, clock_monotonic()); /* nor tried each time */
    report("/b");
    ck_assert_uint_eq(loads(), 2);
}
END_TEST

START_TEST(an_expensive_load_is_a_rare_one)
{
    begin();
    loader.world.total_usec = 2 * SECOND;
    report("/a");
    int64_t now = clock_monotonic();
    ck_assert_int_gt(find("web")->quieting.hold_usec, now + 38 * SECOND);
    ck_assert_int_gt(manager.quiet.hold_usec, now + 6 * SECOND); /* for the other containers too */
    report("/b");
    ck_assert_uint_eq(loads(), 1);
}
END_TEST

START_TEST(failures_are_shown_and_tried_less_and_less)
{
    begin();
    loader.refuse[LOADER_QUIET] = -EBADMSG;
    loader.stage[LOADER_QUIET] = LOADER_STAGE_COMPILE;
    report("/a");
    struct quieting *quieting = &find("web")->quieting;
    ck_assert_uint_eq(loads(), 1);
    ck_assert_str_eq(quieting->problem, "the test said no");
    ck_assert_uint_eq(quieting->failures, 1);
    int64_t first = quieting->retry_usec - clock_monotonic();
    report("/b");
    ck_assert_uint_eq(loads(), 1);
    quieting->retry_usec = 0;
    settle();
    ck_assert_uint_eq(loads(), 2); /* by itself, for nobody knows what the kernel has */
    ck_assert_int_gt(quieting->retry_usec - clock_monotonic(), first + first / 2);
    loader.refuse[LOADER_QUIET] = 0;
    quieting->retry_usec = 0;
    settle();
    ck_assert_uint_eq(loads(), 3);
    ck_assert_str_eq(quieting->problem, "");
    ck_assert_uint_eq(quieting->in_a_row, 0);
}
END_TEST

START_TEST(never_beside_a_change)
{
    begin();
    find("web")->changing = true;
    report("/a");
    ck_assert_uint_eq(loads(), 0);
    find("web")->changing = false;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    settle();
    ck_assert_uint_eq(loads(), 0); /* what is enforced isn't made to complain by it */
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    report("/b");
    ck_assert_uint_eq(loads(), 1);
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK);
    settle();
    ck_assert_uint_eq(loads(), 1);
}
END_TEST

START_TEST(an_answer_for_a_container_that_is_gone)
{
    begin();
    observe("web", "/a");
    find("web")->quieting.first_usec -= 11 * SECOND;
    quiet_look(&manager);
    while (!manager.quiet.loading) {
        ck_assert_int_gt(sd_event_run(manager.event, 5 * SECOND), 0);
    }
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK); /* waits behind the load, which came first */
    ck_assert(!manager.quiet.loading);
    ck_assert_uint_eq(loader.requests[loader.count - 1].request.operation, LOADER_AUDIT_BACKLOG);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
}
END_TEST

START_TEST(loss_changes_the_text_at_once)
{
    begin();
    report("/a");
    char *before = strdup(last_text());
    ck_assert_ptr_null(strstr(before, "/armord/generation/"));
    for (unsigned i = 2; i < 4; i++) {
        pipeline_lost(manager.pipeline, 5, "in the test", NULL);
        find("web")->quieting.retry_usec = 0;
        settle();
        ck_assert_uint_eq(loads(), i);
        ck_assert_ptr_nonnull(strstr(last_text(), "  /a r,\n"));
        ck_assert_ptr_nonnull(strstr(last_text(), "  /armord/generation/"));
        ck_assert_str_ne(last_text(), before);
        free(before);
        before = strdup(last_text());
    }
    free(before);
}
END_TEST

START_TEST(a_sample_begins_with_the_baseline)
{
    begin();
    report("/a");
    quieting_sample(find("web"), find("web")->profile->last_novel_usec + 1);
    find("web")->quieting.retry_usec = 0;
    settle();
    ck_assert_uint_eq(loads(), 2);
    ck_assert_ptr_null(strstr(last_text(), "  /a r,\n"));
    ck_assert_ptr_nonnull(strstr(last_text(), "/dev/null"));
    find("web")->quieting.since_usec = find("web")->profile->last_novel_usec;
    report("/a");
    ck_assert_uint_eq(loads(), 3);
    ck_assert_ptr_nonnull(strstr(last_text(), "  /a r,\n"));
}
END_TEST

START_TEST(switched_off_the_kernel_is_told_nothing)
{
    manager.settings.containers.quiet = SETTINGS_QUIET_OFF;
    begin();
    report("/a");
    ck_assert_uint_eq(loads(), 0);
    pipeline_lost(manager.pipeline, 5, "in the test", NULL);
    settle();
    ck_assert_uint_eq(loads(), 1); /* capabilities are to be reported again all the same */
    ck_assert_ptr_null(strstr(last_text(), "  /a r,\n"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quiet");
    TCase *all = check_case(suite, "quiet");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, news_go_back_into_the_kernel);
    tcase_add_test(all, reports_are_waited_for);
    tcase_add_test(all, the_same_text_is_not_loaded_again);
    tcase_add_test(all, an_expensive_load_is_a_rare_one);
    tcase_add_test(all, failures_are_shown_and_tried_less_and_less);
    tcase_add_test(all, never_beside_a_change);
    tcase_add_test(all, an_answer_for_a_container_that_is_gone);
    tcase_add_test(all, loss_changes_the_text_at_once);
    tcase_add_test(all, a_sample_begins_with_the_baseline);
    tcase_add_test(all, switched_off_the_kernel_is_told_nothing);
    return check_main(suite);
}

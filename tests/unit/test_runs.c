/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs: what the looks at a container tell, against a stand-in for the loader. Time passes by dating back. */
#include "promote_rig.h"

#include "clock.h"
#include "history.h"
#include "runs.h"

#include <time.h>

enum { SECOND = 1000 * 1000 };

static uint64_t boot_time(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec / 1000;
}

/* FILE was asked for, AGO microseconds from now; AUDIT: a signal of the runtime instead. */
static void see(const char *file, int64_t ago)
{
    static int64_t serial = 1000;
    char text[512];
    struct armor_record record;
    int64_t when = clock_now() - ago;
    int length = snprintf(text, sizeof text, "audit(%lld.%03lld:%lld): ", (long long)(when / SECOND),
                          (long long)(when % SECOND / 1000), (long long)++serial);
    if (file) {
        (void)snprintf(text + length, sizeof text - (size_t)length,
                       "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"%s\" "
                       "requested_mask=\"r\" denied_mask=\"r\"",
                       file);
    } else {
        (void)snprintf(text + length, sizeof text - (size_t)length,
                       "apparmor=\"AUDIT\" operation=\"signal\" profile=\"armord-web\" pid=9 comm=\"runc\" "
                       "requested_mask=\"receive\" signal=term peer=\"unconfined\"");
    }
    struct armor_error err = {0};
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(text), &record, &err), 1);
    pipeline_record(manager.pipeline, &record);
    ck_assert_int_eq(pipeline_commit(manager.pipeline, &err), 0);
}

static struct history *history(void)
{
    return &find("web")->history;
}

/* The loader is asked, and says that the container runs since AGO; 0: it doesn't run. */
static void look(int64_t ago)
{
    size_t before = loader.count;
    loader.world.started_usec = ago ? boot_time() - (uint64_t)ago : 0;
    history()->looked_usec = clock_monotonic() - 3600LL * SECOND;
    manager.looks.hold_usec = 0;
    find("web")->quieting.retry_usec = INT64_MAX; /* nothing else is asked of the loader */
    runs_look(&manager);
    while (loader.count == before || manager.looks.asking) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    ck_assert_uint_eq(loader.requests[before].request.operation, LOADER_INSPECT);
}

static const struct armor_run *last_run(void)
{
    return armor_runs_get(&history()->runs, history()->runs.count);
}

static const struct armor_rule *rule_of(const char *name)
{
    const struct armor_access access = {.kind = ARMOR_RULE_FILE, .name = armor_slice_of(name)};
    return armor_profile_find(find("web")->profile, &access);
}

static void begin(void)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    turn(0);
    size_t before = loader.count;
    runs_look(&manager);
    turn(0);
    ck_assert_uint_eq(loader.count, before); /* not at once: it has only just been made */
}

START_TEST(starts_are_counted_once)
{
    begin();
    look(0);
    ck_assert_uint_eq(history()->runs.count, 0);
    uint64_t started = boot_time() - 5 * SECOND;
    see("/a", 4 * SECOND);
    look(5 * SECOND);
    ck_assert_uint_eq(history()->runs.count, 1);
    history()->started_usec = started;
    loader.world.started_usec = started;
    struct loader_reply reply = loader.world;
    runs_take(&manager, find("web"), &reply);
    ck_assert_uint_eq(history()->runs.count, 1);
    ck_assert_uint_eq(last_run()->novel, 1);
    ck_assert_uint_eq(last_run()->used, 1);
    ck_assert_uint_eq(last_run()->known, 1);
    ck_assert_uint_eq(history()->curve.count, 2); /* from none on */
    history()->boot = 1;                          /* a reboot, and the same time since then */
    runs_take(&manager, find("web"), &reply);
    ck_assert_uint_eq(history()->runs.count, 2);
}
END_TEST

/* Events come before the look that finds the start that they belong to. */
START_TEST(what_was_seen_since_a_start_belongs_to_it)
{
    begin();
    see("/both", 60 * SECOND);
    see("/first", 60 * SECOND);
    look(70 * SECOND);
    ck_assert_uint_eq(rule_of("/both")->runs, 1);
    see("/both", 3 * SECOND);
    see("/new", 3 * SECOND);
    ck_assert_uint_eq(rule_of("/new")->last_run, 1); /* as far as is known */
    look(4 * SECOND);
    ck_assert_uint_eq(history()->runs.count, 2);
    ck_assert_uint_eq(rule_of("/both")->runs, 2);
    ck_assert_uint_eq(rule_of("/both")->last_run, 2);
    ck_assert_uint_eq(rule_of("/first")->runs, 1);
    ck_assert_uint_eq(rule_of("/new")->runs, 1);
    ck_assert_uint_eq(rule_of("/new")->last_run, 2);
    ck_assert_uint_eq(last_run()->novel, 1);
    ck_assert_uint_eq(last_run()->used, 2);
    ck_assert_uint_eq(last_run()->known, 3);
    see("/both", 0);
    ck_assert_uint_eq(rule_of("/both")->runs, 2);
}
END_TEST

/* A new rule from between two looks, but from before the start that the second one finds. */
START_TEST(news_of_before_a_start_belong_to_the_run_before)
{
    begin();
    see("/a", 60 * SECOND);
    look(70 * SECOND);
    see("/late", 5 * SECOND);
    look(2 * SECOND);
    ck_assert_uint_eq(armor_runs_get(&history()->runs, 1)->novel, 2);
    ck_assert_uint_eq(last_run()->novel, 0);
    ck_assert_uint_eq(last_run()->used, 0);
}
END_TEST

START_TEST(a_signal_of_the_runtime_begins_a_sample)
{
    begin();
    see("/a", 60 * SECOND);
    look(70 * SECOND);
    size_t rules = find("web")->profile->rule_count;
    see(NULL, 10 * SECOND);
    ck_assert_uint_eq(find("web")->profile->rule_count, rules); /* the baseline has it */
    ck_assert(find("web")->quieting.urgent);
    ck_assert_int_gt(history()->signal_usec, 0);
    find("web")->quieting.retry_usec = 0;
    quiet_look(&manager);
    turn(0);
    ck_assert_uint_eq(loader.requests[loader.count - 1].request.operation, LOADER_QUIET);
    ck_assert_ptr_null(strstr(loader.requests[loader.count - 1].text, "/a r,"));
    find("web")->quieting.sampled_usec = clock_now() - 5 * SECOND;
    look(2 * SECOND);
    ck_assert_uint_eq(history()->runs.count, 2);
    ck_assert(last_run()->whole);
    ck_assert(!find("web")->quieting.urgent); /* the sample is there already */
    ck_assert_int_eq(history()->signal_usec, 0);
}
END_TEST

START_TEST(a_start_that_nothing_foretold_is_seen_in_part)
{
    begin();
    see("/a", 60 * SECOND);
    look(70 * SECOND);
    look(2 * SECOND);
    ck_assert_uint_eq(history()->runs.count, 2);
    ck_assert(!last_run()->whole);
    ck_assert(find("web")->quieting.urgent);
    look(0); /* it ended: the next one is seen from its begin on */
    find("web")->quieting.urgent = false;
    find("web")->quieting.sampled_usec = find("web")->quieting.since_usec;
    ck_assert_int_gt(find("web")->quieting.since_usec, last_run()->started_usec);
    struct loader_reply reply = {.started_usec = boot_time() + SECOND};
    runs_take(&manager, find("web"), &reply);
    ck_assert(last_run()->whole);
}
END_TEST

START_TEST(after_a_restart_of_armord_news_that_were_not_judged_count)
{
    begin();
    see("/a", 60 * SECOND);
    look(70 * SECOND);
    look(30 * SECOND);
    see("/b", 20 * SECOND);
    struct armor_error err = {0};
    ck_assert_int_eq(pipeline_flush(manager.pipeline, true, &err), 0);
    struct registry *registry = stored();
    struct container *again = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(again->history.runs.count, 2);
    ck_assert_uint_eq(again->profile->run, 2);
    const struct armor_generalise_options options = {0};
    ck_assert_int_eq(history_update(again, &options), 1);
    ck_assert_uint_eq(armor_runs_get(&again->history.runs, 2)->novel, 1);
    ck_assert_int_eq(history_update(again, &options), 0);
    registry_free(registry);
}
END_TEST

/* Seconds until armor-loader may be asked again, rounded. */
static int64_t rest(void)
{
    return (manager.looks.hold_usec - clock_monotonic() + SECOND / 2) / SECOND;
}

START_TEST(a_loader_that_does_not_answer_is_asked_less_and_less)
{
    static const int64_t rests[] = {2, 4, 8, 16, 32, 64, 64};
    begin();
    loader.hang_up = true;
    for (int i = 0; i < LENGTH(rests); i++) {
        look(10 * SECOND);
        ck_assert_int_eq(rest(), rests[i]);
    }
    loader.hang_up = false;
    look(10 * SECOND);
    ck_assert_int_eq(rest(), 1);
    ck_assert_uint_eq(history()->runs.count, 1);
}
END_TEST

START_TEST(the_gate_asks_for_runs)
{
    begin();
    see("/a", 60 * SECOND);
    look(70 * SECOND);
    struct promote_request request = {.verb = PROMOTE_ENFORCE, .name = "web", .author = "root (uid 0)"};
    for (unsigned i = 1; i <= 3; i++) {
        loader.world.started_usec = boot_time() - 10 * SECOND; /* enforce looks itself */
        see("/a", 5 * SECOND);
        unsigned before = ended;
        promote_start(&manager, &request, on_done, NULL);
        turn(before + 1);
        ck_assert_uint_eq(history()->runs.count, i + 1);
        if (i < 2) {
            ck_assert_int_eq(result.failure, PROMOTE_GATE_REFUSED);
            ck_assert(!result.gates[GATE_READY].passed);
            ck_assert_ptr_nonnull(strstr(result.gates[GATE_READY].reason, "not yet: 2 runs seen"));
        } else {
            ck_assert_int_eq(result.failure, PROMOTE_OK);
            break;
        }
    }
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runs");
    TCase *all = check_case(suite, "runs");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, starts_are_counted_once);
    tcase_add_test(all, what_was_seen_since_a_start_belongs_to_it);
    tcase_add_test(all, news_of_before_a_start_belong_to_the_run_before);
    tcase_add_test(all, a_signal_of_the_runtime_begins_a_sample);
    tcase_add_test(all, a_start_that_nothing_foretold_is_seen_in_part);
    tcase_add_test(all, after_a_restart_of_armord_news_that_were_not_judged_count);
    tcase_add_test(all, the_gate_asks_for_runs);
    tcase_add_test(all, a_loader_that_does_not_answer_is_asked_less_and_less);
    return check_main(suite);
}

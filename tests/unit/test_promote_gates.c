/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gates that cost, the dry run, what is looked at after the load, and the watch; against a stand-in for the loader. */
#include "promote_rig.h"

#include "rule_more.h"
#include "watch.h"

static void observed(void)
{
    make();
    prepare("web", "/etc/passwd", false);
    observe("web", "/etc/group");
    loader.world.processes = 2;
}

static const struct fake_request *last_proof(void)
{
    for (size_t i = loader.count; i-- > 0;) {
        if (loader.requests[i].request.operation == LOADER_PROVE) {
            return &loader.requests[i];
        }
    }
    ck_abort_msg("nothing was proved");
}

START_TEST(the_candidate_is_asked_for_all_that_was_seen)
{
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    const struct fake_request *proof = last_proof();
    ck_assert_ptr_nonnull(strstr(proof->text, "profile armord-.candidate flags="));
    ck_assert_ptr_null(strstr(proof->text, "px -> armord-web"));
    const char *queries = proof->text + proof->request.text_length - proof->request.value;
    ck_assert_str_eq(queries, "file 4 2f6574632f706173737764\nfile 4 2f6574632f67726f7570\n");
    ck_assert(result.gates[GATE_PROVED].passed);
    ck_assert_ptr_nonnull(
        strstr(result.gates[GATE_PROVED].reason, "of 2 accesses that were seen, 2 were asked of the kernel"));
    ck_assert_uint_eq(result.verification.processes, 2);
}
END_TEST

/* What a learning profile allows isn't logged, so that of one that was taken over nothing may be seen. */
START_TEST(nothing_may_be_all_that_accepted_rules_leave_to_see)
{
    struct promote_request accept = {.verb = PROMOTE_ACCEPT, .name = "db", .rule = (char *)"/data/** rw,"};
    ck_assert_int_eq(run(PROMOTE_LEARN, "db"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "db"), PROMOTE_GATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(result.gates[GATE_OBSERVED].reason, "nothing was seen of the 2 processes"));
    ck_assert_int_eq(ask(accept), PROMOTE_OK);
    loader.world.processes = 0;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "db"), PROMOTE_GATE_REFUSED);
    ck_assert_ptr_nonnull(
        strstr(result.gates[GATE_OBSERVED].reason, "nothing was seen, and no process runs"));
    loader.world.processes = 2;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "db"), PROMOTE_OK);
    ck_assert_str_eq(result.gates[GATE_OBSERVED].reason,
                     "the 2 processes under armord-db asked for nothing beyond the 1 rule that was accepted");
}
END_TEST

START_TEST(what_the_kernel_would_refuse_shuts_a_gate)
{
    loader.world.refused[0] = 2;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(result.gates[GATE_COMPILES].passed);
    ck_assert(!result.gates[GATE_PROVED].passed);
    ck_assert_ptr_nonnull(strstr(result.gates[GATE_PROVED].reason, "; 1 refused"));
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
    const struct promote_request over = {.verb = PROMOTE_ENFORCE,
                                         .name = "web",
                                         .override = {[GATE_PROVED] = true},
                                         .note = "known"};
    ck_assert_int_eq(ask(over), PROMOTE_OK);
    ck_assert(result.gates[GATE_PROVED].overridden);

    struct revision *revisions;
    size_t count;
    struct armor_error err = {0};
    ck_assert_int_eq(store_revisions(manager.store, find("web"), &revisions, &count, &err), 0);
    ck_assert_ptr_nonnull(strstr(revisions[1].gates, "\"evidence\":[\"/etc/group r,\"]"));
    ck_assert_str_eq(revisions[1].note, "known");
    store_free_revisions(revisions, count);
}
END_TEST

START_TEST(what_does_not_compile_shuts_a_gate)
{
    loader.refuse[LOADER_PROVE] = -EBADMSG;
    loader.stage[LOADER_PROVE] = LOADER_STAGE_COMPILE;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert_str_eq(result.gates[GATE_COMPILES].reason, "the test said no");
    ck_assert(result.gates[GATE_PROVED].not_asked);
    loader.stage[LOADER_PROVE] = LOADER_STAGE_LOAD; /* before anything was compiled: no AppArmor */
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(!result.gates[GATE_COMPILES].passed);
}
END_TEST

START_TEST(a_kernel_that_does_not_answer_shuts_a_gate)
{
    loader.refuse[LOADER_PROVE] = -EIO;
    loader.stage[LOADER_PROVE] = LOADER_STAGE_VERIFY;
    loader.world.compile_usec = 1000;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(result.gates[GATE_COMPILES].passed);
    ck_assert(!result.gates[GATE_PROVED].passed);
    ck_assert(!result.gates[GATE_PROVED].not_asked);
    ck_assert_ptr_nonnull(strstr(result.gates[GATE_PROVED].reason, "didn't answer: the test said no"));
    ck_assert_ptr_nonnull(strstr(result.gates[GATE_PROVED].reason, "2 checked by armord's own matcher"));
    const struct promote_request over = {.verb = PROMOTE_ENFORCE,
                                         .name = "web",
                                         .override = {[GATE_PROVED] = true},
                                         .note = "the matcher is enough"};
    ck_assert_int_eq(ask(over), PROMOTE_OK);
    ck_assert(result.gates[GATE_PROVED].overridden);
}
END_TEST

START_TEST(what_waits_for_a_decision_shuts_a_gate)
{
    observe("web", "/etc/shadow");
    size_t asked = loader.count;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(!result.gates[GATE_REVIEWED].passed);
    ck_assert(result.gates[GATE_PROVED].not_asked);
    ck_assert_uint_eq(loader.count, asked + 2); /* nothing that costs */
    const struct promote_request deny = {.verb = PROMOTE_DENY,
                                         .name = "web",
                                         .rule = (char *)"/etc/shadow r,"};
    ck_assert_int_eq(ask(deny), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "deny /etc/shadow r,"));
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
    const struct promote_request dry = {.verb = PROMOTE_ENFORCE, .name = "web", .dry_run = true};
    ck_assert_int_eq(ask(dry), PROMOTE_OK);
    ck_assert(result.open);
    ck_assert(result.gates[GATE_PROVED].passed);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert(!find("web")->changing);
    loader.world.null_processes = 1;
    ck_assert_int_eq(ask(dry), PROMOTE_OK);
    ck_assert(!result.open);
    ck_assert(result.gates[GATE_PROVED].passed); /* all are asked */
}
END_TEST

START_TEST(processes_beside_the_profile_are_named)
{
    loader.world.outside = 1;
    loader.world.outside_pid = 4711;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(result.advice, "such as 4711"));
    ck_assert_uint_eq(result.verification.outside, 1);
}
END_TEST

/* Wait until no job is under way. */
static void settle(void)
{
    while (manager.jobs || sd_event_run(manager.event, 0) > 0) {
        ck_assert_int_ge(sd_event_run(manager.event, 10000), 0);
    }
}

static void refuse(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        kernel_says("DENIED", "web", "/etc/services");
    }
    if (pipeline_tripped(manager.pipeline)) {
        watch_look(&manager);
    }
    settle();
}

START_TEST(too_many_refusals_take_it_back)
{
    manager.settings.containers.watch_limit = 3;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    refuse(3);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    refuse(1);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_ptr_nonnull(strstr(find("web")->returned, "4 accesses were refused"));
    ck_assert_uint_eq(find("web")->denials.count, 1); /* what would mend it is kept */
    const struct ring_entry *told = ring_after(manager.ring, ring_newest(manager.ring) - 1);
    ck_assert_int_eq(told->topic, RING_MODE); /* and told */
    ck_assert_ptr_nonnull(strstr(told->data, "4 accesses were refused"));
    ck_assert_ptr_nonnull(strstr(told->data, "\"rules\":[\"/etc/services r,\"]"));
    struct registry *registry = stored();
    ck_assert_ptr_nonnull(strstr(registry_find(registry, ARMOR_SLICE("web"))->returned, "more than 3"));
    registry_free(registry);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_str_eq(find("web")->returned, "");
}
END_TEST

START_TEST(after_the_watch_it_stays)
{
    manager.settings.containers.watch_limit = 3;
    const struct promote_request unwatched = {.verb = PROMOTE_ENFORCE, .name = "web", .watch_seconds = -1};
    ck_assert_int_eq(ask(unwatched), PROMOTE_OK);
    refuse(10);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    find("web")->watch_until_usec = 1; /* long ago */
    refuse(10);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
}
END_TEST

START_TEST(a_return_that_fails_is_tried_again)
{
    manager.settings.containers.watch_limit = 0;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    loader.refuse[LOADER_LOAD] = -EIO;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_LOAD;
    refuse(1);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_ptr_nonnull(manager.watch_timer);
    loader.refuse[LOADER_LOAD] = 0;
    watch_look(&manager);
    refuse(0);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
}
END_TEST

/* The kernel has the complain profile, and the disk that of before: the way back is gone on, and not taken back. */
static void expect_returning(void)
{
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_ne(find("web")->returning, "");
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_ptr_nonnull(manager.watch_timer);
}

static void expect_returned(void)
{
    watch_look(&manager);
    settle();
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_str_eq(find("web")->returning, "");
}

START_TEST(a_way_back_that_the_disk_refuses_stays_in_the_kernel)
{
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    loader.refuse[LOADER_LOAD] = -ENOSPC;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_PERSIST;
    loader.world.mode = LOADER_MODE_COMPLAIN;
    start(PROMOTE_COMPLAIN, "web");
    settle();
    ck_assert_ptr_nonnull(strstr(result.detail, "the test said no"));
    ck_assert_ptr_nonnull(strstr(result.advice, "armord goes on until it is in complain mode"));
    expect_returning();
    reconcile_look(&manager); /* which leaves it to the watch */
    settle();
    expect_returning();
    loader.refuse[LOADER_LOAD] = 0;
    expect_returned();
    ck_assert_ptr_nonnull(strstr(find("web")->returned, "asked for before"));
}
END_TEST

START_TEST(a_way_back_that_the_store_refuses_stays_in_the_kernel)
{
    manager.settings.containers.watch_limit = 0;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    kernel_says("DENIED", "web", "/etc/services");
    lock_store(); /* so neither the intent nor the mode can be written */
    watch_look(&manager);
    settle();
    expect_returning();
    (void)sqlite3_close(lock);
    lock = NULL;
    expect_returned();
    ck_assert_ptr_nonnull(strstr(find("web")->returned, "1 accesses were refused"));
}
END_TEST

/* COMM asks for COUNT new files, at SECOND after the others. */
static void ask_for_many(size_t count, const char *comm, int64_t second)
{
    struct armor_profile *profile = find("web")->profile;
    for (size_t i = 0; i < count; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "/srv/%s/%zu", i % 4 == 0 ? "some" : "more", i);
        ask_to_read(profile, name, comm, (INT64_C(1700000000) + second) * 1000000);
    }
}

START_TEST(a_flood_of_new_rules_shuts_a_gate)
{
    const struct gate_result *calm = &result.gates[GATE_CALM];
    ask_for_many(ARMOR_BURST_RULES + 100, "fl\nood", ARMOR_BURST_START_SECONDS + 7);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(!calm->passed);
    ck_assert_ptr_nonnull(strstr(calm->reason, "600 rules were new in the minute from 2023-11-14T22:18:27"));
    ck_assert_ptr_nonnull(strstr(calm->reason, "asks for 500 at most; do: "));
    ck_assert_uint_lt(strlen(calm->reason), sizeof calm->reason - 1); /* not cut */

    /* The evidence is gone with the job. */
    static const bool override[GATE_COUNT];
    static const struct gate_proof unproved;
    struct gate_result results[GATE_COUNT];
    ck_assert(!gate_ask_all(find("web"), &loader.world, &unproved, override, results));
    const json_t *evidence = results[GATE_CALM].evidence;
    ck_assert_uint_eq(json_array_size(evidence), 3);
    ck_assert_str_eq(json_string_value(json_array_get(evidence, 0)), "450 in /srv/more/");
    ck_assert_str_eq(json_string_value(json_array_get(evidence, 1)), "150 in /srv/some/");
    ck_assert_str_eq(json_string_value(json_array_get(evidence, 2)), "600 asked for by fl\nood");
    gate_done(results);

    const struct promote_request over = {.verb = PROMOTE_ENFORCE,
                                         .name = "web",
                                         .override = {[GATE_CALM] = true},
                                         .note = "a job"};
    ck_assert_int_eq(ask(over), PROMOTE_OK);
}
END_TEST

START_TEST(what_came_at_the_start_shuts_none)
{
    const struct gate_result *calm = &result.gates[GATE_CALM];
    ask_for_many(ARMOR_BURST_RULES + 100, "start", ARMOR_BURST_START_SECONDS - 7);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert(calm->passed);
    ck_assert_str_eq(calm->reason, "nothing was new later than 5 minutes after its first access");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_gates");
    TCase *all = check_case(suite, "gates");
    tcase_add_checked_fixture(all, observed, drop);
    tcase_add_test(all, the_candidate_is_asked_for_all_that_was_seen);
    tcase_add_test(all, nothing_may_be_all_that_accepted_rules_leave_to_see);
    tcase_add_test(all, what_the_kernel_would_refuse_shuts_a_gate);
    tcase_add_test(all, what_does_not_compile_shuts_a_gate);
    tcase_add_test(all, a_kernel_that_does_not_answer_shuts_a_gate);
    tcase_add_test(all, what_waits_for_a_decision_shuts_a_gate);
    tcase_add_test(all, a_dry_run_changes_nothing);
    tcase_add_test(all, processes_beside_the_profile_are_named);
    tcase_add_test(all, too_many_refusals_take_it_back);
    tcase_add_test(all, after_the_watch_it_stays);
    tcase_add_test(all, a_return_that_fails_is_tried_again);
    tcase_add_test(all, a_way_back_that_the_disk_refuses_stays_in_the_kernel);
    tcase_add_test(all, a_way_back_that_the_store_refuses_stays_in_the_kernel);
    tcase_add_test(all, a_flood_of_new_rules_shuts_a_gate);
    tcase_add_test(all, what_came_at_the_start_shuts_none);
    return check_main(suite);
}

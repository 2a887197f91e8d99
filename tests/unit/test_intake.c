/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intake: chooses, tests and gives up a source. The kernel is a file that is asked for a profile; the test answers, or doesn't, in an
 * audit log of its own.
 */
#include "intake.h"

#include "check_main.h"
#include "clock.h"
#include "manager.h"
#include "pipeline.h"
#include "scratch.h"
#include "store.h"

#include <sys/socket.h>

static struct scratch scratch;
static char database[128];
static char asked[128];
static char audit_log[128];
static struct manager manager;
static int kmsg[2];

static void touch(const char *path)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fclose(file), 0);
}

static void open_manager(void)
{
    struct armor_error err = {0};
    manager = (struct manager){.sockets = {-1, -1, -1, -1}, .started_usec = clock_now()};
    settings_default(&manager.settings);
    ck_assert_int_ge(sd_event_new(&manager.event), 0);
    ck_assert_int_eq(registry_new(&manager.containers), 0);
    ck_assert_int_eq(ring_new(&manager.ring), 0);
    ck_assert_int_eq(store_open(database, &manager.store, &err), 0);
    ck_assert_int_eq(pipeline_new(manager.containers, manager.ring, manager.store, &manager.pipeline), 0);
}

static void close_manager(void)
{
    struct armor_error err = {0};
    intake_free(manager.intake);
    ck_assert_int_eq(pipeline_flush(manager.pipeline, true, &err), 0);
    pipeline_free(manager.pipeline);
    store_free(manager.store);
    (void)sd_event_source_disable_unref(manager.flush_timer);
    (void)sd_event_source_disable_unref(manager.audit_timer);
    quiet_stop(&manager);
    runs_stop(&manager);
    (void)sd_event_unref(manager.event);
    ring_free(manager.ring);
    registry_free(manager.containers);
}

static void make(void)
{
    scratch_make(&scratch);
    (void)scratch_path(&scratch, "armord.db", database);
    touch(scratch_path(&scratch, "exec", asked));
    touch(scratch_path(&scratch, "audit.log", audit_log));
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, kmsg), 0);
    open_manager();
}

static void drop(void)
{
    close_manager();
    (void)close(kmsg[0]);
    (void)close(kmsg[1]);
    scratch_remove(&scratch);
}

static void start(const char *log, int device)
{
    struct armor_error err = {0};
    const struct intake_options options = {.sources = {.netlink = -1,
                                                       .tray = -1,
                                                       .kmsg = device,
                                                       .audit_log = log,
                                                       .journal = scratch.directory},
                                           .ask_path = asked,
                                           .patience_usec = 50000};
    ck_assert_msg(intake_new(&manager, &options, &manager.intake, &err) == 0, "%s", err.text);
}

/* What the kernel was asked last: the mark. */
static void read_mark(char mark[static 128])
{
    FILE *file = fopen(asked, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "exec %127s", mark), 1);
    ck_assert_int_eq(fclose(file), 0);
}

/* The log gets a record of the operation of PROFILE on NAME. */
static void log_record(int serial, const char *verdict, const char *operation, const char *profile,
                       const char *name)
{
    FILE *file = fopen(audit_log, "ae");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(
        file,
        "type=AVC msg=audit(%lld.500:%d): apparmor=\"%s\" operation=\"%s\" profile=\"%s\" name=\"%s\" "
        "requested_mask=\"r\" denied_mask=\"r\"\n",
        (long long)(clock_now() / 1000000 + 1), serial, verdict, operation, profile, name);
    ck_assert_int_eq(fclose(file), 0);
}

static void learn_web(void)
{
    struct armor_error err = {0};
    struct container *web;
    ck_assert_int_eq(container_new(ARMOR_SLICE("web"), 1, 42, &web), 0);
    ck_assert_int_eq(registry_add(manager.containers, web), 0);
    ck_assert_int_eq(store_put_container(manager.store, web, &err), 0);
}

START_TEST(a_source_that_answers_passes)
{
    char mark[128];
    start(audit_log, kmsg[0]);
    const struct intake_state *state = intake_state(manager.intake);
    ck_assert_str_eq(state->name, "audit-log");
    ck_assert_int_eq(state->test, INTAKE_TEST_PENDING);
    ck_assert_ptr_nonnull(strstr(state->reason, "Not netlink: it takes: systemctl"));
    read_mark(mark);
    ck_assert_int_eq(strncmp(mark, PIPELINE_MARK_PREFIX, strlen(PIPELINE_MARK_PREFIX)), 0);
    log_record(1, "DENIED", "change_onexec", "unconfined", PIPELINE_MARK_PREFIX "of-somebody-else");
    (void)intake_drain(manager.intake, 1);
    ck_assert_int_eq(state->test, INTAKE_TEST_PENDING);
    log_record(2, "DENIED", "change_onexec", "unconfined", mark);
    (void)intake_drain(manager.intake, 1);
    ck_assert_int_eq(state->test, INTAKE_TEST_PASSED);
    ck_assert_str_eq(state->advice, "");
    ck_assert_uint_eq(pipeline_counters(manager.pipeline)->marks, 2);
    ck_assert_uint_eq(pipeline_counters(manager.pipeline)->foreign, 0);
}
END_TEST

START_TEST(a_container_cannot_answer)
{
    char mark[128];
    learn_web();
    start(audit_log, kmsg[0]);
    read_mark(mark);
    log_record(1, "ALLOWED", "change_onexec", "armord-web", mark);
    (void)intake_drain(manager.intake, 1);
    ck_assert_uint_eq(pipeline_counters(manager.pipeline)->marks, 0);
    ck_assert_int_eq(intake_state(manager.intake)->test, INTAKE_TEST_PENDING);
}
END_TEST

START_TEST(a_silent_source_is_left_for_the_next_and_the_last_one_says_so)
{
    learn_web();
    start(audit_log, kmsg[0]);
    const struct intake_state *state = intake_state(manager.intake);
    for (int i = 0; i < 200 && state->test != INTAKE_TEST_FAILED; i++) {
        ck_assert_int_ge(sd_event_run(manager.event, 100000), 0);
    }
    ck_assert_int_eq(state->test, INTAKE_TEST_FAILED);
    ck_assert_str_eq(state->name, "audit-log"); /* the best one of those that don't work */
    ck_assert_ptr_nonnull(strstr(state->reason, "Not kmsg: its self-test failed"));
    ck_assert_ptr_nonnull(strstr(state->advice, "no test record came by the source kmsg"));
    const struct container *web = registry_find(manager.containers, ARMOR_SLICE("web"));
    ck_assert_ptr_nonnull(strstr(web->gaps[CONTAINER_GAP_SOURCE], "self-test"));
}
END_TEST

START_TEST(no_source_is_a_state)
{
    manager.settings.source = 1 + SOURCE_KMSG;
    start(audit_log, -1);
    const struct intake_state *state = intake_state(manager.intake);
    ck_assert_str_eq(state->name, "none");
    ck_assert_int_eq(state->test, INTAKE_TEST_FAILED);
    ck_assert_ptr_nonnull(strstr(state->reason, "armord-kmsg.socket"));
    ck_assert_uint_eq(state->counters->messages, 0);
}
END_TEST

START_TEST(a_kernel_that_cannot_be_asked_is_told)
{
    ck_assert_int_eq(unlink(asked), 0);
    start(audit_log, -1);
    ck_assert_int_eq(intake_state(manager.intake)->test, INTAKE_TEST_FAILED);
    ck_assert_ptr_nonnull(strstr(intake_state(manager.intake)->advice, "is AppArmor on?"));
}
END_TEST

/* The same record, over a restart and by two sources, counts once. */
START_TEST(records_count_once)
{
    learn_web();
    start(audit_log, kmsg[0]);
    log_record(1, "ALLOWED", "open", "armord-web", "/a");
    log_record(2, "ALLOWED", "open", "armord-web", "/b");
    (void)intake_drain(manager.intake, 1);
    ck_assert_uint_eq(registry_find(manager.containers, ARMOR_SLICE("web"))->profile->events, 2);
    close_manager();

    open_manager();
    struct store_damage damage;
    struct armor_error err = {0};
    ck_assert_int_eq(store_load(manager.store, manager.containers, 42, &damage, &err), 0);
    start(audit_log, kmsg[0]);
    log_record(3, "ALLOWED", "open", "armord-web", "/c");
    (void)intake_drain(manager.intake, 1);
    const struct container *web = registry_find(manager.containers, ARMOR_SLICE("web"));
    ck_assert_uint_eq(web->profile->events, 3);
    int64_t time = pipeline_position(manager.pipeline)->time_usec;
    ck_assert_int_eq(pipeline_position(manager.pipeline)->serial, 3);
    close_manager();

    open_manager();
    manager.settings.source = 1 + SOURCE_KMSG;
    ck_assert_int_eq(store_load(manager.store, manager.containers, 42, &damage, &err), 0);
    start(audit_log, kmsg[0]);
    for (int serial = 1; serial <= 5; serial++) {
        char line[256];
        int length =
            snprintf(line, sizeof line,
                     "5,%d,1,-;audit: type=1400 audit(%lld.500:%d): apparmor=\"ALLOWED\" operation=\"open\" "
                     "profile=\"armord-web\" name=\"/a\" requested_mask=\"r\" denied_mask=\"r\"\n",
                     serial, (long long)(time / 1000000), serial == 5 ? 4 : serial);
        ck_assert_int_eq(send(kmsg[1], line, (size_t)length, 0), length);
    }
    (void)intake_drain(manager.intake, 1);
    web = registry_find(manager.containers, ARMOR_SLICE("web"));
    ck_assert_uint_eq(web->profile->events, 4);
    ck_assert_uint_eq(pipeline_counters(manager.pipeline)->repeated, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intake");
    TCase *all = check_case(suite, "intake");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, a_source_that_answers_passes);
    tcase_add_test(all, a_container_cannot_answer);
    tcase_add_test(all, a_silent_source_is_left_for_the_next_and_the_last_one_says_so);
    tcase_add_test(all, no_source_is_a_state);
    tcase_add_test(all, a_kernel_that_cannot_be_asked_is_told);
    tcase_add_test(all, records_count_once);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doctor, with a loader that says what the test says, and a host of files. */
#include "promote_rig.h"

#include "host_world.h"

static struct host_world world;
static struct doctor_result seen; /* its pointers are the test's */
static unsigned looks;

static void on_looked(const struct doctor_result *looked, void *userdata)
{
    (void)userdata;
    free(seen.findings);
    free(seen.repairs);
    seen = *looked;
    seen.findings = calloc(looked->count + 1, sizeof *seen.findings);
    seen.repairs = calloc(looked->repair_count + 1, sizeof *seen.repairs);
    for (size_t i = 0; i < looked->count; i++) {
        seen.findings[i] = looked->findings[i];
    }
    for (size_t i = 0; i < looked->repair_count; i++) {
        seen.repairs[i] = looked->repairs[i];
    }
    looks++;
}

static void look(bool repair)
{
    unsigned before = looks;
    ck_assert_int_eq(doctor_start(&manager, repair, on_looked, NULL), 0);
    ck_assert_int_eq(doctor_start(&manager, repair, on_looked, NULL), -EBUSY);
    while (looks == before) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    ck_assert_ptr_null(manager.doctor);
}

/* CODE was found of SUBJECT; how it can be mended. */
static enum doctor_mend found(const char *code, const char *subject)
{
    for (size_t i = 0; i < seen.count; i++) {
        if (strcmp(seen.findings[i].code, code) == 0 && strcmp(seen.findings[i].subject, subject) == 0) {
            ck_assert(seen.findings[i].what[0] && seen.findings[i].why[0] && seen.findings[i].next[0]);
            return seen.findings[i].mend;
        }
    }
    for (size_t i = 0; i < seen.count; i++) {
        (void)fprintf(stderr, "%s: %s: %s\n", seen.findings[i].code, seen.findings[i].subject,
                      seen.findings[i].what);
    }
    ck_abort_msg("%s of %s was not found", code, subject);
}

static void up(void)
{
    make();
    host_world_make(&world);
    manager.host = &world.roots;
    looks = 0;
    prepare("web", "/a", true);
    host_world_load(&world, "armord-web", "enforce");
    host_world_write(&world, "apparmor.d/armord-web", "# armord: x\n");
}

static void down(void)
{
    free(seen.findings);
    free(seen.repairs);
    seen = (struct doctor_result){0};
    host_world_remove(&world);
    drop();
}

START_TEST(nothing_is_wrong)
{
    look(false);
    for (size_t i = 0; i < seen.count; i++) {
        ck_abort_msg("%s: %s", seen.findings[i].code, seen.findings[i].what);
    }
    ck_assert_uint_eq(seen.containers, 1);
    const struct fake_request *asked = &loader.requests[loader.count - 1];
    ck_assert_uint_eq(asked->request.operation, LOADER_COMPARE);
    ck_assert_uint_eq(asked->request.mode, LOADER_MODE_ENFORCE);
    ck_assert_str_eq(asked->text, last_load(0)->text);
}
END_TEST

/* What the loader sees, and what is said of it. */
static const struct {
    enum loader_mode mode;
    enum loader_match policy, file;
    const char *code;
    enum doctor_mend mend;
} differences[] = {
    {LOADER_MODE_NONE, LOADER_MATCH_NONE, LOADER_MATCH_SAME, "kernel-missing", DOCTOR_MEND_RESTORE},
    {LOADER_MODE_COMPLAIN, LOADER_MATCH_DIFFERENT, LOADER_MATCH_SAME, "kernel-mode", DOCTOR_MEND_RESTORE},
    {LOADER_MODE_ENFORCE, LOADER_MATCH_DIFFERENT, LOADER_MATCH_SAME, "kernel-text", DOCTOR_MEND_RESTORE},
    {LOADER_MODE_ENFORCE, LOADER_MATCH_NONE, LOADER_MATCH_SAME, "kernel-unread", DOCTOR_MEND_NONE},
    {LOADER_MODE_ENFORCE, LOADER_MATCH_SAME, LOADER_MATCH_NONE, "disk-missing", DOCTOR_MEND_RESTORE},
    {LOADER_MODE_ENFORCE, LOADER_MATCH_SAME, LOADER_MATCH_DIFFERENT, "disk-text", DOCTOR_MEND_RESTORE},
    {LOADER_MODE_ENFORCE, LOADER_MATCH_SAME, LOADER_MATCH_FOREIGN, "disk-foreign", DOCTOR_MEND_NONE},
};

START_TEST(a_difference_is_said_and_mended)
{
    loader.world.mode = differences[_i].mode;
    loader.world.policy = differences[_i].policy;
    loader.world.file = differences[_i].file;
    uint32_t revision = find("web")->revision;
    look(false);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_int_eq(found(differences[_i].code, "web"), differences[_i].mend);
    look(true);
    bool mends = differences[_i].mend == DOCTOR_MEND_RESTORE;
    ck_assert_uint_eq(seen.count, !mends);
    ck_assert_uint_eq(seen.repair_count, mends);
    if (mends) {
        ck_assert(seen.repairs[0].done);
        ck_assert_str_eq(seen.repairs[0].subject, "web");
        ck_assert_uint_eq(loader.world.mode, LOADER_MODE_ENFORCE);
    }
    ck_assert_uint_eq(find("web")->revision, revision);
}
END_TEST

START_TEST(what_the_boot_would_do)
{
    host_world_write(&world, "apparmor.d/disable/armord-web", "");
    host_world_write(&world, "apparmor.d/force-complain/armord-web", "");
    host_world_write(&world, "apparmor.d/.armord-web.new", "half");
    host_world_write(&world, "enabled", "N\n");
    host_world_link(&world, "/dev/null", "units/apparmor.service");
    look(false);
    ck_assert_uint_eq(seen.count, 5);
    ck_assert_int_eq(found("boot-disabled", "web"), DOCTOR_MEND_NONE);
    ck_assert_int_eq(found("boot-complain", "web"), DOCTOR_MEND_NONE);
    ck_assert_int_eq(found("disk-draft", "web"), DOCTOR_MEND_RESTORE);
    ck_assert_int_eq(found("apparmor-off", "kernel"), DOCTOR_MEND_NONE);
    ck_assert_int_eq(found("boot-skipped", "boot"), DOCTOR_MEND_NONE);
}
END_TEST

START_TEST(processes_outside_are_named)
{
    static const struct loader_stranger strangers[] = {{11, "sh", "armord-web//null-/bin/sh (complain)"},
                                                       {12, "bash", "unconfined"},
                                                       {13, "x", "docker-default (enforce)"}};
    memcpy(loader.world.strangers, strangers, sizeof strangers);
    loader.world.stranger_count = 3;
    loader.world.outside = 4;
    loader.world.null_processes = 1;
    look(false);
    ck_assert_uint_eq(seen.count, 4);
    found("process-child", "web");
    found("process-unconfined", "web");
    found("process-outside", "web");
    ck_assert_ptr_nonnull(
        strstr(seen.findings[1].what, "Process 12 (bash) of the container runs under unconfined"));
    found("process-more", "web");
    ck_assert_ptr_nonnull(strstr(seen.findings[3].what, "2 more"));
}
END_TEST

START_TEST(strays_are_removed_but_not_from_under_a_process)
{
    host_world_load(&world, "armord-gone", "complain");
    host_world_load(&world, "armord-.candidate", "enforce");
    host_world_write(&world, "apparmor.d/.armord-cut.new", "half");
    look(false);
    ck_assert_uint_eq(seen.count, 3);
    ck_assert_int_eq(found("stray-profile", "armord-gone"), DOCTOR_MEND_REMOVE);
    ck_assert_int_eq(found("stray-candidate", "armord-.candidate"), DOCTOR_MEND_REMOVE);
    ck_assert_int_eq(found("stray-draft", "armord-cut"), DOCTOR_MEND_REMOVE);
    loader.refuse[LOADER_REMOVE] = -EBUSY;
    loader.stage[LOADER_REMOVE] = LOADER_STAGE_IN_USE;
    look(true);
    ck_assert_uint_eq(seen.repair_count, 3);
    ck_assert(!seen.repairs[0].done);
    ck_assert_str_eq(seen.repairs[0].detail, "the test said no");
    ck_assert_uint_eq(seen.count, 3);
}
END_TEST

/* A store that is new, or lost containers, isn't believed about what nobody needs. */
START_TEST(strays_stay_when_the_store_may_be_wrong)
{
    host_world_load(&world, "armord-gone", "enforce");
    manager.damage.containers = 1;
    look(true);
    ck_assert_int_eq(found("stray-profile", "armord-gone"), DOCTOR_MEND_NONE);
    found("store-damaged", "store");
    ck_assert_uint_eq(seen.repair_count, 0);
    manager.damage.settings = 1;
    look(true);
    found("settings-damaged", "store");
    manager.damage.settings = 0;
    manager.damage.containers = 0;
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK);
    look(true);
    ck_assert_int_eq(found("stray-profile", "armord-gone"), DOCTOR_MEND_NONE);
    ck_assert_int_eq(found("stray-profile", "armord-web"), DOCTOR_MEND_NONE);
}
END_TEST

START_TEST(no_loader)
{
    char path[128];
    ck_assert_int_eq(unlink(scratch_path(&scratch, "loader.sock", path)), 0);
    look(true);
    found("loader-away", "loader");
    ck_assert_uint_eq(seen.repair_count, 0);
    ck_assert_uint_eq(seen.containers, 0);
}
END_TEST

START_TEST(a_loader_that_fails)
{
    loader.refuse[LOADER_COMPARE] = -ENOENT;
    loader.stage[LOADER_COMPARE] = LOADER_STAGE_COMPILE;
    loader.world.audit_backlog = 60;
    look(true);
    ck_assert_uint_eq(seen.count, 2);
    found("loader-fails", "web");
    found("audit-backlog", "audit");
}
END_TEST

START_TEST(the_store)
{
    struct armor_error err = {0};
    ck_assert_int_eq(store_put_intent(manager.store, "web", "enforce", &err), 0);
    look(false);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_int_eq(found("change-broken", "web"), DOCTOR_MEND_RESTORE);
    look(true);
    ck_assert_uint_eq(seen.count, 0);
    lock_store();
    look(false);
    found("store-unsound", "store");
}
END_TEST

START_TEST(a_lost_text)
{
    find("web")->revision = 9;
    look(false);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_int_eq(found("store-text", "web"), DOCTOR_MEND_NONE);
}
END_TEST

START_TEST(an_end_in_the_middle_frees_all)
{
    loader.silent = true;
    ck_assert_int_eq(doctor_start(&manager, true, on_looked, NULL), 0);
    (void)sd_event_run(manager.event, 0);
    (void)sd_event_run(manager.event, 0);
    ck_assert_uint_eq(looks, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doctor");
    TCase *all = check_case(suite, "doctor");
    tcase_add_checked_fixture(all, up, down);
    tcase_add_test(all, nothing_is_wrong);
    tcase_add_loop_test(all, a_difference_is_said_and_mended, 0, LENGTH(differences));
    tcase_add_test(all, what_the_boot_would_do);
    tcase_add_test(all, processes_outside_are_named);
    tcase_add_test(all, strays_are_removed_but_not_from_under_a_process);
    tcase_add_test(all, strays_stay_when_the_store_may_be_wrong);
    tcase_add_test(all, no_loader);
    tcase_add_test(all, a_loader_that_fails);
    tcase_add_test(all, the_store);
    tcase_add_test(all, a_lost_text);
    tcase_add_test(all, an_end_in_the_middle_frees_all);
    return check_main(suite);
}

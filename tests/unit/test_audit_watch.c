/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's lost counter and backlog limit, while containers come and go. */
#include "promote_rig.h"

START_TEST(the_last_one_gives_the_backlog_limit_back)
{
    int64_t value;
    struct armor_error err = {0};
    loader.world.audit_backlog_limit = 320;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_LEARN, "db"), PROMOTE_OK);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 8192);
    ck_assert_int_eq(store_get_number(manager.store, "backlog-original", &value, &err), 1);
    ck_assert_int_eq(value, 320);
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 8192);
    ck_assert_int_eq(run(PROMOTE_FORGET, "db"), PROMOTE_OK);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 320);
    ck_assert_int_eq(store_get_number(manager.store, "backlog-original", &value, &err), 0);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    struct registry *registry = stored();
    ck_assert_uint_eq(registry_count(registry), 0);
    registry_free(registry);
}
END_TEST

START_TEST(a_limit_that_somebody_else_set_stays)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    loader.world.audit_backlog_limit = 16384;
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_OK);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 16384);
}
END_TEST

START_TEST(after_a_crash_the_limit_is_given_back)
{
    struct armor_error err = {0};
    ck_assert_int_eq(store_set_number(manager.store, "backlog-original", 64, &err), 0);
    ck_assert_int_eq(store_set_number(manager.store, "backlog-raised", 8192, &err), 0);
    loader.world.audit_backlog_limit = 8192;
    audit_watch_start(&manager);
    turn(0);
    while (loader.count < 2) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    turn(0);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 64);
}
END_TEST

START_TEST(a_counter_of_another_boot_is_not_compared)
{
    struct armor_error err = {0};
    loader.world.audit_lost = 50;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_int_eq(store_set_number(manager.store, "boot", 1, &err), 0);
    audit_watch_start(&manager); /* as after a reboot: the counter says 50 again, but they are new ones */
    for (size_t before = loader.count; loader.count == before;) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    turn(0);
    ck_assert_uint_eq(find("web")->lost, 50);
    loader.world.audit_lost = 2; /* a reboot that couldn't be told */
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert_uint_eq(find("web")->lost, 52);
}
END_TEST

START_TEST(without_anybody_learning_the_loader_is_left_alone)
{
    audit_watch_start(&manager);
    audit_watch_records(&manager);
    turn(0);
    ck_assert_uint_eq(loader.count, 0);
    ck_assert_ptr_null(manager.audit_timer);
}
END_TEST

START_TEST(learning_without_the_counters_says_so)
{
    loader.refuse[LOADER_AUDIT_STATUS] = -EPERM;
    loader.stage[LOADER_AUDIT_STATUS] = LOADER_STAGE_AUDIT;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(find("web")->gaps[CONTAINER_GAP_UNWATCHED], "the test said no"));
    observe("web", "/a");
    loader.refuse[LOADER_AUDIT_STATUS] = 0;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit_watch");
    TCase *all = check_case(suite, "audit_watch");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, the_last_one_gives_the_backlog_limit_back);
    tcase_add_test(all, a_limit_that_somebody_else_set_stays);
    tcase_add_test(all, after_a_crash_the_limit_is_given_back);
    tcase_add_test(all, a_counter_of_another_boot_is_not_compared);
    tcase_add_test(all, without_anybody_learning_the_loader_is_left_alone);
    tcase_add_test(all, learning_without_the_counters_says_so);
    return check_main(suite);
}

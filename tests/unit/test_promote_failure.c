/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion: what is left when something on the way fails. */
#include "promote_rig.h"

START_TEST(a_refused_learn_leaves_nothing)
{
    loader.refuse[LOADER_LOAD] = -EINVAL;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    loader.world.audit_backlog_limit = 64;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_REFUSED);
    ck_assert_str_eq(result.stage, "compile");
    ck_assert_str_eq(result.detail, "the test said no");
    ck_assert_ptr_null(result.container);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    ck_assert_uint_eq(loader.world.audit_backlog_limit, 64);
    struct registry *registry = stored();
    ck_assert_uint_eq(registry_count(registry), 0);
    registry_free(registry);
}
END_TEST

START_TEST(a_refused_enforce_leaves_all_as_it_was)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    observe("web", "/a");
    loader.refuse[LOADER_LOAD] = -EIO;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_LOAD;
    size_t before = loader.count;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_LOADER_REFUSED);
    ck_assert_uint_eq(loader.count, before + 4); /* and no undoing, since nothing was done */
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
}
END_TEST

START_TEST(a_store_that_refuses_has_the_kernel_put_back)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    observe("web", "/a");
    lock_store_at_load();
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_INTERNAL);
    const struct fake_request *last = last_load(0);
    ck_assert_uint_eq(last->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_COMPLAIN);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, 1);
    ck_assert_ptr_nonnull(strstr(result.detail, "the kernel was given back what it had before"));
}
END_TEST

START_TEST(a_learn_that_cannot_be_stored_is_taken_back)
{
    manager.settings.backlog_limit = 0;
    lock_store_at_load();
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_INTERNAL);
    fake_loader_expect(&loader, loader.count - 1, LOADER_REMOVE, "armord-web");
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_NONE);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
}
END_TEST

START_TEST(forget_of_one_in_use_is_refused)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    loader.refuse[LOADER_REMOVE] = -EBUSY;
    loader.stage[LOADER_REMOVE] = LOADER_STAGE_IN_USE;
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_IN_USE);
    ck_assert_ptr_nonnull(strstr(result.advice, "docker stop"));
    ck_assert_ptr_nonnull(find("web"));
}
END_TEST

START_TEST(no_loader_is_said_at_once)
{
    char path[128];
    ck_assert_int_eq(unlink(scratch_path(&scratch, "loader.sock", path)), 0);
    start(PROMOTE_LEARN, "web");
    ck_assert_uint_eq(ended, 1);
    ck_assert_int_eq(result.failure, PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "loader.sock: No such file or directory"));
    ck_assert_ptr_nonnull(strstr(result.advice, "systemctl"));
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    ck_assert_int_eq(loader_client_reach(manager.loader), LOADER_REACH_NO);
}
END_TEST

START_TEST(a_loader_that_dies_or_sleeps_ends_the_job)
{
    loader.hang_up = true;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "hung up"));
    loader.hang_up = false;
    loader.silent = true;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.detail, "within 1 seconds"));
}
END_TEST

START_TEST(an_end_in_the_middle_frees_all)
{
    start(PROMOTE_LEARN, "web");
    start(PROMOTE_LEARN, "db");
    ck_assert_uint_eq(ended, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_failure");
    TCase *all = check_case(suite, "promote_failure");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, a_refused_learn_leaves_nothing);
    tcase_add_test(all, a_refused_enforce_leaves_all_as_it_was);
    tcase_add_test(all, a_store_that_refuses_has_the_kernel_put_back);
    tcase_add_test(all, a_learn_that_cannot_be_stored_is_taken_back);
    tcase_add_test(all, forget_of_one_in_use_is_refused);
    tcase_add_test(all, no_loader_is_said_at_once);
    tcase_add_test(all, a_loader_that_dies_or_sleeps_ends_the_job);
    tcase_add_test(all, an_end_in_the_middle_frees_all);
    return check_main(suite);
}

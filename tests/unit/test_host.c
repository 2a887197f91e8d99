/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host: names in the kernel and on disk, whatever else lies there. */
#include "check_main.h"
#include "host.h"
#include "host_world.h"

static struct host_world world;

static void up(void)
{
    host_world_make(&world);
}

static void down(void)
{
    host_world_remove(&world);
}

static struct host_profiles profiles(void)
{
    struct armor_error err = {0};
    struct host_profiles seen;
    ck_assert_msg(host_profiles_read(&world.roots, &seen, &err) == 0, "%s", err.text);
    return seen;
}

START_TEST(names_of_both_sides_are_one)
{
    host_world_load(&world, "armord-web", "enforce");
    host_world_load(&world, "armord-.candidate", "enforce");
    host_world_load(&world, "docker-default", "enforce");
    host_world_load(&world, "armord-.x", "enforce"); /* not a name of armord's */
    host_world_write(&world, "apparmor.d/armord-web", "# armord: x\n");
    host_world_write(&world, "apparmor.d/armord-db", "# armord: x\n");
    host_world_write(&world, "apparmor.d/armord-mine", "# somebody's\n");
    host_world_write(&world, "apparmor.d/armord-empty", "");
    host_world_write(&world, "apparmor.d/armord-db.orig", "# armord: x\n");
    host_world_write(&world, "apparmor.d/.armord-new.new", "half");
    host_world_write(&world, "apparmor.d/.armord-web.swp", "# armord: x\n");
    host_world_write(&world, "apparmor.d/disable/armord-db", "");
    host_world_write(&world, "apparmor.d/force-complain/armord-web", "");
    struct host_profiles seen = profiles();
    ck_assert_uint_eq(seen.count, 4);
    const struct host_profile *web = host_profiles_find(&seen, "armord-web");
    ck_assert_str_eq(web->mode, "enforce");
    ck_assert(web->file && web->forced && !web->disabled && !web->draft);
    const struct host_profile *db = host_profiles_find(&seen, "armord-db");
    ck_assert_str_eq(db->mode, "");
    ck_assert(db->file && db->disabled && !db->forced);
    const struct host_profile *draft = host_profiles_find(&seen, "armord-new");
    ck_assert(draft->draft && !draft->file);
    ck_assert_ptr_nonnull(host_profiles_find(&seen, LOADER_CANDIDATE));
    ck_assert_ptr_null(host_profiles_find(&seen, "armord-mine"));
    host_profiles_done(&seen);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
    struct armor_error err = {0};
    struct host_profiles seen;
    struct host_roots roots = world.roots;
    roots.loaded = "/nonexistent";
    ck_assert_int_eq(host_profiles_read(&roots, &seen, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent"));
}
END_TEST

START_TEST(the_boot)
{
    const char *why = "";
    ck_assert_int_eq(host_boots(&world.roots, &why), 1);
    ck_assert(host_enabled(&world.roots));
    host_world_unlink(&world, "units/sysinit.target.wants/apparmor.service");
    ck_assert_int_eq(host_boots(&world.roots, &why), 0);
    ck_assert_ptr_nonnull(strstr(why, "isn't enabled"));
    host_world_link(&world, "/dev/null", "units/apparmor.service");
    ck_assert_int_eq(host_boots(&world.roots, &why), 0);
    ck_assert_ptr_nonnull(strstr(why, "masked"));
    host_world_write(&world, "enabled", "N\n");
    ck_assert(!host_enabled(&world.roots));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host");
    TCase *all = check_case(suite, "host");
    tcase_add_checked_fixture(all, up, down);
    tcase_add_test(all, names_of_both_sides_are_one);
    tcase_add_test(all, what_cannot_be_read_is_said);
    tcase_add_test(all, the_boot);
    return check_main(suite);
}

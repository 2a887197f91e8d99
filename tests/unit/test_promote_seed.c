/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion with a seed: what it does to kernel, store and state, and that a failure leaves nothing of it. */
#include "promote_rig.h"

static const struct armor_rule *rule_of(const struct container *container, enum armor_state state,
                                        const char *path)
{
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .state = state,
                                        .name = armor_slice_of(path)};
    return armor_profile_find(container->profile, &access);
}

/* Whether the rule is in memory and in the store alike. */
static bool has(enum armor_state state, const char *path)
{
    struct registry *registry = stored();
    const struct container *there = registry_find(registry, ARMOR_SLICE("web"));
    bool kept = there && rule_of(there, state, path);
    bool held = rule_of(find("web"), state, path) != NULL;
    registry_free(registry);
    ck_assert_int_eq(held, kept);
    return held;
}

START_TEST(granted_is_in_the_first_profile)
{
    ck_assert_int_eq(run_seeded("web", "/data/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    ck_assert(result.created);
    ck_assert_uint_eq(loader.count, 3);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  /data/** rw,\n"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/data/**"));
    const struct armor_rule *rule = rule_of(find("web"), ARMOR_STATE_ACTIVE, "/data/**");
    ck_assert_int_eq(rule->origin, ARMOR_ORIGIN_SEEDED);
    ck_assert_str_eq(armor_rule_more(rule)->source, "c.yml:3:9");
}
END_TEST

START_TEST(what_is_expected_or_denied_is_not)
{
    ck_assert_int_eq(run_seeded("web", "/data/**", ARMOR_SEED_EXPECTED), PROMOTE_OK);
    ck_assert_ptr_null(strstr(last_load(0)->text, "/data/"));
    ck_assert(has(ARMOR_STATE_EXPECTED, "/data/**"));
    ck_assert_int_eq(run_seeded("web", "/data/**", ARMOR_SEED_DENIED), PROMOTE_OK);
    ck_assert_ptr_null(strstr(last_load(0)->text, "/data/"));
    ck_assert(has(ARMOR_STATE_DENIED, "/data/**"));
    ck_assert(!has(ARMOR_STATE_EXPECTED, "/data/**"));
    observe("web", "/etc/passwd");
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  audit deny /data/** rw,\n"));
}
END_TEST

START_TEST(a_second_seed_takes_the_place_of_the_first)
{
    ck_assert_int_eq(run_seeded("web", "/old/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/passwd");
    find("web")->lost = 7;
    size_t asked = loader.count;
    ck_assert_int_eq(run_seeded("web", "/new/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    ck_assert(!result.created);
    ck_assert_uint_eq(loader.count, asked + 1);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "/new/** rw,"));
    ck_assert_ptr_null(strstr(last_load(0)->text, "/old/**"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/etc/passwd"));
    ck_assert(!has(ARMOR_STATE_ACTIVE, "/old/**"));
    ck_assert_uint_eq(find("web")->revision, 2);
    ck_assert_uint_eq(find("web")->lost, 7); /* learning goes on, it doesn't begin anew */
    observe("web", "/etc/services");         /* nobody kept a pointer into what was */
    ck_assert(has(ARMOR_STATE_ACTIVE, "/etc/services"));
}
END_TEST

START_TEST(one_that_is_enforced_takes_no_seed)
{
    ck_assert_int_eq(run_seeded("web", "/data/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/passwd");
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_int_eq(run_seeded("web", "/new/**", ARMOR_SEED_GRANTED), PROMOTE_MODE_CONFLICT);
    ck_assert_ptr_nonnull(strstr(result.advice, "complain"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/data/**"));
    ck_assert(!has(ARMOR_STATE_ACTIVE, "/new/**"));
}
END_TEST

static void seed_fails(enum promote_failure failure)
{
    ck_assert_int_eq(run_seeded("web", "/new/**", ARMOR_SEED_GRANTED), failure);
    ck_assert(!find("web")->changing);
    ck_assert(has(ARMOR_STATE_ACTIVE, "/old/**"));
    ck_assert(!has(ARMOR_STATE_ACTIVE, "/new/**"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/etc/passwd"));
    ck_assert_uint_eq(find("web")->revision, 1);
}

START_TEST(a_seed_that_does_not_load_is_taken_back)
{
    ck_assert_int_eq(run_seeded("web", "/old/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/passwd");
    loader.refuse[LOADER_LOAD] = -EINVAL;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    seed_fails(PROMOTE_LOADER_REFUSED);
}
END_TEST

START_TEST(a_seed_that_cannot_be_stored_is_taken_back)
{
    ck_assert_int_eq(run_seeded("web", "/old/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/passwd");
    lock_store();
    ck_assert_int_eq(run_seeded("web", "/new/**", ARMOR_SEED_GRANTED), PROMOTE_INTERNAL);
    ck_assert_int_eq(sqlite3_exec(lock, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "/old/** rw,")); /* the kernel has it back too */
    ck_assert_ptr_null(strstr(last_load(0)->text, "/new/**"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/old/**"));
    ck_assert(!has(ARMOR_STATE_ACTIVE, "/new/**"));
}
END_TEST

START_TEST(what_comes_during_a_seed_is_kept)
{
    ck_assert_int_eq(run_seeded("web", "/old/**", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/passwd");
    loader.refuse[LOADER_LOAD] = -EINVAL;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    start_seeded("web", "/new/**", ARMOR_SEED_GRANTED);
    observe("web", "/during");
    turn(2);
    ck_assert_int_eq(result.failure, PROMOTE_LOADER_REFUSED);
    ck_assert(has(ARMOR_STATE_ACTIVE, "/during"));
    ck_assert(has(ARMOR_STATE_ACTIVE, "/old/**"));
}
END_TEST

START_TEST(a_refused_learn_with_a_seed_leaves_nothing)
{
    loader.refuse[LOADER_LOAD] = -EINVAL;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    ck_assert_int_eq(run_seeded("web", "/data/**", ARMOR_SEED_GRANTED), PROMOTE_LOADER_REFUSED);
    ck_assert(!result.created);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
}
END_TEST

START_TEST(an_end_in_the_middle_frees_all)
{
    start_seeded("web", "/data/**", ARMOR_SEED_GRANTED);
    ck_assert_uint_eq(ended, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_seed");
    TCase *all = check_case(suite, "promote_seed");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, granted_is_in_the_first_profile);
    tcase_add_test(all, what_is_expected_or_denied_is_not);
    tcase_add_test(all, a_second_seed_takes_the_place_of_the_first);
    tcase_add_test(all, one_that_is_enforced_takes_no_seed);
    tcase_add_test(all, a_seed_that_does_not_load_is_taken_back);
    tcase_add_test(all, a_seed_that_cannot_be_stored_is_taken_back);
    tcase_add_test(all, what_comes_during_a_seed_is_kept);
    tcase_add_test(all, a_refused_learn_with_a_seed_leaves_nothing);
    tcase_add_test(all, an_end_in_the_middle_frees_all);
    return check_main(suite);
}

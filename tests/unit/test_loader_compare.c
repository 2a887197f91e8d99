/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader's operation `compare`: a text held against kernel, disk and processes; and what a killed loader leaves, removed. */
#include "operation_rig.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *text; /* of an enforced profile */
static char bytes[sizeof POLICY_OF(NAME)];
static struct armor_slice
    enforced; /* what the parser makes of it: the same policy, without the complain flag */

static void compare_up(void)
{
    set_up();
    text = world_profile(NAME, false, "  /x r,\n");
    memcpy(bytes, policy.bytes, policy.length);
    bytes[policy.length - 11] = 0;
    enforced = (struct armor_slice){bytes, policy.length};
    set_parser(enforced, 0);
    set_kernel(NAME " (enforce)\n", enforced);
    world_write(&world, FILE_PATH, armor_slice_of(text), 0644);
}

static void compare_down(void)
{
    free(text);
    tear_down();
}

static struct loader_reply compare(void)
{
    struct loader_reply reply = serve_text(LOADER_COMPARE, text, LOADER_MODE_ENFORCE);
    expect_loaded(nothing);
    return reply;
}

START_TEST(what_agrees)
{
    struct loader_reply reply = compare();
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.mode, LOADER_MODE_ENFORCE);
    ck_assert_uint_eq(reply.policy, LOADER_MATCH_SAME);
    ck_assert_uint_eq(reply.file, LOADER_MATCH_SAME);
    ck_assert_uint_eq(reply.stranger_count, 0);
}
END_TEST

START_TEST(what_differs)
{
    static const struct {
        const char *list;
        bool raw; /* the kernel has another policy */
        const char *file;
        uint32_t mode, policy, match;
    } cases[] = {
        {NAME " (complain)\n", false, NULL, LOADER_MODE_COMPLAIN, LOADER_MATCH_SAME, LOADER_MATCH_SAME},
        {"", false, NULL, LOADER_MODE_NONE, LOADER_MATCH_SAME, LOADER_MATCH_SAME},
        {NAME " (enforce)\n", true, NULL, LOADER_MODE_ENFORCE, LOADER_MATCH_DIFFERENT, LOADER_MATCH_SAME},
        {NAME " (enforce)\n", false, OLD, LOADER_MODE_ENFORCE, LOADER_MATCH_SAME, LOADER_MATCH_DIFFERENT},
        {NAME " (enforce)\n", false, "", LOADER_MODE_ENFORCE, LOADER_MATCH_SAME, LOADER_MATCH_FOREIGN},
        {NAME " (enforce)\n", false, "profile x {}\n", LOADER_MODE_ENFORCE, LOADER_MATCH_SAME,
         LOADER_MATCH_FOREIGN},
    };
    set_kernel(cases[_i].list, cases[_i].raw ? policy : enforced);
    if (cases[_i].file) {
        world_write(&world, FILE_PATH, armor_slice_of(cases[_i].file), 0644);
    }
    struct loader_reply reply = compare();
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.mode, cases[_i].mode);
    ck_assert_uint_eq(reply.policy, cases[_i].policy);
    ck_assert_uint_eq(reply.file, cases[_i].match);
}
END_TEST

START_TEST(no_file)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", world.base, FILE_PATH);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_uint_eq(compare().file, LOADER_MATCH_NONE);
}
END_TEST

START_TEST(of_what_complains_the_file_alone)
{
    char *complains = world_profile(NAME, true, "  /x r,\n");
    set_kernel(NAME " (complain)\n", other_policy);
    world_write(&world, FILE_PATH, armor_slice_of(complains), 0644);
    set_parser(policy, 1); /* isn't asked */
    struct loader_reply reply = serve_text(LOADER_COMPARE, complains, LOADER_MODE_COMPLAIN);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.policy, LOADER_MATCH_UNKNOWN);
    ck_assert_uint_eq(reply.file, LOADER_MATCH_SAME);
    free(complains);
}
END_TEST

/* A process of the container 0123...: its label, its name. */
static void process(int pid, const char *label, const char *comm)
{
    char path[64];
    world_process(&world, pid, label, comm);
    (void)snprintf(path, sizeof path, "proc/%d/cgroup", pid);
    world_write(&world, path, ARMOR_SLICE("0::/system.slice/docker-" ID ".scope\n"), 0444);
}

START_TEST(strangers_are_named)
{
    process(10, NAME " (enforce)\n", "nginx\n");
    process(11, NAME "//null-/bin/sh (complain)\n", "sh\n");
    process(12, "unconfined\n", "in\033side\n");
    struct loader_reply reply = compare();
    ck_assert_uint_eq(reply.processes, 1);
    ck_assert_uint_eq(reply.null_processes, 1);
    ck_assert_uint_eq(reply.outside, 1);
    ck_assert_uint_eq(reply.stranger_count, 2);
    ck_assert_uint_eq(reply.strangers[0].pid, 11);
    ck_assert_str_eq(reply.strangers[0].label, NAME "//null-/bin/sh (complain)");
    ck_assert_uint_eq(reply.strangers[1].pid, 12);
    ck_assert_str_eq(reply.strangers[1].comm, "in?side");
    ck_assert_str_eq(reply.strangers[1].label, "unconfined");
}
END_TEST

START_TEST(more_strangers_than_are_named_are_counted)
{
    process(10, NAME " (enforce)\n", "nginx\n");
    for (int pid = 20; pid < 20 + LOADER_STRANGERS_MAX + 3; pid++) {
        process(pid, "unconfined\n", "sh\n");
    }
    struct loader_reply reply = compare();
    ck_assert_uint_eq(reply.outside, LOADER_STRANGERS_MAX + 3);
    ck_assert_uint_eq(reply.stranger_count, LOADER_STRANGERS_MAX);
}
END_TEST

START_TEST(a_candidate_that_was_left_is_removed)
{
    struct loader_request request = {.magic = LOADER_MAGIC,
                                     .version = LOADER_VERSION,
                                     .operation = LOADER_REMOVE,
                                     .name = LOADER_CANDIDATE};
    struct loader_reply reply = serve(&request, -1);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    char *removed = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_str_eq(removed, LOADER_CANDIDATE);
    free(removed);
    process(10, LOADER_CANDIDATE " (enforce)\n", "sh\n");
    reply = serve(&request, -1);
    expect(&reply, -EBUSY, LOADER_STAGE_IN_USE, "unconfined");
    request.operation = LOADER_INSPECT; /* and that name is for nothing else */
    reply = serve(&request, -1);
    expect(&reply, -EINVAL, LOADER_STAGE_REQUEST, "character 8");
}
END_TEST

START_TEST(a_draft_that_was_left_is_removed)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", world.base, FILE_PATH);
    ck_assert_int_eq(unlink(path), 0);
    world_write(&world, "apparmor.d/." NAME ".new", ARMOR_SLICE("half"), 0600);
    struct loader_reply reply = ask(LOADER_REMOVE, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    expect_file(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader compare");
    TCase *tests = check_case(suite, "loader compare");
    tcase_add_checked_fixture(tests, compare_up, compare_down);
    tcase_add_test(tests, what_agrees);
    tcase_add_loop_test(tests, what_differs, 0, 6);
    tcase_add_test(tests, no_file);
    tcase_add_test(tests, of_what_complains_the_file_alone);
    tcase_add_test(tests, strangers_are_named);
    tcase_add_test(tests, more_strangers_than_are_named_are_counted);
    tcase_add_test(tests, a_candidate_that_was_left_is_removed);
    tcase_add_test(tests, a_draft_that_was_left_is_removed);
    return check_main(suite);
}

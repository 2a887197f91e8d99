/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operation.c from request to reply: every stage that can fail, and what is in the kernel and on disk then. The kernel
 * is a directory that doesn't react, so a test lays out beforehand what it wants the kernel to show after the load.
 * Linked with --wrap=malloc and --wrap=realloc.
 */
#include "operation_rig.h"

/* Allocations until one fails; negative: none does. */
static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool allocation_fails(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(block, size);
}

START_TEST(load_new_and_again)
{
    char *text = world_profile(NAME, true, "  /x r,\n");
    for (int i = 0; i < 2; i++) {
        struct loader_reply reply = load();
        expect(&reply, 0, LOADER_STAGE_DONE, "");
        ck_assert_uint_eq(reply.mode, LOADER_MODE_COMPLAIN);
        ck_assert_uint_gt(reply.compile_usec, 0);
        ck_assert_uint_ge(reply.total_usec, reply.compile_usec);
        expect_file(text);
        expect_loaded(policy);
    }
    free(text);
}
END_TEST

START_TEST(load_with_the_real_parser)
{
    if (!world_use_real_parser(&world)) {
        return;
    }
    char *text = world_profile(NAME, true, "  audit /** px -> " NAME ",\n");
    /* The first time the kernel shows something else; then what the parser made for it. */
    struct loader_reply reply = load_text(text, LOADER_MODE_COMPLAIN);
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "isn't what was loaded");
    size_t length = 0;
    char *made = world_read(&world, "apparmor/.replace", &length);
    set_kernel(NAME " (complain)\n", (struct armor_slice){made, length});
    reply = load_text(text, LOADER_MODE_COMPLAIN);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    expect_file(text);
    free(made);
    free(text);
}
END_TEST

START_TEST(load_bad_text)
{
    struct loader_reply reply =
        load_text("# armord: x\nprofile armord-web flags=(complain) {\n  /a ux,\n}\n", LOADER_MODE_COMPLAIN);
    expect(&reply, -EPERM, LOADER_STAGE_REQUEST, NAME ":3:6: permissions are of");
    reply = load_text("x", LOADER_MODE_COMPLAIN);
    expect(&reply, -EBADMSG, LOADER_STAGE_REQUEST, "first line");
    char *text = world_profile(NAME, true, "");
    reply = load_text(text, LOADER_MODE_ENFORCE);
    free(text);
    expect(&reply, -EPERM, LOADER_STAGE_REQUEST, "request says enforce");
    expect_file(NULL);
    expect_loaded(nothing);
}
END_TEST

START_TEST(load_not_compiled)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    set_parser(policy, 1);
    struct loader_reply reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_COMPILE, "told so");
    expect_file(OLD);
    expect_loaded(nothing);
}
END_TEST

START_TEST(load_wrong_policy)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    set_parser(other_policy, 0);
    struct loader_reply reply = load();
    expect(&reply, -EPERM, LOADER_STAGE_CHECK, "another profile");
    set_parser(ARMOR_SLICE("garbage"), 0);
    reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_CHECK, "unknown type");
    expect_file(OLD);
    expect_loaded(nothing);
}
END_TEST

START_TEST(load_over_a_foreign_file)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE("profile mine { }\n"), 0644);
    struct loader_reply reply = load();
    expect(&reply, -EEXIST, LOADER_STAGE_PERSIST, "didn't write it");
    expect_file("profile mine { }\n");
    expect_loaded(nothing);
}
END_TEST

/* This kernel doesn't react, so that it still lists what is enforced; but it got the profile. */
START_TEST(a_disk_does_not_keep_an_enforced_one_from_complaining)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE("profile mine { }\n"), 0644);
    set_kernel(NAME " (enforce)\n", policy);
    struct loader_reply reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "instead of \"complain\"");
    expect_file("profile mine { }\n");
    expect_loaded(policy);
}
END_TEST

START_TEST(load_refused_by_the_kernel)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/.replace", world.apparmorfs);
    ck_assert_int_eq(unlink(path), 0);
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    struct loader_reply reply = load();
    expect(&reply, -ENOENT, LOADER_STAGE_LOAD, "refused to load");
    expect_file(OLD);
    world.roots.apparmorfs = "/nonexistent/apparmor";
    reply = load();
    expect(&reply, -EOPNOTSUPP, LOADER_STAGE_LOAD, "without AppArmor");
    expect_file(OLD);
}
END_TEST

START_TEST(load_not_verified)
{
    set_kernel("docker-default (enforce)\n", (struct armor_slice){NULL, 0});
    struct loader_reply reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "as \"none\" instead of \"complain\"");
    ck_assert_uint_eq(reply.mode, LOADER_MODE_NONE);
    expect_file(NULL);
    expect_loaded(policy);
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    set_kernel(NAME " (enforce)\n", policy);
    reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "as \"enforce\" instead of \"complain\"");
    ck_assert_uint_eq(reply.mode, LOADER_MODE_ENFORCE);
    expect_file(OLD);
    set_kernel(NAME " (complain)\n", other_policy);
    reply = load();
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "isn't what was loaded");
    expect_file(OLD);
}
END_TEST

START_TEST(removal)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    world_process(&world, 40, NAME " (complain)\n", "nginx\n");
    world_process(&world, 41, NAME "//null-/bin/sh (complain)\n", "sh\n");
    struct loader_reply reply = ask(LOADER_REMOVE, 0);
    expect(&reply, -EBUSY, LOADER_STAGE_IN_USE, "2 processes run under");
    expect(&reply, -EBUSY, LOADER_STAGE_IN_USE, "stop the container first");
    ck_assert_uint_eq(reply.processes, 1);
    ck_assert_uint_eq(reply.null_processes, 1);
    expect_file(OLD);
    world_process(&world, 40, "unconfined\n", "nginx\n");
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, -EBUSY, LOADER_STAGE_IN_USE, "1 process runs under " NAME ", such as 41 (sh)");
    world_process(&world, 41, "unconfined\n", "sh\n");
    char *written = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_str_eq(written, "");
    free(written);
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    expect_file(NULL);
    written = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_str_eq(written, NAME);
    free(written);
}
END_TEST

START_TEST(removal_of_halves)
{
    /* Loaded without a file. */
    struct loader_reply reply = ask(LOADER_REMOVE, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    /* A file of something not loaded. */
    char path[256];
    (void)snprintf(path, sizeof path, "%s/.remove", world.apparmorfs);
    ck_assert_int_eq(unlink(path), 0); /* answers ENOENT now, as the kernel does for what it doesn't have */
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    expect_file(NULL);
    /* Neither. */
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, -ENOENT, LOADER_STAGE_PERSIST, "there is no profile");
    /* A file, and a kernel without AppArmor. */
    world.roots.apparmorfs = "/nonexistent/apparmor";
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    expect_file(NULL);
}
END_TEST

START_TEST(removal_blocked)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE("profile mine { }\n"), 0644);
    struct loader_reply reply = ask(LOADER_REMOVE, 0);
    expect(&reply, -EEXIST, LOADER_STAGE_PERSIST, "didn't write it");
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    world.roots.proc = world.policy; /* shows no process 1 */
    reply = ask(LOADER_REMOVE, 0);
    expect(&reply, -EACCES, LOADER_STAGE_IN_USE, "hidepid");
    char *written = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_str_eq(written, "");
    free(written);
    expect_file(OLD);
}
END_TEST

START_TEST(inspection)
{
    set_kernel(NAME " (enforce)\n" NAME "//null-/x (complain)\n", policy);
    world_process(&world, 40, NAME " (enforce)\n", "nginx\n");
    world_process(&world, 41, NAME "//null-/x (complain)\n", "sh\n");
    world_process(&world, 42, NAME "//null-/x (complain)\n", "sh\n");
    struct loader_reply reply = ask(LOADER_INSPECT, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.mode, LOADER_MODE_ENFORCE);
    ck_assert_uint_eq(reply.null_children, 1);
    ck_assert_uint_eq(reply.processes, 1);
    ck_assert_uint_eq(reply.null_processes, 2);
    set_kernel("", (struct armor_slice){NULL, 0});
    reply = ask(LOADER_INSPECT, 0);
    ck_assert_int_eq(reply.code, 0);
    ck_assert_uint_eq(reply.mode, LOADER_MODE_NONE);
}
END_TEST

/* Changes nothing: the limit is only set to what it is. */
START_TEST(audit)
{
    struct loader_reply reply = ask(LOADER_AUDIT_STATUS, 0);
    if (reply.code < 0) {
        ck_assert_uint_eq(reply.stage, LOADER_STAGE_AUDIT);
        (void)printf("SKIP: the audit status of this machine can't be asked for: %s\n", reply.text);
        return;
    }
    uint32_t limit = reply.audit_backlog_limit;
    if (limit != 0 && (limit < LOADER_BACKLOG_MIN || limit > LOADER_BACKLOG_MAX)) {
        (void)printf("SKIP: the audit backlog limit of this machine is %u, which the loader wouldn't set\n",
                     limit);
        return;
    }
    reply = ask(LOADER_AUDIT_BACKLOG, limit);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.audit_backlog_limit, limit);
}
END_TEST

START_TEST(bad_requests)
{
    struct loader_request understood;
    struct loader_reply reply;
    loader_serve(&world.roots, "garbage", 7, -1, &understood, &reply);
    expect(&reply, -EBADMSG, LOADER_STAGE_REQUEST, "7 bytes instead of");
    ck_assert_uint_eq(reply.operation, 0);
    ck_assert_uint_eq(understood.operation, 0);
    ck_assert_str_eq(loader_operation_name(0), "nothing known");
    ck_assert_str_eq(loader_operation_name(LOADER_OPERATION_END), "nothing known");
    reply = ask(LOADER_AUDIT_BACKLOG, 1);
    expect(&reply, -EINVAL, LOADER_STAGE_REQUEST, "backlog limit of 1");
}
END_TEST

START_TEST(allocations_fail)
{
    char *text = world_profile(NAME, true, "  /x r,\n");
    int fd = loader_text_seal(armor_slice_of(text), NULL);
    ck_assert_int_ge(fd, 0);
    const struct loader_request request = {
        .magic = LOADER_MAGIC,
        .version = LOADER_VERSION,
        .operation = LOADER_LOAD,
        .mode = LOADER_MODE_COMPLAIN,
        .text_length = (uint32_t)strlen(text),
        .name = NAME,
    };
    long failing = 0;
    for (;; failing++) {
        struct loader_request understood;
        struct loader_reply reply;
        allocations_left = failing;
        loader_serve(&world.roots, &request, sizeof request, fd, &understood, &reply);
        bool reached = allocations_left < 0;
        allocations_left = -1;
        if (!reached) {
            ck_assert_int_eq(reply.code, 0);
            break;
        }
        if (reply.code <
            0) { /* what can't be read of the parser's complaints isn't missed when it succeeds */
            ck_assert_int_eq(reply.code, -ENOMEM);
            expect_file(NULL);
            expect_loaded(nothing);
        } else {
            char path[256];
            (void)snprintf(path, sizeof path, "%s/%s", world.policy, NAME);
            ck_assert_int_eq(unlink(path), 0);
            world_write(&world, "apparmor/.replace", nothing, 0644);
        }
    }
    ck_assert_int_ge(failing, 2);
    ck_assert_int_eq(close(fd), 0);
    expect_file(text);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader operation");
    TCase *tests = check_case(suite, "operation");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, load_new_and_again);
    tcase_add_test(tests, load_with_the_real_parser);
    tcase_add_test(tests, load_bad_text);
    tcase_add_test(tests, load_not_compiled);
    tcase_add_test(tests, load_wrong_policy);
    tcase_add_test(tests, load_over_a_foreign_file);
    tcase_add_test(tests, a_disk_does_not_keep_an_enforced_one_from_complaining);
    tcase_add_test(tests, load_refused_by_the_kernel);
    tcase_add_test(tests, load_not_verified);
    tcase_add_test(tests, removal);
    tcase_add_test(tests, removal_of_halves);
    tcase_add_test(tests, removal_blocked);
    tcase_add_test(tests, inspection);
    tcase_add_test(tests, audit);
    tcase_add_test(tests, bad_requests);
    tcase_add_test(tests, allocations_fail);
    return check_main(suite);
}

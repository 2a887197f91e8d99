/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compile.c and child.c: a parser that refuses, hangs, floods, is missing; and what it is given and has lost. */
#include "check_main.h"
#include "compile.h"

#include "armor/limits.h"

#include "loader_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TEXT "profile armord-web { }\n"

/* Compile with SCRIPT as the parser. */
static int compile_with(struct world *world, const char *script, struct armor_text *ret_policy,
                        struct armor_error *err)
{
    *err = (struct armor_error){0};
    world_write(world, "parser", armor_slice_of(script), 0755);
    int r = loader_compile(&world->roots, ARMOR_SLICE(TEXT), ret_policy, err);
    ck_assert_int_eq(r, err->code);
    return r;
}

static int refused_with(struct world *world, const char *script, struct armor_error *err)
{
    struct armor_text policy = {0};
    int r = compile_with(world, script, &policy, err);
    ck_assert_ptr_null(policy.bytes);
    ck_assert_int_lt(r, 0);
    return r;
}

START_TEST(input_and_output)
{
    struct world world;
    world_make(&world);
    struct armor_text policy = {0};
    struct armor_error err;
    ck_assert_int_eq(compile_with(&world, "#!/bin/sh\ncat\necho warned >&2\n", &policy, &err), 0);
    ck_assert_str_eq(policy.bytes, TEXT);
    armor_text_done(&policy);
    ck_assert_int_eq(compile_with(&world, "#!/bin/sh\necho \"$0 $*\"\n", &policy, &err), 0);
    ck_assert_ptr_nonnull(strstr(policy.bytes, " -Q -K -q -j 0 -S\n"));
    armor_text_done(&policy);
    world_remove(&world);
}
END_TEST

/* The line after KEY in TEXT, without blanks in front. */
static bool has_line(const char *text, const char *key, const char *value)
{
    const char *at = strstr(text, key);
    ck_assert_msg(at != NULL, "no %s in %s", key, text);
    at += strlen(key);
    at += strspn(at, " \t");
    return strncmp(at, value, strlen(value)) == 0 && (at[strlen(value)] == '\n' || value[0] == '\0');
}

START_TEST(nothing_left)
{
    struct world world;
    world_make(&world);
    int leaked = open("/dev/null", O_RDONLY); /* NOLINT: not close-on-exec, on purpose */
    ck_assert_int_ge(leaked, 3);
    ck_assert_int_eq(setenv("ARMORD_SECRET", "x", 1), 0);
    struct armor_text policy = {0};
    struct armor_error err;
    int r = compile_with(
        &world,
        "#!/bin/sh\ncat /proc/self/status\necho leaked: $(ls -l /proc/$$/fd | grep -c /dev/null)\n"
        "env | grep -c ARMORD_SECRET\ncat /proc/$$/limits\npwd\n",
        &policy, &err);
    ck_assert_msg(r == 0, "%s", err.text);
    const char *told = policy.bytes;
    ck_assert(has_line(told, "CapInh:", "0000000000000000"));
    ck_assert(has_line(told, "CapPrm:", "0000000000000000"));
    ck_assert(has_line(told, "CapEff:", "0000000000000000"));
    ck_assert(has_line(told, "CapAmb:", "0000000000000000"));
    ck_assert(has_line(told, "NoNewPrivs:", "1"));
    ck_assert(has_line(told, "SigBlk:", "0000000000000000"));
    if (geteuid() == 0) {
        ck_assert(has_line(told, "Uid:", "65534\t65534\t65534\t65534"));
        ck_assert(has_line(told, "Groups:", ""));
        ck_assert_ptr_null(strstr(told, "Uid:\t0"));
    } else {
        (void)printf("SKIP: not root, so no change of user was seen\n");
    }
    ck_assert_ptr_nonnull(strstr(told, "\n0\n")); /* no secret in the environment */
    ck_assert(has_line(told, "leaked:", "0"));
    ck_assert_ptr_nonnull(strstr(told, "Max core file size        0                    0 "));
    ck_assert_ptr_nonnull(strstr(told, "Max file size             0                    0 "));
    ck_assert_ptr_nonnull(strstr(told, "Max cpu time              30 "));
    ck_assert_ptr_nonnull(strstr(told, "Max address space         805306368 "));
    ck_assert_ptr_nonnull(strstr(told, "\n/\n"));
    armor_text_done(&policy);
    ck_assert_int_eq(close(leaked), 0);
    world_remove(&world);
}
END_TEST

START_TEST(refusals)
{
    struct world world;
    world_make(&world);
    struct armor_error err;
    ck_assert_int_eq(
        refused_with(&world,
                     "#!/bin/sh\necho a warning >&2\necho 'AppArmor parser error at line 2: x\033y' "
                     ">&2\necho more >&2\nexit 3\n",
                     &err),
        -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "ended with 3: AppArmor parser error at line 2"));
    ck_assert_ptr_null(strstr(err.text, "more"));
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\necho first >&2; echo Too many states >&2; exit 1\n",
                                  &err),
                     -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "ended with 1: Too many states"));
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\nexit 1\n", &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "didn't say why"));
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\nexit 0\n", &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "made nothing"));
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\necho partial; kill -9 $$\n", &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "signal 9"));
    world_remove(&world);
}
END_TEST

/* The compiler's user may not run it. */
START_TEST(not_startable)
{
    if (geteuid() != 0) {
        (void)printf("SKIP: not root, so the parser runs as the user who can start it\n");
        return;
    }
    struct world world;
    world_make(&world);
    struct armor_text policy = {0};
    struct armor_error err = {0};
    world_write(&world, "parser", ARMOR_SLICE("#!/bin/sh\necho x\n"), 0700);
    ck_assert_int_eq(loader_compile(&world.roots, ARMOR_SLICE(TEXT), &policy, &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "can't start the compiler safely"));
    ck_assert_ptr_nonnull(strstr(err.text, "Permission denied"));
    world_remove(&world);
}
END_TEST

START_TEST(missing)
{
    struct world world;
    world_make(&world);
    struct armor_text policy = {0};
    struct armor_error err = {0};
    ck_assert_int_eq(loader_compile(&world.roots, ARMOR_SLICE(TEXT), &policy, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "install the package apparmor"));
    world.roots.parser_user = "no-such-user-here";
    if (geteuid() == 0) {
        ck_assert_int_eq(refused_with(&world, "#!/bin/sh\necho x\n", &err), -ENOENT);
        ck_assert_ptr_nonnull(strstr(err.text, "no-such-user-here"));
        world.roots.parser_user = "root";
        ck_assert_int_eq(refused_with(&world, "#!/bin/sh\necho x\n", &err), -ENOENT);
    }
    world_remove(&world);
}
END_TEST

static double seconds_now(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Hanging in each way: with its output open, with all closed, and with a child that keeps the pipe. */
START_TEST(time_limit)
{
    static const char *const scripts[] = {
        "#!/bin/sh\nsleep 60\n",
        "#!/bin/sh\nexec >&- 2>&-\nsleep 60\n",
        "#!/bin/sh\nsleep 60 &\nexit 0\n",
        "#!/bin/sh\nwhile :; do echo x >&2; done\n",
    };
    struct world world;
    world_make(&world);
    world.roots.parser_msec = 300;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct armor_error err;
        double start = seconds_now();
        ck_assert_int_eq(refused_with(&world, scripts[i], &err), -ETIMEDOUT);
        double took = seconds_now() - start;
        ck_assert_msg(took >= 0.29 && took < 10, "%zu took %f s", i, took);
        ck_assert_ptr_nonnull(strstr(err.text, "300 ms"));
    }
    world_remove(&world);
}
END_TEST

START_TEST(output_limits)
{
    struct world world;
    world_make(&world);
    struct armor_error err;
    struct armor_text policy = {0};
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\nexec cat /dev/zero\n", &err), -E2BIG);
    int r = compile_with(&world, "#!/bin/sh\nhead -c 16777216 /dev/zero\n", &policy, &err);
    ck_assert_msg(r == 0, "%s", err.text);
    ck_assert_uint_eq(policy.length, ARMOR_POLICY_MAX);
    armor_text_done(&policy);
    ck_assert_int_eq(refused_with(&world, "#!/bin/sh\nhead -c 16777217 /dev/zero\n", &err), -E2BIG);
    /* Much on standard error: the beginning is kept, and it doesn't block. */
    ck_assert_int_eq(
        refused_with(&world,
                     "#!/bin/sh\necho error one >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1\n",
                     &err),
        -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "ended with 1: error one"));
    world_remove(&world);
}
END_TEST

START_TEST(real_parser)
{
    struct world world;
    world_make(&world);
    if (world_use_real_parser(&world)) {
        struct armor_text policy = {0};
        struct armor_error err = {0};
        ck_assert_int_eq(loader_compile(&world.roots, ARMOR_SLICE(TEXT), &policy, &err), 0);
        ck_assert_mem_eq(policy.bytes, "\4\10\0version", 11);
        armor_text_done(&policy);
        struct armor_slice wrong = ARMOR_SLICE("profile armord-web {\n  nonsense here,\n}\n");
        ck_assert_int_eq(loader_compile(&world.roots, wrong, &policy, &err), -EBADMSG);
        ck_assert_msg(strstr(err.text, "line 2") != NULL, "%s", err.text);
    }
    world_remove(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader compile");
    TCase *tests = check_case(suite, "compile");
    tcase_add_test(tests, input_and_output);
    tcase_add_test(tests, nothing_left);
    tcase_add_test(tests, refusals);
    tcase_add_test(tests, not_startable);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, time_limit);
    tcase_add_test(tests, output_limits);
    tcase_add_test(tests, real_parser);
    return check_main(suite);
}

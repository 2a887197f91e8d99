/* SPDX-License-Identifier: GPL-2.0-or-later */
/* persist.c: the file is the old one or the new one, and nobody else's. */
#include "check_main.h"
#include "persist.h"

#include "loader_world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME      "armord-web"
#define FILE_PATH "apparmor.d/armord-web"
#define OLD       "# armord: old\n"
#define NEW       "# armord: new\nprofile armord-web { }\n"

static struct world world;

static void set_up(void)
{
    world_make(&world);
}

static void tear_down(void)
{
    world_remove(&world);
}

/* The profile's file holds EXPECTED (NULL: there's none), and there are COUNT entries in all beside it. */
static void expect_file(const char *expected, size_t count)
{
    char *bytes = world_read(&world, FILE_PATH, NULL);
    ck_assert(expected ? bytes && strcmp(bytes, expected) == 0 : !bytes);
    free(bytes);
    ck_assert_uint_eq(world_count(&world, "apparmor.d"), count);
}

static int draft_text(struct loader_draft *draft, struct armor_error *err)
{
    *err = (struct armor_error){0};
    int r = loader_persist_draft(&world.roots, NAME, ARMOR_SLICE(NEW), draft, err);
    ck_assert_int_eq(r, err->code);
    return r;
}

START_TEST(first_and_second)
{
    struct loader_draft draft;
    struct armor_error err;
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(draft.temporary[0], '.');
    expect_file(NULL, 1);
    ck_assert_int_eq(loader_persist_commit(&draft, &err), 0);
    loader_persist_done(&draft);
    loader_persist_done(&draft);
    expect_file(NEW, 1);
    char path[256];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/%s", world.policy, NAME);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0644);
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(loader_persist_commit(&draft, &err), 0);
    loader_persist_done(&draft);
    expect_file(NEW, 1);
}
END_TEST

START_TEST(given_up)
{
    struct loader_draft draft;
    struct armor_error err;
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    expect_file(OLD, 2);
    loader_persist_done(&draft);
    expect_file(OLD, 1);
}
END_TEST

/* Killed between draft and commit: the old file is whole, and what is left over doesn't stop the next one. */
START_TEST(killed)
{
    struct loader_draft draft;
    struct armor_error err;
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(close(draft.directory), 0);
    expect_file(OLD, 2);
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(loader_persist_commit(&draft, &err), 0);
    loader_persist_done(&draft);
    expect_file(NEW, 1);
}
END_TEST

/* The disk is full at each byte of the text: a limit on the file's size refuses the write there. */
START_TEST(write_fails)
{
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (rlim_t most = 0; most < sizeof NEW - 1; most++) {
        struct rlimit tight = {.rlim_cur = most, .rlim_max = before.rlim_max};
        struct loader_draft draft;
        struct armor_error err;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
        int r = draft_text(&draft, &err);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        ck_assert_int_eq(r, -EFBIG);
        ck_assert_ptr_nonnull(strstr(err.text, "can't write"));
        expect_file(OLD, 1);
    }
}
END_TEST

START_TEST(rename_fails)
{
    struct loader_draft draft;
    struct armor_error err;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", world.policy, NAME);
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0); /* somebody was quicker */
    ck_assert_int_eq(loader_persist_commit(&draft, &err), -EISDIR);
    ck_assert_ptr_nonnull(strstr(err.text, "can't put the new " NAME " in its place"));
    loader_persist_done(&draft);
    ck_assert_uint_eq(world_count(&world, "apparmor.d"), 1);
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

static void refuse_what_is_there(const char *reason)
{
    struct loader_draft draft;
    struct armor_error err;
    size_t before = world_count(&world, "apparmor.d");
    ck_assert_int_eq(draft_text(&draft, &err), -EEXIST);
    ck_assert_msg(strstr(err.text, reason) != NULL, "%s", err.text);
    ck_assert_int_eq(loader_persist_find(&world.roots, NAME, NULL), -EEXIST);
    ck_assert_int_eq(loader_persist_remove(&world.roots, NAME, NULL), -EEXIST);
    ck_assert_uint_eq(world_count(&world, "apparmor.d"), before);
}

START_TEST(foreign_files)
{
    static const char *const foreign[] = {
        "", "#", "# armord", "# armord\n", "#armord: x\n", "profile armord-web { }\n", "\n# armord: x\n"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        world_write(&world, FILE_PATH, armor_slice_of(foreign[i]), 0644);
        refuse_what_is_there("didn't write it");
        expect_file(foreign[i], 1);
    }
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", world.policy, NAME);
    ck_assert_int_eq(unlink(path), 0);
    world_write(&world, "elsewhere", ARMOR_SLICE(OLD), 0644);
    ck_assert_int_eq(symlink("../elsewhere", path), 0);
    refuse_what_is_there("regular file");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    refuse_what_is_there("regular file");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0); /* and doesn't block on it */
    refuse_what_is_there("regular file");
}
END_TEST

/* Somebody who can write to the directory puts a link where the draft goes: it isn't followed. */
START_TEST(link_in_the_way)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/.armord-web.new", world.policy);
    world_write(&world, "victim", ARMOR_SLICE("precious"), 0644);
    ck_assert_int_eq(symlink("../victim", path), 0);
    struct loader_draft draft;
    struct armor_error err;
    ck_assert_int_eq(draft_text(&draft, &err), 0);
    ck_assert_int_eq(loader_persist_commit(&draft, &err), 0);
    loader_persist_done(&draft);
    expect_file(NEW, 1);
    char *victim = world_read(&world, "victim", NULL);
    ck_assert_str_eq(victim, "precious");
    free(victim);
}
END_TEST

START_TEST(removal)
{
    ck_assert_int_eq(loader_persist_find(&world.roots, NAME, NULL), 0);
    ck_assert_int_eq(loader_persist_remove(&world.roots, NAME, NULL), 0);
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    ck_assert_int_eq(loader_persist_find(&world.roots, NAME, NULL), 1);
    ck_assert_int_eq(loader_persist_remove(&world.roots, NAME, NULL), 1);
    expect_file(NULL, 0);
    world.roots.policy_directory = "/nonexistent/apparmor.d";
    ck_assert_int_eq(loader_persist_find(&world.roots, NAME, NULL), -ENOENT);
    ck_assert_int_eq(loader_persist_remove(&world.roots, NAME, NULL), -ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader persist");
    TCase *tests = check_case(suite, "persist");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, first_and_second);
    tcase_add_test(tests, given_up);
    tcase_add_test(tests, killed);
    tcase_add_test(tests, write_fails);
    tcase_add_test(tests, rename_fails);
    tcase_add_test(tests, foreign_files);
    tcase_add_test(tests, link_in_the_way);
    tcase_add_test(tests, removal);
    return check_main(suite);
}

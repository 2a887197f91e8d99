/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.c and process.c against files laid out as the kernel has them. */
#include "check_main.h"
#include "kernel.h"
#include "process.h"

#include "loader_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "armord-web"

static struct world world;

static void set_up(void)
{
    world_make(&world);
}

static void tear_down(void)
{
    world_remove(&world);
}

static struct loader_loaded find(const char *list)
{
    struct loader_loaded loaded = {0};
    struct armor_error err = {0};
    world_write(&world, "apparmor/profiles", armor_slice_of(list), 0644);
    ck_assert_msg(loader_kernel_find(&world.roots, NAME, &loaded, &err) == 0, "%s", err.text);
    return loaded;
}

START_TEST(list_of_profiles)
{
    ck_assert_int_eq(find("").mode, LOADER_MODE_NONE);
    ck_assert_int_eq(find("docker-default (enforce)\n").mode, LOADER_MODE_NONE);
    ck_assert_int_eq(find("armord-we (enforce)\narmord-webx (enforce)\narmord-web2 (complain)\n").mode,
                     LOADER_MODE_NONE);
    ck_assert_int_eq(find("armord-web (complain)\nx (enforce)\n").mode, LOADER_MODE_COMPLAIN);
    ck_assert_int_eq(find("x (complain)\narmord-web (enforce)").mode, LOADER_MODE_ENFORCE);
    ck_assert_int_eq(find("armord-web (kill)\n").mode, LOADER_MODE_OTHER);
    ck_assert_int_eq(find("armord-web (unconfined)\n").mode, LOADER_MODE_OTHER);
    struct loader_loaded loaded = find(
        "armord-web//null-/bin/a (b) (complain)\narmord-web (enforce)\n"
        "armord-web//null-/x//null-/y (complain)\narmord-web2//null-/z (complain)\n"
        "armord-web//hat (complain)\n");
    ck_assert_int_eq(loaded.mode, LOADER_MODE_ENFORCE);
    ck_assert_uint_eq(loaded.null_children, 2);
}
END_TEST

START_TEST(no_apparmor)
{
    world.roots.apparmorfs = "/nonexistent/apparmor";
    struct loader_loaded loaded;
    struct armor_error err = {0};
    ck_assert_int_eq(loader_kernel_present(&world.roots, &err), -EOPNOTSUPP);
    ck_assert_ptr_nonnull(strstr(err.text, "apparmor=1"));
    ck_assert_int_eq(loader_kernel_find(&world.roots, NAME, &loaded, NULL), -EOPNOTSUPP);
    ck_assert_int_eq(loader_kernel_load(&world.roots, ARMOR_SLICE("x"), NULL), -EOPNOTSUPP);
    ck_assert_int_eq(loader_kernel_remove(&world.roots, NAME, NULL), -EOPNOTSUPP);
}
END_TEST

START_TEST(writes)
{
    struct armor_slice blob = ARMOR_SLICE("a compiled\0policy");
    struct armor_error err = {0};
    ck_assert_msg(loader_kernel_load(&world.roots, blob, &err) == 0, "%s", err.text);
    size_t length = 0;
    char *written = world_read(&world, "apparmor/.replace", &length);
    ck_assert_uint_eq(length, blob.length);
    ck_assert_mem_eq(written, blob.bytes, length);
    free(written);
    ck_assert_msg(loader_kernel_remove(&world.roots, NAME, &err) == 1, "%s", err.text);
    written = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_str_eq(written, NAME);
    free(written);
}
END_TEST

/* An entry of policy/profiles: DIRECTORY says its name is NAME_FILE and its policy RAW. */
static void add_loaded(const char *directory, const char *name_file, struct armor_slice raw)
{
    char path[256];
    (void)snprintf(path, sizeof path, "apparmor/policy/profiles/%s/name", directory);
    world_write(&world, path, armor_slice_of(name_file), 0644);
    (void)snprintf(path, sizeof path, "apparmor/policy/profiles/%s/raw_data", directory);
    world_write(&world, path, raw, 0644);
}

START_TEST(raw_data)
{
    char large[10000];
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 7 % 251);
    }
    struct armor_slice blob = {large, sizeof large};
    struct armor_error err = {0};
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME, blob, NULL), -ENOENT); /* no directory */
    add_loaded("armord-web.x.5", "armord-web.x\n", ARMOR_SLICE("other"));
    add_loaded("armord-webx.6", "armord-webx\n", ARMOR_SLICE("other"));
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME, blob, NULL), -ENOENT); /* not this one */
    add_loaded("armord-web.7", "armord-web\n", blob);
    ck_assert_msg(loader_kernel_compare(&world.roots, NAME, blob, &err) == 0, "%s", err.text);
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME, (struct armor_slice){large, sizeof large - 1},
                                           NULL),
                     -EBADMSG);
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME,
                                           (struct armor_slice){large + 1, sizeof large - 1}, NULL),
                     -EBADMSG);
    add_loaded("armord-web.7", "armord-web\n", (struct armor_slice){large, sizeof large - 1});
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME, blob, NULL), -EBADMSG);
    char path[256];
    (void)snprintf(path, sizeof path, "%s/policy/profiles/armord-web.7/raw_data", world.apparmorfs);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(loader_kernel_compare(&world.roots, NAME, blob, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "export_binary"));
}
END_TEST

static struct loader_processes processes(void)
{
    struct loader_processes found = {0};
    struct armor_error err = {0};
    ck_assert_msg(loader_processes_find(&world.roots, NAME, &found, &err) == 0, "%s", err.text);
    return found;
}

START_TEST(labels_of_processes)
{
    ck_assert_uint_eq(processes().own + processes().child, 0);
    world_process(&world, 20, "armord-webx (enforce)\n", "no");
    world_process(&world, 21, "armord-we (enforce)\n", "no");
    world_process(&world, 22, "docker-default (enforce)\n", "no");
    world_process(&world, 23, ":ns:armord-web (enforce)\n", "no");
    world_process(&world, 24, "x//armord-web (enforce)\n", "no");
    world_process(&world, 25, "", "kernel thread");
    ck_assert_uint_eq(processes().own + processes().child, 0);
    ck_assert_int_eq(processes().example, 0);
    world_process(&world, 30, "armord-web (complain)\n", "ng\x1binx\n");
    struct loader_processes found = processes();
    ck_assert_uint_eq(found.own, 1);
    ck_assert_uint_eq(found.child, 0);
    ck_assert_int_eq(found.example, 30);
    ck_assert_str_eq(found.comm, "ng?inx");
    world_process(&world, 31, "armord-web//null-/bin/sh (complain)\n", "sh");
    world_process(&world, 32, "other//&armord-web (mixed)\n", "stacked");
    world_process(&world, 33, "armord-web//&other (enforce)\n", "stacked");
    world_process(&world, 34, "other//&armord-web//null-/x//&third (mixed)\n", "stacked");
    world_process(&world, 35, "armord-web", "no newline");
    found = processes();
    ck_assert_uint_eq(found.own, 4);
    ck_assert_uint_eq(found.child, 2);
}
END_TEST

START_TEST(older_kernels)
{
    world_write(&world, "proc/40/attr/current", ARMOR_SLICE("armord-web (enforce)\n"), 0644);
    world_write(&world, "proc/41/comm", ARMOR_SLICE("gone\n"), 0644); /* has ended: no attr */
    world_write(&world, "proc/sys/attr/current", ARMOR_SLICE("armord-web (enforce)\n"), 0644);
    ck_assert_uint_eq(processes().own, 1);
    ck_assert_str_eq(processes().comm, "");
}
END_TEST

/* What isn't seen is a failure. */
/* PID of NAME, whose ids in its namespaces are NSPID, started at TICK, hundredths of a second since boot. */
static void born(int pid, const char *nspid, unsigned tick)
{
    char path[96];
    char text[256];
    world_process(&world, pid, NAME " (complain)\n", "x\n");
    (void)snprintf(path, sizeof path, "proc/%d/stat", pid);
    (void)snprintf(text, sizeof text, "%d (a) b (c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", pid,
                   tick);
    world_write(&world, path, armor_slice_of(text), 0644);
    (void)snprintf(path, sizeof path, "proc/%d/status", pid);
    (void)snprintf(text, sizeof text, "Name:\tx\nNSpid:%s\nNSpgid:\t1\t1\n", nspid);
    world_write(&world, path, armor_slice_of(text), 0644);
}

START_TEST(starts_of_containers)
{
    ck_assert_uint_eq(processes().started_usec, 0);
    born(50, "\t50", 300); /* it shares the host's namespace: the oldest one stands for it */
    born(51, "\t51", 200);
    ck_assert_uint_eq(processes().started_usec, 2000000);
    born(52, "\t52\t1", 100);
    born(53, "\t53\t7", 900);    /* docker exec */
    born(54, "\t54\t8\t1", 800); /* a namespace that a program in the container made */
    ck_assert_uint_eq(processes().started_usec, 1000000);
    born(55, "\t55\t1", 400); /* it was started again, or another one of it */
    ck_assert_uint_eq(processes().started_usec, 4000000);
    born(56, "", 999); /* without a word on namespaces */
    world_write(&world, "proc/57/stat", ARMOR_SLICE("57 (x"), 0644);
    world_process(&world, 57, NAME "//null-/bin/sh (complain)\n", "sh\n");
    ck_assert_uint_eq(processes().started_usec, 4000000);
}
END_TEST

START_TEST(hidden_processes)
{
    struct loader_processes found;
    struct armor_error err = {0};
    char path[256];
    (void)snprintf(path, sizeof path, "%s/1", world.proc);
    char hidden[256];
    (void)snprintf(hidden, sizeof hidden, "%s/one", world.proc);
    ck_assert_int_eq(rename(path, hidden), 0);
    ck_assert_int_eq(loader_processes_find(&world.roots, NAME, &found, &err), -EACCES);
    ck_assert_ptr_nonnull(strstr(err.text, "hidepid"));
    ck_assert_int_eq(rename(hidden, path), 0);
    (void)snprintf(path, sizeof path, "%s/50/attr/apparmor/current", world.proc);
    world_process(&world, 50, "x\n", "x");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0); /* can't be read, even by root */
    err = (struct armor_error){0};
    ck_assert_int_eq(loader_processes_find(&world.roots, NAME, &found, &err), -EISDIR);
    ck_assert_ptr_nonnull(strstr(err.text, "process 50"));
    world.roots.proc = "/nonexistent/proc";
    ck_assert_int_eq(loader_processes_find(&world.roots, NAME, &found, NULL), -ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader kernel");
    TCase *tests = check_case(suite, "kernel");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, list_of_profiles);
    tcase_add_test(tests, no_apparmor);
    tcase_add_test(tests, writes);
    tcase_add_test(tests, raw_data);
    tcase_add_test(tests, labels_of_processes);
    tcase_add_test(tests, older_kernels);
    tcase_add_test(tests, starts_of_containers);
    tcase_add_test(tests, hidden_processes);
    return check_main(suite);
}

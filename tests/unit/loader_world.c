/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See loader_world.h. */
#include "loader_world.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const real_parsers[] = {"/sbin/apparmor_parser", "/usr/sbin/apparmor_parser"};

static void join(char *path, size_t size, const char *base, const char *rest)
{
    int n = snprintf(path, size, "%s/%s", base, rest);
    ck_assert(n > 0 && (size_t)n < size);
}

void world_make(struct world *world)
{
    *world = (struct world){.base = "/tmp/armord-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(world->base));
    ck_assert_int_eq(chmod(world->base, 0755), 0); /* the parser runs as another user */
    join(world->apparmorfs, sizeof world->apparmorfs, world->base, "apparmor");
    join(world->proc, sizeof world->proc, world->base, "proc");
    join(world->policy, sizeof world->policy, world->base, "apparmor.d");
    join(world->parser, sizeof world->parser, world->base, "parser");
    world_write(world, "apparmor/features/policy/set_load", ARMOR_SLICE("yes\n"), 0644);
    world_write(world, "apparmor/.replace", ARMOR_SLICE(""), 0644);
    world_write(world, "apparmor/.remove", ARMOR_SLICE(""), 0644);
    world_write(world, "apparmor/profiles", ARMOR_SLICE("docker-default (enforce)\n"), 0644);
    ck_assert_int_eq(mkdir(world->policy, 0755), 0);
    world_process(world, 1, "unconfined\n", "init");
    world->roots = (struct loader_roots){
        .apparmorfs = world->apparmorfs,
        .proc = world->proc,
        .policy_directory = world->policy,
        .parsers = {world->parser, NULL},
        .parser_user = "nobody",
        .parser_msec = 20 * 1000,
    };
}

static int delete_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void world_remove(struct world *world)
{
    ck_assert_int_eq(nftw(world->base, delete_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void world_write(const struct world *world, const char *path, struct armor_slice bytes, mode_t mode)
{
    char full[512];
    join(full, sizeof full, world->base, path);
    for (char *slash = strchr(full + strlen(world->base) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    (void)unlink(full);
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    ck_assert_msg(fd >= 0, "can't write %s", full);
    ck_assert_int_eq(write(fd, bytes.bytes, bytes.length), (ssize_t)bytes.length);
    ck_assert_int_eq(close(fd), 0);
}

char *world_read(const struct world *world, const char *path, size_t *ret_length)
{
    char full[512];
    join(full, sizeof full, world->base, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    char *bytes = calloc(1, (size_t)status.st_size + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read(fd, bytes, (size_t)status.st_size), status.st_size);
    ck_assert_int_eq(close(fd), 0);
    if (ret_length) {
        *ret_length = (size_t)status.st_size;
    }
    return bytes;
}

void world_process(const struct world *world, int pid, const char *label, const char *comm)
{
    char path[96];
    (void)snprintf(path, sizeof path, "proc/%d/attr/apparmor/current", pid);
    world_write(world, path, armor_slice_of(label), 0644);
    (void)snprintf(path, sizeof path, "proc/%d/comm", pid);
    world_write(world, path, armor_slice_of(comm), 0644);
}

size_t world_count(const struct world *world, const char *path)
{
    char full[512];
    join(full, sizeof full, world->base, path);
    DIR *directory = opendir(full);
    ck_assert_ptr_nonnull(directory);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(directory);
    return count;
}

bool world_use_real_parser(struct world *world)
{
    for (size_t i = 0; i < sizeof real_parsers / sizeof real_parsers[0]; i++) {
        if (access(real_parsers[i], X_OK) == 0) {
            world->roots.parsers[0] = real_parsers[i];
            return true;
        }
    }
    (void)printf("SKIP: apparmor_parser isn't installed, so nothing real is compiled\n");
    return false;
}

char *world_profile(const char *name, bool complain, const char *rules)
{
    char *text = NULL;
    int n = asprintf(&text,
                     "# armord: made by a test\n"
                     "abi <abi/3.0>,\n"
                     "@{data}=/data \"/srv/a b\"\n"
                     "profile %s flags=(attach_disconnected, mediate_deleted%s) {\n"
                     "%s}\n",
                     name, complain ? ", complain" : "", rules);
    ck_assert_int_gt(n, 0);
    return text;
}

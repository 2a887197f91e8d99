/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host of files in a temporary directory: its boot loads profiles, AppArmor is on, and it has none of armord's. */
#pragma once

#include "host.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct host_world {
    char base[64];
    char loaded[96], directory[96], enabled[96], units[96];
    struct host_roots roots; /* points into the above */
};

/* base/PATH, with the directories above it. BUFFER: of 256 bytes. */
static inline const char *host_world_path(const struct host_world *world, const char *path,
                                          char buffer[static 256])
{
    int n = snprintf(buffer, 256, "%s/%s", world->base, path);
    ck_assert(n > 0 && n < 256);
    for (char *slash = buffer + strlen(world->base) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        ck_assert(mkdir(buffer, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    return buffer;
}

static inline void host_world_write(const struct host_world *world, const char *path, const char *text)
{
    char buffer[256];
    FILE *file = fopen(host_world_path(world, path, buffer), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static inline void host_world_unlink(const struct host_world *world, const char *path)
{
    char buffer[256];
    ck_assert_int_eq(unlink(host_world_path(world, path, buffer)), 0);
}

static inline void host_world_link(const struct host_world *world, const char *target, const char *path)
{
    char buffer[256];
    ck_assert_int_eq(symlink(target, host_world_path(world, path, buffer)), 0);
}

/* The kernel has NAME in MODE. */
static inline void host_world_load(const struct host_world *world, const char *name, const char *mode)
{
    char path[160];
    (void)snprintf(path, sizeof path, "loaded/%s.4/name", name);
    host_world_write(world, path, name);
    (void)snprintf(path, sizeof path, "loaded/%s.4/mode", name);
    host_world_write(world, path, mode);
}

static inline void host_world_make(struct host_world *world)
{
    char buffer[256];
    (void)snprintf(world->base, sizeof world->base, "/tmp/armord-host-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->base));
    (void)snprintf(world->loaded, sizeof world->loaded, "%s/loaded", world->base);
    (void)snprintf(world->directory, sizeof world->directory, "%s/apparmor.d", world->base);
    (void)snprintf(world->enabled, sizeof world->enabled, "%s/enabled", world->base);
    (void)snprintf(world->units, sizeof world->units, "%s/units", world->base);
    world->roots = (struct host_roots){world->loaded, world->directory, world->enabled, world->units};
    (void)host_world_path(world, "loaded/", buffer);
    (void)host_world_path(world, "apparmor.d/", buffer);
    host_world_write(world, "enabled", "Y\n");
    host_world_link(world, "/lib/systemd/system/apparmor.service",
                    "units/sysinit.target.wants/apparmor.service");
}

static inline int host_world_delete(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void host_world_remove(const struct host_world *world)
{
    ck_assert_int_eq(nftw(world->base, host_world_delete, 8, FTW_DEPTH | FTW_PHYS), 0);
}

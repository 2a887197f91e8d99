/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host: what any user may see of managed profiles and of what loads them at boot. What takes privilege to see is asked of armor-loader.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "loader/wire.h"

struct host_roots {
    const char *loaded;    /* directory of the kernel's profiles: each with a file `name` and `mode` */
    const char *directory; /* what apparmor.service loads */
    const char *enabled;   /* "Y" where AppArmor is on */
    const char *units;     /* where an administrator's settings of units are */
};

extern const struct host_roots host_roots_system;

/* A name of armord's that the kernel or the directory has. */
struct host_profile {
    char name[LOADER_NAME_SIZE]; /* a managed profile's, or LOADER_CANDIDATE */
    char mode[12];               /* the kernel's word: "enforce"; "": it isn't loaded */
    bool file;                   /* a file of armord's */
    bool draft;                  /* a file that was to take its place, and didn't */
    bool disabled;               /* the boot passes over the file: a link in disable/ */
    bool forced;                 /* the boot has it complain, whatever it says: a link in force-complain/ */
};

struct host_profiles {
    struct host_profile *entries; /* owned */
    size_t count;                 /* at most twice ARMOR_CONTAINERS_MAX */
};

/* Read both lists, for host_profiles_done. Returns 0, or negative where one can't be read. */
ARMOR_CHECKED int host_profiles_read(const struct host_roots *roots, struct host_profiles *ret_profiles,
                                     struct armor_error *err);

/* The entry of that name, or NULL. */
const struct host_profile *host_profiles_find(const struct host_profiles *profiles, const char *name);

void host_profiles_done(struct host_profiles *profiles);

/* Whether AppArmor is on in this kernel. */
bool host_enabled(const struct host_roots *roots);

/* Whether the boot loads the directory: 1, or 0 and *RET_WHY says in words why not. */
int host_boots(const struct host_roots *roots, const char **ret_why);

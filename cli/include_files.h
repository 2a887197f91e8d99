/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Include files: what `include` in a profile names, from the folders that the operator gave, as apparmor_parser finds it: a
 * directory stands for the files in it, without backups and those that a package manager left.
 */
#pragma once

#include "armor/read.h"

struct include_files {
    const char *const *folders; /* where `<path>` is looked for, in this order; not owned */
    size_t folder_count;
    char **names; /* owned: the sorted files of the directory that was asked for last */
    size_t name_count;
    char path[ARMOR_PATH_MAX]; /* that directory; "": none */
};

/* The load function for armor_includes; USERDATA is struct include_files. `"path"` is looked for where we are. */
int include_files_load(void *userdata, const char *path, bool search, size_t number, struct armor_text *text,
                       struct armor_text *name, struct armor_error *err);

/* Free what FILES owns. */
void include_files_done(struct include_files *files);

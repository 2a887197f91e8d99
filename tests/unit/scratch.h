/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scratch: a directory of a test's own, gone with all that is in it when the test is done. */
#pragma once

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
    char directory[64];
};

static inline void scratch_make(struct scratch *scratch)
{
    (void)snprintf(scratch->directory, sizeof scratch->directory, "/tmp/armord-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch->directory));
}

/* The path of NAME in the directory. BUFFER: of 128 bytes. Returns BUFFER. */
static inline const char *scratch_path(const struct scratch *scratch, const char *name,
                                       char buffer[static 128])
{
    (void)snprintf(buffer, 128, "%s/%s", scratch->directory, name);
    return buffer;
}

static inline void scratch_remove(const struct scratch *scratch)
{
    DIR *directory = opendir(scratch->directory);
    struct dirent *entry;
    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory))) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", scratch->directory, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(directory);
    ck_assert_int_eq(rmdir(scratch->directory), 0);
}

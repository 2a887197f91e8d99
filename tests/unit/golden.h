/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Golden cases: a directory of CASE.in and CASE.out, for the programs that compare byte for byte. */
#pragma once

#include "check_main.h"

#include <glob.h>
#include <stdio.h>

/* The bytes of the file at PATH, terminated; the caller frees them. A failure ends the test. */
static inline char *golden_read(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rbe");
    ck_assert_msg(file != NULL, "%s can't be opened", path);
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(bytes);
    *ret_length = fread(bytes, 1, (size_t)size, file);
    ck_assert_uint_eq(*ret_length, (size_t)size);
    (void)fclose(file);
    return bytes;
}

/* The path of CASE.out for that of CASE.in, in ROOM. */
static inline const char *golden_expected(const char *path, char room[static 4096])
{
    (void)snprintf(room, 4096, "%.*sout", (int)strlen(path) - 2, path);
    return room;
}

/* Call CHECK for each file of DIRECTORY that PATTERN fits. None at all fails the test. */
static inline void golden_each(const char *directory, const char *pattern, void (*check)(const char *path))
{
    char whole[4096];
    glob_t found;
    (void)snprintf(whole, sizeof whole, "%s/%s", directory, pattern);
    ck_assert_msg(glob(whole, 0, NULL, &found) == 0, "no case in %s", directory);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        check(found.gl_pathv[i]);
    }
    globfree(&found);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small world of files in a temporary directory, for the loader's tests to run in instead of /sys, /proc and /etc. */
#pragma once

#include "roots.h"

#include "armor/base.h"

#include <sys/types.h>

struct world {
    char base[64];             /* the directory; everything below is in it */
    char apparmorfs[96];       /* base/apparmor, with "features" and an empty ".replace" and ".remove" */
    char proc[96];             /* base/proc, with process 1, unconfined */
    char policy[96];           /* base/apparmor.d */
    char parser[96];           /* base/parser: not there until a test writes it */
    struct loader_roots roots; /* points into the above */
};

/* Make it; a failure ends the test. */
void world_make(struct world *world);

/* Delete it with all that's in it. */
void world_remove(struct world *world);

/* Write base/PATH, with the directories above it. Replaces what's there. */
void world_write(const struct world *world, const char *path, struct armor_slice bytes, mode_t mode);

/* The whole of base/PATH, terminated; the caller frees it. NULL: there's no such file. *RET_LENGTH may be NULL. */
char *world_read(const struct world *world, const char *path, size_t *ret_length);

/* A process PID with LABEL and COMM in the world's /proc. */
void world_process(const struct world *world, int pid, const char *label, const char *comm);

/* Entries of base/PATH other than "." and "..". */
size_t world_count(const struct world *world, const char *path);

/* Let the world use the host's real apparmor_parser. False, and says SKIP once on standard output, if it has none. */
bool world_use_real_parser(struct world *world);

/* A profile text for NAME that loader_statement_check lets through, with RULES in it. The caller frees it. */
char *world_profile(const char *name, bool complain, const char *rules);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program run with nothing but a standard input, two pipes and a time: no privilege, no descriptor, no environment. */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

#include <sys/types.h>

/* Who the program runs as. */
struct loader_identity {
    bool change; /* false: the caller isn't root, and the program runs as the caller */
    uid_t uid;
    gid_t gid;
};

/* A running program. */
struct loader_child {
    pid_t pid;  /* leader of a process group of its own */
    int output; /* what it writes to standard output; non-blocking */
    int errors; /* the same of standard error */
};

/*
 * Start PROGRAM with ARGUMENTS (ends in NULL, the first is its name) and INPUT, which stays the caller's, as its
 * standard input. Between fork and exec the child gives up groups, user, capabilities and the right to ever get any,
 * every other descriptor, the environment, and takes on limits of CPU time, memory and file size; if any of this
 * fails it says so on its standard error and ends with 127. It dies with the caller. Returns 0, or the errno of what
 * couldn't be set up.
 */
ARMOR_CHECKED int loader_child_start(const char *program, char *const arguments[], int input,
                                     const struct loader_identity *identity, struct loader_child *ret_child,
                                     struct armor_error *err);

/* Wait until CHILD has ended, at most MSEC milliseconds. True: it has; its status is kept for loader_child_end. */
bool loader_child_wait(const struct loader_child *child, int64_t msec);

/* End CHILD's process group if it still runs, wait for it and close its descriptors. Returns its wait status. */
int loader_child_end(struct loader_child *child);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes that run under a profile. */
#pragma once

#include "roots.h"
#include "wire.h"

#include "armor/base.h"
#include "armor/error.h"

#include <sys/types.h>

/* Who runs under a profile NAME. */
struct loader_processes {
    uint32_t own;   /* under NAME itself, alone or in a stack */
    uint32_t child; /* under NAME//..., and not under NAME itself */
    uint32_t
        outside; /* in a container's cgroup beside a process under NAME, and under another label, or none */
    pid_t outside_pid; /* one of them; 0: there is none */
    pid_t example;     /* one of them; 0: there is none */
    uint64_t
        started_usec; /* when the container started, CLOCK_BOOTTIME: its newest first process; 0: there is no process */
    struct loader_stranger strangers[LOADER_STRANGERS_MAX]; /* some of the children and of those outside */
    uint32_t stranger_count;
    char comm[32]; /* its name, as it chose it; control bytes replaced; "" if it ended meanwhile */
};

/*
 * Look at every process in roots->proc. What can't be seen counts as a failure, never as "nobody": -EACCES if /proc
 * hides processes (hidepid=) or a label can't be read, -EOPNOTSUPP if AppArmor gives processes no label.
 *
 * A container's first process is the one with pid 1 in a PID namespace; those that a program in the container made are inner
 * ones, and don't count. Where none is, because the container shares the host's, the oldest of its processes stands for it.
 *
 * A process is taken for what its first thread runs under: containers get their profile at exec, which changes all.
 */
ARMOR_CHECKED int loader_processes_find(const struct loader_roots *roots, const char *name,
                                        struct loader_processes *ret_processes, struct armor_error *err);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes that run under a profile. */
#pragma once

#include "roots.h"

#include "armor/base.h"
#include "armor/error.h"

#include <sys/types.h>

/* Who runs under a profile NAME. */
struct loader_processes {
    uint32_t own;   /* under NAME itself, alone or in a stack */
    uint32_t child; /* under NAME//..., and not under NAME itself */
    pid_t example;  /* one of them; 0: there is none */
    char comm[32];  /* its name, as it chose it; control bytes replaced; "" if it ended meanwhile */
};

/*
 * Look at every process in roots->proc. What can't be seen counts as a failure, never as "nobody": -EACCES if /proc
 * hides processes (hidepid=) or a label can't be read, -EOPNOTSUPP if AppArmor gives processes no label.
 *
 * A process is taken for what its first thread runs under: containers get their profile at exec, which changes all.
 */
ARMOR_CHECKED int loader_processes_find(const struct loader_roots *roots, const char *name,
                                        struct loader_processes *ret_processes, struct armor_error *err);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guard rails over paths: guard.c asks, guard_path.c has the table. Private to lib/policy. */
#pragma once

#include "armor/guard.h"
#include "armor/match.h"
#include "armor/rule.h"

/* In the order in which a rule gets one's name when several hold something of it: the gravest first. */
enum guard {
    GUARD_RUNTIME_SOCKET = 0,
    GUARD_SYSRQ,
    GUARD_KERNEL_MEMORY,
    GUARD_DISK,
    GUARD_KERNEL_DEBUG,
    GUARD_KERNEL_SETTINGS,
    GUARD_OTHER_CONTAINERS,
    GUARD_CAPABILITY,
    GUARD_MOUNT,
    GUARD_USER_NAMESPACE,
    GUARD_OTHER_PROFILE,
    GUARD_OTHER_PROCESS,
    GUARD_PROCESS_MEMORY,
    GUARD_DEVICE,
    GUARD_LOADER,
    GUARD_CREDENTIALS,
    GUARD_ACCOUNTS,
    GUARD_SCHEDULED,
    GUARD_PROGRAMS,
    GUARD_EXEC_WRITABLE,
    GUARD_WRITTEN_AND_RUN, /* guard_review.c */
    GUARD_LIBRARY,
    GUARD_RAW_SOCKET,
    GUARD_ODD_SOCKET,
    GUARD_ENVIRONMENT,
    GUARD_COUNT,
};

/*
 * The first guard rail that holds one of the bits ASKED of PATH, literal bytes; GUARD_COUNT: none. *RET_HELD has all the bits of
 * ASKED that are held.
 */
enum guard guard_of_path(struct armor_slice path, uint32_t asked, uint32_t *ret_held);

/* As in armor_guard.name. */
const char *guard_name(enum guard guard);
/*
 * Which of the bits ASKED a guard rail holds of some name in PATTERN. One that holds names anywhere (keys, libraries) isn't counted: any
 * tree may have such. Returns 0 and *RET_HELD, or -ENOMEM.
 */
ARMOR_CHECKED int guard_within(const struct armor_pattern *pattern, uint32_t asked, uint32_t *ret_held);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Zone: what a directory is for, by the Filesystem Hierarchy Standard and hier(7), and what is never widened. It knows the directories
 * that every system has and no server's. Private to lib/policy.
 */
#pragma once

#include "armor/base.h"

enum zone {
    ZONE_DATA = 0,  /* whatever no other row names: /srv, /data, /var/lib, /home, ... */
    ZONE_TEMPORARY, /* anybody may make names there: /tmp, /var/tmp, /dev/shm */
    ZONE_RUN,       /* pid files and sockets */
    ZONE_LOG,       /* names are a service's own; stamps and numbers come behind them */
    ZONE_CONFIG,    /* /etc: made by packages and operators */
    ZONE_SYSTEM,    /* /usr and the like: made by packages */
    ZONE_FIXED,     /* devices, /sys, /proc, secrets: nothing is ever widened */
};

/* The zone of what lies in the directory PATH, which begins and ends in a slash. */
enum zone zone_of(struct armor_slice path);

/* Whether PATH, as above, is a directory of the hierarchy itself: what lies there has nothing in common with what lies beside it. */
bool zone_is_hierarchy(struct armor_slice path);

/* Whether NAME, one segment, is called as keys, passwords and other credentials are: it stays as it is. */
bool zone_is_secret(struct armor_slice name);

/* Whether the directory NAME, one segment, is called as those are that hold credentials: nothing below it is widened. */
bool zone_is_secret_directory(struct armor_slice name);

/* Whether what ends in EXTENSION is run by the kernel or by an interpreter: never made writable under a name that wasn't seen. */
bool zone_is_program(struct armor_slice extension);

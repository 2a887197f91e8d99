/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real paths. */
#include "roots.h"

#include <stddef.h>

const struct loader_roots loader_roots_system = {
    .apparmorfs = "/sys/kernel/security/apparmor",
    .proc = "/proc",
    .policy_directory = "/etc/apparmor.d",
    .parsers = {"/sbin/apparmor_parser", "/usr/sbin/apparmor_parser", NULL},
    /* Not nobody: any other service running as nobody could ptrace the compiler and change what it makes. */
    .parser_user = "armord-parser",
    .parser_msec = 30 * 1000,
};

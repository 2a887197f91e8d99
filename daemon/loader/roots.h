/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the loader finds what it works on. One constant in the program; tests point it at a directory of their own. */
#pragma once

struct loader_roots {
    const char *apparmorfs;       /* AppArmor's directory in securityfs */
    const char *proc;             /* procfs, of the host's pid namespace */
    const char *policy_directory; /* what apparmor.service loads at boot */
    const char *parsers[3]; /* where apparmor_parser may be, the first that is there is taken; NULL ends it */
    const char *parser_user; /* the compiler's user; only looked up when the loader is root */
    int parser_msec;         /* wall-clock time for one compilation */
};

extern const struct loader_roots loader_roots_system;

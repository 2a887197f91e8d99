/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armord: learns the least AppArmor profile of each container from the kernel's audit records.
 *
 * Everything that needs a privilege was done before this starts: systemd opened the sockets, and armor-loader, a process of its
 * own, is the one that changes policy.
 */
#include "manager.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 };

static const char help[] =
    "armord [--config FILE]\n"
    "\n"
    "Learns AppArmor profiles of containers. Started by systemd, which passes the sockets: systemctl start "
    "armord\n"
    "\n"
    "  -c, --config FILE   settings, instead of " SETTINGS_PATH
    "\n"
    "  -h, --help          show this\n"
    "  -V, --version       show the version\n"
    "\n"
    "See armord(8).\n";

struct arguments {
    const char *settings_path;
    bool done; /* help or version was asked for, and given */
};

/* Returns 0, or -EINVAL after saying what is wrong. */
static int parse_arguments(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    struct arguments arguments = {.settings_path = SETTINGS_PATH};
    int option;
    while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) >= 0) {
        switch (option) {
        case 'c': arguments.settings_path = optarg; break;
        case 'h': arguments.done = fputs(help, stdout) >= 0; break;
        case 'V': arguments.done = puts("armord " ARMORD_VERSION) >= 0; break;
        default: return -EINVAL; /* getopt said why */
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "armord: takes options only; see armord --help\n");
        return -EINVAL;
    }
    *ret_arguments = arguments;
    return 0;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    if (parse_arguments(argc, argv, &arguments) < 0) {
        return EXIT_USAGE;
    }
    if (arguments.done) {
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }

    /* A client or the loader that hangs up must not end armord. */
    (void)signal(SIGPIPE, SIG_IGN);

    struct manager *manager;
    struct armor_error err = {0};
    if (manager_new(arguments.settings_path, &manager, &err) < 0) {
        char text[sizeof err.text + sizeof err.source + 64];
        log_error("%s", armor_error_format(&err, text, sizeof text));
        return EXIT_FAILURE;
    }
    int status = manager_run(manager);
    manager_free(manager);
    return status;
}

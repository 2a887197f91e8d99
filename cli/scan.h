/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scan: the AppArmor events of the log files on the command line, one after the other, with everything else
 * counted.
 */
#pragma once

#include "cli.h"

#include "armor/event.h"

struct scan_counts {
    size_t lines;
    size_t events;    /* AppArmor records, decoded */
    size_t malformed; /* begin as an audit record or AppArmor's, and are cut or bent */
    size_t too_long;  /* lines over ARMOR_RECORD_MAX */
};

/*
 * Give each event of the verb's FILE arguments to TAKE, with the number of its line; no argument or "-" is
 * standard input. TAKE returns CLI_DONE to go on. The first malformed records of each file are said on err
 * with line and column. Returns CLI_DONE; what TAKE returned; CLI_REFUSED after saying which file can't be
 * read.
 */
int scan_logs(struct cli *cli,
              int (*take)(const struct armor_event *event, size_t line_number, void *userdata),
              void *userdata, struct scan_counts *ret_counts);

/* Say on err, in one line, what was counted. */
void scan_report(struct cli *cli, const struct scan_counts *counts);

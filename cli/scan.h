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

/* Who takes what is found, in the order of the lines. */
struct scan_sink {
    /* Take the lines at the start of LOG that are known, as armor_repeat_skim does. NULL: each line is read by itself. */
    size_t (*skim)(struct armor_slice log, size_t *ret_bytes, void *userdata);
    /* Take RECORD as it is, because what it says is known; false: it is to be decoded. NULL: each is. */
    bool (*take_known)(const struct armor_record *record, void *userdata);
    /* Take EVENT, which RECORD on line LINE_NUMBER says. Returns CLI_DONE to go on. */
    int (*take)(const struct armor_record *record, const struct armor_event *event, size_t line_number,
                void *userdata);
    void *userdata;
};

/*
 * Give the AppArmor records of the verb's FILE arguments to SINK; no argument or "-" is standard input. The first malformed
 * records of each file are said on err with line and column. Returns CLI_DONE; what SINK returned; CLI_REFUSED after saying
 * which file can't be read.
 */
int scan_logs(struct cli *cli, const struct scan_sink *sink, struct scan_counts *ret_counts);

/* Say on err, in one line, what was counted. */
void scan_report(struct cli *cli, const struct scan_counts *counts);

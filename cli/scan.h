/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scan: the AppArmor events of the log files on the command line, one after the other, with everything else
 * counted.
 */
#pragma once

#include "cli.h"

#include "armor/repeat.h"

struct scan_counts {
    size_t lines;
    size_t events;    /* AppArmor records, decoded */
    size_t malformed; /* begin as an audit record or AppArmor's, and are cut or bent */
    size_t too_long;  /* lines over ARMOR_RECORD_MAX */
};

/* Who learned an event, for scan_sink. */
struct scan_learned {
    struct armor_profile *profile; /* that learned it; NULL: none did */
    size_t *counter; /* counts it, where there is no profile; NULL: each such event is to be shown */
};

/* Who takes what is found, in the order of the lines. One of `take` and `learn`; each returns CLI_DONE to go on. */
struct scan_sink {
    /* Take EVENT, which is on line LINE_NUMBER. */
    int (*take)(const struct armor_event *event, size_t line_number, void *userdata);
    /*
     * Have EVENT learned by armor_learn, with options that are always the same, and say by whom. An event that says the same, of another
     * process or time, is counted there without another call.
     */
    int (*learn)(const struct armor_event *event, struct scan_learned *ret_learned, void *userdata);
    void *userdata;
    size_t jobs; /* threads that read a large plain file, for `learn`; 0: as many as there are processors */
};

/*
 * Give the AppArmor records of the verb's FILE arguments to SINK; no argument or "-" is standard input. The first malformed
 * records of each file are said on err with line and column. Returns CLI_DONE; what SINK returned; CLI_REFUSED after saying
 * which file can't be read.
 */
int scan_logs(struct cli *cli, const struct scan_sink *sink, struct scan_counts *ret_counts);

/* Say on err, in one line, what was counted. */
void scan_report(struct cli *cli, const struct scan_counts *counts);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader: the AppArmor records in lines of a log, decoded or known at sight, in their order. It takes no part in what they come to, so
 * several readers may read parts of one log at the same time (crew.h).
 */
#pragma once

#include "armor/bodies.h"
#include "armor/event.h"
#include "armor/json.h"

enum { READER_MALFORMED_SHOWN = 5 }; /* of each file; the rest is counted */

/* Who takes what is found, in the order of the log. What returns int returns CLI_DONE to go on. */
struct reader_sink {
    /* COUNT records were found that are known by their bodies. NULL: each is to be decoded. */
    int (*known)(const struct armor_found *found, size_t count, void *userdata);
    /* EVENT of a record on line LINE_NUMBER was decoded; its body is known by PLACE from now on, unless that is negative. */
    int (*event)(const struct armor_event *event, int place, size_t line_number, void *userdata);
    /* A record begins and is cut or bent, as FAILURE says, with its line; NULL: this log had more than are shown. */
    int (*malformed)(const struct armor_error *failure, void *userdata);
    /* A copy of BYTES that lasts until what is found is taken; absent: no memory. NULL: it is taken at once. */
    struct armor_slice (*hold)(struct armor_slice bytes, void *userdata);
    void *userdata;
};

struct reader {
    const struct reader_sink *sink;
    struct armor_bodies *bodies; /* owned; NULL where the sink takes none that are known */
    struct armor_event *event;   /* where the next one is decoded; not owned */
    struct armor_journal_json json;
};

/* Give what is found to SINK, and decode into *EVENT. Returns 0 or -ENOMEM; reader_done is fine after both. */
ARMOR_CHECKED int reader_init(struct reader *reader, const struct reader_sink *sink,
                              struct armor_event *event);

/* Read LINE, without its newline. Returns CLI_DONE, or what the sink returned. */
int reader_line(struct reader *reader, struct armor_slice line, size_t line_number);

/* Read ENTRY of the journal, which stands on line LINE_NUMBER. Returns as reader_line. */
int reader_entry(struct reader *reader, const struct armor_journal_entry *entry, size_t line_number);

/*
 * Read the lines at the start of LOG that are known at sight. *RET_LINES: how many; *RET_BYTES: with their newlines. Returns as
 * reader_line.
 */
int reader_skim(struct reader *reader, struct armor_slice log, size_t *ret_bytes, size_t *ret_lines);

void reader_done(struct reader *reader);

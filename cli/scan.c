/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AppArmor events of log files. See scan.h. */
#include "scan.h"

#include "export.h"

#include "armor/json.h"

#include <errno.h>
#include <stdlib.h>

enum { MALFORMED_SHOWN = 5 }; /* of each file; the rest is in the count */

/* One run over the files. */
struct scan {
    struct cli *cli;
    const struct scan_sink *sink;
    struct scan_counts counts;
    size_t shown; /* malformed records of this file that were said */
    struct armor_event event;
    struct armor_journal_json json;
    struct export_entry export;
};

/* Count a record that is malformed, at LINE_NUMBER of INPUT, and say so of the first ones. */
static void malformed(struct scan *scan, const struct input *input, size_t line_number,
                      struct armor_error *failure)
{
    scan->counts.malformed++;
    if (scan->shown++ < MALFORMED_SHOWN) {
        char text[sizeof failure->text + sizeof failure->source + 48];
        failure->line = line_number;
        armor_error_source(failure, input->name);
        (void)cli_refuse(scan->cli, CLI_DONE, NULL, "%s", armor_error_format(failure, text, sizeof text));
    }
}

/* What became of looking for a record: FOUND is 1 and RECORD one, or 0, or negative with FAILURE. */
static int take_record(struct scan *scan, const struct input *input, size_t line_number, int found,
                       const struct armor_record *record, struct armor_error *failure)
{
    const struct scan_sink *sink = scan->sink;
    if (found == 1 && sink->take_known && sink->take_known(record, sink->userdata)) {
        scan->counts.events++;
        return CLI_DONE;
    }
    found = found == 1 ? armor_event_parse(record, &scan->event, failure) : found;
    if (found < 0) {
        malformed(scan, input, line_number, failure);
    }
    if (found != 1) {
        return CLI_DONE;
    }
    scan->counts.events++;
    return sink->take(record, &scan->event, line_number, sink->userdata);
}

/* A line of a log: one record or none; more where newlines were lost, and then the first alone is to be trusted. */
static int take_line(struct scan *scan, const struct input *input, struct armor_slice line)
{
    int code = CLI_DONE;
    for (size_t at = 0; at < line.length && code == CLI_DONE;) {
        struct armor_slice rest = {line.bytes + at, line.length - at};
        struct armor_record record = {0};
        struct armor_error failure = {0};
        rest.length = armor_record_end(rest);
        int found = armor_record_from_line(rest, &record, &failure);
        if (found == 1 && at > 0) {
            record.trusted = false;
            record.column += at;
        }
        failure.column += failure.column ? at : 0;
        code = take_record(scan, input, input->line_number, found, &record, &failure);
        at += rest.length ? rest.length : 1;
    }
    return code;
}

/* A line that begins as JSON: an entry of the journal, or else some program's own. */
static int take_json(struct scan *scan, const struct input *input, struct armor_slice line)
{
    struct armor_journal_entry entry;
    struct armor_record record = {0};
    struct armor_error failure = {0};
    int found = armor_journal_from_json(line, &scan->json, &entry, &failure);
    found = found == 1 ? armor_record_from_journal(&entry, &record, &failure) : found;
    if (found == -EBADMSG && !memmem(line.bytes, line.length, "apparmor=", 9)) {
        return CLI_DONE;
    }
    return take_record(scan, input, input->line_number, found, &record, &failure);
}

static int take_export(struct scan *scan, struct input *input, struct armor_error *err)
{
    size_t line_number = input->line_number;
    struct armor_journal_entry entry;
    struct armor_record record = {0};
    struct armor_error failure = {0};
    if (export_read(input, &scan->export, &entry, err) < 0) {
        return CLI_REFUSED;
    }
    int found = armor_record_from_journal(&entry, &record, &failure);
    return take_record(scan, input, line_number, found, &record, &failure);
}

/* Have the sink take what it knows already of what was read. */
static void skim(struct scan *scan, struct input *input)
{
    size_t bytes = 0;
    size_t lines = scan->sink->skim ? scan->sink->skim(input_ahead(input), &bytes, scan->sink->userdata) : 0;
    input_skip(input, bytes, lines);
    scan->counts.events += lines;
}

static int scan_file(struct scan *scan, struct input *input, struct armor_error *err)
{
    struct armor_slice line;
    int result = 0;
    int code = CLI_DONE;
    scan->shown = 0;
    while (code == CLI_DONE && (result = input_line(input, &line, err)) == 1) {
        if (line.length && line.bytes[0] == '{') {
            code = take_json(scan, input, line);
        } else {
            code = export_begins(line) ? take_export(scan, input, err) : take_line(scan, input, line);
        }
        skim(scan, input);
    }
    scan->counts.lines += input->line_number;
    scan->counts.too_long += input->too_long;
    return result < 0 ? CLI_REFUSED : code;
}

/* Open and scan the file at PATH, and say why when that can't be. */
static int scan_path(struct scan *scan, const char *path)
{
    struct input input;
    struct armor_error err = {0};
    int code = CLI_REFUSED;
    if (input_open(&input, path, &err) == 0) {
        code = scan_file(scan, &input, &err);
        input_close(&input);
    }
    char text[sizeof err.text + sizeof err.source + 48];
    return err.code < 0 ? cli_refuse(scan->cli, code, NULL, "%s", armor_error_format(&err, text, sizeof text))
                        : code;
}

int scan_logs(struct cli *cli, const struct scan_sink *sink, struct scan_counts *ret_counts)
{
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    scan->cli = cli;
    scan->sink = sink;
    armor_journal_json_init(&scan->json);
    int files = cli->argument_count ? cli->argument_count : 1;
    int code = CLI_DONE;
    for (int i = 0; i < files && code == CLI_DONE; i++) {
        code = scan_path(scan, cli->argument_count ? cli->arguments[i] : "-");
    }
    *ret_counts = scan->counts;
    armor_journal_json_done(&scan->json);
    free(scan);
    return code;
}

void scan_report(struct cli *cli, const struct scan_counts *counts)
{
    (void)cli_refuse(cli, CLI_DONE, NULL,
                     "%zu lines: %zu AppArmor records, %zu malformed, %zu too long (skipped).", counts->lines,
                     counts->events, counts->malformed, counts->too_long);
}

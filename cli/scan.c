/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AppArmor events of log files. See scan.h. */
#include "scan.h"

#include "input.h"

enum { MALFORMED_SHOWN = 5 }; /* of each file; the rest is in the count */

/* What became of one line. */
enum outcome {
    OUTCOME_TAKEN = 2, /* known, and taken as a record */
    OUTCOME_EVENT = 1,
    OUTCOME_OTHER = 0, /* it holds no record of AppArmor's; negative: malformed */
};

static int decode(struct armor_slice line, const struct scan_sink *sink, struct armor_record *record,
                  struct armor_event *event, struct armor_error *err)
{
    int result = armor_record_from_line(line, record, err);
    if (result == 1 && sink->take_known && sink->take_known(record, sink->userdata)) {
        return OUTCOME_TAKEN;
    }
    return result == 1 ? armor_event_parse(record, event, err) : result;
}

static int scan_file(struct cli *cli, struct input *input, const struct scan_sink *sink,
                     struct scan_counts *counts, struct armor_error *err)
{
    struct armor_record record;
    struct armor_event event;
    struct armor_slice line;
    size_t shown = 0;
    int result = 0;
    while ((result = input_line(input, &line, err)) == 1) {
        struct armor_error malformed = {0};
        int decoded = decode(line, sink, &record, &event, &malformed);
        counts->events += decoded > OUTCOME_OTHER;
        if (decoded == OUTCOME_EVENT) {
            int code = sink->take(&record, &event, input->line_number, sink->userdata);
            if (code != CLI_DONE) {
                return code;
            }
        } else if (decoded < 0) {
            counts->malformed++;
            if (shown++ < MALFORMED_SHOWN) {
                char text[sizeof malformed.text + sizeof malformed.source + 48];
                malformed.line = input->line_number;
                armor_error_source(&malformed, input->name);
                (void)cli_refuse(cli, CLI_DONE, NULL, "%s",
                                 armor_error_format(&malformed, text, sizeof text));
            }
        }
    }
    counts->lines += input->line_number;
    counts->too_long += input->too_long;
    return result < 0 ? CLI_REFUSED : CLI_DONE;
}

int scan_logs(struct cli *cli, const struct scan_sink *sink, struct scan_counts *ret_counts)
{
    struct scan_counts counts = {0};
    int files = cli->argument_count ? cli->argument_count : 1;
    for (int i = 0; i < files; i++) {
        struct input input;
        struct armor_error err = {0};
        const char *path = cli->argument_count ? cli->arguments[i] : "-";
        int code = CLI_REFUSED;
        if (input_open(&input, path, &err) == 0) {
            code = scan_file(cli, &input, sink, &counts, &err);
            input_close(&input);
        }
        if (code != CLI_DONE) {
            char text[sizeof err.text + sizeof err.source + 48];
            return err.code < 0
                       ? cli_refuse(cli, code, NULL, "%s", armor_error_format(&err, text, sizeof text))
                       : code;
        }
    }
    *ret_counts = counts;
    return CLI_DONE;
}

void scan_report(struct cli *cli, const struct scan_counts *counts)
{
    (void)cli_refuse(cli, CLI_DONE, NULL,
                     "%zu lines: %zu AppArmor records, %zu malformed, %zu too long (skipped).", counts->lines,
                     counts->events, counts->malformed, counts->too_long);
}

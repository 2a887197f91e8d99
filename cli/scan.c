/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AppArmor events of log files. See scan.h. */
#include "scan.h"

#include "input.h"

enum { MALFORMED_SHOWN = 5 }; /* of each file; the rest is in the count */

/* Decode one LINE. Returns 1 and the event, 0 when it holds none, negative when it is malformed. */
static int decode(struct armor_slice line, struct armor_event *event, struct armor_error *err)
{
    struct armor_record record;
    int result = armor_record_from_line(line, &record, err);
    return result == 1 ? armor_event_parse(&record, event, err) : result;
}

static int scan_file(struct cli *cli, struct input *input,
                     int (*take)(const struct armor_event *event, size_t line_number, void *userdata),
                     void *userdata, struct scan_counts *counts, struct armor_error *err)
{
    struct armor_event event;
    struct armor_slice line;
    size_t shown = 0;
    int result = 0;
    while ((result = input_line(input, &line, err)) == 1) {
        struct armor_error malformed = {0};
        int decoded = decode(line, &event, &malformed);
        if (decoded == 1) {
            counts->events++;
            int code = take(&event, input->line_number, userdata);
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

int scan_logs(struct cli *cli,
              int (*take)(const struct armor_event *event, size_t line_number, void *userdata),
              void *userdata, struct scan_counts *ret_counts)
{
    struct scan_counts counts = {0};
    int files = cli->argument_count ? cli->argument_count : 1;
    for (int i = 0; i < files; i++) {
        struct input input;
        struct armor_error err = {0};
        const char *path = cli->argument_count ? cli->arguments[i] : "-";
        int code = CLI_REFUSED;
        if (input_open(&input, path, &err) == 0) {
            code = scan_file(cli, &input, take, userdata, &counts, &err);
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

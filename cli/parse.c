/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl parse: the AppArmor records of logs as JSON Lines, without daemon or root. */
#include "print.h"
#include "scan.h"

#include "armor/json.h"

static int print_event(const struct armor_event *event, size_t line_number, void *userdata)
{
    struct cli *cli = userdata;
    json_auto_t *object = json_pack("{s:I}", "source_line", (json_int_t)line_number);
    json_auto_t *members = armor_event_to_json(event);
    if (!object || !members || json_object_update(object, members) != 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    return print_json_line(cli, object);
}

int verb_parse(struct cli *cli)
{
    struct scan_counts counts;
    const struct scan_sink sink = {.take = print_event, .userdata = cli};
    int code = scan_logs(cli, &sink, &counts);
    if (code == CLI_DONE) {
        scan_report(cli, &counts);
    }
    return code;
}

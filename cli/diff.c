/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl diff: how two profiles differ by meaning, without daemon or root. */
#include "print.h"
#include "profile_text.h"

#include "armor/diff.h"

#include <stdlib.h>

/* One difference as a line, or as an object. */
static int print_one(struct cli *cli, const struct armor_difference *difference)
{
    const struct armor_clause *from = difference->from;
    const struct armor_clause *to = difference->to;
    if (cli->json) {
        json_auto_t *object = json_pack("{s:s, s:s?, s:s?}", "change", armor_change_name(difference->change),
                                        "from", from ? from->text : NULL, "to", to ? to->text : NULL);
        return object ? print_json_line(cli, object) : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    if (from && to) {
        (void)fprintf(cli->out, "%s: ", armor_change_name(difference->change));
    } else {
        (void)fputs(to ? "+ " : "- ", cli->out);
    }
    print_safe(cli->out, from ? from->text : NULL);
    (void)fputs(from && to ? " => " : "", cli->out);
    print_safe(cli->out, to ? to->text : NULL);
    (void)fputc('\n', cli->out);
    return CLI_DONE;
}

static int compare(struct cli *cli, const struct armor_section *old, const struct armor_section *new,
                   size_t *total)
{
    struct armor_difference *list = NULL;
    size_t count = 0;
    if (armor_diff(old, new, &list, &count) < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    int code = CLI_DONE;
    for (size_t i = 0; i < count && code == CLI_DONE; i++) {
        code = print_one(cli, &list[i]);
    }
    *total += count;
    free(list);
    return code;
}

/* Each section of NEW against the one of that name in OLD, and those that the other hasn't. */
static int compare_all(struct cli *cli, const struct armor_reading *old, const struct armor_reading *new,
                       size_t *total)
{
    const struct armor_section nothing = {.name = ""};
    const struct armor_section *only_old = armor_reading_section(old, NULL);
    const struct armor_section *only_new = armor_reading_section(new, NULL);
    int code = CLI_DONE;
    for (int side = 0; side < 2; side++) {
        const struct armor_reading *mine = side ? old : new;
        const struct armor_reading *other = side ? new : old;
        for (size_t i = 0; i < mine->section_count && code == CLI_DONE; i++) {
            const struct armor_section *section = &mine->sections[i];
            ARMOR_CLEANUP(armor_text_done) struct armor_text name = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
            armor_section_name(mine, section, &name);
            const struct armor_section *match = name.bytes ? armor_reading_section(other, name.bytes) : NULL;
            if (only_old && only_new && section->parent == SIZE_MAX) {
                match = side ? only_new : only_old;
            }
            if (!side) {
                code = compare(cli, match ? match : &nothing, section, total);
            } else if (!match) {
                code = compare(cli, section, &nothing, total);
            }
        }
    }
    return code;
}

int verb_diff(struct cli *cli)
{
    struct armor_reading *old = NULL;
    struct armor_reading *new = NULL;
    size_t total = 0;
    int code = profile_text_read(cli, cli_argument(cli, 0), &old);
    code = code == CLI_DONE ? profile_text_read(cli, cli_argument(cli, 1), &new) : code;
    code = code == CLI_DONE ? compare_all(cli, old, new, &total) : code;
    armor_reading_free(old);
    armor_reading_free(new);
    return code == CLI_DONE && total ? CLI_REFUSED : code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl diff: how two profiles differ by meaning: revisions of a container, or files, without daemon or root. */
#include "client.h"
#include "print.h"
#include "profile_text.h"
#include "query.h"

#include "armor/json.h"
#include "armor/label.h"
#include "armor/limits.h"

#include <stdlib.h>

/* RULE of a difference, and its place in a file where it has one. */
static void print_side(struct cli *cli, const char *rule, const char *place)
{
    print_safe(cli->out, rule);
    if (place) {
        (void)fputs("  (", cli->out);
        print_safe(cli->out, place);
        (void)fputc(')', cli->out);
    }
}

/* One difference, as armord's answers have it, as a line or as an object. */
static int print_one(struct cli *cli, const json_t *difference)
{
    if (!difference) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    if (cli->json) {
        return print_json_line(cli, difference);
    }
    const char *from = json_string_value(json_object_get(difference, "from"));
    const char *to = json_string_value(json_object_get(difference, "to"));
    if (from && to) {
        (void)fprintf(cli->out, "%s: ", json_string_value(json_object_get(difference, "change")));
    } else {
        (void)fputs(to ? "+ " : "- ", cli->out);
    }
    print_side(cli, from, json_string_value(json_object_get(difference, "from_place")));
    (void)fputs(from && to ? " => " : "", cli->out);
    print_side(cli, to, json_string_value(json_object_get(difference, "to_place")));
    (void)fputc('\n', cli->out);
    return CLI_DONE;
}

/* OBJECT[KEY] = where CLAUSE stands, "web.profile:7"; nothing for NULL. */
static void set_place(json_t *object, const char *key, const struct armor_clause *clause)
{
    char place[ARMOR_PATH_MAX + 32];
    if (clause) {
        (void)snprintf(place, sizeof place, "%s:%zu", clause->source, clause->line);
        (void)json_object_set_new(object, key, json_string(place)); /* a name that is no UTF-8 isn't shown */
    }
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
        json_auto_t *difference = armor_difference_to_json(&list[i]);
        set_place(difference, "from_place", list[i].from);
        set_place(difference, "to_place", list[i].to);
        code = print_one(cli, difference);
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

/* Compare two files. */
static int compare_files(struct cli *cli)
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

/* Ask armord how one revision differs from another. */
static int compare_revisions(struct cli *cli)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text path = ARMOR_TEXT_INIT(4096);
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    armor_text_format(&path, "/v1/containers/%s/diff", cli_argument(cli, 0));
    query_add(&path, "from", cli_argument(cli, 1));
    query_add(&path, "to", cli_argument(cli, 2));
    int code = path.error ? cli_refuse(cli, CLI_USAGE, NULL, "That is too long to be asked.")
                          : client_call(cli, "GET", path.bytes, NULL, &answer);
    const json_t *list = json_object_get(answer.json, "differences");
    for (size_t i = 0; i < json_array_size(list) && code == CLI_DONE; i++) {
        code = print_one(cli, json_array_get(list, i));
    }
    return code == CLI_DONE && json_array_size(list) ? CLI_REFUSED : code;
}

/* Whether WORD is what a revision is called by: a number, or `loaded`, or `now`. */
static bool is_revision(const char *word)
{
    return strcmp(word, "loaded") == 0 || strcmp(word, "now") == 0 ||
           (word[0] && word[strspn(word, "0123456789")] == '\0');
}

/* What is meant is told by the words alone: a container goes by itself or with revisions, files go in pairs. */
int verb_diff(struct cli *cli)
{
    const char *name = cli_argument(cli, 0);
    for (int i = 1; i < cli->argument_count; i++) {
        if (is_revision(cli_argument(cli, i))) {
            continue;
        }
        return cli->argument_count == 2
                   ? compare_files(cli)
                   : cli_refuse(cli, CLI_USAGE, NULL,
                                "FROM and TO are revisions' numbers, loaded, or now; not '%s'.",
                                cli_argument(cli, i));
    }
    if (!armor_name_valid(armor_slice_of(name))) {
        return cli_refuse(cli, CLI_USAGE, "Two files are compared by `armorctl diff FILE FILE`.",
                          "This can't be a container's name: '%s'.", name);
    }
    return compare_revisions(cli);
}

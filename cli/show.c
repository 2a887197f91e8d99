/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl show and rules: a container's profile as text, and as rules with where each comes from. */
#include "client.h"
#include "print.h"

#include <time.h>

int verb_show(struct cli *cli)
{
    const char *mode = cli_value(cli, CLI_OPTION_MODE);
    if (mode && strcmp(mode, "learning") != 0 && strcmp(mode, "enforced") != 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--mode is learning or enforced, not '%s'.", mode);
    }
    const char *revision = cli_argument(cli, 1);
    if (revision && (mode || cli_number(revision) == 0)) {
        return cli_refuse(cli, CLI_USAGE, NULL,
                          "REVISION is a number, as `armorctl revisions` shows it, and goes without --mode.");
    }
    char path[192];
    if (revision) {
        (void)snprintf(path, sizeof path, "/v1/containers/%s/revisions/%lld", cli_argument(cli, 0),
                       (long long)cli_number(revision));
    } else {
        (void)snprintf(path, sizeof path, "/v1/containers/%s/profile%s%s", cli_argument(cli, 0),
                       mode ? "?mode=" : "", mode ? mode : "");
    }
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli->json) {
        json_auto_t *wrapped = json_pack("{s:s, s:s}", "name", cli_argument(cli, 0), "profile", answer.text);
        return print_json(cli, wrapped);
    }
    (void)fputs(answer.text, cli->out); /* the renderer has escaped control bytes: the text is a profile's */
    return CLI_DONE;
}

/* The first of KEYS, ended by NULL, that RULE has; NULL: none. */
static const char *first_of(const json_t *rule, const char *const *keys)
{
    const char *word = NULL;
    for (; *keys && !word; keys++) {
        word = json_string_value(json_object_get(rule, *keys));
    }
    return word;
}

/* The guard rail that holds RULE back; NULL: none does, or somebody has decided. */
static const char *held_by(const json_t *rule)
{
    const char *state = json_string_value(json_object_get(rule, "state"));
    bool held = state && strcmp(state, "quarantined") == 0;
    return held ? json_string_value(json_object_get(rule, "guard")) : NULL;
}

/* "active"; of what is expected, whether it was seen; of what is held, by what. Some are written to ROOM. */
static const char *state_of(const json_t *rule, char room[static 64])
{
    const char *state = json_string_value(json_object_get(rule, "state"));
    const char *seen = json_string_value(json_object_get(rule, "seen"));
    if (held_by(rule)) {
        (void)snprintf(room, 64, "held: %s", held_by(rule));
        return room;
    }
    if (!state || strcmp(state, "expected") != 0) {
        return state;
    }
    return !seen                      ? "expected, not seen"
           : strcmp(seen, "all") == 0 ? "expected, seen"
                                      : "expected, seen in part";
}

/* Whether one of the first COUNT rules is held by GUARD. */
static bool was_told(const json_t *rules, size_t count, const char *guard)
{
    for (size_t i = 0; i < count; i++) {
        const char *other = held_by(json_array_get(rules, i));
        if (other && strcmp(other, guard) == 0) {
            return true;
        }
    }
    return false;
}

/* Why rules are held, each guard rail once, and what to do about them. */
static void print_held(struct cli *cli, const json_t *rules)
{
    const json_t *rule = NULL;
    size_t i = 0;
    size_t held = 0;
    json_array_foreach(rules, i, rule)
    {
        const char *guard = held_by(rule);
        if (guard && !was_told(rules, i, guard)) {
            (void)fputs(held ? "" : "\nHeld, because:\n", cli->out);
            (void)fprintf(cli->out, "  %-16s ", guard);
            print_safe(cli->out, json_string_value(json_object_get(rule, "guard_reason")));
            (void)fprintf(cli->out, " (risk: %s)\n", json_string_value(json_object_get(rule, "risk")));
        }
        held += guard != NULL;
    }
    if (held > 0) {
        (void)
            fprintf(cli->out,
                    "Until they are decided they stand in no profile: armorctl accept %s 'RULE', or deny.\n",
                    cli_argument(cli, 0));
    }
}

int verb_rules(struct cli *cli)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/rules", cli_argument(cli, 0));
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    struct print_table table = {.heads = {"RULE", "STATE", "ORIGIN", "COUNT", "LAST SEEN", "BY"},
                                .columns = 6};
    int64_t now = (int64_t)time(NULL);
    const json_t *rule = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(answer.json, "rules"), i, rule)
    {
        char count[24];
        char age[40];
        char state[64];
        (void)snprintf(count, sizeof count, "%lld", (long long)print_number(rule, "count"));
        const char *last = json_string_value(json_object_get(rule, "last"));
        print_table_row(&table, (const char *[]){
                                    json_string_value(json_object_get(rule, "rule")),
                                    state_of(rule, state),
                                    json_string_value(json_object_get(rule, "origin")),
                                    count,
                                    print_age(last, now, age, sizeof age),
                                    first_of(rule, (const char *[]){"comm", "source", "reason", NULL}),
                                });
    }
    code = print_table_end(cli, &table);
    print_held(cli, json_object_get(answer.json, "rules"));
    return code;
}

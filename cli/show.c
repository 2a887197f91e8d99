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
    char path[192];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/profile%s%s", cli_argument(cli, 0),
                   mode ? "?mode=" : "", mode ? mode : "");
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

/* "active"; of what is expected, whether it was seen. */
static const char *state_of(const json_t *rule)
{
    const char *state = json_string_value(json_object_get(rule, "state"));
    const char *seen = json_string_value(json_object_get(rule, "seen"));
    if (!state || strcmp(state, "expected") != 0) {
        return state;
    }
    return !seen                      ? "expected, not seen"
           : strcmp(seen, "all") == 0 ? "expected, seen"
                                      : "expected, seen in part";
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
        (void)snprintf(count, sizeof count, "%lld", (long long)print_number(rule, "count"));
        const char *last = json_string_value(json_object_get(rule, "last"));
        print_table_row(&table, (const char *[]){
                                    json_string_value(json_object_get(rule, "rule")),
                                    state_of(rule),
                                    json_string_value(json_object_get(rule, "origin")),
                                    count,
                                    print_age(last, now, age, sizeof age),
                                    first_of(rule, (const char *[]){"comm", "source", "reason", NULL}),
                                });
    }
    return print_table_end(cli, &table);
}

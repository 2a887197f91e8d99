/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl settings: what is set for one container and from where, and a change of it. Which settings there are is armord's to say. */
#include "client.h"
#include "print.h"

/* Where SETTING's value is from, and what it would be otherwise. */
static const char *origin_of(const json_t *setting, char *buffer, size_t size)
{
    char number[24];
    const char *inherited = print_value(json_object_get(setting, "inherited"), number, sizeof number);
    const char *from = print_string(setting, "from");
    if (inherited) {
        (void)snprintf(buffer, size, "its own; else %s (%s)", inherited,
                       print_string(setting, "inherited_from"));
    } else {
        (void)snprintf(buffer, size, "%s%s", from ? from : "",
                       json_is_true(json_object_get(setting, "damaged")) ? "; its own is damaged" : "");
    }
    return buffer;
}

static int print_settings(struct cli *cli, const json_t *settings)
{
    struct print_table table = {.heads = {"SETTING", "VALUE", "FROM", "WHAT IT IS"}, .columns = 4};
    const json_t *setting = NULL;
    size_t i = 0;
    json_array_foreach(settings, i, setting)
    {
        char number[24];
        char from[320];
        char meaning[640];
        const char *help = print_string(setting, "help");
        const char *takes = print_string(setting, "takes");
        (void)snprintf(meaning, sizeof meaning, "%s: %s", help ? help : "", takes ? takes : "");
        print_table_row(&table, (const char *[]){
                                    print_string(setting, "name"),
                                    print_value(json_object_get(setting, "value"), number, sizeof number),
                                    origin_of(setting, from, sizeof from),
                                    meaning,
                                });
    }
    return print_table_end(cli, &table);
}

/* What the arguments after the name change, as armord takes it; NULL after saying what can't be. */
static json_t *read_change(struct cli *cli)
{
    json_t *change = json_object();
    for (int i = 1; i < cli->argument_count; i++) {
        const char *argument = cli_argument(cli, i);
        size_t length = strcspn(argument, "=");
        if (length == 0 || !argument[length]) {
            (void)cli_refuse(cli, CLI_USAGE, "Write SETTING=VALUE, or SETTING= to inherit it again.",
                             "This changes no setting: '%s'.", argument);
            json_decref(change);
            return NULL;
        }
        if (json_object_getn(change, argument, length)) {
            (void)cli_refuse(cli, CLI_USAGE, NULL, "%.*s is given twice.", (int)length, argument);
            json_decref(change);
            return NULL;
        }
        const char *value = argument + length + 1;
        if (json_object_setn_new(change, argument, length, *value ? json_string(value) : json_null()) < 0) {
            (void)cli_refuse(cli, CLI_USAGE, NULL, "This can't be written as JSON: '%s'.", argument);
            json_decref(change);
            return NULL;
        }
    }
    return change;
}

int verb_settings(struct cli *cli)
{
    char path[160];
    bool changes = cli->argument_count > 1;
    json_auto_t *change = changes ? read_change(cli) : NULL;
    if (changes && !change) {
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/v1/containers/%s/settings",
                   cli->arguments[0]); /* which the table asks for */
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, changes ? "POST" : "GET", path, change, &answer);
    if (code != CLI_DONE) {
        return code;
    }
    return cli->json ? print_json(cli, answer.json)
                     : print_settings(cli, json_object_get(answer.json, "settings"));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl revisions: the texts that were loaded for a container, when, by whom and why. */
#include "client.h"
#include "print.h"

#include <time.h>

/* Names of the gates that were overridden, with commas between; "" for none. */
static void list_overridden(const json_t *revision, char *buffer, size_t size)
{
    const json_t *gate = NULL;
    size_t used = 0;
    size_t i = 0;
    buffer[0] = '\0';
    json_array_foreach(json_object_get(revision, "gates"), i, gate)
    {
        const char *name = print_string(gate, "gate");
        if (name && json_is_true(json_object_get(gate, "overridden")) && used < size) {
            int n = snprintf(buffer + used, size - used, "%s%s", used ? "," : "", name);
            used += n > 0 ? (size_t)n : 0;
        }
    }
}

int verb_revisions(struct cli *cli)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/revisions", cli_argument(cli, 0));
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    struct print_table table = {.heads = {"REVISION", "MODE", "WHEN", "BY", "OVERRIDDEN", "WHY", "NOTE"},
                                .columns = 7};
    int64_t now = (int64_t)time(NULL);
    const json_t *revision = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(answer.json, "revisions"), i, revision)
    {
        char number[24];
        char age[40];
        char overridden[160];
        (void)snprintf(number, sizeof number, "%lld", (long long)print_number(revision, "number"));
        list_overridden(revision, overridden, sizeof overridden);
        print_table_row(&table, (const char *[]){
                                    number,
                                    print_string(revision, "mode"),
                                    print_age(print_string(revision, "time"), now, age, sizeof age),
                                    print_string(revision, "author"),
                                    overridden[0] ? overridden : NULL,
                                    print_string(revision, "reason"),
                                    print_string(revision, "note"),
                                });
    }
    return print_table_end(cli, &table);
}

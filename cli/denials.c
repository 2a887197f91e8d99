/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl denials: what the enforced profile of a container refused lately. */
#include "client.h"
#include "print.h"

#include <time.h>

enum {
    OBJECT_SIZE = 320
}; /* of what an access was of; a longer name is cut for the table, --json has all of it */

static const char *word(const json_t *denial, const char *key)
{
    return json_string_value(json_object_get(denial, key));
}

/* What the access was of, in the words that its class has: a path, a capability, "inet raw", "term to LABEL". */
static const char *object_of(const json_t *denial, char buffer[static OBJECT_SIZE])
{
    static const char *const parts[] = {"capability", "family", "sock_type", "signal", "name", "peer"};
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && used < OBJECT_SIZE; i++) {
        const char *part = word(denial, parts[i]);
        int n = part ? snprintf(buffer + used, OBJECT_SIZE - used, "%s%s", used ? " " : "", part) : 0;
        used += n > 0 ? (size_t)n : 0;
    }
    return buffer[0] ? buffer : NULL;
}

int verb_denials(struct cli *cli)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/denials", cli_argument(cli, 0));
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    const json_t *denials = json_object_get(answer.json, "denials");
    if (json_array_size(denials) == 0) {
        (void)fprintf(cli->out, "Nothing was refused to %s.\n", cli_argument(cli, 0));
        return CLI_DONE;
    }
    struct print_table table = {.heads = {"WHEN", "BY", "DID", "MASK", "TO"}, .columns = 5};
    int64_t now = (int64_t)time(NULL);
    const json_t *denial = NULL;
    size_t i = 0;
    json_array_foreach(denials, i, denial)
    {
        char age[40];
        char object[OBJECT_SIZE];
        print_table_row(&table, (const char *[]){
                                    print_age(word(denial, "time"), now, age, sizeof age),
                                    word(denial, "comm"),
                                    word(denial, "operation"),
                                    word(denial, "denied"),
                                    object_of(denial, object),
                                });
    }
    return print_table_end(cli, &table);
}

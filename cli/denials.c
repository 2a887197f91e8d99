/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl denials: what was refused to a container, each with the one rule that would allow it. */
#include "client.h"
#include "print.h"

#include <time.h>

enum {
    OBJECT_SIZE = 320
}; /* of what an access was of; a longer name is cut for the table, --json has all of it */

/* What the access was of, in the words that its class has: a path, a capability, "inet raw", "term to LABEL". */
static const char *object_of(const json_t *denial, char buffer[static OBJECT_SIZE])
{
    static const char *const parts[] = {"capability", "family", "sock_type", "signal", "name", "peer"};
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && used < OBJECT_SIZE; i++) {
        const char *part = print_string(denial, parts[i]);
        int n = part ? snprintf(buffer + used, OBJECT_SIZE - used, "%s%s", used ? " " : "", part) : 0;
        used += n > 0 ? (size_t)n : 0;
    }
    return buffer[0] ? buffer : NULL;
}

/* The rule that would allow DENIAL, or that there is none, and what it was of. */
static const char *rule_of(const json_t *denial, const json_t *event, char *buffer, size_t size)
{
    char object[OBJECT_SIZE];
    const char *why = print_string(denial, "no_rule");
    if (!why) {
        return print_string(denial, "rule");
    }
    const char *of = object_of(event, object);
    (void)snprintf(buffer, size, "no rule can (%s): %s", why, of ? of : "-");
    return buffer;
}

/* The guard rail that holds DENIAL's rule, and how grave it would be to allow it; NULL: none does. */
static const char *guard_of(const json_t *denial, char *buffer, size_t size)
{
    const char *guard = print_string(denial, "guard");
    const char *risk = print_string(denial, "risk");
    (void)snprintf(buffer, size, "%.60s%s%.20s%s", guard ? guard : "", risk ? " (" : "", risk ? risk : "",
                   risk ? ")" : "");
    return guard ? buffer : NULL;
}

/* How what the container asks for moves away from what it was learned with: how much of it is new, and how much goes on. */
static void print_drift(struct cli *cli, const json_t *denials, int64_t now)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } spans[] = {{3600, "hour"}, {86400, "day"}, {7 * INT64_C(86400), "week"}};
    const json_t *denial = NULL;
    size_t i = 0;
    (void)fputs("Of these", cli->out);
    for (size_t span = 0; span < sizeof spans / sizeof spans[0]; span++) {
        size_t began = 0;
        size_t seen = 0;
        json_array_foreach(denials, i, denial)
        {
            began += now - print_seconds(print_string(denial, "first")) < spans[span].seconds;
            seen += now - print_seconds(print_string(denial, "last")) < spans[span].seconds;
        }
        (void)fprintf(cli->out, "%s in the last %s %zu were refused, %zu for the first time", span ? ";" : "",
                      spans[span].name, seen, began);
    }
    (void)fputs(".\n", cli->out);
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
    const char *name = cli_argument(cli, 0);
    const json_t *denials = json_object_get(answer.json, "denials");
    if (json_array_size(denials) == 0) {
        (void)fprintf(cli->out, "No denial of %s waits for a decision.\n", name);
        return CLI_DONE;
    }
    struct print_table table = {.heads = {"ID", "FIRST", "LAST", "COUNT", "BY", "DID", "GUARD",
                                          "TO ALLOW IT"},
                                .columns = 8};
    int64_t now = (int64_t)time(NULL);
    const json_t *denial = NULL;
    size_t i = 0;
    json_array_foreach(denials, i, denial)
    {
        const json_t *event = json_object_get(denial, "event");
        char id[24];
        char age[40];
        char count[24];
        char guard[96];
        char first[40];
        char without[OBJECT_SIZE + 64];
        (void)snprintf(id, sizeof id, "%lld", (long long)print_number(denial, "id"));
        (void)snprintf(count, sizeof count, "%lld", (long long)print_number(denial, "count"));
        print_table_row(&table, (const char *[]){
                                    id,
                                    print_age(print_string(denial, "first"), now, first, sizeof first),
                                    print_age(print_string(denial, "last"), now, age, sizeof age),
                                    count,
                                    print_string(event, "comm"),
                                    print_string(event, "operation"),
                                    guard_of(denial, guard, sizeof guard),
                                    rule_of(denial, event, without, sizeof without),
                                });
    }
    code = print_table_end(cli, &table);
    if (print_number(answer.json, "left_out") > 0) {
        (void)fprintf(cli->out,
                      "%lld refused accesses more found no room here: `armorctl events %s` has the newest.\n",
                      (long long)print_number(answer.json, "left_out"), name);
    }
    print_drift(cli, denials, now);
    (void)fprintf(cli->out, "Decide each: armorctl accept %s --denial ID, or armorctl deny %s --denial ID.\n",
                  name, name);
    return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl status: armord and all containers in a table, or one of them (status_container.c); once or again and again. */
#include "status.h"

#include "client.h"

#include <time.h>

enum {
    WATCH_SECONDS = 2, /* between two looks of --watch */
};

/* What is wrong with armord as a whole, if anything: each a line. */
static void print_troubles(struct cli *cli, const json_t *status)
{
    const json_t *source = json_object_get(status, "source");
    const struct {
        int64_t count;
        const char *text;
    } troubles[] = {
        {print_number(json_object_get(status, "audit"), "lost"),
         "audit records were lost by the kernel since boot"},
        {print_number(source, "overruns"), "times records were lost on their way here"},
        {print_number(source, "malformed"), "records were malformed"},
        {print_number(source, "untrusted"),
         "records pretend to be AppArmor's and don't come from the kernel"},
    };
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        if (troubles[i].count > 0) {
            char line[120];
            (void)snprintf(line, sizeof line, "%lld %s", (long long)troubles[i].count, troubles[i].text);
            print_coloured(cli, PRINT_WARN, line);
            (void)fputc('\n', cli->out);
        }
    }
    if (json_is_false(json_object_get(json_object_get(status, "loader"), "reachable"))) {
        print_coloured(cli, PRINT_WARN,
                       "armor-loader can't be reached, so no profile can be changed: systemctl status "
                       "armor-loader.socket");
        (void)fputc('\n', cli->out);
    }
}

/* Why records are taken from this source, and whether they reach it. */
static void print_source(struct cli *cli, const json_t *source)
{
    const char *test = print_string(source, "self_test");
    bool failed = test && strcmp(test, "failed") == 0;
    (void)fputs("source: ", cli->out);
    print_safe(cli->out, print_string(source, "name"));
    (void)fputs(", ", cli->out);
    print_safe(cli->out, print_string(source, "reason"));
    (void)fputs("\nself-test: ", cli->out);
    print_coloured(cli, failed ? PRINT_WARN : PRINT_GOOD, test);
    if (failed) {
        (void)fputs(", ", cli->out);
        print_safe(cli->out, print_string(source, "advice"));
    }
    (void)fputc('\n', cli->out);
}

static int print_all(struct cli *cli, const json_t *status, const json_t *containers)
{
    int64_t now = (int64_t)time(NULL);
    char age[40];
    const json_t *source = json_object_get(status, "source");
    (void)fputs("armord ", cli->out);
    print_safe(cli->out, print_string(status, "version"));
    (void)fprintf(cli->out, ", started %s; %lld audit records, of them %lld AppArmor's, from ",
                  print_age(print_string(status, "started"), now, age, sizeof age),
                  (long long)print_number(source, "records"), (long long)print_number(source, "apparmor"));
    print_safe(cli->out, print_string(source, "name"));
    (void)fputc('\n', cli->out);
    print_source(cli, source);
    print_troubles(cli, status);
    if (json_array_size(containers) == 0) {
        (void)fputs("\nNo container yet. Begin with: armorctl learn NAME\n", cli->out);
        return CLI_DONE;
    }
    (void)fputc('\n', cli->out);
    struct print_table table = {.heads = {"NAME", "MODE", "BEGUN", "RULES", "EVENTS", "NEW RULE", "REFUSED",
                                          "MISSING"},
                                .columns = 8};
    const json_t *container = NULL;
    size_t i = 0;
    json_array_foreach(containers, i, container)
    {
        char rules[24];
        char events[24];
        char refused[24];
        char fresh[40];
        (void)snprintf(rules, sizeof rules, "%lld",
                       (long long)print_number(json_object_get(container, "rules"), "total"));
        (void)snprintf(events, sizeof events, "%lld", (long long)print_number(container, "events"));
        (void)snprintf(refused, sizeof refused, "%lld", (long long)print_number(container, "denials"));
        const char *missing = json_string_value(json_array_get(json_object_get(container, "incomplete"), 0));
        print_table_row(&table,
                        (const char *[]){
                            print_string(container, "name"),
                            print_string(container, "mode"),
                            print_age(print_string(container, "since"), now, age, sizeof age),
                            rules,
                            events,
                            print_age(print_string(container, "last_new_rule"), now, fresh, sizeof fresh),
                            refused,
                            missing,
                        });
    }
    return print_table_end(cli, &table);
}

static int show_one(struct cli *cli, const char *name)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s", name);
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    status_print_container(cli, answer.json);
    return CLI_DONE;
}

static int show_all(struct cli *cli)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer status = {0};
    ARMOR_CLEANUP(client_answer_done) struct client_answer list = {0};
    int code = client_call(cli, "GET", "/v1/status", NULL, &status);
    code = code != CLI_DONE ? code : client_call(cli, "GET", "/v1/containers", NULL, &list);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *containers = json_object_get(list.json, "containers");
    if (cli->json) {
        json_auto_t *both = json_pack("{s:O, s:O}", "status", status.json, "containers", containers);
        return print_json(cli, both);
    }
    return print_all(cli, status.json, containers);
}

int verb_status(struct cli *cli)
{
    const char *name = cli_argument(cli, 0);
    for (;;) {
        bool watch = cli_given(cli, CLI_OPTION_WATCH);
        if (watch && cli->colour && !cli->json) {
            (void)fputs("\033[H\033[2J", cli->out); /* top left, clear */
        }
        int code = name ? show_one(cli, name) : show_all(cli);
        if (code != CLI_DONE || !watch || fflush(cli->out) != 0) {
            return code;
        }
        (void)nanosleep(&(struct timespec){.tv_sec = WATCH_SECONDS}, NULL);
    }
}

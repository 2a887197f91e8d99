/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl doctor: what is wrong with armord, its host and its containers, in words; and the repair of what can be. */
#include "doctor.h"

#include "client.h"
#include "print.h"

static void print_finding(struct cli *cli, const json_t *finding)
{
    static const struct {
        const char *label;
        const char *key;
    } lines[] = {{"  Why:  ", "why"}, {"  Next: ", "next"}};
    print_safe(cli->out, print_string_or_empty(finding, "subject"));
    (void)fputs(": ", cli->out);
    print_coloured(cli, PRINT_WARN, print_string_or_empty(finding, "what"));
    (void)fputs(" [", cli->out);
    print_safe(cli->out, print_string_or_empty(finding, "code"));
    (void)fputs("]\n", cli->out);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        (void)fputs(lines[i].label, cli->out);
        print_safe(cli->out, print_string_or_empty(finding, lines[i].key));
        (void)fputc('\n', cli->out);
    }
}

static void print_repair(struct cli *cli, const json_t *repair)
{
    bool removed = strcmp(print_string_or_empty(repair, "action"), "remove") == 0;
    bool done = json_is_true(json_object_get(repair, "done"));
    print_safe(cli->out, print_string_or_empty(repair, "subject"));
    (void)fputs(": ", cli->out);
    print_coloured(cli, done ? PRINT_GOOD : PRINT_WARN,
                   done ? (removed ? "removed" : "loaded again from armord's database")
                        : (removed ? "not removed" : "not loaded again"));
    if (!done) {
        (void)fputs(": ", cli->out);
        print_safe(cli->out, print_string_or_empty(repair, "detail"));
    }
    (void)fputc('\n', cli->out);
}

/* ANSWER: armord's; NULL: it gave none. HOST has what both found. */
static void print_all(struct cli *cli, const json_t *answer, const struct doctor_host *host)
{
    const json_t *item = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(answer, "repairs"), i, item)
    {
        print_repair(cli, item);
    }
    json_array_foreach(host->findings, i, item)
    {
        print_finding(cli, item);
    }
    int64_t left_out = print_number(answer, "left_out");
    if (left_out > 0) {
        (void)fprintf(cli->out, "%lld findings more.\n", (long long)left_out);
    }
    if (host->parser[0]) {
        print_safe(cli->out, host->parser);
        (void)fputs(".\n", cli->out);
    }
    size_t count = json_array_size(host->findings);
    if (count > 0) {
        (void)fprintf(cli->out, "%zu finding%s.\n", count, count == 1 ? "" : "s");
    } else if (answer) {
        (void)fprintf(cli->out, "Nothing is wrong: armord, kernel and disk agree about %lld container%s.\n",
                      (long long)print_number(answer, "containers"),
                      print_number(answer, "containers") == 1 ? "" : "s");
    }
}

int verb_doctor(struct cli *cli)
{
    bool repair = cli_given(cli, CLI_OPTION_REPAIR);
    json_auto_t *findings = json_array();
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    struct doctor_host host = {.findings = findings, .default_paths = !cli_given(cli, CLI_OPTION_SOCKET)};
    int code = doctor_fails(&host) ? CLI_UNREACHABLE
               : repair            ? client_call(cli, "POST", "/v1/repair", NULL, &answer)
                                   : client_call(cli, "GET", "/v1/doctor", NULL, &answer);
    if (code != CLI_DONE && code != CLI_UNREACHABLE) {
        return code;
    }
    host.alone = code != CLI_DONE;
    doctor_look(&host);
    ARMOR_CLEANUP(client_answer_done) struct client_answer list = {0};
    if (code == CLI_DONE && client_call(cli, "GET", "/v1/containers", NULL, &list) == CLI_DONE) {
        doctor_look_engine(cli, json_object_get(list.json, "containers"), &host);
    }
    (void)json_array_extend(findings, json_object_get(answer.json, "findings"));
    bool healthy =
        code == CLI_DONE && json_array_size(findings) == 0 && print_number(answer.json, "left_out") == 0;
    if (cli->json) {
        json_auto_t *whole = answer.json ? json_incref(answer.json) : json_object();
        (void)json_object_set(whole, "findings", findings);
        (void)json_object_set_new(whole, "healthy", json_boolean(healthy));
        (void)json_object_set_new(whole, "parser", json_string(host.parser));
        int printed = print_json(cli, whole);
        code = code == CLI_DONE ? printed : code;
    } else {
        print_all(cli, answer.json, &host);
    }
    return code == CLI_DONE && !healthy ? CLI_REFUSED : code;
}

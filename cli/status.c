/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armorctl status: armord and all containers in a table, or one of them with what is missing and what to do
 * next.
 */
#include "client.h"
#include "print.h"

#include <time.h>

enum {
    WATCH_SECONDS = 2, /* between two looks of --watch */
};

static const char *string_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Print `count word` of each member of COUNTS. */
static void print_counts(struct cli *cli, const json_t *counts)
{
    const char *key = NULL;
    json_t *value = NULL;
    void *at = NULL;
    const char *separator = "";
    json_object_foreach_safe((json_t *)counts, at, key, value)
    {
        (void)fprintf(cli->out, "%s%lld ", separator, (long long)json_integer_value(value));
        print_safe(cli->out, key);
        separator = ", ";
    }
    (void)fputc('\n', cli->out);
}

static bool is_learning(const json_t *container)
{
    const char *mode = string_of(container, "mode");
    return mode && strcmp(mode, "learning") == 0;
}

/* The verdict, and what it is made of where there is something. */
static void print_readiness(struct cli *cli, const json_t *container)
{
    const json_t *readiness = json_object_get(container, "readiness");
    const char *verdict = string_of(readiness, "verdict");
    if (!verdict) {
        return;
    }
    (void)fputs("  verdict   ", cli->out);
    print_coloured(cli, json_is_true(json_object_get(readiness, "ready")) ? PRINT_GOOD : PRINT_WARN, verdict);
    if (string_of(readiness, "advice")) {
        (void)fputs("; do: ", cli->out);
        print_safe(cli->out, string_of(readiness, "advice"));
    }
    (void)fputc('\n', cli->out);
}

/* The settings that it has of its own. */
static void print_own_settings(struct cli *cli, const json_t *container)
{
    json_t *settings = json_object_get(container, "settings");
    const char *name = NULL;
    const json_t *value = NULL;
    const char *between = "  settings  its own: ";
    json_object_foreach(settings, name, value)
    {
        char number[24];
        (void)fputs(between, cli->out);
        print_safe(cli->out, name);
        (void)fputc('=', cli->out);
        print_safe(cli->out, print_value(value, number, sizeof number));
        between = ", ";
    }
    if (json_object_size(settings) > 0) {
        (void)fputc('\n', cli->out);
    }
}

/* The image that it was learned with, and the other one that runs. */
static void print_image(struct cli *cli, const json_t *container)
{
    const char *image = string_of(container, "image");
    const char *seen = string_of(container, "image_seen");
    const char *name = string_of(container, "name");
    if (image) {
        (void)fputs("  image     ", cli->out);
        print_safe(cli->out, image);
        (void)fputc('\n', cli->out);
    }
    if (seen) {
        char line[400];
        (void)snprintf(line, sizeof line,
                       "it runs %.150s: armorctl keep %s, or armorctl complain %s to learn what that does",
                       seen, name, name);
        (void)fputs("            ", cli->out);
        print_coloured(cli, PRINT_WARN, line);
        (void)fputc('\n', cli->out);
    }
}

static void print_next(struct cli *cli, const json_t *container)
{
    const char *name = string_of(container, "name");
    FILE *out = cli->out;
    (void)fputs("  next      ", out);
    if (!is_learning(container) && print_number(container, "denials") == 0) {
        (void)fputs("nothing: it is confined, and nothing was refused.\n", out);
    } else if (!is_learning(container)) {
        (void)fprintf(
            out,
            "armorctl denials %s shows what was refused, and what would allow it: armorctl accept, or deny\n",
            name);
    } else if (print_number(container, "events") == 0) {
        (void)fprintf(out,
                      "nothing was seen yet. Does it run under the profile? It should print armord-%s:\n"
                      "            docker inspect --format '{{.AppArmorProfile}}' %s\n",
                      name, name);
    } else if (json_is_true(json_object_get(container, "null_child"))) {
        (void)fputs("restart the container: some of its processes run where the kernel doesn't log all.\n",
                    out);
    } else if (json_array_size(json_object_get(container, "incomplete")) > 0) {
        (void)fprintf(out,
                      "what is missing may be needed. Learn anew (armorctl forget %s; armorctl learn %s), or "
                      "accept the\n"
                      "            risk: armorctl enforce %s --override complete\n",
                      name, name, name);
    } else if (json_is_true(json_object_get(json_object_get(container, "readiness"), "ready"))) {
        (void)fprintf(out, "armorctl enforce %s\n", name);
    } else {
        (void)fprintf(out, "as the verdict says; or, taking the risk: armorctl enforce %s --override ready\n",
                      name);
    }
}

/* How often the kernel was told what is known, or why it can't be. */
static void print_quieting(struct cli *cli, const json_t *quieting, int64_t now)
{
    char age[40];
    const char *problem = string_of(quieting, "problem");
    if (problem) {
        (void)fputs("  quieting  fails, so the kernel goes on reporting what is known: ", cli->out);
        print_coloured(cli, PRINT_WARN, problem);
        (void)fputc('\n', cli->out);
    } else if (string_of(quieting, "last")) {
        (void)fprintf(cli->out, "  quieting  the kernel was told what is known %s; it reports what is new\n",
                      print_age(string_of(quieting, "last"), now, age, sizeof age));
    }
}

/* Denials that are left out, each with what it would have broken. */
static void print_conflicts(struct cli *cli, const json_t *container)
{
    const json_t *conflict = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(container, "conflicts"), i, conflict)
    {
        (void)fputs("  left out  ", cli->out);
        print_safe(cli->out, string_of(conflict, "denial"));
        (void)fputs(" since it would refuse ", cli->out);
        print_safe(cli->out, string_of(conflict, "rule"));
        (void)fputc('\n', cli->out);
    }
}

/* Far more that was new within a minute than services ask for. */
static void print_burst(struct cli *cli, const json_t *container, int64_t now)
{
    const json_t *burst = json_object_get(container, "burst");
    char age[40];
    char line[240];
    if (burst) {
        (void)snprintf(
            line, sizeof line,
            "%lld rules were new within a minute, %s: more than services ask for once they run. See who "
            "asked: armorctl rules %s",
            (long long)print_number(burst, "rules"),
            print_age(string_of(burst, "from"), now, age, sizeof age), string_of(container, "name"));
        (void)fputs("  burst     ", cli->out);
        print_coloured(cli, PRINT_WARN, line);
        (void)fputc('\n', cli->out);
    }
}

static void print_container(struct cli *cli, const json_t *container)
{
    int64_t now = (int64_t)time(NULL);
    char age[40];
    FILE *out = cli->out;
    const json_t *rules = json_object_get(container, "rules");
    print_safe(out, string_of(container, "name"));
    (void)fputs(": ", out);
    print_coloured(cli, is_learning(container) ? PRINT_WARN : PRINT_GOOD, string_of(container, "mode"));
    (void)fprintf(out, ", begun %s\n", print_age(string_of(container, "since"), now, age, sizeof age));
    (void)fputs("  profile   ", out);
    print_safe(out, string_of(container, "profile"));
    (void)fprintf(out, ", revision %lld\n", (long long)print_number(container, "revision"));
    (void)fprintf(out, "  rules     %lld: ", (long long)print_number(rules, "total"));
    print_counts(cli, json_object_get(rules, "kinds"));
    (void)fputs("            ", out);
    print_counts(cli, json_object_get(rules, "origins"));
    (void)fputs("            ", out);
    print_counts(cli, json_object_get(rules, "states"));
    (void)fprintf(out, "  events    %lld; the last new rule %s\n",
                  (long long)print_number(container, "events"),
                  print_age(string_of(container, "last_new_rule"), now, age, sizeof age));
    int64_t waiting = print_number(json_object_get(rules, "states"), "quarantined");
    if (waiting > 0) {
        char line[160];
        (void)snprintf(line, sizeof line, "%lld access%s for a decision: armorctl rules %s",
                       (long long)waiting, waiting == 1 ? " waits" : "es wait", string_of(container, "name"));
        (void)fputs("  held      ", out);
        print_coloured(cli, PRINT_WARN, line);
        (void)fputc('\n', out);
    }
    if (print_number(json_object_get(rules, "states"), "expected") > 0) {
        (void)fprintf(out,
                      "  expected  %lld of static analysis, each in the profile once something asks for it: "
                      "armorctl rules %s\n",
                      (long long)print_number(json_object_get(rules, "states"), "expected"),
                      string_of(container, "name"));
    }
    print_conflicts(cli, container);
    print_burst(cli, container, now);
    const json_t *skipped = json_object_get(container, "skipped");
    if (json_object_size(skipped) > 0) {
        (void)fputs("  no rule   ", out);
        print_counts(cli, skipped);
    }
    print_quieting(cli, json_object_get(container, "quieting"), now);
    print_readiness(cli, container);
    if (!is_learning(container)) {
        (void)fprintf(out, "  refused   %lld; %lld wait for a decision\n",
                      (long long)print_number(container, "denials"),
                      (long long)print_number(container, "undecided"));
    }
    if (print_number(container, "pinned") > 0) {
        (void)fprintf(out, "  pinned    the text is revision %lld's, not rendered from the rules\n",
                      (long long)print_number(container, "pinned"));
    }
    print_own_settings(cli, container);
    print_image(cli, container);
    if (string_of(container, "returned")) {
        (void)fputs("  returned  ", out);
        print_coloured(cli, PRINT_WARN, string_of(container, "returned"));
        (void)fputc('\n', out);
    }
    if (string_of(container, "returning")) {
        (void)fputs("  returning it is on its way to complain mode, and armord goes on trying: ", out);
        print_coloured(cli, PRINT_WARN, string_of(container, "returning"));
        (void)fputc('\n', out);
    }
    if (print_number(container, "forged") > 0) {
        char line[160];
        (void)snprintf(line, sizeof line,
                       "%lld records that pose as AppArmor's, sent from in there: armorctl events %s",
                       (long long)print_number(container, "forged"), string_of(container, "name"));
        (void)fputs("  forged    ", out);
        print_coloured(cli, PRINT_WARN, line);
        (void)fputc('\n', out);
    }
    const json_t *missing = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(container, "incomplete"), i, missing)
    {
        (void)fputs("  missing   ", out);
        print_coloured(cli, PRINT_WARN, json_string_value(missing));
        (void)fputc('\n', out);
    }
    print_next(cli, container);
}

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
    const char *test = string_of(source, "self_test");
    bool failed = test && strcmp(test, "failed") == 0;
    (void)fputs("source: ", cli->out);
    print_safe(cli->out, string_of(source, "name"));
    (void)fputs(", ", cli->out);
    print_safe(cli->out, string_of(source, "reason"));
    (void)fputs("\nself-test: ", cli->out);
    print_coloured(cli, failed ? PRINT_WARN : PRINT_GOOD, test);
    if (failed) {
        (void)fputs(", ", cli->out);
        print_safe(cli->out, string_of(source, "advice"));
    }
    (void)fputc('\n', cli->out);
}

static int print_all(struct cli *cli, const json_t *status, const json_t *containers)
{
    int64_t now = (int64_t)time(NULL);
    char age[40];
    const json_t *source = json_object_get(status, "source");
    (void)fputs("armord ", cli->out);
    print_safe(cli->out, string_of(status, "version"));
    (void)fprintf(cli->out, ", started %s; %lld audit records, of them %lld AppArmor's, from ",
                  print_age(string_of(status, "started"), now, age, sizeof age),
                  (long long)print_number(source, "records"), (long long)print_number(source, "apparmor"));
    print_safe(cli->out, string_of(source, "name"));
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
                            string_of(container, "name"),
                            string_of(container, "mode"),
                            print_age(string_of(container, "since"), now, age, sizeof age),
                            rules,
                            events,
                            print_age(string_of(container, "last_new_rule"), now, fresh, sizeof fresh),
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
    print_container(cli, answer.json);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl explain: why a rule is in a container's profile, and why an access is allowed or isn't. */
#include "explain.h"

#include "client.h"
#include "print.h"
#include "query.h"

#include "armor/explain.h"
#include "armor/json.h"
#include "armor/limits.h"

#include <time.h>

static bool is(const json_t *object, const char *key, const char *value)
{
    const char *found = print_string(object, key);
    return found && strcmp(found, value) == 0;
}

/* `  label     `, the beginning of a line. */
static void begin(struct cli *cli, const char *label)
{
    (void)fprintf(cli->out, "  %-9s ", label);
}

/* A line with LABEL and the parts, up to NULL, behind it; each may hold what a container wrote. */
static void line(struct cli *cli, const char *label, const char *const *parts)
{
    begin(cli, label);
    for (; *parts; parts++) {
        print_safe(cli->out, *parts);
    }
    (void)fputc('\n', cli->out);
}

/* How a rule stands in the profile, in words. */
static const char *state_of(const json_t *rule)
{
    static const char *const states[][2] = {
        {"active", "in the profile"},
        {"expected", "not in the profile: a seed expects it, and nothing has asked for it yet"},
        {"quarantined", "not in the profile: it was asked for, and waits for a decision"},
        {"denied", "a deny rule of the enforced profile, which wins over what allows"},
    };
    const char *state = print_string(rule, "state");
    for (size_t i = 0; state && i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(state, states[i][0]) == 0) {
            return states[i][1];
        }
    }
    return state;
}

/* Why there is such a rule: who or what made it. */
static void print_why(struct cli *cli, const json_t *rule)
{
    const json_t *made_by = json_object_get(rule, "made_by");
    const char *reason = print_string(rule, "reason");
    begin(cli, "why");
    if (print_string(rule, "decided_by")) {
        (void)fputs(is(rule, "state", "denied") ? "denied by " : "accepted by ", cli->out);
        print_safe(cli->out, print_string(rule, "decided_by"));
        (void)fputs(print_string(rule, "source") ? ", as " : "", cli->out);
        print_safe(cli->out, print_string(rule, "source"));
        (void)fputs(print_string(rule, "source") ? " has it" : "", cli->out);
    } else if (is(rule, "origin", "baseline")) {
        (void)fputs(is(rule, "state", "denied") ? "the floor under each enforced profile"
                                                : "each container has it",
                    cli->out);
    } else if (is(rule, "origin", "seeded")) {
        (void)fputs("static analysis of ", cli->out);
        print_safe(cli->out, print_string(rule, "source"));
    } else {
        (void)fputs("learned from what the container did", cli->out);
    }
    for (size_t i = 0; i < json_array_size(made_by); i++) {
        (void)fputs(i ? ", " : "; made by ", cli->out);
        print_safe(cli->out, json_string_value(json_array_get(made_by, i)));
    }
    (void)fputs(made_by ? " (docs/learning.md)" : "", cli->out);
    if (reason) {
        (void)fputs(": ", cli->out);
        print_safe(cli->out, reason);
    }
    (void)fputc('\n', cli->out);
}

/* What was seen of RULE: how often, in how many runs, when, by whom. */
static void print_seen(struct cli *cli, const json_t *rule)
{
    char first[40];
    char last[40];
    int64_t now = (int64_t)time(NULL);
    long long count = print_number(rule, "count");
    if (count == 0 && is(rule, "state", "denied")) {
        return;
    }
    begin(cli, "seen");
    if (count == 0) {
        (void)fputs("never\n", cli->out);
        return;
    }
    (void)fprintf(cli->out, "%lld time%s", count, count == 1 ? "" : "s");
    if (print_number(rule, "runs") > 0) {
        (void)fprintf(cli->out, " in %lld run%s", (long long)print_number(rule, "runs"),
                      print_number(rule, "runs") == 1 ? "" : "s");
    }
    (void)fprintf(cli->out, ", first %s, last %s",
                  print_age(print_string(rule, "first"), now, first, sizeof first),
                  print_age(print_string(rule, "last"), now, last, sizeof last));
    if (print_string(rule, "comm")) {
        (void)fputs(", first by ", cli->out);
        print_safe(cli->out, print_string(rule, "comm"));
    }
    (void)fputc('\n', cli->out);
}

static void print_guard(struct cli *cli, const char *label, const json_t *object)
{
    if (print_string(object, "guard")) {
        line(cli, label,
             (const char *[]){print_string(object, "guard"), ": ", print_string(object, "guard_reason"),
                              " (risk: ", print_string(object, "risk"), ")", NULL});
    }
}

/* A rule that was asked for: where it stands, why, of what. */
static void print_rule(struct cli *cli, const json_t *told)
{
    const json_t *rule = json_object_get(told, "rule");
    const json_t *evidence = json_object_get(told, "evidence");
    const json_t *piece = NULL;
    size_t i = 0;
    print_safe(cli->out, print_string(rule, "rule"));
    (void)fputc('\n', cli->out);
    line(cli, "state", (const char *[]){state_of(rule), NULL});
    if (print_string(rule, "left_out") && is(rule, "state", "active")) {
        line(cli, "but", (const char *[]){"it stands in no text: ", print_string(rule, "left_out"), NULL});
    }
    print_why(cli, rule);
    print_seen(cli, rule);
    print_guard(cli, is(rule, "state", "quarantined") ? "held by" : "guard", rule);
    long long pieces = print_number(told, "pieces");
    bool itself = pieces == 1 && is(json_array_get(evidence, 0), "rule", print_string(rule, "rule"));
    json_array_foreach(itself ? NULL : evidence, i, piece)
    {
        char count[32];
        (void)snprintf(count, sizeof count, "  (%lld)", (long long)print_number(piece, "count"));
        line(cli, i ? "" : "covers", (const char *[]){print_string(piece, "rule"), count, NULL});
    }
    if (pieces > (long long)json_array_size(evidence)) {
        begin(cli, "");
        (void)fprintf(cli->out, "and %lld more\n", pieces - (long long)json_array_size(evidence));
    }
}

/* The rules that speak of what was asked, but for the one that was asked for. */
static void print_rules(struct cli *cli, const json_t *told)
{
    const char *own = print_string(json_object_get(told, "rule"), "rule");
    const json_t *rule = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(told, "rules"), i, rule)
    {
        if (own && is(rule, "rule", own)) {
            continue;
        }
        const char *label = is(rule, "state", "active")        ? "allows"
                            : is(rule, "state", "denied")      ? "denies"
                            : is(rule, "state", "quarantined") ? "held"
                                                               : "expected";
        line(cli, label, (const char *[]){print_string(rule, "rule"), NULL});
        if (!own) {
            print_why(cli, rule);
            print_seen(cli, rule);
            print_guard(cli, "guard", rule);
        }
    }
    const json_t *conflict = NULL;
    json_array_foreach(json_object_get(told, "conflicts"), i, conflict)
    {
        line(cli, "conflict",
             (const char *[]){"`", print_string(conflict, "denial"),
                              "` was left out, since it would refuse `", print_string(conflict, "rule"), "`",
                              NULL});
    }
}

/* The first line of an answer on an access. */
static void print_standing(struct cli *cli, const char *asked, const json_t *told)
{
    static const char *const standings[][2] = {
        {"allowed", "allowed"},
        {"denied", "not allowed: a deny rule refuses it"},
        {"quarantined", "not allowed: it was asked for, and waits for a decision"},
        {"expected", "not allowed yet: a seed expects it, and nothing has asked for it"},
        {"owner", "allowed of files of the process's own user alone"},
        {"unseen", "not allowed: nothing has asked for it, and no rule speaks of it"},
    };
    const char *allowed = print_string(told, "allowed");
    print_safe(cli->out, asked);
    for (size_t i = 0; i < sizeof standings / sizeof standings[0]; i++) {
        if (!is(told, "standing", standings[i][0])) {
            continue;
        }
        bool whole = i == 0;
        (void)fprintf(cli->out, ": %s%s%s", allowed && whole ? allowed : "", allowed && whole ? " is " : "",
                      standings[i][1]);
        if (!whole && print_string(told, "missing")) {
            (void)fprintf(cli->out, " (%s)", print_string(told, "missing"));
        }
        if (!whole && allowed) {
            (void)fprintf(cli->out, "; %s is allowed", allowed);
        }
    }
    (void)fputc('\n', cli->out);
}

/* What to do to have it otherwise. NAME: the container's; NULL: nobody is there to be told. */
static void print_next(struct cli *cli, const char *name, const json_t *told)
{
    const json_t *remedy = NULL;
    size_t i = 0;
    if (!json_object_get(told, "rule") && !is(told, "standing", "quarantined")) {
        print_guard(cli, "guard", told);
    }
    if (is(told, "mode", "learning") && !is(told, "standing", "allowed")) {
        line(cli, "but", (const char *[]){"nothing is blocked while it learns", NULL});
    }
    json_array_foreach(json_object_get(told, "remedies"), i, remedy)
    {
        begin(cli, i ? "" : "to allow");
        if (name) {
            (void)fprintf(cli->out, "armorctl accept %s ", name);
            print_word(cli->out, print_string(remedy, "rule"));
        } else {
            print_safe(cli->out, print_string(remedy, "rule"));
        }
        (void)fputc('\n', cli->out);
    }
}

bool explain_is_path(const struct cli *cli, const char *what)
{
    size_t length = strlen(what);
    return cli_given(cli, CLI_OPTION_ACCESS) || (what[0] == '/' && what[length - 1] != ',');
}

int explain_print(struct cli *cli, const char *name, const char *what, const json_t *told)
{
    if (cli->json) {
        int code = print_json(cli, told);
        return code != CLI_DONE || is(told, "standing", "allowed") ? code : CLI_REFUSED;
    }
    if (json_object_get(told, "rule")) {
        print_rule(cli, told);
    } else {
        print_standing(cli, what, told);
    }
    print_rules(cli, told);
    print_next(cli, name, told);
    return is(told, "standing", "allowed") ? CLI_DONE : CLI_REFUSED;
}

int explain_learned(struct cli *cli, const struct armor_profile *evidence,
                    const struct armor_generalise_options *options, uint64_t seed)
{
    const char *what = cli_value(cli, CLI_OPTION_EXPLAIN);
    const char *access = cli_value(cli, CLI_OPTION_ACCESS);
    struct armor_view view = {0};
    struct armor_explanation explanation = {0};
    struct armor_error err = {0};
    char text[sizeof err.text + 64];
    int made = armor_view_open(evidence, options, &view);
    if (made == 0) {
        made = explain_is_path(cli, what)
                   ? armor_explain_path(&view, armor_slice_of(what), armor_slice_of(access ? access : ""),
                                        &explanation, &err)
                   : armor_explain_text(&view, armor_slice_of(what), seed, &explanation, &err);
    }
    json_auto_t *told = made == 0 ? armor_explanation_to_json(&view, &explanation) : NULL;
    int code = told       ? explain_print(cli, NULL, what, told)
               : err.code ? cli_refuse(cli, CLI_USAGE, NULL, "That can't be asked: %s.",
                                       armor_error_format(&err, text, sizeof text))
                          : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    armor_explanation_done(&explanation);
    armor_view_done(&view);
    return code;
}

int verb_explain(struct cli *cli)
{
    const char *what = cli_argument(cli, 1);
    const char *access = cli_value(cli, CLI_OPTION_ACCESS);
    ARMOR_CLEANUP(armor_text_done) struct armor_text path = ARMOR_TEXT_INIT((size_t)4 * ARMOR_PATTERN_MAX);
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    armor_text_format(&path, "/v1/containers/%s/explain", cli_argument(cli, 0));
    query_add(&path, explain_is_path(cli, what) ? "path" : "rule", what);
    query_add(&path, "access", access);
    if (path.error) {
        return cli_refuse(cli, CLI_USAGE, NULL, "That is too long to be asked.");
    }
    int code = client_call(cli, "GET", path.bytes, NULL, &answer);
    return code == CLI_DONE ? explain_print(cli, cli_argument(cli, 0), what, answer.json) : code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl enforce, complain, accept, deny, rollback, keep, forget: ask armord to change what a container is held to. */
#include "client.h"
#include "from_profile.h"
#include "print.h"

/* POST the verb with BODY and what --reason says. Returns as client_call. */
static int post(struct cli *cli, json_t *body, struct client_answer *ret_answer)
{
    const char *reason = cli_value(cli, CLI_OPTION_REASON);
    if (reason) {
        (void)json_object_set_new(body, "reason", json_string(reason));
    }
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/%s", cli_argument(cli, 0), cli->verb->name);
    return client_call(cli, "POST", path, body, ret_answer);
}

/* The same, with the answer printed where --json asks for it. */
static int change(struct cli *cli, json_t *body)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = post(cli, body, &answer);
    return code != CLI_DONE || !cli->json ? code : print_json(cli, answer.json);
}

/* Add what the options of enforce say to BODY. Returns CLI_DONE, or CLI_USAGE after saying why. */
static int enforce_body(struct cli *cli, json_t *body)
{
    const char *seconds = cli_value(cli, CLI_OPTION_WATCH_FOR);
    json_t *gates = json_array();
    for (size_t i = 0; i < cli->value_count[CLI_OPTION_OVERRIDE]; i++) {
        (void)json_array_append_new(gates, json_string(cli->values[CLI_OPTION_OVERRIDE][i]));
    }
    (void)json_object_set_new(body, "override", gates);
    if (cli_given(cli, CLI_OPTION_DRY_RUN)) {
        (void)json_object_set_new(body, "dry_run", json_true());
    }
    if (seconds && strcmp(seconds, "0") != 0 && cli_number(seconds) == 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--watch-for takes seconds, and 0 for no watch.");
    }
    if (seconds) {
        (void)json_object_set_new(body, "watch_seconds", json_integer(cli_number(seconds)));
    }
    return CLI_DONE;
}

int verb_enforce(struct cli *cli)
{
    json_auto_t *body = json_object();
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = enforce_body(cli, body);
    code = code == CLI_DONE ? post(cli, body, &answer) : code;
    if (code != CLI_DONE) {
        return code;
    }
    bool dry = cli_given(cli, CLI_OPTION_DRY_RUN);
    bool open = json_is_true(json_object_get(answer.json, "open"));
    if (cli->json) {
        code = print_json(cli, answer.json);
        return code != CLI_DONE || !dry || open ? code : CLI_REFUSED;
    }
    const char *name = cli_argument(cli, 0);
    if (dry) {
        client_print_gates(cli->out, json_object_get(answer.json, "gates"));
        (void)fprintf(cli->out, open ? "Enforce would go through. Nothing was changed.\n"
                                     : "Enforce would be refused. Nothing was changed.\n");
        return open ? CLI_DONE : CLI_REFUSED;
    }
    const json_t *found = json_object_get(answer.json, "verification");
    (void)fprintf(cli->out,
                  "Enforced: what %s did not do while it was learned is now refused.\n"
                  "%lld processes run under the profile, %lld in a child of it, %lld beside it.\n"
                  "See what is refused with `armorctl denials %s`; go back with `armorctl complain %s`.\n",
                  name, (long long)print_number(found, "processes"),
                  (long long)print_number(found, "children"), (long long)print_number(found, "outside"), name,
                  name);
    return CLI_DONE;
}

int verb_complain(struct cli *cli)
{
    json_auto_t *body = json_object();
    int code = change(cli, body);
    if (code == CLI_DONE && !cli->json) {
        const char *name = cli_argument(cli, 0);
        (void)fprintf(cli->out,
                      "Learning on: nothing of %s is blocked now, and all that was learned is kept.\n"
                      "When it has done what was missing: `armorctl enforce %s`.\n",
                      name, name);
    }
    return code;
}

/*
 * The body of accept and deny: exactly one of a rule, a denial, all of them, and PROFILE's rules. Returns CLI_DONE and the body, or something
 * else after saying why not.
 */
static int decision(struct cli *cli, struct from_profile *profile, json_t **ret_body)
{
    const char *rule = cli_argument(cli, 1);
    const char *denial = cli_value(cli, CLI_OPTION_DENIAL);
    bool all = cli_given(cli, CLI_OPTION_ALL_DENIALS);
    bool file = cli_given(cli, CLI_OPTION_FROM_PROFILE);
    const char *verb = cli->verb->name;
    if ((rule != NULL) + (denial != NULL) + all + file != 1) {
        return cli_refuse(cli, CLI_USAGE, NULL, "%s takes either a RULE in quotes or --denial ID%s.", verb,
                          strcmp(verb, "accept") == 0 ? ", --all-denials or --from-profile FILE" : "");
    }
    if (denial && cli_number(denial) == 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--denial takes a number, as `armorctl denials` shows it.");
    }
    int code = file ? from_profile_read(cli, cli_argument(cli, 0), profile) : CLI_DONE;
    if (code == CLI_DONE) {
        *ret_body = file     ? json_pack("{s:O}", "rules", profile->rules)
                    : rule   ? json_pack("{s:s}", "rule", rule)
                    : denial ? json_pack("{s:I}", "denial", (json_int_t)cli_number(denial))
                             : json_pack("{s:b}", "all_denials", 1);
    }
    return code;
}

/* Ask for a decision; DONE is what it is called then, LATER when it counts where nothing is enforced yet. */
static int decide(struct cli *cli, const char *done, const char *later)
{
    json_auto_t *body = NULL;
    ARMOR_CLEANUP(from_profile_done) struct from_profile profile = {0};
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = decision(cli, &profile, &body);
    code = code == CLI_DONE ? post(cli, body, &answer) : code;
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    const char *mode = json_string_value(json_object_get(answer.json, "mode"));
    bool in_force = mode && strcmp(mode, "enforced") == 0;
    if (in_force) {
        (void)fprintf(cli->out, "%s, and in force now: revision %lld of %s.\n", done,
                      (long long)print_number(answer.json, "revision"), cli_argument(cli, 0));
    } else {
        (void)fprintf(cli->out, "%s: it counts %s.\n", done, later);
    }
    return profile.section ? from_profile_print_rest(cli, cli_argument(cli, 0), &profile) : CLI_DONE;
}

int verb_accept(struct cli *cli)
{
    return decide(cli, "Accepted", "from the next load of the profile on");
}

int verb_deny(struct cli *cli)
{
    return decide(cli, "Denied", "once the profile is enforced, as a deny would block while learning too");
}

int verb_rollback(struct cli *cli)
{
    const char *number = cli_argument(cli, 1);
    if (number && cli_number(number) == 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "REVISION is a number, as `armorctl revisions` shows it.");
    }
    json_auto_t *body =
        number ? json_pack("{s:I}", "revision", (json_int_t)cli_number(number)) : json_object();
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = post(cli, body, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    (void)fprintf(cli->out,
                  "Rolled back: the kernel has revision %lld's text of %s again, as revision %lld, %s.\n",
                  (long long)print_number(answer.json, "pinned"), cli_argument(cli, 0),
                  (long long)print_number(answer.json, "revision"),
                  json_string_value(json_object_get(answer.json, "mode")));
    return CLI_DONE;
}

int verb_keep(struct cli *cli)
{
    json_auto_t *body = json_object();
    int code = change(cli, body);
    if (code == CLI_DONE && !cli->json) {
        (void)fprintf(cli->out, "Kept: %s stays enforced with the image that it runs now.\n",
                      cli_argument(cli, 0));
    }
    return code;
}

int verb_forget(struct cli *cli)
{
    json_auto_t *body = json_object();
    int code = change(cli, body);
    if (code == CLI_DONE && !cli->json) {
        (void)fprintf(cli->out,
                      "Forgotten: the profile armord-%s is unloaded, and all that was learned is deleted.\n"
                      "Remove `apparmor=armord-%s` from the container's options, or it won't start.\n",
                      cli_argument(cli, 0), cli_argument(cli, 0));
    }
    return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl enforce, complain, forget: ask armord to change what a container is held to. */
#include "client.h"
#include "print.h"

/*
 * POST the verb with BODY. Returns CLI_DONE, with the answer printed where --json asks for it, or the exit
 * code.
 */
static int change(struct cli *cli, const json_t *body)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/%s", cli_argument(cli, 0), cli->verb->name);
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "POST", path, body, &answer);
    return code != CLI_DONE || !cli->json ? code : print_json(cli, answer.json);
}

int verb_enforce(struct cli *cli)
{
    json_auto_t *body = json_object();
    json_t *gates = json_array();
    for (size_t i = 0; i < cli->value_count[CLI_OPTION_OVERRIDE]; i++) {
        (void)json_array_append_new(gates, json_string(cli->values[CLI_OPTION_OVERRIDE][i]));
    }
    (void)json_object_set_new(body, "override", gates);
    int code = change(cli, body);
    if (code == CLI_DONE && !cli->json) {
        const char *name = cli_argument(cli, 0);
        (void)fprintf(
            cli->out,
            "Enforced: what %s did not do while it was learned is now refused.\n"
            "See what is refused with `armorctl events %s --follow`; go back with `armorctl complain %s`.\n",
            name, name, name);
    }
    return code;
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl learn: ask armord to learn a container, and say how to start it under its profile. */
#include "client.h"
#include "print.h"

int verb_learn(struct cli *cli)
{
    const char *name = cli_argument(cli, 0);
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/learn", name);
    json_auto_t *body = json_object();
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(cli, "POST", path, body, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    (void)fprintf(cli->out,
                  "Learning %s: the profile armord-%s is loaded in complain mode, so nothing is blocked.\n"
                  "\n"
                  "Start the container under it:\n"
                  "\n"
                  "    docker run --security-opt apparmor=armord-%s ...\n"
                  "\n"
                  "or in the compose file, then `docker compose up -d`:\n"
                  "\n"
                  "    services:\n"
                  "      %s:\n"
                  "        security_opt:\n"
                  "          - apparmor=armord-%s\n"
                  "\n"
                  "A container that runs already has to be made anew: a profile holds from a process's "
                  "start. Let it do all\n"
                  "that it will ever do, one restart included. Then:\n"
                  "\n"
                  "    armorctl status %s\n"
                  "    armorctl enforce %s\n",
                  name, name, name, name, name, name, name);
    return CLI_DONE;
}

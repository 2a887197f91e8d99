/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What armorctl sees of the host by itself, with the operator's own rights, whether armord answers or not. */
#pragma once

#include "cli.h"

#include <jansson.h>

/* What the host has; findings are as armord's: objects with code, subject, what, why, next and repairable. */
struct doctor_host {
    json_t *findings;   /* not owned; an array that is added to */
    char parser[96];    /* apparmor_parser's own word for its version; "": there is none, or it doesn't run */
    bool default_paths; /* armord's sockets are where they are installed, and can be looked at */
    bool alone;         /* armord didn't answer: kernel and disk are compared here, by name */
};

/* Whether systemd starts armord in vain, which is a finding: then nobody would answer on its sockets. */
bool doctor_fails(struct doctor_host *host);

/* Add a finding that armord can't mend. */
void doctor_add(struct doctor_host *host, const char *code, const char *subject, const char *why,
                const char *next, const char *what);

/* Ask Docker or Podman which of CONTAINERS, as armord lists them, run under something else than their profile. */
void doctor_look_engine(const struct cli *cli, const json_t *containers, struct doctor_host *host);

/* Look. Takes in what the caller set of HOST, and fills the rest. */
void doctor_look(struct doctor_host *host);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources: the Dockerfile, the Compose files and what inspect prints, as named on the command line, to one seed for each container.
 */
#pragma once

#include "cli.h"
#include "project.h"

#include "armor/label.h"
#include "armor/seed_text.h"

struct seeded {
    struct armor_seed *seed;       /* owned */
    char name[ARMOR_NAME_MAX + 1]; /* the container's */
    const char *service;           /* of the Compose project, which owns it; NULL: none was named */
    unsigned replicas;             /* containers of the service */
};

struct sources {
    struct project project;
    struct armor_compose *compose; /* owned; NULL: no Compose file was named */
    struct seeded *items;          /* owned */
    size_t count;
};

/* How several services get their names when NAME is given. */
enum sources_naming {
    SOURCES_ONE_NAME, /* NAME is one container's: several services are refused */
    SOURCES_PREFIX,   /* NAME-SERVICE each */
};

/* True when an option names a source. */
bool sources_given(const struct cli *cli);

/*
 * Read what the options of CLI name. NAME: of the container, or of the project; NULL: a service's own `container_name`, or the service's name, or the one that
 * inspect has. Returns CLI_DONE, or an exit code after saying why; sources_done in any case.
 */
int sources_read(struct cli *cli, const char *name, enum sources_naming naming, struct sources *ret_sources);

/* The worst finding of all that isn't suppressed, and how many of these there are; NULL: none. */
const struct armor_finding *sources_worst(const struct sources *sources, size_t *ret_count);

/* One line: place, severity, code, what, and what to do instead. */
void sources_print_finding(FILE *out, const struct armor_finding *finding);

/*
 * That the file of --write-override may be written: it isn't there, or armorctl made it. Returns CLI_DONE, also when the option isn't given, or an
 * exit code after saying why.
 */
int override_check(struct cli *cli);

/* Write it: whole or as before. Returns as override_check. */
int override_write(struct cli *cli, const struct sources *sources);

void sources_done(struct sources *sources);

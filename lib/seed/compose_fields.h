/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a service that need more than a line. Private to lib/seed. */
#pragma once

#include "compose_project.h"
#include "container.h"

/* One service while it is read. */
struct reading {
    const struct armor_compose *compose;
    struct seed_arena *arena; /* for what is put in another form on the way */
    struct armor_error *err;
    struct container container;
};

struct armor_seed_source compose_source(const struct tree_node *node);

/* Take the field KEY of a service, NODE. Return 0, -EBADMSG with its place, -E2BIG, -ENOMEM. */
int compose_build(struct reading *reading, const struct tree_node *node, const char *key);
int compose_volumes(struct reading *reading, const struct tree_node *node, const char *key);
int compose_tmpfs(struct reading *reading, const struct tree_node *node, const char *key);
int compose_givens(struct reading *reading, const struct tree_node *node, const char *key);
int compose_devices(struct reading *reading, const struct tree_node *node, const char *key);
int compose_gpus(struct reading *reading, const struct tree_node *node, const char *key);
int compose_shm(struct reading *reading, const struct tree_node *node, const char *key);
int compose_command(struct reading *reading, const struct tree_node *node, const char *key);
int compose_healthcheck(struct reading *reading, const struct tree_node *node, const char *key);

/* The files that the engine gives to every container; NODE and KEY: what speaks of one of them, or NULL for all. */
int compose_hosts(struct reading *reading, const struct tree_node *node, const char *key);

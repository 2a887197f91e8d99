/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files of the pipeline share; nobody else includes this. */
#pragma once

#include "pipeline.h"

#include "armor/event.h"
#include "log.h"

/* A rule that changed since the last commit. Neither is owned. */
struct pending {
    struct container *container;
    const struct armor_rule *rule;
};

struct pipeline {
    struct registry *registry; /* not owned, as are the next two */
    struct ring *ring;
    struct store *store;
    struct pipeline_counters counters;
    struct pending *pending; /* owned */
    size_t pending_count;
    size_t pending_capacity;
    bool dirty;                    /* some container is dirty or unsaved */
    struct log_limit notice_limit; /* of notices on forged records */
    struct log_limit forged_limit; /* of log messages on them */
    struct armor_event event;      /* room for one; large */
};

/* RULE of CONTAINER changed: have the next commit write it. */
void pipeline_keep(struct pipeline *pipeline, struct container *container, const struct armor_rule *rule);

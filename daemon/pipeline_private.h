/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the pipeline share; nobody else includes this. */
#pragma once

#include "pipeline.h"

#include "armor/event.h"
#include "armor/repeat.h"
#include "log.h"
#include "seen.h"
#include "store.h"

/* Microseconds between two notices on what a container can do without end: a flood of it can't fill the ring. */
enum { NOTICE_INTERVAL = 1000 * 1000 };

/* A rule that changed since the last commit; NULL: the container's denials did. Neither is owned. */
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
    struct store_position position; /* as it is now; the newest record's stamp is of AppArmor's only */
    bool moved;                     /* the position differs from the store's */
    int64_t floor_usec;             /* stamps up to this one were taken from another source; 0: none */
    int64_t floor_serial;
    char mark[64]; /* the self-test that is waited for; "": none */
    bool mark_came;
    struct seen seen;
    struct armor_repeat *repeat; /* owned: of the registry's profiles */
    size_t flush_next;           /* container that the round of flushing under way goes on with; 0: none is */
    uint64_t unread;             /* AppArmor's records that were cut or bent, since the last commit */
    bool tripped;                /* some container was refused too much */
    bool dirty;                  /* some container is dirty or unsaved */
    struct log_limit notice_limit; /* of notices on forged records that no container here sent */
    struct log_limit forged_limit; /* of log messages on these */
    struct armor_event event;      /* room for one; large */
};

/* RULE of CONTAINER changed, or, with NULL, its denials did: have the next commit write it. */
void pipeline_keep(struct pipeline *pipeline, struct container *container, const struct armor_rule *rule);

/* The container that a process under LABEL_BYTES belongs to, or NULL. */
struct container *pipeline_container(const struct pipeline *pipeline, struct armor_slice label_bytes);

/* RECORD, whose event is in the pipeline, is from user space and poses as AppArmor's. */
void pipeline_forged(struct pipeline *pipeline, const struct armor_record *record);

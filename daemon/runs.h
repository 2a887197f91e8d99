/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs: when each container that learns was started, and what each of its runs brought. No record says that a container starts:
 * the runtime's own doing isn't reported, and a container that does what is known is silent. So armor-loader is asked now and
 * then since when its first process runs: soon after records came or the runtime sent it a signal, once a minute otherwise.
 *
 * What was seen before a start was known to be one is put where it belongs by the records' times.
 */
#pragma once

#include "alarm.h"

#include "armor/curve.h"
#include "armor/readiness.h"

struct container;
struct loader_reply;
struct manager;

/* Of one container. What is said to be stored is known after a restart. */
struct history {
    struct armor_runs runs;   /* since learning began; stored */
    struct armor_curve curve; /* rules of the policy; stored */
    int64_t boot;             /* in which the newest run was seen, as a number; stored */
    uint64_t started_usec;    /* of that run, CLOCK_BOOTTIME; 0: none was seen; stored */
    int64_t judged_usec;      /* records up to this time of a new rule are in the runs' counts; stored */
    bool running;             /* at the last look */
    uint64_t
        *lines; /* owned; hashes of the policy's rules at the last look, sorted; NULL: none since start */
    size_t line_count;

    int64_t looked_usec;   /* CLOCK_MONOTONIC, of the last look; 0: none */
    uint64_t events;       /* the container's then */
    int64_t signal_usec;   /* CLOCK_MONOTONIC; when the runtime signalled it; 0: what followed is known */
    unsigned signal_looks; /* since that */
    struct armor_readiness readiness; /* as it was last judged */
};

/* Of the manager. */
struct looks {
    struct alarm alarm;
    bool asking;         /* the loader is being asked */
    unsigned unanswered; /* looks in a row that armor-loader didn't answer */
    int64_t hold_usec;   /* no look before this */
    char name[80];       /* of the container that is asked about */
};

/* The container runtime sent CONTAINER a signal, by a record of TIME since the epoch: it may end, and start anew. */
void runs_signalled(struct container *container, int64_t time);

/* Take what armor-loader just said of the container's processes. */
void runs_take(struct manager *manager, struct container *container, const struct loader_reply *reply);

/* Some container may have to be looked at: have it done when it is due. */
void runs_look(struct manager *manager);

/* Nothing comes any more: for manager_free. */
void runs_stop(struct manager *manager);

/* Free what HISTORY owns. */
void history_done(struct history *history);

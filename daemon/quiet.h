/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quieting: what is learned of a container goes back into its learning profile, so that the kernel reports only news.
 *
 * Loads are debounced, rare where they are expensive, and of changed text each: the kernel skips what it has already. They are no
 * revisions, and the file that the next boot loads stays as the last revision has it: docs/architecture.md says why.
 *
 * What the kernel is told can't be counted any more. So a container's every run is a sample of its own, where that can be
 * known in time: at its begin only the baseline is told, and a rule from when it was seen in this run on.
 */
#pragma once

#include "armor/base.h"

#include <systemd/sd-event.h>

struct container;
struct manager;

enum { QUIET_PROBLEM_SIZE = 160 }; /* bytes, with the terminator */

/* Of one container. Intervals are of CLOCK_MONOTONIC. */
struct quieting {
    int64_t first_usec;  /* the first report since the last load that a load could spare; 0: there was none */
    int64_t newest_usec; /* and the newest one */
    bool urgent;         /* the text is to change, at once */
    int64_t since_usec;  /* the sample's begin, since the epoch; 0: no sample, all that is known is told */
    int64_t hold_usec;   /* no load before this, but an urgent one */
    int64_t retry_usec;  /* no load before this, of any kind */
    uint64_t told;       /* hash of the text that was loaded last by quieting; 0: none */
    uint32_t revision;   /* the container's newest then: another one has put its own text there since */
    uint32_t generation; /* of the last changed text; 0: none */
    uint64_t novel;      /* the container's count when a text was last made */

    uint64_t loads;    /* since armord started */
    uint64_t failures; /* of these, the ones that failed */
    unsigned in_a_row; /* failures since the last load that succeeded, or attempts that had nothing to tell */
    int64_t loaded_usec;              /* when the last one succeeded, since the epoch; 0: none did */
    uint32_t took_usec;               /* what it took the loader */
    char problem[QUIET_PROBLEM_SIZE]; /* why the last one failed; "": it didn't */
};

/* Of the manager. */
struct quiet {
    sd_event_source *timer; /* owned; NULL: nothing is due */
    int64_t due_usec;       /* when the timer comes */
    bool loading;           /* a load is under way */
    uint64_t text;          /* hash of its text */
    uint32_t revision;      /* of its container when it began */
    char name[80];          /* of its container */
    int64_t hold_usec;      /* no load of any container before this, but urgent ones */
};

/* CONTAINER did something at NOW (CLOCK_MONOTONIC) that the kernel reports because the loaded text doesn't have it. */
void quiet_reported(struct container *container, int64_t now);

/* The text of CONTAINER is to change at once, so that capabilities are reported again. */
void quiet_renew(struct container *container);

/* The same, and a new sample begins at SINCE, since the epoch: what was seen before is reported once more. */
void quiet_sample(struct container *container, int64_t since);

/* CONTAINER has a text of its own in the kernel now, by a revision: what was due before isn't. */
void quiet_restart(struct container *container);

/* Some container was reported, renewed or sampled: have the loads made when they are due. */
void quiet_look(struct manager *manager);

/* Nothing comes any more: for manager_free. */
void quiet_stop(struct manager *manager);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quieting of one container: what is due, and how it went. quiet.h does it. */
#pragma once

#include "armor/base.h"

struct container;

enum { QUIET_PROBLEM_SIZE = 160 }; /* bytes, with the terminator */

/* Intervals are of CLOCK_MONOTONIC. */
struct quieting {
    int64_t first_usec;  /* the first report since the last load that a load could spare; 0: there was none */
    int64_t newest_usec; /* and the newest one */
    bool urgent;         /* the text is to change, at once */
    int64_t since_usec;  /* the sample's begin, since the epoch; 0: no sample, all that is known is told */
    int64_t
        sampled_usec; /* when a text of this sample was first in the kernel, since the epoch; 0: it isn't yet */
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

/* CONTAINER did something at NOW (CLOCK_MONOTONIC) that the kernel reports because the loaded text doesn't have it. */
void quieting_reported(struct container *container, int64_t now);

/* The text of CONTAINER is to change at once, so that capabilities are reported again. */
void quieting_renew(struct container *container);

/* The same, and a new sample begins at SINCE, since the epoch: what was seen before is reported once more. */
void quieting_sample(struct container *container, int64_t since);

/* CONTAINER has a text of its own in the kernel now, by a revision: what was due before isn't. */
void quieting_restart(struct container *container);

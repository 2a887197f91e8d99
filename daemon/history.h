/* SPDX-License-Identifier: GPL-2.0-or-later */
/* History: what the runs of a container brought, from the looks at it (runs.h) and from its rules. */
#pragma once

#include "container.h"

#include "armor/generalise.h"

/* Whether a container that runs since STARTED, CLOCK_BOOTTIME in this boot, is in a run that HISTORY doesn't have. */
bool history_is_new(const struct history *history, uint64_t started_usec);

/*
 * CONTAINER is in a new run since STARTED_USEC, CLOCK_BOOTTIME. What was seen since then belongs to it. LOUD: the kernel is told
 * nothing anyway, so that each run is seen whole.
 */
void history_begin(struct container *container, uint64_t started_usec, bool loud);

/*
 * Compare CONTAINER's policy with that of the last time: what is new belongs to the run under way, or, where it is older than that,
 * to the one before. Returns 1 when something was new, 0 when nothing was or there was no memory to tell.
 */
int history_update(struct container *container, const struct armor_generalise_options *options);

/*
 * CONTAINER's policy is made with NOW in the place of BEFORE. What that changes is nothing that the container brought: no run has it as new.
 */
void history_rebase(struct container *container, const struct armor_generalise_options *before,
                    const struct armor_generalise_options *now);

/* How ready CONTAINER is, when a chance of PERCENT is good enough. Kept in its history. */
const struct armor_readiness *history_judge(struct container *container, int64_t percent);

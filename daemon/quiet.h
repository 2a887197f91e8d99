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

#include "alarm.h"

#include "armor/base.h"

struct manager;

/* Of the manager. */
struct quiet {
    struct alarm alarm;
    bool loading;      /* a load is under way */
    uint64_t text;     /* hash of its text */
    uint32_t revision; /* of its container when it began, as is the next one */
    int64_t since_usec;
    char name[80];     /* of its container */
    int64_t hold_usec; /* no load of any container before this, but urgent ones */
};

/* Some container was reported, renewed or sampled: have the loads made when they are due. */
void quiet_look(struct manager *manager);

/* Nothing comes any more: for manager_free. */
void quiet_stop(struct manager *manager);

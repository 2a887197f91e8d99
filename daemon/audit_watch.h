/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audit watch: records that find the kernel's audit backlog full are gone without a trace, but for one counter. While a
 * container learns, armor-loader is asked for that counter, and the backlog's limit is raised; the limit that was there
 * before is kept in the store, and given back when nobody learns any more, after a crash too.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "loader_client.h"

struct manager;

/* At start: look at the counter when a container learns; give the limit back when none does and an earlier armord raised it. */
void audit_watch_start(struct manager *manager);

/* Records came in: look at the counter within audit_interval seconds, when a container learns. Cheap to call often. */
void audit_watch_records(struct manager *manager);

/* A container stopped to learn: give the limit back if it was the last one. */
void audit_watch_modes(struct manager *manager);

/*
 * Take the counters in REPLY, which the loader just gave: what was lost since the last look is written down with each
 * container that learns.
 */
void audit_watch_take(struct manager *manager, const struct loader_reply *reply);

/*
 * Which change of the backlog's limit is due, seen the last counters and whether anybody is LEARNING or about to. Returns 1 and
 * the call to make, after the present limit is safely kept; 0 when none is due; negative when it couldn't be kept.
 */
ARMOR_CHECKED int audit_watch_adjust(struct manager *manager, bool learning, struct loader_call *ret_call,
                                     struct armor_error *err);

/* The loader did what audit_watch_adjust asked for, as REPLY says. */
void audit_watch_adjusted(struct manager *manager, const struct loader_reply *reply);

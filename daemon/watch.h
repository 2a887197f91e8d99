/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watch: for a while after enforce, refused accesses are counted against a limit. Over it the container goes back to complain mode by
 * itself, with all that it knows; what was refused waits as denials, each with the rule that would allow it.
 */
#pragma once

#include <stdbool.h>

struct container;
struct manager;

/* CONTAINER was refused something just now, or has another limit. Returns true when it was refused more than that, for the first time. */
bool watch_count(struct container *container);

/* Whether CONTAINER is to go back to complain mode by itself. */
bool watch_is_due(const struct manager *manager, const struct container *container);

/* Take back those that are due; what can't be done now is tried again. */
void watch_look(struct manager *manager);

/* No more: for manager_free. */
void watch_stop(struct manager *manager);

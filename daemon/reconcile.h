/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconcile: a change that broke off between kernel, disk and store is taken back. Before a job has anything loaded or removed it
 * leaves an intent in the store, which goes with the transaction that ends the change, or when the job took it back itself. One
 * that is left when nobody works on it tells that armord was killed, or that taking back failed: the store decides, so its text is
 * loaded again, which writes kernel and disk both, and a profile whose container was never stored is removed. Only a way back to complain
 * mode is gone to its end: to take that back would refuse the container again what it was let go for.
 */
#pragma once

#include "alarm.h"
#include "armor/limits.h"
#include "log.h"

#include <stdbool.h>

struct manager;

struct reconcile {
    struct alarm alarm;            /* the next try */
    bool busy;                     /* one is under way */
    char name[ARMOR_NAME_MAX + 1]; /* of the container that it is about */
    struct log_limit limit;        /* of complaints that it can't be done */
};

/* Take back what is left, one after the other; what can't be now is tried again. At start. */
void reconcile_look(struct manager *manager);

/* The same a little later: a job left its intent because what it did couldn't be taken back just now. */
void reconcile_later(struct manager *manager);

/* No more: for manager_free. */
void reconcile_stop(struct manager *manager);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconcile: one intent at a time, until none is left that can be taken back. See reconcile.h. */
#include "reconcile.h"

#include "clock.h"
#include "loader_client.h"
#include "manager.h"
#include "promote.h"
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Microseconds. */
enum {
    RETRY = 5 * 1000 * 1000,
    LOG_INTERVAL = 600 * 1000 * 1000,
};

static int on_alarm(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    alarm_clear(&manager->reconcile.alarm);
    reconcile_look(manager);
    return 0;
}

void reconcile_later(struct manager *manager)
{
    alarm_by(&manager->reconcile.alarm, manager->event, clock_monotonic() + RETRY, "reconcile", on_alarm,
             manager);
}

static void try_later(struct manager *manager, const char *why)
{
    struct reconcile *reconcile = &manager->reconcile;
    uint64_t held = 0;
    if (log_limited(&reconcile->limit, LOG_INTERVAL, &held)) {
        const struct log_about about = {.message = LOG_MESSAGE_REPAIRED, .container = reconcile->name};
        log_write(
            LOG_ERR, &about,
            "a change of %s broke off and can't be taken back: %s. It is tried again; until then kernel, "
            "disk and armord may differ: armorctl doctor",
            reconcile->name, why);
    }
    reconcile_later(manager);
}

static void tell(const char *name, const char *what)
{
    const struct log_about about = {.message = LOG_MESSAGE_REPAIRED, .container = name};
    log_write(LOG_WARNING, &about,
              "a change of %s had broken off: %s. Run the command again if it is still wanted", name, what);
}

static void on_restored(const struct promote_result *result, void *userdata)
{
    struct manager *manager = userdata;
    manager->reconcile.busy = false;
    if (result->failure != PROMOTE_OK) {
        try_later(manager, result->detail);
        return;
    }
    tell(manager->reconcile.name, "kernel and disk have what armord has again");
    reconcile_look(manager);
}

static void on_complaining(const struct promote_result *result, void *userdata)
{
    struct manager *manager = userdata;
    manager->reconcile.busy = false;
    if (result->failure != PROMOTE_OK) {
        try_later(manager, result->detail);
        return;
    }
    const struct log_about about = {.message = LOG_MESSAGE_REPAIRED, .container = manager->reconcile.name};
    log_write(LOG_WARNING, &about,
              "the way of %s back to complain mode had broken off, and is gone to its end now",
              manager->reconcile.name);
    reconcile_look(manager);
}

static void on_removed(int code, const struct loader_reply *reply, const struct armor_error *err,
                       void *userdata)
{
    struct manager *manager = userdata;
    struct reconcile *reconcile = &manager->reconcile;
    struct armor_error failure = {0};
    reconcile->busy = false;
    if (registry_find(manager->containers, armor_slice_of(reconcile->name))) {
        reconcile_look(manager); /* it is learned anew meanwhile, and the intent is that job's */
        return;
    }
    if (code < 0 && !(reply && code == -ENOENT)) {
        try_later(manager, reply ? reply->text : err->text);
        return;
    }
    if (store_clear_intent(manager->store, reconcile->name, &failure) < 0) {
        try_later(manager, failure.text);
        return;
    }
    tell(reconcile->name, "its profile, which armord doesn't know, is removed");
    reconcile_look(manager);
}

/* Take back INTENT, of CONTAINER or of none; or go on with it. */
static void begin(struct manager *manager, const struct intent *intent, const struct container *container)
{
    struct reconcile *reconcile = &manager->reconcile;
    reconcile->busy = true;
    (void)snprintf(reconcile->name, sizeof reconcile->name, "%s", intent->name);
    if (container) {
        bool onward = container->mode == ARMOR_MODE_ENFORCED &&
                      strcmp(intent->verb, promote_verb_name(PROMOTE_COMPLAIN)) == 0;
        struct promote_request request = {.verb = onward ? PROMOTE_COMPLAIN : PROMOTE_RESTORE,
                                          .author = "armord"};
        (void)snprintf(request.name, sizeof request.name, "%s", intent->name);
        promote_start(manager, &request, onward ? on_complaining : on_restored, manager);
    } else {
        char label[sizeof LOADER_PROFILE_PREFIX + ARMOR_NAME_MAX];
        (void)snprintf(label, sizeof label, LOADER_PROFILE_PREFIX "%s", intent->name);
        const struct loader_call call = {.operation = LOADER_REMOVE, .name = label};
        loader_client_call(manager->loader, &call, on_removed, manager);
    }
}

void reconcile_look(struct manager *manager)
{
    struct armor_error err = {0};
    struct intent *intents = NULL;
    size_t count = 0;
    if (manager->reconcile.busy || manager->stopping || manager->reconcile.alarm.timer) {
        return;
    }
    if (store_intents(manager->store, &intents, &count, &err) < 0) {
        try_later(manager, err.text);
        return;
    }
    for (size_t i = 0; intents && i < count && !manager->reconcile.busy; i++) {
        const struct container *container =
            registry_find(manager->containers, armor_slice_of(intents[i].name));
        /* Otherwise the job that left it is at work, or will be: see watch.c. */
        if (!container || !(container->changing || container->returning[0])) {
            begin(manager, &intents[i], container);
            break;
        }
    }
    free(intents);
}

void reconcile_stop(struct manager *manager)
{
    alarm_clear(&manager->reconcile.alarm);
}

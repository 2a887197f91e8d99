/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs: one timer, one look at a time. See runs.h. */
#include "runs.h"

#include "clock.h"
#include "history.h"
#include "loader/wire.h"
#include "loader_client.h"
#include "manager.h"
#include "pipeline.h"

#include <stdio.h>

/* Microseconds. */
enum {
    ACTIVE = 5 * 1000 * 1000, /* between two looks while records come */
    IDLE = 60 * 1000 * 1000,  /* and while none do */
    SOON = 2 * 1000 * 1000, /* after a signal; twice as long each further time, since docker stop may wait */
    APART = 1000 * 1000,    /* between looks at any; twice as long for each in a row without an answer */
};

enum {
    SIGNAL_LOOKS = 6,
    REST = 20,          /* times what a look took, until the next one */
    UNANSWERED_MAX = 6, /* looks in a row without an answer that make the next one later: a minute then */
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When CONTAINER is to be looked at. */
static int64_t due(const struct manager *manager, const struct container *container)
{
    const struct history *history = &container->history;
    if (container->mode != ARMOR_MODE_LEARNING || container->changing || container->id == 0) {
        return MANAGER_NEVER;
    }
    bool active = container->profile->events != history->events;
    int64_t usec = history->looked_usec + (active ? ACTIVE : IDLE);
    if (history->signal_usec > 0) {
        int64_t soon = history->signal_usec + ((int64_t)SOON << history->signal_looks);
        usec = soon < usec ? soon : usec;
    }
    return later(usec, manager->looks.hold_usec);
}

void runs_signalled(struct container *container, int64_t time)
{
    container->history.signal_usec = clock_monotonic();
    container->history.signal_looks = 0;
    quieting_sample(container, time > 0 ? time : clock_now());
}

static void note_look(struct container *container)
{
    struct history *history = &container->history;
    history->looked_usec = clock_monotonic();
    history->events = container->profile->events;
    if (history->signal_usec > 0 && ++history->signal_looks == SIGNAL_LOOKS) {
        history->signal_usec = 0;
    }
}

/* No process is left: the next one to start under the profile begins a run, which is to be seen from its first access on. */
static void note_end(struct container *container)
{
    struct history *history = &container->history;
    const struct armor_run *run = armor_runs_get(&history->runs, history->runs.count);
    if (history->running && (!run || container->quieting.since_usec <= run->started_usec)) {
        quieting_sample(container, clock_now());
    }
    history->running = false;
}

void runs_take(struct manager *manager, struct container *container, const struct loader_reply *reply)
{
    struct history *history = &container->history;
    const struct choices choices = settings_choices(&manager->settings, &container->own);
    note_look(container);
    bool began = false;
    if (reply->started_usec == 0) {
        note_end(container);
    } else {
        if (history_is_new(history, reply->started_usec)) {
            history_begin(container, reply->started_usec, choices.quiet == SETTINGS_QUIET_OFF);
            history->signal_usec = 0;
            began = true;
            container->unsaved = true; /* rules of before count in it too */
        }
        history->running = true;
    }
    if (history_update(container, &choices.generalise) > 0 || began) {
        pipeline_store_mark(manager->pipeline, container);
        manager_flush_soon(manager);
    }
    quiet_look(manager);
}

static void on_answer(int code, const struct loader_reply *reply, const struct armor_error *err,
                      void *userdata)
{
    (void)
        err; /* who can't reach the loader hears of it by each change, and by the counters that can't be had */
    struct manager *manager = userdata;
    struct container *container = registry_find(manager->containers, armor_slice_of(manager->looks.name));
    struct looks *looks = &manager->looks;
    if (reply) {
        looks->unanswered = 0;
    } else if (looks->unanswered < UNANSWERED_MAX) {
        looks->unanswered++;
    }
    int64_t took = reply ? (int64_t)reply->total_usec * REST : 0;
    looks->asking = false;
    looks->hold_usec = clock_monotonic() + later((int64_t)APART << looks->unanswered, took);
    if (container && container->mode == ARMOR_MODE_LEARNING) {
        if (code < 0 || !reply) {
            note_look(container);
        } else {
            runs_take(manager, container, reply);
        }
    }
    runs_look(manager);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    int64_t first;
    const struct container *container = manager_soonest(manager, due, &first);
    alarm_clear(&manager->looks.alarm);
    if (container && first <= clock_monotonic() && !manager->looks.asking) {
        const struct loader_call call = {.operation = LOADER_INSPECT, .name = container->profile->label};
        manager->looks.asking = true;
        (void)snprintf(manager->looks.name, sizeof manager->looks.name, "%s", container->profile->name);
        loader_client_call(manager->loader, &call, on_answer, manager);
    }
    runs_look(manager);
    return 0;
}

void runs_look(struct manager *manager)
{
    struct looks *looks = &manager->looks;
    int64_t first;
    if (!looks->asking && !manager->stopping && manager_soonest(manager, due, &first)) {
        alarm_by(&looks->alarm, manager->event, first, "look for started containers", on_timer, manager);
    }
}

void runs_stop(struct manager *manager)
{
    alarm_clear(&manager->looks.alarm);
}

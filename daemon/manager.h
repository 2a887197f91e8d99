/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manager: the daemon's one object. It owns the parts and the event loop; nothing in armord is global.
 */
#pragma once

#include "armor/error.h"
#include "container.h"
#include "log.h"
#include "manager_sockets.h"
#include "quiet.h"
#include "reconcile.h"
#include "ring.h"
#include "settings.h"
#include "store.h"

#include <systemd/sd-event.h>

struct api;
struct doctor;
struct host_roots;
struct intake;
struct loader_client;
struct pipeline;
struct promote_job;

/*
 * Most urgent first: a flood of records can't keep anything else waiting, nor a flood of requests the loader's answer. The source, whose work may
 * never end, is by itself on its level: what has none set, SD_EVENT_PRIORITY_NORMAL, comes before it.
 */
enum manager_priority {
    MANAGER_PRIORITY_SIGNAL = SD_EVENT_PRIORITY_IMPORTANT,
    MANAGER_PRIORITY_LOADER = SD_EVENT_PRIORITY_NORMAL - 20,
    MANAGER_PRIORITY_API = SD_EVENT_PRIORITY_NORMAL - 10,
    MANAGER_PRIORITY_TIMER = SD_EVENT_PRIORITY_NORMAL - 5,
    MANAGER_PRIORITY_SOURCE = SD_EVENT_PRIORITY_NORMAL + 10,
};

struct manager {
    sd_event *event;           /* owned, one reference */
    struct settings settings;  /* as read at start or at the last good reload */
    const char *settings_path; /* argv's or the default; not owned */
    struct store *store;       /* owned, as are the next six */
    struct registry *containers;
    struct ring *ring;
    struct pipeline *pipeline;
    struct intake *intake;
    struct loader_client *loader;
    struct api *api;
    struct promote_job *jobs; /* owned; changes under way, private to promote.c */
    struct manager_sockets
        sockets; /* audit and kmsg are kept here for the sources; the others belong to the API */
    sd_event_source *flush_timer; /* armed while counters differ from the store's */
    sd_event_source
        *audit_timer;  /* armed while a container learns and records come in; private to audit_watch.c */
    bool audit_asking; /* the loader is being asked for the counters; likewise */
    struct log_limit audit_limit;  /* of complaints that they can't be had; likewise */
    struct log_limit store_limit;  /* of complaints that the store can't be written */
    struct looks looks;            /* private to runs.c */
    struct quiet quiet;            /* private to quiet.c */
    struct log_limit quiet_limit;  /* of complaints that learning profiles can't be renewed */
    struct reconcile reconcile;    /* private to reconcile.c */
    struct doctor *doctor;         /* owned; the look under way, private to doctor.c; NULL: none is */
    struct store_damage damage;    /* what was left out of the store at start */
    const struct host_roots *host; /* not owned; where the doctor looks; NULL: the host's own places */
    sd_event_source
        *watch_timer; /* owned; armed while a return to complain is to be tried again; private to watch.c */
    struct log_limit watch_log;     /* of complaints that it fails */
    bool stopping;                  /* SIGTERM or SIGINT came; the loop ends when no job is under way */
    int64_t started_usec;           /* since the epoch */
    uint64_t seed;                  /* keys the hash tables; random */
    struct armor_number audit_lost; /* the kernel's lost counter, as last asked; absent: not yet */
    struct armor_number audit_backlog_limit; /* likewise */
};

/*
 * Build everything: open the store and load its containers, take the sockets that systemd passed (by the names audit, control
 * and read), connect them to the loop. PATH: the settings file. Returns 0, or negative with the error.
 */
ARMOR_CHECKED int manager_new(const char *settings_path, struct manager **ret_manager,
                              struct armor_error *err);

/* Run until SIGTERM or SIGINT. Returns the exit status. */
int manager_run(struct manager *manager);

/*
 * Read the settings file again: all of it counts, or, when it can't be read, none of it, and the error says why. Returns 0 or
 * negative.
 */
ARMOR_CHECKED int manager_reload(struct manager *manager, struct armor_error *err);

/* Something was counted or learned: write it to the store within flush_interval seconds. Cheap to call often. */
void manager_flush_soon(struct manager *manager);

/* A batch of records was taken: what is new in it is on disk when this returns. */
void manager_batch(struct manager *manager);

/* Say in one line how things stand: sd_notify's STATUS=, which `systemctl status` shows. */
void manager_say_status(const struct manager *manager);

/* Containers in MODE. */
size_t manager_count(const struct manager *manager, enum armor_mode mode);

#define MANAGER_NEVER INT64_MAX

/* The container that is due first by what DUE says of each, and when: microseconds of the monotonic clock. NULL and MANAGER_NEVER: none is. */
struct container *manager_soonest(const struct manager *manager,
                                  int64_t (*due)(const struct manager *manager,
                                                 const struct container *container),
                                  int64_t *ret_due);

/* Store what isn't yet, close and free everything. NULL and half-built managers are fine. */
void manager_free(struct manager *manager);

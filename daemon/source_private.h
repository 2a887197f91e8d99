/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kinds of sources share; nobody else includes this. */
#pragma once

#include "source.h"

/* The first member of every kind's own struct. */
struct source {
    enum source_kind kind;
    const struct source_handler *handler; /* not owned */
    void *userdata;
    struct source_counters counters;
    sd_event_source *ready; /* owned; wakes the source when there is something to read */
    sd_event_source
        *more; /* owned; wakes it again when a batch left something over; NULL: the kind needs none */
};

/* One kind: a row of the table in source.c. */
struct source_type {
    const char *name;
    const char *trust;
    const char *completeness;
    int (*open)(sd_event *event, const struct source_config *config, const char *place, int64_t since,
                struct source **ret_source, struct armor_error *err);
    /* Read one batch. Returns the messages read, 0 when nothing waits, or a negative errno, which ends the loop. */
    int (*read)(struct source *source);
    void (*place)(const struct source *source,
                  char ret_place[static SOURCE_PLACE_SIZE]); /* NULL: always "" */
    void (*close)(struct source *source);
};

extern const struct source_type source_netlink;
extern const struct source_type source_audit_log;
extern const struct source_type source_journal;
extern const struct source_type source_kmsg;

/* Have the loop read SOURCE whenever FD has EVENTS. Returns 0 or negative. */
ARMOR_CHECKED int source_watch(struct source *source, sd_event *event, int fd, uint32_t events,
                               struct armor_error *err);

/* Something is missing: count it, and tell the handler. GAP: as it takes it. */
void source_lost(struct source *source, uint64_t count, const char *where, const struct serials_gap *gap);

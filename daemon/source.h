/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: where audit records come from. There are four kinds, and each takes its records out of a transport of its own:
 * the kernel's audit netlink, auditd's log, the journal, the kernel log.
 *
 * A source reads a batch, gives each record to the handler, has the handler make it durable, and only then reads the next one.
 * Whether a record is trusted is decided here, from what the transport says of its sender; what isn't whole is counted and
 * dropped here.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "armor/record.h"

#include <systemd/sd-event.h>

enum {
    /* Messages between two commits, and per wake-up of the event loop: clients are served in between. When all are news, their commit takes
     * as long as 64 rules in a database and one fsync do, a few milliseconds. */
    SOURCE_BATCH = 64,
    SOURCE_PLACE_SIZE = 256, /* bytes of a place, with the terminator */
};

/* In the order of trust and completeness. */
enum source_kind {
    SOURCE_NETLINK = 0, /* the kernel's audit multicast group */
    SOURCE_AUDIT_LOG,   /* what auditd writes, over its rotations */
    SOURCE_JOURNAL,     /* what journald took from the audit netlink and from the kernel log */
    SOURCE_KMSG,        /* /dev/kmsg */
    SOURCE_KIND_COUNT,
};

struct serials_gap;

struct source_counters {
    uint64_t messages;  /* read, of whatever sender and shape: datagrams, lines, entries */
    uint64_t strangers; /* of these, the ones that the kernel or auditd didn't write */
    uint64_t bent;      /* of these, the ones cut or without a sound frame */
    uint64_t overruns;  /* times that something was lost on the way here */
    uint64_t dropped;   /* messages lost so, where it is known how many */
};

/* What the source calls. All are required. */
struct source_handler {
    /* One record, of any type; valid during the call. */
    void (*record)(void *userdata, const struct armor_record *record);
    /* A record from before the place where the source goes on: taken already, and to be known again when its copy comes. */
    void (*known)(void *userdata, const struct armor_record *record);
    /* A batch is read: keep what has to be kept, and the source's place with it. */
    void (*batch)(void *userdata);
    /* Something was lost: COUNT records, 0 when nobody knows how many; WHERE: "in the audit socket's full buffer"; GAP: between which
     * numbers, NULL when nobody knows. */
    void (*lost)(void *userdata, uint64_t count, const char *where, const struct serials_gap *gap);
};

/* What sources are opened from. Everything is the caller's and must outlive the source. */
struct source_config {
    int netlink;           /* socket of the audit netlink, passed by systemd; -1: it passed none */
    int tray;              /* memory of an earlier armord (tray.h), likewise */
    int kmsg;              /* /dev/kmsg, likewise */
    const char *audit_log; /* path of auditd's log */
    const char *journal;   /* directory of journal files; NULL: the system's */
};

struct source;

/*
 * Open a source of KIND. PLACE: where one of this kind stopped, from source_place; NULL or "": it begins with what was written at
 * SINCE (microseconds since the epoch), or somewhat before, as far as its transport still has it. HANDLER must outlive
 * the source. Returns 1 when it goes on at PLACE or where its transport was left, 0 when it begins by SINCE, and negative
 * with the reason why it can't be read and what the operator has to allow.
 */
ARMOR_CHECKED int source_open(enum source_kind kind, sd_event *event, const struct source_config *config,
                              const char *place, int64_t since, const struct source_handler *handler,
                              void *userdata, struct source **ret_source, struct armor_error *err);

/*
 * Where the source is: everything before it was given to the handler. For a later source_open; "" for the kinds whose transport
 * remembers it by itself (netlink, kmsg).
 */
void source_place(const struct source *source, char ret_place[static SOURCE_PLACE_SIZE]);

/* Read now what waits, at most LIMIT batches, without waiting for more. Returns the messages read. */
size_t source_drain(struct source *source, unsigned limit);

const struct source_counters *source_counters(const struct source *source);
enum source_kind source_kind(const struct source *source);

/* "netlink", "audit-log", "journal", "kmsg". */
const char *source_name(enum source_kind kind);

/* How far a source of KIND can be believed, and what of a burst it keeps: a clause each, for people. */
const char *source_trust(enum source_kind kind);
const char *source_completeness(enum source_kind kind);

/* Close and free. NULL is fine. */
void source_free(struct source *source);

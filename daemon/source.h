/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: where audit records come from. This one is the kernel's audit multicast group, on a socket that systemd opened
 * and keeps (armord-audit.socket), so that records wait in its buffer while armord is away.
 *
 * It reads a batch, gives each message to the handler, has the handler make it durable, and only then reads the next
 * one. What didn't come from the kernel or isn't whole is counted and dropped here.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

#include <systemd/sd-event.h>

enum {
    SOURCE_BATCH =
        256, /* messages between two commits, and per wake-up of the event loop: clients are served in between */
};

struct source_counters {
    uint64_t messages;  /* read from the socket, of whatever sender and shape */
    uint64_t strangers; /* of these, the ones that the kernel didn't send */
    uint64_t bent;      /* of these, the ones cut or without a sound netlink header */
    uint64_t overruns;  /* times that the socket's buffer was full */
    uint64_t dropped;   /* messages that found it full, where the kernel says how many */
};

/* What the source calls. All are required. */
struct source_handler {
    /* One message: TYPE from the netlink header, PAYLOAD what follows it; valid during the call. */
    void (*message)(void *userdata, uint32_t type, struct armor_slice payload);
    /* A batch is read: keep what has to be kept. */
    void (*batch)(void *userdata);
    /* The buffer was full: DROPPED messages are gone, 0 when the kernel doesn't say how many. */
    void (*overrun)(void *userdata, uint64_t dropped);
};

struct source;

/*
 * Read FD, a netlink socket of protocol audit; on success the source owns it. HANDLER must outlive the source. Returns 0, or
 * -ENOTSOCK, -EPROTOTYPE with the reason when FD is something else, -ENOMEM, or what the event loop said.
 */
ARMOR_CHECKED int source_new(sd_event *event, int fd, const struct source_handler *handler, void *userdata,
                             struct source **ret_source, struct armor_error *err);

/* Read now what waits, at most LIMIT batches, without waiting for more. Returns the messages read. */
size_t source_drain(struct source *source, unsigned limit);

const struct source_counters *source_counters(const struct source *source);

/* "netlink". */
const char *source_name(const struct source *source);

/* Close and free. NULL is fine. */
void source_free(struct source *source);

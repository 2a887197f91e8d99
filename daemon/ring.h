/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ring: the newest messages for followers of GET /v1/events, each with a number that grows by one. A follower that comes back
 * with the number it saw last gets what came after, or is told how many are gone.
 */
#pragma once

#include "armor/base.h"

enum {
    RING_BYTES_MAX =
        8 * 1024 *
        1024, /* of all messages kept; beside ARMOR_EVENT_RING of them, whichever is reached first */
};

enum ring_topic {
    RING_ACCESS =
        0, /* an event of a container that is enforced, or any that gave no rule for a reason worth showing */
    RING_RULE,     /* a rule was added or widened */
    RING_MODE,     /* learning, enforced, forgotten */
    RING_LOSS,     /* records were lost */
    RING_SECURITY, /* somebody forges records */
    RING_IMAGE,    /* a container was started from another image */
    RING_TOPIC_COUNT,
};

struct ring_entry {
    uint64_t id; /* from 1 */
    enum ring_topic topic;
    const char *container; /* its name; "" when the message is of none */
    const char *data;      /* one line of JSON, without newline */
};

struct ring;

/* Returns 0 or -ENOMEM. */
ARMOR_CHECKED int ring_new(struct ring **ret_ring);

/*
 * Append a message; the oldest one goes when there are too many. Both strings are copied. Without memory, or over
 * RING_BYTES_MAX by itself, the message is dropped; its number too is spent, so that followers see the gap.
 */
void ring_push(struct ring *ring, enum ring_topic topic, const char *container, const char *data);

/* The oldest kept message with a number above ID, or NULL. Valid until the next push. */
const struct ring_entry *ring_after(const struct ring *ring, uint64_t id);

/* The number of the newest message ever pushed; 0: none. */
uint64_t ring_newest(const struct ring *ring);

/* Have WAKE called after each push, once per push. One watcher; NULL for none. */
void ring_watch(struct ring *ring, void (*wake)(void *userdata), void *userdata);

/* "access", "rule", "mode", "loss", "security", "image". */
const char *ring_topic_name(enum ring_topic topic);

void ring_free(struct ring *ring);

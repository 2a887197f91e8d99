/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ring: a circle of the newest messages, in order of number. See ring.h. */
#include "ring.h"

#include "armor/limits.h"

#include <errno.h>
#include <stdlib.h>

struct ring {
    struct ring_entry entries[ARMOR_EVENT_RING]; /* container and data are one allocation, owned, at data */
    size_t first;                                /* index of the oldest */
    size_t count;
    size_t bytes;    /* of all strings, with terminators */
    uint64_t newest; /* number of the newest message ever pushed */
    void (*wake)(void *userdata);
    void *userdata;
};

static const char *const topic_names[RING_TOPIC_COUNT] = {
    [RING_ACCESS] = "access", [RING_RULE] = "rule",         [RING_MODE] = "mode",
    [RING_LOSS] = "loss",     [RING_SECURITY] = "security", [RING_IMAGE] = "image",
};

int ring_new(struct ring **ret_ring)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring) {
        return -ENOMEM;
    }
    *ret_ring = ring;
    return 0;
}

static struct ring_entry *entry_at(const struct ring *ring, size_t index)
{
    return (struct ring_entry *)&ring->entries[(ring->first + index) % ARMOR_EVENT_RING];
}

static size_t entry_size(const struct ring_entry *entry)
{
    return strlen(entry->data) + strlen(entry->container) + 2;
}

static void drop_oldest(struct ring *ring)
{
    struct ring_entry *oldest = entry_at(ring, 0);
    ring->bytes -= entry_size(oldest);
    free((char *)oldest->data);
    *oldest = (struct ring_entry){0};
    ring->first = (ring->first + 1) % ARMOR_EVENT_RING;
    ring->count--;
}

void ring_push(struct ring *ring, enum ring_topic topic, const char *container, const char *data)
{
    size_t data_size = strlen(data) + 1;
    size_t name_size = strlen(container) + 1;
    size_t size = data_size + name_size;
    uint64_t id = ++ring->newest;
    char *copy = size <= RING_BYTES_MAX ? malloc(size) : NULL;
    if (copy) {
        memcpy(copy, data, data_size);
        memcpy(copy + data_size, container, name_size);
        while (ring->count == ARMOR_EVENT_RING || ring->bytes + size > RING_BYTES_MAX) {
            drop_oldest(ring);
        }
        *entry_at(ring, ring->count) =
            (struct ring_entry){.id = id, .topic = topic, .container = copy + data_size, .data = copy};
        ring->count++;
        ring->bytes += size;
    }
    if (ring->wake) {
        ring->wake(ring->userdata);
    }
}

const struct ring_entry *ring_after(const struct ring *ring, uint64_t id)
{
    size_t low = 0;
    size_t high = ring->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry_at(ring, middle)->id > id) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < ring->count ? entry_at(ring, low) : NULL;
}

uint64_t ring_newest(const struct ring *ring)
{
    return ring->newest;
}

void ring_watch(struct ring *ring, void (*wake)(void *userdata), void *userdata)
{
    ring->wake = wake;
    ring->userdata = userdata;
}

const char *ring_topic_name(enum ring_topic topic)
{
    return (size_t)topic < RING_TOPIC_COUNT ? topic_names[topic] : "unknown";
}

void ring_free(struct ring *ring)
{
    if (!ring) {
        return;
    }
    while (ring->count > 0) {
        drop_oldest(ring);
    }
    free(ring);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: the table of kinds, and what all of them have in common. See source.h. */
#include "source_private.h"

#include "manager.h"

#include <errno.h>

static const struct source_type *const types[SOURCE_KIND_COUNT] = {
    [SOURCE_NETLINK] = &source_netlink,
    [SOURCE_AUDIT_LOG] = &source_audit_log,
    [SOURCE_JOURNAL] = &source_journal,
    [SOURCE_KMSG] = &source_kmsg,
};

/* Read one batch; when it was a full one, come again after those who wait. */
static int read_some(struct source *source)
{
    int count = types[source->kind]->read(source);
    if (count < 0) {
        return count;
    }
    return sd_event_source_set_enabled(source->more, count >= SOURCE_BATCH ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

/* A source that can't be read any more ends the loop: armord without it would look healthy and learn nothing. */
static int on_ready(sd_event_source *ready, int fd, uint32_t events, void *userdata)
{
    (void)ready;
    (void)fd;
    (void)events;
    return read_some(userdata);
}

static int on_more(sd_event_source *more, void *userdata)
{
    (void)more;
    return read_some(userdata);
}

int source_watch(struct source *source, sd_event *event, int fd, uint32_t events, struct armor_error *err)
{
    int r = sd_event_add_io(event, &source->ready, fd, events, on_ready, source);
    r = r < 0 ? r : sd_event_source_set_priority(source->ready, MANAGER_PRIORITY_SOURCE);
    r = r < 0 ? r : sd_event_source_set_description(source->ready, "audit records");
    r = r < 0 ? r : sd_event_source_set_exit_on_failure(source->ready, true);
    r = r < 0 ? r : sd_event_add_defer(event, &source->more, on_more, source);
    r = r < 0 ? r : sd_event_source_set_priority(source->more, MANAGER_PRIORITY_SOURCE);
    r = r < 0 ? r : sd_event_source_set_description(source->more, "more audit records");
    r = r < 0 ? r : sd_event_source_set_exit_on_failure(source->more, true);
    return r < 0 ? armor_error_set(err, r, "the source of audit records can't be watched: %s", strerror(-r))
                 : 0;
}

void source_lost(struct source *source, uint64_t count, const char *where, const struct serials_gap *gap)
{
    source->counters.overruns++;
    source->counters.dropped += count;
    source->handler->lost(source->userdata, count, where, gap);
}

int source_open(enum source_kind kind, sd_event *event, const struct source_config *config, const char *place,
                int64_t since, const struct source_handler *handler, void *userdata,
                struct source **ret_source, struct armor_error *err)
{
    struct source *source = NULL;
    int r = types[kind]->open(event, config, place ? place : "", since, &source, err);
    if (r < 0) {
        return r;
    }
    source->kind = kind;
    source->handler = handler;
    source->userdata = userdata;
    *ret_source = source;
    return r;
}

void source_place(const struct source *source, char ret_place[static SOURCE_PLACE_SIZE])
{
    ret_place[0] = '\0';
    if (types[source->kind]->place) {
        types[source->kind]->place(source, ret_place);
    }
}

size_t source_drain(struct source *source, unsigned limit)
{
    size_t total = 0;
    for (unsigned i = 0; i < limit; i++) {
        int count = types[source->kind]->read(source);
        if (count <= 0) {
            break;
        }
        total += (size_t)count;
    }
    return total;
}

const struct source_counters *source_counters(const struct source *source)
{
    return &source->counters;
}

enum source_kind source_kind(const struct source *source)
{
    return source->kind;
}

const char *source_name(enum source_kind kind)
{
    return types[kind]->name;
}

const char *source_trust(enum source_kind kind)
{
    return types[kind]->trust;
}

const char *source_completeness(enum source_kind kind)
{
    return types[kind]->completeness;
}

void source_free(struct source *source)
{
    if (!source) {
        return;
    }
    sd_event_source_unref(source->ready);
    sd_event_source_unref(source->more);
    types[source->kind]->close(source);
}

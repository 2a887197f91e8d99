/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipeline: what becomes of a record, stage by stage. See pipeline.h; forged ones are in pipeline_forged.c, what is written
 * when in pipeline_store.c. */
#include "pipeline_private.h"

#include "armor/learn.h"
#include "armor/time.h"
#include "clock.h"
#include "log.h"
#include "notice.h"
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LOSS_LOG_INTERVAL = 10 * 1000 * 1000
}; /* microseconds between two messages on losses of one container */

/* Skips that an operator should see happen: an access was made that this profile will not allow. */
static const enum armor_skip shown[] = {ARMOR_SKIP_NAMELESS, ARMOR_SKIP_MEMFD, ARMOR_SKIP_CLASS,
                                        ARMOR_SKIP_MASK, ARMOR_SKIP_FULL};

int pipeline_new(struct registry *registry, struct ring *ring, struct store *store,
                 struct pipeline **ret_pipeline)
{
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    if (!pipeline || armor_repeat_new(&pipeline->repeat) < 0) {
        free(pipeline);
        return -ENOMEM;
    }
    pipeline->registry = registry;
    pipeline->ring = ring;
    pipeline->store = store;
    *ret_pipeline = pipeline;
    return 0;
}

static uint64_t count_shown(const struct armor_profile *profile)
{
    uint64_t count = 0;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        count += profile->skipped[shown[i]];
    }
    return count;
}

/*
 * Whether followers are told that an event of CONTAINER is over its caps: of a flood of new names the first in each second, or the messages
 * of all others would be pushed out of the ring, and armord would do little else. Its state has the count of them all.
 */
static bool full_is_told(struct container *container)
{
    uint64_t held = 0;
    return log_limited(&container->full_notice, NOTICE_INTERVAL, &held);
}

/* Tell followers of the event, and keep what was refused for a decision. */
static void tell(struct pipeline *pipeline, struct container *container, bool denied)
{
    int r = notice_access(pipeline->ring, container, &pipeline->event, denied);
    pipeline->counters.failed += r < 0;
    if (r > 0) {
        pipeline_keep(pipeline, container, NULL);
    }
}

/* Whether EVENT is a signal that the learning profile has reported: from the container runtime, as docker stop sends one. */
static bool from_runtime(const struct armor_event *event)
{
    return event->verdict == ARMOR_VERDICT_AUDIT && event->class == ARMOR_CLASS_SIGNAL;
}

/* Event of a container that learns, or one that was refused: into its profile state. RECORD said it. */
static void learn(struct pipeline *pipeline, struct container *container, const struct armor_record *record)
{
    static const struct armor_learn_options options = {.literal = false};
    const struct armor_event *event = &pipeline->event;
    struct armor_profile *profile = container->profile;
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    size_t count = 0;
    uint64_t shown_before = count_shown(profile);
    uint64_t full_before = profile->skipped[ARMOR_SKIP_FULL];
    bool denied = event->verdict == ARMOR_VERDICT_DENIED || event->verdict == ARMOR_VERDICT_KILLED;

    int r = armor_learn(profile, event, &options, rules, &count);
    if (r < 0) {
        pipeline->counters.failed++;
        container->unsaved = true; /* it may have changed before it failed */
        container_mark(container, CONTAINER_GAP_MEMORY, "armord ran out of memory while learning");
        return;
    }
    if (!from_runtime(event)) { /* each of those is to be seen */
        armor_repeat_keep(pipeline->repeat, record, event, profile);
    }
    for (size_t i = 0; i < count; i++) {
        pipeline->counters.rules++;
        container->novel++;
        pipeline_keep(pipeline, container, rules[i]);
        notice_rule(pipeline->ring, container, rules[i]);
    }
    bool full = profile->skipped[ARMOR_SKIP_FULL] != full_before;
    if (full) {
        container_mark(container, CONTAINER_GAP_MEMORY,
                       "rules were left out: a container may have %d of them, of %d bytes", ARMOR_RULES_MAX,
                       ARMOR_WORDS_MAX);
    }
    if (denied && container->mode == ARMOR_MODE_ENFORCED) {
        container->denied++;
        pipeline->tripped = watch_count(container) || pipeline->tripped;
    }
    if (denied || (full ? full_is_told(container) : count_shown(profile) != shown_before)) {
        tell(pipeline, container, denied);
    }
}

/* An event of CONTAINER, parsed or known, with that VERDICT. */
static void note_event(struct pipeline *pipeline, struct container *container, enum armor_verdict verdict)
{
    container->dirty = true;
    pipeline->dirty = true;
    if (container->mode == ARMOR_MODE_LEARNING && verdict == ARMOR_VERDICT_ALLOWED) {
        quieting_reported(container, clock_monotonic());
    }
}

/*
 * Event of a container. Once it is enforced, an allowed access is one that was made before, or in a child profile that the
 * change didn't reach: too late to learn, and worth seeing.
 */
static void take_event(struct pipeline *pipeline, struct container *container,
                       const struct armor_record *record)
{
    const struct armor_event *event = &pipeline->event;
    note_event(pipeline, container, event->verdict);
    if (container->mode == ARMOR_MODE_ENFORCED && event->verdict == ARMOR_VERDICT_ALLOWED) {
        container->profile->events++;
        pipeline->counters.late++;
        tell(pipeline, container, false);
        return;
    }
    if (container->mode == ARMOR_MODE_LEARNING && from_runtime(event)) {
        runs_signalled(container, event->time.value);
    }
    learn(pipeline, container, record);
}

struct container *pipeline_container(const struct pipeline *pipeline, struct armor_slice label_bytes)
{
    struct armor_label label = armor_label_split(label_bytes);
    struct armor_slice name = armor_label_container(&label);
    return name.bytes ? registry_find(pipeline->registry, name) : NULL;
}

/* Whether RECORD counted already: in another source, up to the floor, or a moment ago. */
static bool repeated(struct pipeline *pipeline, const struct armor_record *record)
{
    int64_t time = record->time.value;
    int64_t serial = record->serial.value;
    if (!record->time.present || !record->serial.present) {
        return false;
    }
    if (time < pipeline->floor_usec || (time == pipeline->floor_usec && serial <= pipeline->floor_serial)) {
        return true;
    }
    return seen_before(&pipeline->seen, time, serial, record->body);
}

/* RECORD is the newest one: remember its stamp. */
static void rise(struct store_position *position, const struct armor_record *record)
{
    int64_t time = record->time.value;
    int64_t serial = record->serial.value;
    if (time > position->time_usec || (time == position->time_usec && serial > position->serial)) {
        position->time_usec = time;
        position->serial = serial;
    }
}

/* Whether the event is the kernel's answer to a self-test, this armord's or an earlier one's. */
static bool take_mark(struct pipeline *pipeline)
{
    const struct armor_event *event = &pipeline->event;
    if (!armor_slice_is(event->operation, "change_onexec") ||
        !armor_slice_starts(event->name, ARMOR_SLICE(PIPELINE_MARK_PREFIX))) {
        return false;
    }
    pipeline->counters.marks++;
    pipeline->mark_came |= pipeline->mark[0] && armor_slice_is(event->name, pipeline->mark);
    return true;
}

/*
 * A record that says what an earlier one did, of a container that learns: it is counted as that was, and nothing of it is new. False:
 * it is to be parsed.
 */
static bool take_known(struct pipeline *pipeline, const struct armor_record *record)
{
    const struct armor_known *known = armor_repeat_find(pipeline->repeat, record);
    struct container *container = known ? known->profile->owner : NULL;
    if (!container || container->mode != ARMOR_MODE_LEARNING) {
        return false;
    }
    if (repeated(pipeline, record)) {
        pipeline->counters.repeated++;
        return true;
    }
    pipeline->counters.apparmor++;
    pipeline->counters.known++;
    rise(&pipeline->position, record);
    note_event(pipeline, container, known->verdict);
    armor_known_count(known, record->time);
    return true;
}

/* The event may tell of a load of a container's profile. */
static void take_load(struct pipeline *pipeline)
{
    const struct armor_event *event = &pipeline->event;
    bool tells = event->verdict == ARMOR_VERDICT_STATUS && event->serial.present;
    struct container *container = tells ? pipeline_container(pipeline, event->name) : NULL;
    if (container) {
        term_loaded(&container->term, (uint32_t)event->serial.value);
    }
}

void pipeline_record(struct pipeline *pipeline, const struct armor_record *record)
{
    struct armor_event *event = &pipeline->event;

    pipeline->counters.records++;
    if (take_known(pipeline, record)) {
        return;
    }
    int r = armor_event_parse(record, event, NULL);
    if (r <= 0) {
        pipeline->counters.malformed += r < 0;
        pipeline->unread += r < 0 && record->trusted;
        return;
    }
    if (repeated(pipeline, record)) {
        pipeline->counters.repeated++;
        return;
    }
    if (!event->trusted) {
        pipeline_forged(pipeline, record);
        return;
    }
    pipeline->counters.apparmor++;
    pipeline->counters.unknown_fields += event->unknown_fields;
    rise(&pipeline->position, record);

    struct container *container = pipeline_container(pipeline, event->profile);
    if (container) {
        take_event(pipeline, container, record);
    } else if (!take_mark(pipeline)) {
        pipeline->counters.foreign++;
        take_load(pipeline);
    }
}

void pipeline_known(struct pipeline *pipeline, const struct armor_record *record)
{
    (void)repeated(pipeline, record);
}

void pipeline_set_floor(struct pipeline *pipeline, int64_t time_usec, int64_t serial)
{
    pipeline->floor_usec = time_usec;
    pipeline->floor_serial = serial;
}

void pipeline_await_mark(struct pipeline *pipeline, const char *name)
{
    (void)snprintf(pipeline->mark, sizeof pipeline->mark, "%s", name);
    pipeline->mark_came = false;
}

bool pipeline_mark_came(const struct pipeline *pipeline)
{
    return pipeline->mark_came;
}

void pipeline_lost_of(struct pipeline *pipeline, struct container *container, uint64_t count,
                      const char *where)
{
    char time[ARMOR_TIME_SIZE];
    int64_t now = clock_now();
    uint64_t held = 0;
    const struct log_about about = {.message = LOG_MESSAGE_LOSS, .container = container->profile->name};

    container->lost += count;
    (void)armor_time_format(now, time);
    if (count > 0) {
        container_mark(container, CONTAINER_GAP_LOST, "%llu audit records lost %s, the last ones before %s",
                       (unsigned long long)container->lost, where, time);
    } else {
        container_mark(container, CONTAINER_GAP_LOST, "an unknown number of audit records lost %s before %s",
                       where, time);
    }
    quieting_renew(container); /* the kernel reports a capability once for each text that is loaded */
    const char *note = container->gaps[CONTAINER_GAP_LOST];
    notice_loss(pipeline->ring, container->profile->name, note, count, now);
    if (log_limited(&container->loss_log, LOSS_LOG_INTERVAL, &held)) {
        log_write(LOG_WARNING, &about, "%s is incomplete: %s. %s", container->profile->name, note,
                  container->mode == ARMOR_MODE_LEARNING
                      ? "Restart the container so that it does again what was missed"
                      : "It learned then, and was enforced before that was known: watch `armorctl denials`");
    }
    pipeline_store_mark(pipeline, container);
}

void pipeline_blind(struct pipeline *pipeline, const char *note)
{
    int64_t now = clock_now();
    for (size_t i = 0; i < registry_count(pipeline->registry); i++) {
        struct container *container = registry_at(pipeline->registry, i);
        if (container->mode == ARMOR_MODE_LEARNING && !container->gaps[CONTAINER_GAP_SOURCE][0]) {
            container_mark(container, CONTAINER_GAP_SOURCE, "%s", note);
            notice_loss(pipeline->ring, container->profile->name, note, 0, now);
            pipeline_store_mark(pipeline, container);
        }
    }
}

void pipeline_lost(struct pipeline *pipeline, uint64_t count, const char *where,
                   const struct serials_gap *gap)
{
    bool anyone = false;
    for (size_t i = 0; i < registry_count(pipeline->registry); i++) {
        struct container *container = registry_at(pipeline->registry, i);
        if (gap ? term_meets(&container->term, container->mode, gap)
                : container->mode == ARMOR_MODE_LEARNING) {
            pipeline_lost_of(pipeline, container, count, where);
            anyone = true;
        }
    }
    if (!anyone) {
        char note[CONTAINER_NOTE_SIZE];
        (void)snprintf(note, sizeof note, "audit records lost %s; no container was learning then", where);
        notice_loss(pipeline->ring, "", note, count, clock_now());
    }
}

const struct pipeline_counters *pipeline_counters(const struct pipeline *pipeline)
{
    return &pipeline->counters;
}

bool pipeline_tripped(struct pipeline *pipeline)
{
    bool tripped = pipeline->tripped;
    pipeline->tripped = false;
    return tripped;
}

bool pipeline_dirty(const struct pipeline *pipeline)
{
    return pipeline->dirty || pipeline->moved;
}

void pipeline_free(struct pipeline *pipeline)
{
    if (!pipeline) {
        return;
    }
    armor_repeat_free(pipeline->repeat);
    free(pipeline->pending);
    free(pipeline);
}

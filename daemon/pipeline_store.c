/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipeline, the writing half: new rules at the end of each batch, counters now and then. What the store refuses stays in memory,
 * and its container is marked to be written whole by the next flush that succeeds.
 */
#include "pipeline_private.h"

#include <stdio.h>
#include <stdlib.h>

/* Records of one moment come from several CPUs and not in order: counters that a flush found are written once more. */
enum { DISORDER = 2 * 1000 * 1000 }; /* microseconds */

/* Rules that one part of a flush looks at before clients are served again; some 20 ms, where all are to be written. */
enum { FLUSH_RULES = 2000 };

void pipeline_keep(struct pipeline *pipeline, struct container *container, const struct armor_rule *rule)
{
    if (pipeline->pending_count == pipeline->pending_capacity) {
        size_t capacity = pipeline->pending_capacity ? 2 * pipeline->pending_capacity : 64;
        struct pending *grown = reallocarray(pipeline->pending, capacity, sizeof *grown);
        if (!grown) {
            container->unsaved = true;
            return;
        }
        pipeline->pending = grown;
        pipeline->pending_capacity = capacity;
    }
    pipeline->pending[pipeline->pending_count++] = (struct pending){container, rule};
}

/* Where the source is belongs to what was learned up to there: both are written in one transaction, or neither is. */
static int finish(struct pipeline *pipeline, int r, struct armor_error *err)
{
    if (r == 0 && pipeline->moved) {
        r = store_set_position(pipeline->store, &pipeline->position, err);
    }
    r = r < 0 ? r : store_commit(pipeline->store, err);
    if (r < 0) {
        store_rollback(pipeline->store);
        return r;
    }
    pipeline->moved = false;
    return 0;
}

static int write_pending(struct pipeline *pipeline, struct armor_error *err)
{
    int r = store_begin(pipeline->store, err);
    for (size_t i = 0; r == 0 && i < pipeline->pending_count; i++) {
        const struct pending *pending = &pipeline->pending[i];
        if (pending->container->id == 0) {
            continue; /* promote.c writes it with all its rules when it is done */
        }
        r = pending->rule ? store_put_rule(pipeline->store, pending->container, pending->rule, err)
                          : store_put_denials(pipeline->store, pending->container, err);
    }
    return finish(pipeline, r, err);
}

int pipeline_commit(struct pipeline *pipeline, struct armor_error *err)
{
    if (pipeline->unread > 0) {
        uint64_t unread = pipeline->unread;
        pipeline->unread = 0;
        pipeline_lost(pipeline, unread, "as they came here cut or bent", NULL);
    }
    if (pipeline->pending_count == 0) {
        return 0;
    }
    int r = write_pending(pipeline, err);
    for (size_t i = 0; r == 0 && i < pipeline->pending_count; i++) {
        if (!pipeline->pending[i].rule) {
            denials_saved(&pipeline->pending[i].container->denials);
        }
    }
    if (r < 0) {
        pipeline->counters.commits_failed++;
        pipeline->dirty = true;
        for (size_t i = 0; i < pipeline->pending_count; i++) {
            pipeline->pending[i].container->unsaved = true;
        }
    }
    pipeline->pending_count = 0;
    return r;
}

/* Write CONTAINER's row, and its rules that may differ from the store's. */
static int write_container(struct pipeline *pipeline, struct container *container, bool all,
                           struct armor_error *err)
{
    const struct armor_profile *profile = container->profile;
    int r = store_put_container(pipeline->store, container, err);
    r = r < 0 ? r : store_put_denials(pipeline->store, container, err);
    for (size_t i = 0; r == 0 && i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        if (all || container->unsaved || rule->last_usec >= container->flushed_usec - DISORDER) {
            r = store_put_rule(pipeline->store, container, rule, err);
        }
    }
    return r;
}

static bool differs(const struct container *container)
{
    return container->id != 0 && (container->dirty || container->unsaved);
}

/*
 * Write what differs of the containers from *NEXT on, until MOST rules of these were looked at, and move *NEXT behind the last container that
 * was written.
 */
static int write_some(struct pipeline *pipeline, bool all, size_t most, size_t *next, struct armor_error *err)
{
    size_t looked_at = 0;
    size_t at = *next;
    int r = store_begin(pipeline->store, err);
    for (; r == 0 && at < registry_count(pipeline->registry) && looked_at < most; at++) {
        struct container *container = registry_at(pipeline->registry, at);
        if (differs(container)) {
            r = write_container(pipeline, container, all, err);
            looked_at += container->profile->rule_count;
        }
    }
    r = finish(pipeline, r, err);
    *next = r < 0 ? *next : at;
    return r;
}

/* CONTAINER is in the store as it is here. */
static void settle(struct container *container)
{
    denials_saved(&container->denials);
    for (size_t i = 0; i < container->profile->rule_count; i++) {
        int64_t last = container->profile->rules[i]->last_usec;
        if (last > container->flushed_usec) {
            container->flushed_usec = last;
        }
    }
    container->dirty = false;
    container->unsaved = false;
}

/* Flush from container *NEXT on, MOST rules or a few more, and move *NEXT. */
static int flush(struct pipeline *pipeline, bool all, size_t most, size_t *next, struct armor_error *err)
{
    size_t from = *next;
    int r = write_some(pipeline, all, most, next, err);
    if (r < 0) {
        pipeline->counters.commits_failed++;
        return r;
    }
    for (size_t i = from; i < *next; i++) {
        struct container *container = registry_at(pipeline->registry, i);
        if (differs(container)) {
            settle(container);
        }
    }
    return 0;
}

int pipeline_flush(struct pipeline *pipeline, bool all, struct armor_error *err)
{
    size_t next = 0;
    if (!pipeline_dirty(pipeline)) {
        return 0;
    }
    int r = flush(pipeline, all, SIZE_MAX, &next, err);
    if (r == 0) {
        pipeline->dirty = false;
    }
    return r;
}

static bool any_differs(const struct pipeline *pipeline)
{
    for (size_t i = 0; i < registry_count(pipeline->registry); i++) {
        if (differs(registry_at(pipeline->registry, i))) {
            return true;
        }
    }
    return false;
}

int pipeline_flush_some(struct pipeline *pipeline, struct armor_error *err)
{
    if (!pipeline_dirty(pipeline)) {
        return 0;
    }
    int r = flush(pipeline, false, FLUSH_RULES, &pipeline->flush_next, err);
    if (r == 0 && pipeline->flush_next < registry_count(pipeline->registry)) {
        return 1;
    }
    pipeline->flush_next = 0;
    pipeline->dirty = any_differs(pipeline); /* what got dirty behind the round is of the next one */
    return r;
}

void pipeline_store_mark(struct pipeline *pipeline, struct container *container)
{
    container->dirty = true;
    pipeline->dirty = true;
    if (container->id == 0) {
        return;
    }
    int r = store_begin(pipeline->store, NULL);
    r = r < 0 ? r : store_put_container(pipeline->store, container, NULL);
    r = r < 0 ? r : store_commit(pipeline->store, NULL);
    if (r < 0) {
        pipeline->counters.commits_failed++;
        store_rollback(pipeline->store);
    }
}

void pipeline_forget(struct pipeline *pipeline, const struct container *container)
{
    size_t kept = 0;
    for (size_t i = 0; i < pipeline->pending_count; i++) {
        if (pipeline->pending[i].container != container) {
            pipeline->pending[kept++] = pipeline->pending[i];
        }
    }
    pipeline->pending_count = kept;
    armor_repeat_forget(pipeline->repeat, container->profile);
}

void pipeline_set_position(struct pipeline *pipeline, const struct store_position *position)
{
    pipeline->position = *position;
}

const struct store_position *pipeline_position(const struct pipeline *pipeline)
{
    return &pipeline->position;
}

void pipeline_at(struct pipeline *pipeline, const char *name, const char *place)
{
    struct store_position *position = &pipeline->position;
    (void)snprintf(position->source, sizeof position->source, "%s", name);
    (void)snprintf(position->place, sizeof position->place, "%s", place);
    pipeline->moved = true;
}

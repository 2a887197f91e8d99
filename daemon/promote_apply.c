/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last step of each verb: the store first, in one transaction; then followers and the journal hear of it. */
#include "promote_private.h"

#include "clock.h"
#include "notice.h"
#include "pipeline.h"
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What apply changes of a container, to be put back when the store refuses. */
struct snapshot {
    enum armor_mode mode;
    int64_t since_usec;
    int64_t id;
    uint32_t revision;
    uint64_t lost;
    uint64_t denied;
    struct armor_number lost_base;
    bool null_child;
    char gaps[CONTAINER_GAP_COUNT][CONTAINER_NOTE_SIZE];
};

static struct snapshot snapshot_of(const struct container *container)
{
    struct snapshot snapshot = {
        .mode = container->mode,
        .since_usec = container->since_usec,
        .id = container->id,
        .revision = container->revision,
        .lost = container->lost,
        .denied = container->denied,
        .lost_base = container->lost_base,
        .null_child = container->profile->null_child,
    };
    memcpy(snapshot.gaps, container->gaps, sizeof snapshot.gaps);
    return snapshot;
}

static void restore(struct container *container, const struct snapshot *snapshot)
{
    container->mode = snapshot->mode;
    container->since_usec = snapshot->since_usec;
    container->id = snapshot->id;
    container->revision = snapshot->revision;
    container->lost = snapshot->lost;
    container->denied = snapshot->denied;
    container->lost_base = snapshot->lost_base;
    container->profile->null_child = snapshot->null_child;
    memcpy(container->gaps, snapshot->gaps, sizeof container->gaps);
}

/* Learning begins, or begins again: what was missing before has been passed over when the container was enforced. */
static void begin_learning(struct promote_job *job, struct container *container, int64_t now)
{
    container->mode = ARMOR_MODE_LEARNING;
    container->lost_base = job->lost_base;
    if (job->request.verb == PROMOTE_COMPLAIN) {
        container->since_usec = now;
        container->lost = 0;
        container->profile->null_child = false;
        memset(container->gaps, 0, sizeof container->gaps);
    }
    if (job->watch_problem[0]) {
        container_mark(container, CONTAINER_GAP_UNWATCHED, "%s", job->watch_problem);
    }
}

static int write_all(struct promote_job *job, const struct revision *revision, struct armor_error *err)
{
    struct store *store = job->manager->store;
    struct container *container = job->container;
    int r = store_begin(store, err);
    r = r < 0 ? r : store_put_container(store, container, err);
    r = r < 0 ? r : store_replace_rules(store, container, err);
    if (r == 0) {
        r = store_add_revision(store, container, revision,
                               (struct armor_slice){job->text.bytes, job->text.length}, err);
    }
    r = r < 0 ? r : store_commit(store, err);
    if (r < 0) {
        store_rollback(store);
    }
    return r;
}

static int write_revision(struct promote_job *job, int64_t now, struct armor_error *err)
{
    json_t *array = job->result.gates_asked ? gate_to_json(job->result.gates) : NULL;
    char *gates = array ? json_dumps(array, JSON_COMPACT) : NULL;
    json_decref(array);
    if (job->result.gates_asked && !gates) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    const struct revision revision = {
        .number = job->container->revision,
        .mode = job->container->mode,
        .time_usec = now,
        .reason = (char *)promote_verb_name(job->request.verb),
        .author = job->request.author,
        .gates = gates,
    };
    int r = write_all(job, &revision, err);
    free(gates);
    return r;
}

static void tell(struct promote_job *job, const char *mode, int64_t now)
{
    const char *name = job->request.name;
    const struct log_about about = {.message = LOG_MESSAGE_MODE, .container = name};
    log_write(LOG_NOTICE, &about, "%s is %s now, by %s", name, mode, job->request.author);
    notice_mode(job->manager->ring, name, mode, job->request.author, now);
}

enum step_outcome promote_apply(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = job->container;
    struct snapshot before = snapshot_of(container);
    struct armor_error err = {0};
    int64_t now = clock_now();

    container->revision++;
    if (job->request.verb == PROMOTE_ENFORCE) {
        container->mode = ARMOR_MODE_ENFORCED;
        container->denied = 0;
    } else if (job->request.verb != PROMOTE_SEED) {
        begin_learning(job, container, now);
    }
    if (write_revision(job, now, &err) < 0) {
        restore(container, &before);
        return promote_fail(job, PROMOTE_INTERNAL,
                            "see that armord's database can be written: `systemctl status armord`",
                            "the change can't be stored: %s", err.text);
    }
    container->dirty = false;
    container->unsaved = false;
    quiet_restart(container);
    if (job->request.verb == PROMOTE_ENFORCE) {
        denials_done(&container->denials);
    }
    if (job->request.verb == PROMOTE_SEED) {
        const struct log_about about = {.message = LOG_MESSAGE_MODE, .container = job->request.name};
        log_write(LOG_NOTICE, &about, "%s learns with another seed now, by %s", job->request.name,
                  job->request.author);
        return STEP_NEXT;
    }
    tell(job, armor_mode_name(container->mode), now);
    return STEP_NEXT;
}

enum step_outcome promote_delete(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct armor_error err = {0};
    if (store_delete_container(job->manager->store, job->container, &err) < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "run the command again",
                            "the profile is out of the kernel, but what is stored of it can't be deleted: %s",
                            err.text);
    }
    pipeline_forget(job->manager->pipeline, job->container);
    registry_remove(job->manager->containers, job->container);
    job->container = NULL;
    tell(job, "forgotten", clock_now());
    return STEP_NEXT;
}

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

/* The image that runs is the one that it is learned or enforced with from now on. */
static void take_image(struct container *container)
{
    if (container->image_seen[0]) {
        memcpy(container->image, container->image_seen, sizeof container->image);
        container->image_seen[0] = '\0';
    }
}

/* Learning begins, or begins again: what was missing before has been passed over when the container was enforced. */
static void begin_learning(struct promote_job *job, struct container *container, int64_t now)
{
    container->mode = ARMOR_MODE_LEARNING;
    take_image(container);
    container->watch_until_usec = 0;
    container->watch_tripped = false;
    container->returning[0] = '\0';
    if (job->request.by_watch) {
        (void)snprintf(container->returned, sizeof container->returned, "%.*s", CONTAINER_NOTE_SIZE - 1,
                       job->request.note);
    }
    container->lost_base = job->lost_base;
    if (job->request.verb != PROMOTE_LEARN) {
        container->since_usec = now;
        container->lost = 0;
        container->profile->null_child = false;
        memset(container->gaps, 0, sizeof container->gaps);
    }
    if (job->watch_problem[0]) {
        container_mark(container, CONTAINER_GAP_UNWATCHED, "%s", job->watch_problem);
    }
}

static void begin_enforced(const struct promote_job *job, struct container *container, int64_t now)
{
    const struct choices choices = settings_choices(&job->manager->settings, &container->own);
    int64_t seconds = job->request.watch_seconds;
    seconds = seconds < 0 ? 0 : seconds == 0 ? choices.watch_seconds : seconds;
    container->mode = ARMOR_MODE_ENFORCED;
    take_image(container);
    container->denied = 0;
    container->returned[0] = '\0';
    container->watch_tripped = false;
    container->watch_until_usec = seconds ? now + seconds * 1000000 : 0;
    container->watch_limit = choices.watch_limit;
}

/* Put the decided copy in the place of the container's profile state, with what was counted meanwhile. */
static void swap_in(struct promote_job *job, struct container *container)
{
    const struct armor_profile *old = container->profile;
    job->trial->events = old->events;
    memcpy(job->trial->skipped, old->skipped, sizeof old->skipped);
    job->trial->last_novel_usec = old->last_novel_usec;
    job->trial->null_child = old->null_child;
    pipeline_forget(job->manager->pipeline, container);
    container->profile = job->trial;
    container->novel++;
}

/* Make CONTAINER what the verb says; the caller puts it back when the store refuses. */
static void change(struct promote_job *job, struct container *container, int64_t now)
{
    container->revision += job->text.length > 0;
    container->pinned = 0;
    switch (job->request.verb) {
    case PROMOTE_ENFORCE: begin_enforced(job, container, now); return;
    case PROMOTE_SEED: return;
    case PROMOTE_ACCEPT:
    case PROMOTE_DENY: swap_in(job, container); return;
    case PROMOTE_ROLLBACK:
        container->pinned = job->request.revision;
        if (job->mode == ARMOR_MODE_ENFORCED) {
            begin_enforced(job, container, now);
            return;
        }
        break;
    case PROMOTE_LEARN:
    case PROMOTE_COMPLAIN:
    case PROMOTE_FORGET:
    case PROMOTE_RESTORE:
    case PROMOTE_STARTED:
    case PROMOTE_KEEP:
    case PROMOTE_SETTINGS:
    case PROMOTE_VERB_COUNT: break;
    }
    begin_learning(job, container, now);
}

static int write_all(struct promote_job *job, const struct revision *revision, struct armor_error *err)
{
    struct store *store = job->manager->store;
    struct container *container = job->container;
    int r = store_begin(store, err);
    r = r < 0 ? r : store_put_container(store, container, err);
    r = r < 0 ? r : store_replace_rules(store, container, err);
    r = r < 0 ? r : store_put_denials(store, container, err);
    if (r == 0 && job->text.length > 0) {
        r = store_add_revision(store, container, revision,
                               (struct armor_slice){job->text.bytes, job->text.length}, err);
    }
    r = r < 0 ? r : store_clear_intent(store, job->request.name, err);
    r = r < 0 ? r : store_commit(store, err);
    if (r < 0) {
        store_rollback(store);
    }
    job->intended = job->intended && r < 0;
    return r;
}

/* Why there is a revision, in words: "enforce", "accept /etc/shadow r,", "rollback to revision 3". */
static void write_reason(const struct promote_job *job, char *buffer, size_t size)
{
    const struct promote_request *request = &job->request;
    const char *verb = promote_verb_name(request->verb);
    if (request->verb == PROMOTE_ROLLBACK) {
        (void)snprintf(buffer, size, "%s to revision %u", verb, request->revision);
    } else if (request->rule) {
        (void)snprintf(buffer, size, "%s %s", verb, request->rule);
    } else if (request->stated) {
        (void)snprintf(buffer, size, "%s %u rule%s of a profile", verb, job->decided,
                       job->decided == 1 ? "" : "s");
    } else if (job->trial) {
        (void)snprintf(buffer, size, "%s %u denial%s", verb, job->decided, job->decided == 1 ? "" : "s");
    } else {
        (void)snprintf(buffer, size, "%s", verb);
    }
}

static int write_revision(struct promote_job *job, int64_t now, struct armor_error *err)
{
    char reason[PROMOTE_NOTE_SIZE];
    json_t *array = job->result.gates_asked ? gate_to_json(job->result.gates) : NULL;
    char *gates = array ? json_dumps(array, JSON_COMPACT) : NULL;
    json_decref(array);
    if (job->result.gates_asked && !gates) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    write_reason(job, reason, sizeof reason);
    const struct revision revision = {
        .number = job->container->revision,
        .mode = job->container->mode,
        .time_usec = now,
        .reason = reason,
        .note = job->request.note,
        .image = job->container->image,
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
    notice_mode(job->manager->ring, name, mode, job->request.author,
                job->request.by_watch ? job->container : NULL, now);
}

/* Followers and the journal hear of each rule that was decided. */
static void tell_decided(struct promote_job *job)
{
    const char *name = job->request.name;
    const struct log_about about = {.message = LOG_MESSAGE_DECIDED, .container = name};
    const struct armor_profile *profile = job->container->profile;
    for (size_t i = 0; i < profile->rule_count; i++) {
        if (armor_rule_more(profile->rules[i])->decided_usec == job->decided_usec) {
            notice_rule(job->manager->ring, job->container, profile->rules[i]);
        }
    }
    log_write(LOG_NOTICE, &about, "%s: %u rule%s %s by %s", name, job->decided, job->decided == 1 ? "" : "s",
              job->request.verb == PROMOTE_ACCEPT ? "accepted" : "denied", job->request.author);
}

static void tell_all(struct promote_job *job, int64_t now)
{
    const struct log_about about = {.message = LOG_MESSAGE_MODE, .container = job->request.name};
    if (job->trial) {
        tell_decided(job);
    } else if (job->request.verb == PROMOTE_SEED) {
        log_write(LOG_NOTICE, &about, "%s learns with another seed now, by %s", job->request.name,
                  job->request.author);
    } else {
        tell(job, armor_mode_name(job->container->mode), now);
    }
}

enum step_outcome promote_apply(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = job->container;
    const struct container before = *container;
    bool null_child = container->profile->null_child;
    struct armor_error err = {0};
    int64_t now = clock_now();

    change(job, container, now);
    if (write_revision(job, now, &err) < 0) {
        *container = before;
        container->profile->null_child = null_child;
        return promote_fail(job, PROMOTE_INTERNAL,
                            "see that armord's database can be written: `systemctl status armord`",
                            "the change can't be stored: %s", err.text);
    }
    container->dirty = false;
    container->unsaved = false;
    container->history.looked_usec = clock_monotonic();
    if (job->text.length > 0) {
        quieting_restart(container);
    } else {
        quieting_reported(container, clock_monotonic()); /* the next text has what was decided */
    }
    denials_saved(&container->denials);
    tell_all(job, now);
    if (job->trial) {
        job->trial = before.profile; /* freed with the job */
    }
    denials_settle(&container->denials, container->profile);
    if (container->denials.removed) { /* settled again when the store is read, so there is no hurry */
        pipeline_store_mark(job->manager->pipeline, container);
        manager_flush_soon(job->manager);
    }
    return STEP_NEXT;
}

static int delete_all(struct promote_job *job, struct armor_error *err)
{
    struct store *store = job->manager->store;
    int64_t id = job->container->id;
    int r = store_begin(store, err);
    r = r < 0 ? r : store_delete_container(store, job->container, err);
    r = r < 0 ? r : store_clear_intent(store, job->request.name, err);
    r = r < 0 ? r : store_commit(store, err);
    if (r < 0) {
        store_rollback(store);
        job->container->id = id;
    }
    job->intended = job->intended && r < 0;
    return r;
}

enum step_outcome promote_delete(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct armor_error err = {0};
    if (delete_all(job, &err) < 0) {
        job->touched = true; /* it is loaded again */
        return promote_fail(job, PROMOTE_INTERNAL, "run the command again",
                            "what is stored of it can't be deleted: %s", err.text);
    }
    pipeline_forget(job->manager->pipeline, job->container);
    registry_remove(job->manager->containers, job->container);
    job->container = NULL;
    tell(job, "forgotten", clock_now());
    return STEP_NEXT;
}

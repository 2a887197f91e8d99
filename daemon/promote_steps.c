/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of each verb, in the order that keeps promises:
 *
 *     learn     the container is in the registry before its profile is in the kernel, so that no event finds nobody; the
 *               kernel's lost counter is read before, so that no loss goes unseen
 *     enforce   what waits in the socket is learned before the text is made and after it is loaded; when that brought a rule,
 *               the text is made and loaded again
 *     seed      the new seed is in the profile state before its text is made, and out of it again when anything fails
 *     complain  as learn, of a container that is there
 *     forget    the profile goes first: a container that still runs under it must not lose it
 */
#include "promote_private.h"

#include "armor/baseline.h"
#include "armor/floor.h"
#include "armor/generalise.h"
#include "armor/label.h"
#include "armor/time.h"
#include "audit_watch.h"
#include "clock.h"
#include "intake.h"
#include "pipeline.h"

#include <errno.h>
#include <stdio.h>

enum {
    ROUNDS_MAX = 3,       /* loads of an enforced profile, while rules keep coming in */
    DRAIN_BATCHES = 1024, /* of the source, before and after a load */
};

int promote_policy(const struct promote_job *job, enum armor_mode mode, struct armor_profile **ret_policy)
{
    struct armor_profile *policy = NULL;
    const struct armor_profile *evidence = job->trial ? job->trial : job->container->profile;
    int r = armor_generalise(evidence, &job->generalise, &policy);
    if (r == 0 && mode == ARMOR_MODE_ENFORCED) {
        r = armor_floor_lay(evidence, policy);
    }
    if (r < 0) {
        armor_profile_free(policy);
        return r;
    }
    *ret_policy = policy;
    return 0;
}

/* What made the text: all of it is of the state, so that the same state gives the same bytes. */
static void write_note(const struct container *container, const struct armor_profile *policy, char *note,
                       size_t size)
{
    size_t counts[ARMOR_ORIGIN_COUNT] = {0};
    char since[ARMOR_TIME_SIZE];
    for (size_t i = 0; i < policy->rule_count; i++) {
        counts[policy->rules[i]->origin] += policy->rules[i]->state == ARMOR_STATE_ACTIVE;
    }
    (void)snprintf(note, size,
                   "armord " ARMORD_VERSION
                   ", revision %u, learned since %s: %zu rules observed, %zu seeded, "
                   "%zu accepted",
                   container->revision + 1, armor_time_format(container->since_usec, since),
                   counts[ARMOR_ORIGIN_OBSERVED], counts[ARMOR_ORIGIN_SEEDED], counts[ARMOR_ORIGIN_ACCEPTED]);
}

enum step_outcome promote_render(struct promote_job *job, enum armor_mode mode)
{
    const struct container *container = job->container;
    char note[200] = "";
    armor_text_done(&job->text);
    job->novel = container->novel;
    struct armor_profile *policy = NULL;
    int r = promote_policy(job, mode, &policy);
    if (r == 0) {
        write_note(container, policy, note, sizeof note);
    }
    r = r < 0 ? r : armor_render(policy, mode, note, &job->text);
    armor_profile_free(policy);
    if (r == -E2BIG) {
        return promote_fail(job, PROMOTE_TOO_MANY, "forget the container and learn it anew with fewer names",
                            "the profile's text is over %d bytes", ARMOR_PROFILE_TEXT_MAX);
    }
    return r < 0
               ? promote_fail(job, PROMOTE_INTERNAL, "see `journalctl -u armord`, and run the command again",
                              "the profile can't be rendered: %s", strerror(-r))
               : STEP_NEXT;
}

/* From here on CONTAINER is JOB's to change. */
static void take_container(struct promote_job *job, struct container *container)
{
    job->container = container;
    job->generalise = settings_choices(&job->manager->settings, &container->own).generalise;
    container->changing = true;
}

/* learn: make the container, with the rules that each one has. */
static enum step_outcome make(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct armor_slice name = armor_slice_of(job->request.name);
    struct manager *manager = job->manager;
    struct armor_error err = {0};
    char label[sizeof LOADER_PROFILE_PREFIX + ARMOR_NAME_MAX];
    (void)snprintf(label, sizeof label, LOADER_PROFILE_PREFIX "%s", job->request.name);
    if (loader_name_check(label, &err) < 0) {
        return promote_fail(job, PROMOTE_NAME_INVALID, "take the name that `docker ps` shows", "%s",
                            err.text);
    }
    const struct container *there = registry_find(manager->containers, name);
    if (there) {
        return there->changing ? promote_fail(job, PROMOTE_BUSY, "try again in a moment",
                                              "another change of %s is under way", name.bytes)
                               : promote_fail(job, PROMOTE_CONTAINER_EXISTS,
                                              job->request.stated
                                                  ? "armorctl accept NAME --from-profile FILE takes it over"
                                                  : "see `armorctl status`, or forget it first",
                                              "%s is there already, in mode %s", name.bytes,
                                              armor_mode_name(there->mode));
    }
    struct container *container;
    int r = container_new(name, clock_now(), manager->seed, &container);
    if (r == 0) {
        r = armor_baseline_add(container->profile);
        r = r < 0 ? r : registry_add(manager->containers, container);
        if (r < 0) {
            container_free(container);
        }
    }
    if (r == -E2BIG) {
        return promote_fail(job, PROMOTE_TOO_MANY, "forget containers that are gone",
                            "there are %d containers, and armord takes no more", ARMOR_CONTAINERS_MAX);
    }
    if (r < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "see `journalctl -u armord`, and run the command again",
                            "%s can't be made: %s", name.bytes, strerror(-r));
    }
    take_container(job, container);
    job->created = true;
    return STEP_NEXT;
}

/* In which mode a verb means nothing, since the container is in it already; the other verbs are for both. */
static const struct {
    bool any;
    enum armor_mode mode;
} conflicts[PROMOTE_VERB_COUNT] = {
    [PROMOTE_ENFORCE] = {true, ARMOR_MODE_ENFORCED},
    [PROMOTE_COMPLAIN] = {true, ARMOR_MODE_LEARNING},
};

/* The other verbs: find the container, and see that nobody else changes it. */
enum step_outcome promote_find(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = registry_find(job->manager->containers, armor_slice_of(job->request.name));
    if (!container) {
        return promote_fail(job, PROMOTE_CONTAINER_UNKNOWN, "see `armorctl status` for those that are",
                            "no container of this name is known");
    }
    if (container->changing) {
        return promote_fail(job, PROMOTE_BUSY, "try again in a moment", "another change of %s is under way",
                            job->request.name);
    }
    enum promote_verb verb = job->request.verb;
    if (verb == PROMOTE_SEED && container->mode != ARMOR_MODE_LEARNING) {
        return promote_fail(job, PROMOTE_MODE_CONFLICT, "learn on first: armorctl complain NAME",
                            "%s is enforced, and a seed is for one that learns", job->request.name);
    }
    if (conflicts[verb].any && container->mode == conflicts[verb].mode) {
        return promote_fail(job, PROMOTE_MODE_CONFLICT, "", "%s is %s already", job->request.name,
                            armor_mode_name(container->mode));
    }
    take_container(job, container);
    return STEP_NEXT;
}

static enum step_outcome ask_counters(struct promote_job *job, struct loader_call *ret_call)
{
    (void)job;
    *ret_call = (struct loader_call){.operation = LOADER_AUDIT_STATUS};
    return STEP_ASK;
}

/* Without the counters learning goes on, but says that it can't know what was lost. */
static enum step_outcome take_counters(struct promote_job *job, int code, const struct loader_reply *reply,
                                       const struct armor_error *err)
{
    if (!reply) {
        return promote_fail_loader(job, code, reply, err);
    }
    if (code < 0) {
        (void)snprintf(job->watch_problem, sizeof job->watch_problem,
                       "the kernel's counter of lost audit records can't be read: %.90s", reply->text);
        if (job->request.verb == PROMOTE_ENFORCE) {
            container_mark(job->container, CONTAINER_GAP_UNWATCHED, "%s", job->watch_problem);
            pipeline_store_mark(job->manager->pipeline, job->container);
        }
        return STEP_NEXT;
    }
    audit_watch_take(job->manager, reply);
    job->lost_base = job->manager->audit_lost;
    return STEP_NEXT;
}

static enum step_outcome ask_backlog(struct promote_job *job, struct loader_call *ret_call)
{
    struct armor_error err = {0};
    bool learns = job->request.verb != PROMOTE_ROLLBACK || job->mode == ARMOR_MODE_LEARNING;
    if (!job->lost_base.present || !learns) {
        return STEP_NEXT;
    }
    int r = audit_watch_adjust(job->manager, true, ret_call, &err);
    if (r < 0) {
        (void)snprintf(job->watch_problem, sizeof job->watch_problem,
                       "the audit backlog limit wasn't raised: %.100s", err.text);
    }
    return r > 0 ? STEP_ASK : STEP_NEXT;
}

static enum step_outcome take_backlog(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err)
{
    if (!reply) {
        return promote_fail_loader(job, code, reply, err);
    }
    if (code < 0) {
        (void)snprintf(job->watch_problem, sizeof job->watch_problem,
                       "the audit backlog limit wasn't raised: %.100s", reply->text);
    } else {
        audit_watch_adjusted(job->manager, reply);
    }
    return STEP_NEXT;
}

enum step_outcome promote_ask_text(struct promote_job *job, enum armor_mode mode,
                                   struct loader_call *ret_call)
{
    enum step_outcome outcome = promote_intend(job);
    if (outcome != STEP_NEXT) {
        return outcome;
    }
    if (job->created || mode != job->container->mode) {
        term_loading(&job->container->term, mode);
    }
    *ret_call =
        (struct loader_call){.operation = LOADER_LOAD,
                             .mode = mode == ARMOR_MODE_LEARNING ? LOADER_MODE_COMPLAIN : LOADER_MODE_ENFORCE,
                             .name = job->container->profile->label,
                             .text = {job->text.bytes, job->text.length}};
    return STEP_ASK;
}

static enum step_outcome load(struct promote_job *job, enum armor_mode mode, struct loader_call *ret_call)
{
    enum step_outcome outcome = promote_render(job, mode);
    return outcome == STEP_NEXT ? promote_ask_text(job, mode, ret_call) : outcome;
}

/* Where nobody knows what the kernel has now, it counts as touched. */
enum step_outcome promote_take_load(struct promote_job *job, int code, const struct loader_reply *reply,
                                    const struct armor_error *err, enum armor_mode asked)
{
    enum loader_mode mode = asked == ARMOR_MODE_LEARNING ? LOADER_MODE_COMPLAIN : LOADER_MODE_ENFORCE;
    bool loaded = reply && (reply->stage == LOADER_STAGE_VERIFY || reply->mode != LOADER_MODE_NONE);
    job->touched =
        job->touched || code >= 0 || loaded || (!reply && (code == -ETIMEDOUT || code == -ECONNRESET));
    if (code < 0 || !reply) {
        return promote_fail_loader(job, code, reply, err);
    }
    if (reply->mode != mode) {
        return promote_fail(job, PROMOTE_LOADER_REFUSED, "see `journalctl -u armor-loader`",
                            "the kernel has %s in mode %s and not %s", job->container->profile->label,
                            loader_mode_name((enum loader_mode)reply->mode), loader_mode_name(mode));
    }
    promote_drain(job); /* the kernel's word on this load is among it */
    return STEP_NEXT;
}

static enum step_outcome ask_learning(struct promote_job *job, struct loader_call *ret_call)
{
    return load(job, ARMOR_MODE_LEARNING, ret_call);
}

static enum step_outcome take_learning(struct promote_job *job, int code, const struct loader_reply *reply,
                                       const struct armor_error *err)
{
    return promote_take_load(job, code, reply, err, ARMOR_MODE_LEARNING);
}

static enum step_outcome ask_inspection(struct promote_job *job, struct loader_call *ret_call)
{
    *ret_call = (struct loader_call){.operation = LOADER_INSPECT, .name = job->container->profile->label};
    return STEP_ASK;
}

static enum step_outcome take_inspection(struct promote_job *job, int code, const struct loader_reply *reply,
                                         const struct armor_error *err)
{
    if (code < 0) {
        return promote_fail_loader(job, code, reply, err);
    }
    job->inspection = *reply;
    runs_take(job->manager, job->container, reply);
    return STEP_NEXT;
}

/* Of a container that was started: what the loader says makes it a run, at once. An enforced one has none. */
static enum step_outcome ask_run(struct promote_job *job, struct loader_call *ret_call)
{
    return job->container->mode == ARMOR_MODE_LEARNING ? ask_inspection(job, ret_call) : STEP_NEXT;
}

void promote_drain(struct promote_job *job)
{
    (void)intake_drain(job->manager->intake, DRAIN_BATCHES);
}

static enum step_outcome ask_enforced(struct promote_job *job, struct loader_call *ret_call)
{
    job->rounds++;
    promote_drain(job);
    return load(job, ARMOR_MODE_ENFORCED, ret_call);
}

static enum step_outcome take_enforced(struct promote_job *job, int code, const struct loader_reply *reply,
                                       const struct armor_error *err)
{
    enum step_outcome outcome = promote_take_load(job, code, reply, err, ARMOR_MODE_ENFORCED);
    if (outcome != STEP_NEXT) {
        return outcome;
    }
    if (job->container->novel != job->novel && job->rounds < ROUNDS_MAX) {
        return STEP_AGAIN;
    }
    return STEP_NEXT;
}

static enum step_outcome ask_removal(struct promote_job *job, struct loader_call *ret_call)
{
    *ret_call = (struct loader_call){.operation = LOADER_REMOVE, .name = job->container->profile->label};
    return promote_intend(job) == STEP_NEXT ? STEP_ASK : STEP_FAILED;
}

static enum step_outcome take_removal(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err)
{
    /* A profile that isn't there is what was wanted: somebody removed it, or an earlier forget got only so far. */
    if (code < 0 && !(reply && code == -ENOENT)) {
        /* Out of the kernel, but not from the disk; or nobody knows. */
        job->touched =
            reply ? reply->stage == LOADER_STAGE_PERSIST : code == -ETIMEDOUT || code == -ECONNRESET;
        return promote_fail_loader(job, code, reply, err);
    }
    return STEP_NEXT;
}

static const struct promote_step steps[PROMOTE_VERB_COUNT][PROMOTE_STEPS_MAX] = {
    [PROMOTE_LEARN] = {{make, NULL},
                       {promote_take_seed, NULL},
                       {promote_take_stated, NULL},
                       {ask_counters, take_counters},
                       {ask_backlog, take_backlog},
                       {ask_learning, take_learning},
                       {promote_apply, NULL}},
    [PROMOTE_SEED] = {{promote_find, NULL},
                      {promote_take_seed, NULL},
                      {ask_learning, take_learning},
                      {promote_apply, NULL}},
    [PROMOTE_ENFORCE] = {{promote_find, NULL},
                         {ask_counters, take_counters},
                         {ask_inspection, take_inspection},
                         {promote_pass_gates, NULL},
                         {promote_ask_proof, promote_take_proof},
                         {ask_enforced, take_enforced},
                         {promote_ask_verification, promote_take_verification},
                         {promote_apply, NULL}},
    [PROMOTE_COMPLAIN] = {{promote_find, NULL},
                          {ask_counters, take_counters},
                          {ask_backlog, take_backlog},
                          {ask_learning, take_learning},
                          {promote_apply, NULL}},
    [PROMOTE_ACCEPT] = {{promote_find, NULL},
                        {promote_decide, NULL},
                        {promote_ask_decided, promote_take_decided},
                        {promote_apply, NULL}},
    [PROMOTE_DENY] = {{promote_find, NULL},
                      {promote_decide, NULL},
                      {promote_ask_decided, promote_take_decided},
                      {promote_apply, NULL}},
    [PROMOTE_ROLLBACK] = {{promote_find, NULL},
                          {promote_pick, NULL},
                          {ask_counters, take_counters},
                          {ask_backlog, take_backlog},
                          {promote_ask_picked, promote_take_picked},
                          {promote_apply, NULL}},
    [PROMOTE_RESTORE] = {{promote_find, NULL}, {promote_ask_stored, promote_take_stored}},
    [PROMOTE_STARTED] = {{promote_find, NULL}, {ask_run, take_inspection}, {promote_take_image, NULL}},
    [PROMOTE_KEEP] = {{promote_find, NULL}, {promote_keep_image, NULL}},
    [PROMOTE_SETTINGS] = {{promote_find, NULL}, {promote_take_settings, NULL}},
    [PROMOTE_FORGET] = {{promote_find, NULL}, {ask_removal, take_removal}, {promote_delete, NULL}},
};

const struct promote_step *promote_steps(enum promote_verb verb)
{
    return steps[verb];
}

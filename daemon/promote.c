/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion: how a job goes through its steps, ends, and is undone. See promote.h; the steps are in promote_steps.c. */
#include "promote_private.h"

#include "audit_watch.h"
#include "pipeline.h"
#include "store.h"
#include "watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const verb_names[PROMOTE_VERB_COUNT] = {
    [PROMOTE_LEARN] = "learn",     [PROMOTE_ENFORCE] = "enforce",   [PROMOTE_COMPLAIN] = "complain",
    [PROMOTE_FORGET] = "forget",   [PROMOTE_SEED] = "seed",         [PROMOTE_ACCEPT] = "accept",
    [PROMOTE_DENY] = "deny",       [PROMOTE_ROLLBACK] = "rollback", [PROMOTE_RESTORE] = "restore",
    [PROMOTE_STARTED] = "started", [PROMOTE_KEEP] = "keep",         [PROMOTE_SETTINGS] = "settings",
};

/* What to do when the loader says no, by the stage where it does. */
static const char *const stage_advice[] = {
    [LOADER_STAGE_REQUEST] = "look at the text: armorctl show; after an upgrade: systemctl restart armord",
    [LOADER_STAGE_COMPILE] =
        "see that apparmor_parser is installed, and try the text of `armorctl show` with it",
    [LOADER_STAGE_CHECK] = "see that apparmor_parser is the distribution's: dpkg --verify apparmor",
    [LOADER_STAGE_LOAD] = "see that AppArmor is enabled: aa-enabled",
    [LOADER_STAGE_VERIFY] = "run the command again; see `journalctl -u armor-loader` if it goes on",
    [LOADER_STAGE_PERSIST] =
        "see that /etc/apparmor.d has room and can be written (`armorctl doctor`), and run the command again",
    [LOADER_STAGE_AUDIT] = "see `journalctl -u armor-loader`, and run the command again",
    [LOADER_STAGE_IN_USE] = "stop the container first: docker stop",
};

const char *promote_verb_name(enum promote_verb verb)
{
    return (size_t)verb < PROMOTE_VERB_COUNT ? verb_names[verb] : "unknown";
}

enum step_outcome promote_fail(struct promote_job *job, enum promote_failure failure, const char *advice,
                               const char *detail, ...)
{
    struct promote_result *result = &job->result;
    va_list args;
    va_start(args, detail);
    (void)vsnprintf(result->detail, sizeof result->detail, detail, args);
    va_end(args);
    (void)snprintf(result->advice, sizeof result->advice, "%s", advice);
    result->failure = failure;
    return STEP_FAILED;
}

enum step_outcome promote_fail_loader(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err)
{
    if (!reply) {
        bool answers = code == -ETIMEDOUT || code == -ECONNRESET;
        return promote_fail(job, PROMOTE_LOADER_UNREACHABLE,
                            answers ? "`journalctl -u armor-loader` may say why; then run the command again"
                                    : "see `systemctl status armor-loader.socket`, and run the command again",
                            "%s", err->text);
    }
    const char *advice =
        reply->stage < sizeof stage_advice / sizeof stage_advice[0] ? stage_advice[reply->stage] : NULL;
    (void)snprintf(job->result.stage, sizeof job->result.stage, "%s",
                   loader_stage_name((enum loader_stage)reply->stage));
    return promote_fail(job, reply->stage == LOADER_STAGE_IN_USE ? PROMOTE_IN_USE : PROMOTE_LOADER_REFUSED,
                        advice ? advice : "", "%s", reply->text);
}

static void job_free(struct promote_job *job)
{
    armor_text_done(&job->text);
    armor_seed_free(job->request.seed);
    armor_seed_free(job->before);
    proof_done(&job->proof);
    json_decref(job->proved.refusals);
    gate_done(job->result.gates);
    armor_profile_free(job->trial);
    armor_profile_free(job->reviewed);
    free(job->request.rule);
    armor_profile_free(job->request.stated);
    free(job);
}

static void unlink_job(struct promote_job *job)
{
    struct promote_job **place = &job->manager->jobs;
    while (*place != job) {
        place = &(*place)->next;
    }
    *place = job->next;
}

/* Tell who asked, and forget the job. */
static void finish(struct promote_job *job)
{
    struct manager *manager = job->manager;
    struct container *container = job->container;
    if (job->result.failure != PROMOTE_OK) {
        promote_say_left(job, PROMOTE_LEFT_UNTOUCHED, NULL);
    }
    if (container) {
        container->changing = false;
        term_settle(&container->term, container->mode);
    }
    /* What can't be cleared now is taken for a change that broke off: the store's text is loaded once more, no harm. */
    if (job->intended && !job->split && !(container && container->returning[0])) {
        job->split = store_clear_intent(manager->store, job->request.name, NULL) < 0;
    }
    if (container && job->created && job->result.failure != PROMOTE_OK) {
        pipeline_forget(manager->pipeline, container);
        registry_remove(manager->containers, container);
        container = NULL;
    }
    job->result.container = container;
    job->result.created = job->created && container;
    unlink_job(job);
    job->done(&job->result, job->userdata);
    bool split = job->split;
    job_free(job);
    audit_watch_modes(manager);
    quiet_look(manager);
    runs_look(manager);
    if (split) {
        reconcile_later(manager);
    }
    if (!manager->watch_timer) { /* a return that failed waits for its time */
        watch_look(manager);
    }
    manager_say_status(manager);
    if (manager->stopping && !manager->jobs) {
        (void)sd_event_exit(manager->event, EXIT_SUCCESS);
    }
}

static void on_undone(int code, const struct loader_reply *reply, const struct armor_error *err,
                      void *userdata)
{
    struct promote_job *job = userdata;
    bool gone = job->created && reply && code == -ENOENT; /* it hadn't come so far */
    if (code >= 0 || gone) {
        promote_say_left(job, job->created ? PROMOTE_LEFT_TAKEN_AWAY : PROMOTE_LEFT_GIVEN_BACK, NULL);
    } else {
        bool in_use = job->created && reply && reply->stage == LOADER_STAGE_IN_USE;
        job->split = true;
        promote_say_left(job, in_use ? PROMOTE_LEFT_IN_USE : PROMOTE_LEFT_OPEN,
                         reply ? reply->text : err->text);
    }
    finish(job);
}

/* The job failed after it had the kernel's profile replaced: put the old one back, or remove what wasn't there. */
static void undo(struct promote_job *job)
{
    const struct container *container = job->container;
    struct loader_call call = {.operation = LOADER_REMOVE, .name = container->profile->label};
    if (!job->created) {
        const struct promote_result first = job->result; /* the failure to tell, whatever comes now */
        bool there = promote_old_text(job) == STEP_NEXT;
        const struct promote_result second = job->result;
        bool learning = container->mode == ARMOR_MODE_LEARNING;
        job->result = first;
        if (!there) {
            job->split = true;
            promote_say_left(job, PROMOTE_LEFT_OPEN, second.detail);
            finish(job);
            return;
        }
        call.operation = LOADER_LOAD;
        call.mode = learning ? LOADER_MODE_COMPLAIN : LOADER_MODE_ENFORCE;
        call.text = (struct armor_slice){job->text.bytes, job->text.length};
    }
    loader_client_call(job->manager->loader, &call, on_undone, job);
}

/*
 * The way back to complain failed when the kernel may have had the profile replaced. It isn't taken back: the container would be refused
 * again what it was let go for. Its intent stays, and watch.c goes on until it is written down.
 */
static void stay_returning(struct promote_job *job)
{
    (void)snprintf(job->container->returning, sizeof job->container->returning, "%.*s",
                   CONTAINER_NOTE_SIZE - 1, job->result.detail);
    promote_say_left(job, PROMOTE_LEFT_RETURNING, NULL);
    finish(job);
}

static void advance(struct promote_job *job);

static void go_on(struct promote_job *job, enum step_outcome outcome)
{
    switch (outcome) {
    case STEP_NEXT:
        job->step++;
        advance(job);
        return;
    case STEP_AGAIN: advance(job); return;
    case STEP_END: finish(job); return;
    case STEP_ASK:
    case STEP_FAILED: break;
    }
    promote_give_seed_back(job);
    if (!job->touched || job->request.verb == PROMOTE_RESTORE) {
        finish(job);
    } else if (job->request.verb == PROMOTE_COMPLAIN) {
        stay_returning(job);
    } else {
        undo(job);
    }
}

static void on_reply(int code, const struct loader_reply *reply, const struct armor_error *err,
                     void *userdata)
{
    struct promote_job *job = userdata;
    go_on(job, promote_steps(job->request.verb)[job->step].take(job, code, reply, err));
}

/* Do the step that is due. At most PROMOTE_STEPS_MAX deep: each call is one step further, or ends in the loader's queue. */
static void advance(struct promote_job *job)
{
    const struct promote_step *step = &promote_steps(job->request.verb)[job->step];
    if (!step->ask) {
        finish(job);
        return;
    }
    struct loader_call call = {0};
    enum step_outcome outcome = step->ask(job, &call);
    if (outcome == STEP_ASK) {
        loader_client_call(job->manager->loader, &call, on_reply, job);
    } else {
        go_on(job, outcome);
    }
}

void promote_start(struct manager *manager, const struct promote_request *request, promote_done done,
                   void *userdata)
{
    struct promote_job *job = calloc(1, sizeof *job);
    if (!job) {
        free(request->rule);
        armor_profile_free(request->stated);
        static const struct promote_result failed = {.failure = PROMOTE_INTERNAL, .detail = "out of memory"};
        armor_seed_free(request->seed);
        done(&failed, userdata);
        return;
    }
    job->manager = manager;
    job->request = *request;
    if (request->verb == PROMOTE_LEARN && request->seed &&
        registry_find(manager->containers, armor_slice_of(request->name))) {
        job->request.verb = PROMOTE_SEED;
    }
    job->done = done;
    job->userdata = userdata;
    job->text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    job->next = manager->jobs;
    manager->jobs = job;
    advance(job);
}

void promote_cancel(struct manager *manager)
{
    while (manager->jobs) {
        struct promote_job *next = manager->jobs->next;
        job_free(manager->jobs);
        manager->jobs = next;
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Restore: kernel and disk are given what the store has, where they may have something else; and the intent that stands in the store while
 * they might. The loader writes the file and the kernel in one request, so one load mends both.
 */
#include "promote_private.h"

#include "store.h"

#include <stdlib.h>

enum step_outcome promote_intend(struct promote_job *job)
{
    struct armor_error err = {0};
    if (job->intended || job->request.verb == PROMOTE_RESTORE) {
        return STEP_NEXT;
    }
    int r =
        store_put_intent(job->manager->store, job->request.name, promote_verb_name(job->request.verb), &err);
    if (r < 0 && job->request.verb == PROMOTE_COMPLAIN) {
        return STEP_NEXT; /* what a container does isn't refused for want of room in the store */
    }
    if (r < 0) {
        return promote_fail(job, PROMOTE_INTERNAL,
                            "see that armord's database can be written: armorctl doctor", "%s", err.text);
    }
    job->intended = true;
    return STEP_NEXT;
}

enum step_outcome promote_old_text(struct promote_job *job)
{
    const struct container *container = job->container;
    char *text = NULL;
    armor_profile_free(job->trial);
    job->trial = NULL;
    if (store_revision_text(job->manager->store, container, container->revision, &text, NULL) == 0) {
        return promote_take_text(job, text);
    }
    return promote_render(job, container->mode);
}

enum step_outcome promote_ask_stored(struct promote_job *job, struct loader_call *ret_call)
{
    enum step_outcome outcome = promote_old_text(job);
    return outcome == STEP_NEXT ? promote_ask_text(job, job->container->mode, ret_call) : outcome;
}

enum step_outcome promote_take_stored(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err)
{
    struct armor_error failure = {0};
    struct container *container = job->container;
    enum step_outcome outcome = promote_take_load(job, code, reply, err, container->mode);
    if (outcome != STEP_NEXT) {
        return outcome;
    }
    quieting_restart(container);
    if (store_clear_intent(job->manager->store, job->request.name, &failure) < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "see that armord's database can be written", "%s",
                            failure.text);
    }
    return STEP_NEXT;
}

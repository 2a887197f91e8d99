/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A seed into a container's profile state and, when the job fails, out of it again. Each time the state is made anew from the rules of the
 * other, between two events: whoever keeps pointers into it is told to let go before.
 */
#include "promote_private.h"

#include "armor/reseed.h"
#include "log.h"
#include "pipeline.h"

#include <errno.h>

/* Returns 0, or negative, and then the container is as it was. */
static int reseed(struct promote_job *job, const struct armor_seed *seed)
{
    struct container *container = job->container;
    struct armor_profile *fresh = NULL;
    int code = armor_profile_reseed(container->profile, seed, job->manager->seed, &fresh);
    if (code < 0) {
        return code;
    }
    /* What is pending is of the old state. Where the store refuses it, all rules are written again by the next flush. */
    struct armor_error err = {0};
    if (pipeline_commit(job->manager->pipeline, &err) < 0) {
        log_write(LOG_WARNING, &(struct log_about){.container = container->profile->name},
                  "what was learned last can't be stored yet: %s", err.text);
    }
    pipeline_forget(job->manager->pipeline, container);
    armor_profile_free(container->profile);
    container->profile = fresh;
    container->novel++;
    return 0;
}

enum step_outcome promote_take_seed(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct armor_seed *before = NULL;
    if (!job->request.seed) {
        return STEP_NEXT;
    }
    int code = armor_seed_new(&before);
    code = code < 0 ? code : armor_seed_from_profile(job->container->profile, before);
    code = code < 0 ? code : reseed(job, job->request.seed);
    if (code < 0) {
        armor_seed_free(before);
        return code == -E2BIG
                   ? promote_fail(job, PROMOTE_TOO_MANY, "leave out what the container doesn't need",
                                  "with this seed %s would have over %d rules, or %d bytes of words",
                                  job->request.name, ARMOR_RULES_MAX, ARMOR_WORDS_MAX)
                   : promote_fail(job, PROMOTE_INTERNAL,
                                  "see `journalctl -u armord`, and run the command again",
                                  "the seed can't be taken: %s", strerror(-code));
    }
    job->before = before;
    return STEP_NEXT;
}

void promote_give_seed_back(struct promote_job *job)
{
    if (!job->before || job->created) {
        return;
    }
    int code = reseed(job, job->before);
    if (code < 0) {
        log_write(LOG_ERR, &(struct log_about){.container = job->request.name},
                  "the seed of %s can't be put back: %s; learn it with its seed again", job->request.name,
                  strerror(-code));
    }
    armor_seed_free(job->before);
    job->before = NULL;
}

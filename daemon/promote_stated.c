/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of a profile that an operator wrote, taken over: into a container that is made, or into the copy of one that is there, as a
 * decision of many.
 */
#include "promote_private.h"

#include "armor/render.h"
#include "armor/stated.h"
#include "clock.h"

#include <errno.h>

/* The operator's word stands, and what it opens is said. */
static void tell_guarded(struct promote_job *job, const struct armor_profile *profile,
                         const struct armor_taken *taken)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    if (taken->guarded == 0) {
        return;
    }
    armor_render_rule(profile, taken->guard, &text);
    (void)
        snprintf(job->result.advice, sizeof job->result.advice,
                 "%u of these rules a guard rail would have held, such as %.60s (%s): see them in `armorctl "
                 "rules %s`, and deny what isn't needed",
                 taken->guarded, text.error ? "" : text.bytes, armor_rule_more(taken->guard)->guard,
                 job->request.name);
}

enum step_outcome promote_state(struct promote_job *job, struct armor_profile *profile)
{
    struct armor_taken taken = {0};
    int code = armor_stated_apply(profile, job->request.stated, armor_slice_of(job->request.author),
                                  job->decided_usec, &taken);
    if (code < 0) {
        return promote_fail(job, code == -E2BIG ? PROMOTE_TOO_MANY : PROMOTE_INTERNAL,
                            "leave out what the container doesn't need", "the rules can't be taken: %s",
                            strerror(-code));
    }
    job->decided = taken.rules;
    tell_guarded(job, profile, &taken);
    promote_tell_floor(job, profile);
    return STEP_NEXT;
}

enum step_outcome promote_take_stated(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    job->decided_usec = clock_now();
    return job->request.stated ? promote_state(job, job->container->profile) : STEP_NEXT;
}

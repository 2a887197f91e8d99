/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a change that failed has left: one sentence for each situation, beside what happened and what to do. What armor-loader or the store say of their part
 * says nothing of it, for what they left is taken back later.
 */
#include "promote_private.h"

#include <stdio.h>

static const struct {
    const char *now;
    bool stays;         /* ": NAME goes on learning" follows */
    bool why;           /* ": WHY" follows */
    const char *advice; /* NULL: what is to be done about the failure itself */
} situations[PROMOTE_LEFT_COUNT] = {
    [PROMOTE_LEFT_UNTOUCHED] = {.now = "nothing was changed", .stays = true},
    [PROMOTE_LEFT_GIVEN_BACK] = {.now = "kernel and /etc/apparmor.d were given back what they had",
                                 .stays = true},
    [PROMOTE_LEFT_TAKEN_AWAY] = {.now = "what was loaded is removed again", .stays = true},
    [PROMOTE_LEFT_IN_USE] =
        {.now = "its profile stays loaded, in complain mode, which blocks nothing, since it "
                "is in use already",
         .why = true,
         .advice = "run the command again, which takes it over; otherwise armord removes it when "
                   "nothing runs under it any more"},
    [PROMOTE_LEFT_OPEN] =
        {.now = "kernel and /etc/apparmor.d may have the new profile, and couldn't be given back "
                "what they had",
         .why = true,
         .advice = "armord tries that again every 5 seconds; when `armorctl doctor` finds nothing "
                   "any more, run the command again"},
    [PROMOTE_LEFT_RETURNING] =
        {.now = "the kernel may have it in complain mode already, and that isn't taken back",
         .advice = "armord goes on until it is in complain mode and that is written down: "
                   "see `armorctl status`"},
};

/* After which failures it is said that nothing was changed: the others are of a request that is none. */
static const bool is_told[PROMOTE_FAILURE_COUNT] = {
    [PROMOTE_BUSY] = true,     [PROMOTE_IN_USE] = true,         [PROMOTE_GATE_REFUSED] = true,
    [PROMOTE_TOO_MANY] = true, [PROMOTE_LOADER_REFUSED] = true, [PROMOTE_LOADER_UNREACHABLE] = true,
    [PROMOTE_INTERNAL] = true,
};

static const char *stays(const struct promote_job *job)
{
    return job->created                                  ? "isn't learned"
           : job->container->mode == ARMOR_MODE_LEARNING ? "goes on learning"
                                                         : "stays enforced";
}

void promote_say_left(struct promote_job *job, enum promote_left left, const char *why)
{
    struct promote_result *result = &job->result;
    bool said = result->left[0] != '\0';
    bool own = job->request.verb == PROMOTE_RESTORE; /* which is armord's own way to mend what others left */
    if (said || own || !job->container || !is_told[result->failure]) {
        return;
    }
    const char *name = job->request.name;
    if (situations[left].stays) {
        (void)snprintf(result->left, sizeof result->left, "%s: %s %s", situations[left].now, name,
                       stays(job));
    } else {
        (void)snprintf(result->left, sizeof result->left, "%s%s%s", situations[left].now,
                       situations[left].why ? ": " : "", situations[left].why ? why : "");
    }
    if (situations[left].advice) {
        (void)snprintf(result->advice, sizeof result->advice, "%s", situations[left].advice);
    }
}

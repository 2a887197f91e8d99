/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accept and deny: an operator's word on a rule. It is tried on a copy of the profile state, so that nothing has changed when the
 * kernel refuses; where the container is enforced the new text is in force before the store and the state have it.
 */
#include "promote_private.h"

#include "armor/guard.h"
#include "armor/render.h"
#include "clock.h"
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>

/* What DECISION is about: rules by their text, or what denials ask for. */
struct decision {
    struct promote_job *job;
    enum armor_state state; /* that it gives them */
    int64_t now_usec;
};

/* TEXT without blanks at its ends, the word `deny` before it, and the comma behind it: how a rule is told from others. */
static struct armor_slice words_of(struct armor_slice text)
{
    const struct armor_slice deny = ARMOR_SLICE("deny ");
    while (text.length > 0 && strchr(" \t\n", text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && strchr(" \t\n,", text.bytes[text.length - 1])) {
        text.length--;
    }
    if (armor_slice_starts(text, deny)) {
        text.bytes += deny.length;
        text.length -= deny.length;
    }
    return text;
}

/* The first rule of PROFILE that reads WANTED, whatever its state, or NULL; *RET_FAILED when there is no memory to tell. */
static const struct armor_rule *find_text(const struct armor_profile *profile, struct armor_slice wanted,
                                          bool *ret_failed)
{
    struct armor_text text ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    for (size_t i = 0; profile && i < profile->rule_count; i++) {
        text.length = 0;
        armor_render_rule(profile, profile->rules[i], &text);
        *ret_failed = *ret_failed || text.error;
        if (!text.error &&
            armor_slice_equal(words_of((struct armor_slice){text.bytes, text.length}), wanted)) {
            return profile->rules[i];
        }
    }
    return NULL;
}

/* Let what RULE, of whichever profile state, says be decided in the job's copy; COUNT and times come from RULE if it is of a denial. */
static enum step_outcome decide(const struct decision *decision, const struct armor_rule *rule, bool refused)
{
    struct promote_job *job = decision->job;
    struct armor_access access = armor_rule_access(rule);
    struct armor_rule *decided = NULL;
    int r = armor_profile_decide(job->trial, &access, decision->state, armor_slice_of(job->request.author),
                                 decision->now_usec, &decided);
    if (r == 0 && refused) {
        if (decided->count == 0 || rule->first_usec < decided->first_usec) {
            decided->first_usec = rule->first_usec;
        }
        decided->last_usec = rule->last_usec > decided->last_usec ? rule->last_usec : decided->last_usec;
        decided->count += rule->count;
        decided->owners |= rule->owners;
        if (rule->comm && !decided->comm &&
            armor_profile_word(job->trial, armor_slice_of(rule->comm), &decided->comm) < 0) {
            decided->comm = NULL; /* only for show */
        }
    }
    if (r < 0) {
        return promote_fail(job, r == -E2BIG ? PROMOTE_TOO_MANY : PROMOTE_INTERNAL,
                            "forget rules that aren't needed, or learn the container anew",
                            "the rule can't be taken: %s", strerror(-r));
    }
    job->decided++;
    return STEP_NEXT;
}

static enum step_outcome decide_denial(const struct decision *decision, const struct denial *denial)
{
    struct promote_job *job = decision->job;
    if (!denial) {
        return promote_fail(job, PROMOTE_RULE_UNKNOWN, "`armorctl denials` lists those that wait",
                            "%s has no denial %llu", job->request.name,
                            (unsigned long long)job->request.denial);
    }
    if (!denial->rule) {
        return promote_fail(job, PROMOTE_RULE_UNKNOWN, "see its event: `armorctl denials --json`",
                            "no rule would allow what denial %llu asks for (%s)",
                            (unsigned long long)denial->id, armor_skip_name(denial->skip));
    }
    return decide(decision, denial->rule, true);
}

/* What a guard rail holds is for one decision at a time, with its name read. */
static enum step_outcome decide_all(const struct decision *decision)
{
    struct promote_job *job = decision->job;
    const struct denials *denials = &job->container->denials;
    enum step_outcome outcome = STEP_NEXT;
    size_t held = 0;
    for (size_t i = 0; outcome == STEP_NEXT && i < denials->count; i++) {
        const struct armor_rule *rule = denials->entries[i].rule;
        if (!rule || rule->guard) {
            held++;
        } else {
            outcome = decide(decision, rule, true);
        }
    }
    if (outcome == STEP_NEXT && job->decided == 0) {
        return promote_fail(
            job, held ? PROMOTE_RULE_GUARDED : PROMOTE_RULE_UNKNOWN,
            "accept them one by one: armorctl accept --denial ID",
            held ? "each denial of %s that waits is held by a guard rail, or no rule can allow it"
                 : "no denial of %s waits for a decision",
            job->request.name);
    }
    if (outcome == STEP_NEXT && held > 0) {
        (void)snprintf(
            job->result.advice, sizeof job->result.advice,
            "%zu denials were left: a guard rail holds them, or no rule can allow them; decide each with "
            "armorctl accept or deny --denial ID",
            held);
    }
    return outcome;
}

static enum step_outcome decide_text(const struct decision *decision)
{
    struct promote_job *job = decision->job;
    struct armor_slice wanted = words_of(armor_slice_of(job->request.rule));
    bool failed = false;
    const struct armor_rule *rule = wanted.length ? find_text(job->trial, wanted, &failed) : NULL;
    if (!rule &&
        wanted.length) { /* what the guard rails hold of several accesses together, as `rules` shows it */
        failed = failed || armor_guard_review(job->trial, &job->reviewed) < 0;
        rule = find_text(job->reviewed, wanted, &failed);
    }
    const struct armor_rule *refused =
        wanted.length ? find_text(job->container->denials.profile, wanted, &failed) : NULL;
    if (failed) {
        return promote_fail(job, PROMOTE_INTERNAL, "", "out of memory");
    }
    if (!rule && !refused) {
        return promote_fail(job, PROMOTE_RULE_UNKNOWN,
                            "give it as `armorctl rules` or `armorctl denials` prints it, in quotes",
                            "%s has no rule and no denial that reads %.200s", job->request.name,
                            job->request.rule);
    }
    return refused ? decide(decision, refused, true) : decide(decision, rule, false);
}

enum step_outcome promote_decide(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = job->container;
    struct armor_error err = {0};
    struct decision decision = {
        .job = job,
        .state = job->request.verb == PROMOTE_ACCEPT ? ARMOR_STATE_ACTIVE : ARMOR_STATE_DENIED,
        .now_usec = clock_now(),
    };
    /* No pointer to a rule may be kept by then; what can't be written now is written with the change, or the next flush. */
    int r = pipeline_commit(job->manager->pipeline, &err);
    container->unsaved = container->unsaved || r < 0;
    if (armor_profile_copy(container->profile, container->seed, &job->trial) < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "try again later", "out of memory");
    }
    job->novel = container->novel;
    job->decided_usec = decision.now_usec;
    if (job->request.all_denials) {
        return decide_all(&decision);
    }
    return job->request.rule
               ? decide_text(&decision)
               : decide_denial(&decision, denials_find(&container->denials, job->request.denial));
}

enum step_outcome promote_ask_decided(struct promote_job *job, struct loader_call *ret_call)
{
    if (job->container->mode != ARMOR_MODE_ENFORCED) {
        return STEP_NEXT;
    }
    enum step_outcome outcome = promote_render(job, ARMOR_MODE_ENFORCED);
    return outcome == STEP_NEXT ? promote_ask_text(job, ARMOR_MODE_ENFORCED, ret_call) : outcome;
}

enum step_outcome promote_take_decided(struct promote_job *job, int code, const struct loader_reply *reply,
                                       const struct armor_error *err)
{
    enum step_outcome outcome = promote_take_load(job, code, reply, err, ARMOR_MODE_ENFORCED);
    if (outcome == STEP_NEXT && job->container->novel != job->novel) {
        return promote_fail(job, PROMOTE_BUSY, "try again in a moment",
                            "a rule of %s was learned at the same time", job->request.name);
    }
    return outcome;
}

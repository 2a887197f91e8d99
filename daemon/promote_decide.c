/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accept and deny: an operator's word on a rule, or on all of a profile. It is tried on a copy of the profile state, so that nothing has changed when the
 * kernel refuses; where the container is enforced the new text is in force before the store and the state have it.
 */
#include "promote_private.h"

#include "armor/guard.h"
#include "armor/rule_text.h"
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

/* Let ACCESS be decided in the job's copy; *RET_RULE is the rule that has it. */
static enum step_outcome decide_access(const struct decision *decision, const struct armor_access *access,
                                       struct armor_rule **ret_rule)
{
    struct promote_job *job = decision->job;
    int r = armor_profile_decide(job->trial, access, decision->state, armor_slice_of(job->request.author),
                                 decision->now_usec, ret_rule);
    if (r < 0) {
        return promote_fail(job, r == -E2BIG ? PROMOTE_TOO_MANY : PROMOTE_INTERNAL,
                            "forget rules that aren't needed, or learn the container anew",
                            "the rule can't be taken: %s", strerror(-r));
    }
    job->decided++;
    return STEP_NEXT;
}

/* Let what RULE, of whichever profile state, says be decided in the job's copy; COUNT and times come from RULE if it is of a denial. */
static enum step_outcome decide(const struct decision *decision, const struct armor_rule *rule, bool refused)
{
    struct promote_job *job = decision->job;
    const struct armor_access access = armor_rule_access(rule);
    struct armor_rule *decided = NULL;
    enum step_outcome outcome = decide_access(decision, &access, &decided);
    if (outcome == STEP_NEXT && refused) {
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
    return outcome;
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
        if (!rule || armor_rule_more(rule)->guard) {
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

/* Whether anything that was seen is decided by the rule ACCESS. */
static bool was_seen(const struct armor_profile *reviewed, struct armor_access access, enum armor_state state)
{
    access.state = state;
    const struct armor_rule *rule = armor_profile_find(reviewed, &access);
    return rule && rule->count > 0;
}

/* Let CLAUSE, which somebody wrote and no rule reads as, be decided as it is written. */
static enum step_outcome decide_clause(const struct decision *decision, const struct armor_clause *clause)
{
    struct promote_job *job = decision->job;
    struct armor_access accesses[ARMOR_CLAUSE_ACCESSES_MAX];
    const char *label = job->trial->label;
    const char *why = NULL;
    enum step_outcome outcome = STEP_NEXT;
    size_t count = armor_clause_accesses(clause, label, label, accesses, &why);
    if (count == 0) {
        return promote_fail(job, PROMOTE_RULE_UNKNOWN, "give a rule as `armorctl rules` prints one",
                            "no rule here can say %.200s: %s", clause->text, why);
    }
    for (size_t i = 0; i < count && outcome == STEP_NEXT; i++) {
        struct armor_rule *decided = NULL;
        outcome = decide_access(decision, &accesses[i], &decided);
    }
    struct armor_profile *reviewed = NULL;
    if (outcome == STEP_NEXT && armor_guard_review(job->trial, &reviewed) >= 0 &&
        !was_seen(reviewed ? reviewed : job->trial, accesses[0], decision->state)) {
        (void)snprintf(job->result.advice, sizeof job->result.advice,
                       "nothing has asked for %.200s so far: see that it is what was meant", clause->text);
    }
    armor_profile_free(reviewed);
    return outcome;
}

/* Let the rules that the request's text is, though none reads so, be decided as they are written. */
static enum step_outcome decide_written(const struct decision *decision)
{
    struct promote_job *job = decision->job;
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    char text[sizeof err.text + 64];
    int r = armor_rules_read(armor_slice_of(job->request.rule), job->trial->label, job->manager->seed,
                             &reading, &err);
    if (r == -ENOMEM) {
        return promote_fail(job, PROMOTE_INTERNAL, "try again later", "out of memory");
    }
    if (r < 0) {
        return promote_fail(job, PROMOTE_RULE_UNKNOWN,
                            "give it as `armorctl rules` or `armorctl denials` prints it, in quotes",
                            "%s has no rule and no denial that reads %.200s, and it is none by itself: %s",
                            job->request.name, job->request.rule,
                            armor_error_format(&err, text, sizeof text));
    }
    enum step_outcome outcome = STEP_NEXT;
    for (size_t i = 0; i < reading->sections[0].clause_count && outcome == STEP_NEXT; i++) {
        outcome = decide_clause(decision, &reading->sections[0].clauses[i]);
    }
    armor_reading_free(reading);
    return outcome;
}

/* The rule of one of the profile states, in this order, that reads as the request's text, and whether it is of a denial; NULL: none. */
static int find_rule(struct promote_job *job, const struct armor_rule **ret_rule, bool *ret_refused)
{
    struct armor_slice text = armor_slice_of(job->request.rule);
    const struct armor_profile *refused = job->container->denials.profile;
    int r = refused ? armor_rule_find_text(refused, text, ret_rule) : 0;
    *ret_refused = r == 1;
    r = r == 0 ? armor_rule_find_text(job->trial, text, ret_rule) : r;
    if (r == 0) { /* what the guard rails hold of several accesses together, as `rules` shows it */
        r = armor_guard_review(job->trial, &job->reviewed);
        r = r == 1 ? armor_rule_find_text(job->reviewed, text, ret_rule) : r;
    }
    return r;
}

static enum step_outcome decide_text(const struct decision *decision)
{
    struct promote_job *job = decision->job;
    const struct armor_rule *rule = NULL;
    bool refused = false;
    if (find_rule(job, &rule, &refused) < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "try again later", "out of memory");
    }
    return rule ? decide(decision, rule, refused) : decide_written(decision);
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
    if (job->request.stated) {
        return promote_state(job, job->trial);
    }
    enum step_outcome outcome =
        job->request.rule ? decide_text(&decision)
                          : decide_denial(&decision, denials_find(&container->denials, job->request.denial));
    if (outcome == STEP_NEXT && decision.state == ARMOR_STATE_ACTIVE) {
        promote_tell_floor(job, job->trial);
    }
    return outcome;
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gates of enforce: those that cost nothing first; when they are open, the candidate is compiled and the kernel asked. And, after the load,
 * who is under the profile now.
 */
#include "promote_private.h"

#include "armor/guard.h"
#include "history.h"

#include <errno.h>
#include <stdio.h>

static enum step_outcome refuse(struct promote_job *job)
{
    size_t shut = 0;
    while (job->result.gates[shut].passed || job->result.gates[shut].overridden ||
           job->result.gates[shut].not_asked) {
        shut++;
    }
    return promote_fail(job, PROMOTE_GATE_REFUSED, "do what the reason says, or name the gate as an override",
                        "%s isn't ready to be enforced: %s", job->request.name,
                        job->result.gates[shut].reason);
}

/* Ask them all, with what is known by now. Returns whether they are open. */
static bool ask_gates(struct promote_job *job)
{
    gate_done(job->result.gates);
    job->result.gates_asked = true;
    job->result.open = gate_ask_all(job->container, &job->inspection, &job->proved, job->request.override,
                                    job->result.gates);
    return job->result.open;
}

enum step_outcome promote_pass_gates(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    promote_drain(job);
    const struct choices choices = settings_choices(&job->manager->settings, &job->container->own);
    (void)history_judge(job->container, choices.ready_percent);
    return ask_gates(job) || job->request.dry_run ? STEP_NEXT : refuse(job);
}

enum step_outcome promote_ask_proof(struct promote_job *job, struct loader_call *ret_call)
{
    struct armor_profile *policy = NULL;
    int r = promote_policy(job, ARMOR_MODE_ENFORCED, &policy);
    /* What only the guard rails' view of the whole holds isn't in the policy, and the gate `reviewed` has spoken of it. */
    int held = r < 0 ? r : armor_guard_review(job->container->profile, &job->reviewed);
    if (held < 0) {
        armor_profile_free(policy);
        return promote_fail(job, PROMOTE_INTERNAL, "try again later", "out of memory");
    }
    if (r == 0) {
        (void)snprintf(policy->label, sizeof policy->label, "%s", LOADER_CANDIDATE);
        r = proof_make(job->reviewed ? job->reviewed : job->container->profile, policy, job->manager->seed,
                       &job->proof);
        armor_profile_free(policy);
    }
    if (r < 0) {
        return promote_fail(job, r == -E2BIG ? PROMOTE_TOO_MANY : PROMOTE_INTERNAL,
                            "forget the container and learn it anew with fewer names",
                            "the candidate can't be made: %s", strerror(-r));
    }
    *ret_call = (struct loader_call){.operation = LOADER_PROVE,
                                     .value = job->proof.lines,
                                     .text = {job->proof.text.bytes, job->proof.text.length}};
    return STEP_ASK;
}

enum step_outcome promote_take_proof(struct promote_job *job, int code, const struct loader_reply *reply,
                                     const struct armor_error *err)
{
    if (!reply) {
        return promote_fail_loader(job, code, reply, err);
    }
    proof_read(&job->proof, job->reviewed ? job->reviewed : job->container->profile, reply, &job->proved);
    proof_done(&job->proof);
    bool open = ask_gates(job);
    if (job->request.dry_run) {
        return STEP_END;
    }
    return open ? STEP_NEXT : refuse(job);
}

enum step_outcome promote_ask_verification(struct promote_job *job, struct loader_call *ret_call)
{
    *ret_call = (struct loader_call){.operation = LOADER_INSPECT, .name = job->container->profile->label};
    return STEP_ASK;
}

/* The profile is in force whatever comes of this: what it shows is for the operator. */
enum step_outcome promote_take_verification(struct promote_job *job, int code,
                                            const struct loader_reply *reply, const struct armor_error *err)
{
    struct promote_result *result = &job->result;
    char *advice = result->advice;
    size_t size = sizeof result->advice;
    if (code < 0) {
        (void)snprintf(advice, size, "who runs under the profile now can't be told: %.200s",
                       reply ? reply->text : err->text);
        return STEP_NEXT;
    }
    result->verification = (struct promote_verification){.asked = true,
                                                         .processes = reply->processes,
                                                         .null_processes = reply->null_processes,
                                                         .outside = reply->outside,
                                                         .outside_pid = reply->outside_pid};
    if (reply->null_processes > 0) {
        (void)snprintf(
            advice, size,
            "restart the container: %u of its processes run in a child profile that stays in complain mode",
            reply->null_processes);
    } else if (reply->outside > 0) {
        (void)snprintf(
            advice, size,
            "restart the container: %u of its processes, such as %u, run under another profile or none",
            reply->outside, reply->outside_pid);
    } else if (reply->processes == 0) {
        (void)snprintf(advice, size,
                       "no process runs under %s now: start the container with --security-opt apparmor=%s",
                       job->container->profile->label, job->container->profile->label);
    }
    return STEP_NEXT;
}

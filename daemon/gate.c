/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates: what stands between a learned profile and enforce, each one small question about one container. See gate.h. */
#include "gate.h"

#include "armor/burst.h"
#include "armor/guard.h"
#include "armor/json.h"
#include "armor/limits.h"
#include "armor/text.h"
#include "armor/time.h"

#include <errno.h>
#include <stdio.h>

static void complete(const struct container *container, const struct loader_reply *inspection,
                     struct gate_result *result)
{
    (void)inspection;
    char since[ARMOR_TIME_SIZE];
    result->passed = container_complete(container);
    if (result->passed) {
        (void)snprintf(result->reason, sizeof result->reason, "no record was lost since learning began at %s",
                       armor_time_format(container->since_usec, since));
        return;
    }
    for (size_t i = 0; i < CONTAINER_GAP_COUNT; i++) {
        if (container->gaps[i][0]) {
            (void)snprintf(result->reason, sizeof result->reason, "%s", container->gaps[i]);
            return;
        }
    }
}

static void observed(const struct container *container, const struct loader_reply *inspection,
                     struct gate_result *result)
{
    size_t seen = 0;
    size_t accepted = 0;
    for (size_t i = 0; i < container->profile->rule_count; i++) {
        const struct armor_rule *rule = container->profile->rules[i];
        seen += rule->count > 0;
        accepted += rule->state == ARMOR_STATE_ACTIVE && rule->origin == ARMOR_ORIGIN_ACCEPTED;
    }
    /* What a learning profile allows isn't logged: under a profile that was taken over, nothing may be all that there is to see. */
    bool quiet = seen == 0 && accepted > 0 && inspection->processes > 0;
    result->passed = seen > 0 || quiet;
    if (quiet) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "the %u process%s under %s asked for nothing beyond the %zu rule%s that %s accepted",
                       inspection->processes, inspection->processes == 1 ? "" : "es",
                       container->profile->label, accepted, accepted == 1 ? "" : "s",
                       accepted == 1 ? "was" : "were");
    } else if (result->passed) {
        (void)snprintf(result->reason, sizeof result->reason, "%llu events gave %zu rules that were used",
                       (unsigned long long)container->profile->events, seen);
    } else if (inspection->processes == 0) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "nothing was seen, and no process runs under %s: start the container with "
                       "--security-opt apparmor=%s",
                       container->profile->label, container->profile->label);
    } else {
        (void)snprintf(
            result->reason, sizeof result->reason,
            "nothing was seen of the %u processes under %s: use the container as it is meant to be used",
            inspection->processes, container->profile->label);
    }
}

/* As judged right before; what else stands in a verdict's way has a gate of its own. */
static void ready(const struct container *container, const struct loader_reply *inspection,
                  struct gate_result *result)
{
    (void)inspection;
    const struct armor_readiness *readiness = &container->history.readiness;
    result->passed = readiness->enough;
    if (result->passed) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "the chance that the next run needs a rule that isn't there is %.0f %% by %u runs",
                       100 * readiness->chance, container->history.runs.count);
    } else {
        (void)snprintf(result->reason, sizeof result->reason, "%.180s; do: %.100s", readiness->verdict,
                       readiness->advice);
    }
}

static void contained(const struct container *container, const struct loader_reply *inspection,
                      struct gate_result *result)
{
    result->passed = !container->profile->null_child && inspection->null_processes == 0;
    if (result->passed) {
        (void)snprintf(result->reason, sizeof result->reason, "every process stayed in the profile");
    } else if (inspection->null_processes > 0) {
        (void)snprintf(
            result->reason, sizeof result->reason,
            "%u processes run in a child profile, which enforce doesn't reach: restart the container",
            inspection->null_processes);
    } else {
        (void)snprintf(result->reason, sizeof result->reason,
                       "a process went on in a child profile, where not everything is logged: restart the "
                       "container, and have it do again what it did");
    }
}

/* Add LINE, which has words of the container's, to the evidence; what finds no memory isn't shown. */
static void add_line(struct gate_result *result, const struct armor_text *line)
{
    json_t *object = json_object();
    result->evidence = result->evidence ? result->evidence : json_array();
    if (!line->error && json_array_size(result->evidence) < GATE_EVIDENCE_MAX &&
        armor_json_set_bytes(object, "line", (struct armor_slice){line->bytes, line->length}) == 0) {
        (void)json_array_append(result->evidence, json_object_get(object, "line"));
    }
    json_decref(object);
}

/* What most of BURST was, as evidence: "600 in /tmp/". */
static void add_shares(struct gate_result *result, const struct armor_profile *profile,
                       const struct armor_burst *burst, enum armor_burst_share_by by, const char *what)
{
    struct armor_burst_share shares[ARMOR_BURST_SHARES];
    int count = armor_burst_shares(profile, burst, by, shares);
    for (int i = 0; i < count; i++) {
        struct armor_text line ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT(ARMOR_RECORD_MAX);
        armor_text_format(&line, "%zu %s ", shares[i].rules, what);
        armor_text_slice(&line, shares[i].word);
        add_line(result, &line);
    }
}

static void calm(const struct container *container, const struct loader_reply *inspection,
                 struct gate_result *result)
{
    enum { START_MINUTES = ARMOR_BURST_START_SECONDS / 60 };
    struct armor_burst burst = {0};
    char from[ARMOR_TIME_SIZE];
    (void)inspection;
    int code = armor_burst_find(container->profile, &burst);
    result->passed = code == 0;
    if (code < 0) {
        (void)snprintf(result->reason, sizeof result->reason, "out of memory: try again");
    } else if (code == 0 && burst.rules == 0) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "nothing was new later than %d minutes after its first access", START_MINUTES);
    } else if (code == 0) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "later than %d minutes after its first access, no minute brought more than %zu new "
                       "rules",
                       START_MINUTES, burst.rules);
    } else {
        (void)snprintf(result->reason, sizeof result->reason,
                       "%zu rules were new in the minute from %s on, and a service that runs asks for %d at "
                       "most; do: see who asked (armorctl rules): if it was the service's own work, override "
                       "this gate, if not, learn anew",
                       burst.rules, armor_time_format(burst.from_usec, from), ARMOR_BURST_RULES);
        add_shares(result, container->profile, &burst, ARMOR_BURST_BY_DIRECTORY, "in");
        add_shares(result, container->profile, &burst, ARMOR_BURST_BY_PROGRAM, "asked for by");
    }
}

/* Add RULE of PROFILE to the evidence, as `rules` prints it. */
static void add_rule(struct gate_result *result, const struct armor_profile *profile,
                     const struct armor_rule *rule)
{
    struct armor_text text ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    armor_render_rule(profile, rule, &text);
    add_line(result, &text);
}

/* A rule that is only expected, and was never seen, is in no profile: it holds nothing up. */
static void reviewed(const struct container *container, const struct loader_reply *inspection,
                     struct gate_result *result)
{
    (void)inspection;
    struct armor_profile *copy = NULL;
    size_t waiting = 0;
    size_t expected = 0;
    if (armor_guard_review(container->profile, &copy) < 0) {
        (void)snprintf(result->reason, sizeof result->reason, "there is no memory to look through the rules");
        return;
    }
    const struct armor_profile *profile = copy ? copy : container->profile;
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        expected += rule->state == ARMOR_STATE_EXPECTED;
        if (rule->state == ARMOR_STATE_QUARANTINED) {
            waiting++;
            add_rule(result, profile, rule);
        }
    }
    armor_profile_free(copy);
    result->passed = waiting == 0;
    if (waiting > 0) {
        (void)snprintf(
            result->reason, sizeof result->reason,
            "%zu rule%s held by a guard rail and wait%s for a decision: armorctl accept or deny, each",
            waiting, waiting == 1 ? " is" : "s are", waiting == 1 ? "s" : "");
    } else {
        (void)snprintf(result->reason, sizeof result->reason,
                       "no rule waits for a decision; %zu were expected and never seen", expected);
    }
}

static void compiles(const struct gate_proof *proof, struct gate_result *result)
{
    result->passed = proof->compiled;
    if (result->passed) {
        (void)snprintf(result->reason, sizeof result->reason, "apparmor_parser took it in %u ms",
                       proof->compile_usec / 1000);
    } else {
        (void)snprintf(result->reason, sizeof result->reason, "%s", proof->complaint);
    }
}

/* What is known of the candidate, as far as words go; a kernel that doesn't answer leaves the matcher's word alone, which isn't enough. */
static void proved(const struct gate_proof *proof, struct gate_result *result)
{
    if (!proof->compiled) {
        result->not_asked = true;
        (void)snprintf(result->reason, sizeof result->reason, "not asked, since the profile doesn't compile");
        return;
    }
    result->passed = !proof->complaint[0] && proof->refused == 0;
    result->evidence = json_incref(proof->refusals);
    (void)snprintf(
        result->reason, sizeof result->reason,
        "%s%.120s%sof %zu accesses that were seen, %zu were asked of the kernel, %zu checked by armord's "
        "own matcher, %zu can't be judged, for want of a literal name; %zu refused",
        proof->complaint[0] ? "the kernel didn't answer: " : "", proof->complaint,
        proof->complaint[0] ? "; " : "", proof->kernel + proof->checked + proof->unjudged, proof->kernel,
        proof->checked, proof->unjudged, proof->refused);
}

static const struct {
    const char *name;
    void (*ask)(const struct container *container, const struct loader_reply *inspection,
                struct gate_result *result);
    void (*judge)(const struct gate_proof *proof, struct gate_result *result); /* for those that cost */
} gates[GATE_COUNT] = {
    [GATE_COMPLETE] = {"complete", complete, NULL},
    [GATE_OBSERVED] = {"observed", observed, NULL},
    [GATE_READY] = {"ready", ready, NULL},
    [GATE_CONTAINED] = {"contained", contained, NULL},
    [GATE_CALM] = {"calm", calm, NULL},
    [GATE_REVIEWED] = {"reviewed", reviewed, NULL},
    [GATE_COMPILES] = {"compiles", NULL, compiles},
    [GATE_PROVED] = {"proved", NULL, proved},
};

const char *gate_name(enum gate gate)
{
    return (size_t)gate < GATE_COUNT ? gates[gate].name : "unknown";
}

int gate_from_name(struct armor_slice name)
{
    for (int i = 0; i < GATE_COUNT; i++) {
        if (armor_slice_is(name, gates[i].name)) {
            return i;
        }
    }
    return -EINVAL;
}

bool gate_ask_all(const struct container *container, const struct loader_reply *inspection,
                  const struct gate_proof *proof, const bool override[static GATE_COUNT],
                  struct gate_result ret_results[static GATE_COUNT])
{
    bool open = true;
    for (size_t i = 0; i < GATE_COUNT; i++) {
        struct gate_result result = {0};
        if (gates[i].ask) {
            gates[i].ask(container, inspection, &result);
        } else if (proof->asked) {
            gates[i].judge(proof, &result);
        } else {
            result.not_asked = true;
            (void)snprintf(result.reason, sizeof result.reason,
                           "not asked yet: it comes when the gates before it are open");
        }
        result.overridden = !result.passed && !result.not_asked && override[i];
        open = open && (result.passed || result.overridden || result.not_asked);
        ret_results[i] = result;
    }
    return open;
}

void gate_done(struct gate_result results[static GATE_COUNT])
{
    for (size_t i = 0; i < GATE_COUNT; i++) {
        json_decref(results[i].evidence);
        results[i].evidence = NULL;
    }
}

static const char *verdict_of(const struct gate_result *result)
{
    return result->not_asked ? "not-asked" : result->passed ? "passed" : "refused";
}

json_t *gate_to_json(const struct gate_result results[static GATE_COUNT])
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < GATE_COUNT; i++) {
        json_t *object = json_pack("{s:s, s:b, s:s, s:s, s:b}", "gate", gates[i].name, "passed",
                                   results[i].passed, "verdict", verdict_of(&results[i]), "reason",
                                   results[i].reason, "overridden", results[i].overridden);
        int failed =
            object && results[i].evidence ? json_object_set(object, "evidence", results[i].evidence) : 0;
        if (failed) {
            json_decref(object);
            object = NULL;
        }
        if (json_array_append_new(array, object) < 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

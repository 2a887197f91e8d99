/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates: what stands between a learned profile and enforce, each one small question about one container. See gate.h. */
#include "gate.h"

#include "armor/burst.h"
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
    for (size_t i = 0; i < container->profile->rule_count; i++) {
        seen += container->profile->rules[i]->count > 0;
    }
    result->passed = seen > 0;
    if (result->passed) {
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
                       "container, and "
                       "have it do again what it did");
    }
}

static void calm(const struct container *container, const struct loader_reply *inspection,
                 struct gate_result *result)
{
    struct armor_burst burst = {0};
    char from[ARMOR_TIME_SIZE];
    (void)inspection;
    int code = armor_burst_find(container->profile, &burst);
    result->passed = code == 0;
    if (code < 0) {
        (void)snprintf(result->reason, sizeof result->reason, "out of memory: try again");
    } else if (code == 0) {
        (void)snprintf(result->reason, sizeof result->reason,
                       "once it ran, no minute brought more than %zu new rules", burst.rules);
    } else {
        (void)snprintf(
            result->reason, sizeof result->reason,
            "%zu rules were new within a minute from %s on, more than services ask for once they run: "
            "see who asked, with `armorctl rules %s`",
            burst.rules, armor_time_format(burst.from_usec, from), container->profile->name);
    }
}

static const struct {
    const char *name;
    void (*ask)(const struct container *container, const struct loader_reply *inspection,
                struct gate_result *result);
} gates[GATE_COUNT] = {
    [GATE_COMPLETE] = {"complete", complete},
    [GATE_OBSERVED] = {"observed", observed},
    [GATE_READY] = {"ready", ready},
    [GATE_CONTAINED] = {"contained", contained},
    [GATE_CALM] = {"calm", calm},
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
                  const bool override[static GATE_COUNT], struct gate_result ret_results[static GATE_COUNT])
{
    bool open = true;
    for (size_t i = 0; i < GATE_COUNT; i++) {
        struct gate_result result = {0};
        gates[i].ask(container, inspection, &result);
        result.overridden = !result.passed && override[i];
        open = open && (result.passed || result.overridden);
        ret_results[i] = result;
    }
    return open;
}

json_t *gate_to_json(const struct gate_result results[static GATE_COUNT])
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < GATE_COUNT; i++) {
        json_t *object = json_pack("{s:s, s:b, s:s, s:b}", "gate", gates[i].name, "passed", results[i].passed,
                                   "reason", results[i].reason, "overridden", results[i].overridden);
        if (json_array_append_new(array, object) < 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A verdict with all its parts, the runs it is made of, and a learning curve, as JSON. See armor/json.h. */
#include "armor/json.h"

#include "armor/time.h"

/* A chance as people and graphs want it: four digits. */
static double rounded(double value)
{
    return (double)(int64_t)(value * 10000 + 0.5) / 10000;
}

json_t *armor_readiness_to_json(const struct armor_readiness *readiness)
{
    json_t *object = json_pack("{s:b, s:b, s:I, s:s}", "ready", readiness->ready, "enough", readiness->enough,
                               "more_runs", (json_int_t)readiness->more, "verdict", readiness->verdict);
    json_t *estimate = json_pack("{s:f, s:f, s:f, s:I, s:I, s:f}", "chance", rounded(readiness->chance),
                                 "low", rounded(readiness->low), "high", rounded(readiness->high),
                                 "judged_runs", (json_int_t)readiness->judged, "novel_runs",
                                 (json_int_t)readiness->novel, "weight", rounded(readiness->weight));
    int failed = object && estimate ? 0 : -1;
    failed |= readiness->known && !failed ? json_object_update(object, estimate) : 0;
    failed |=
        readiness->advice[0] ? json_object_set_new(object, "advice", json_string(readiness->advice)) : 0;
    json_decref(estimate);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Append ITEM to ARRAY, both of which are taken. Returns ARRAY; NULL: out of memory. */
static json_t *append(json_t *array, json_t *item)
{
    if (json_array_append_new(array, item) == 0) {
        return array;
    }
    json_decref(array);
    return NULL;
}

json_t *armor_runs_to_json(const struct armor_runs *runs)
{
    char time[ARMOR_TIME_SIZE];
    json_t *array = json_array();
    uint32_t first = runs->count > ARMOR_RUNS_MAX ? runs->count - ARMOR_RUNS_MAX + 1 : 1;
    for (uint32_t number = first; array && number <= runs->count; number++) {
        const struct armor_run *run = armor_runs_get(runs, number);
        array = append(array, json_pack("{s:I, s:s, s:I, s:I, s:I, s:b}", "number", (json_int_t)number,
                                        "started", armor_time_format(run->started_usec, time), "novel",
                                        (json_int_t)run->novel, "used", (json_int_t)run->used, "known",
                                        (json_int_t)run->known, "whole", run->whole));
    }
    return array;
}

json_t *armor_curve_to_json(const struct armor_curve *curve)
{
    char time[ARMOR_TIME_SIZE];
    json_t *array = json_array();
    for (uint32_t i = 0; array && i < curve->count; i++) {
        const struct armor_point *point = &curve->points[i];
        array = append(array,
                       json_pack("[s, I]", armor_time_format(point->usec, time), (json_int_t)point->rules));
    }
    return array;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Burst: a window over the times at which rules were first asked for. See armor/burst.h. */
#include "armor/burst.h"

#include <errno.h>
#include <stdlib.h>

static const int64_t second_usec = 1000000;

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

/* The times of the rules that were seen, sorted; the caller frees. */
static int64_t *times_of(const struct armor_profile *evidence, size_t *ret_count)
{
    size_t count = 0;
    int64_t *times = calloc(evidence->rule_count + 1, sizeof *times);
    for (size_t i = 0; times && i < evidence->rule_count; i++) {
        if (evidence->rules[i]->count > 0) {
            times[count++] = evidence->rules[i]->first_usec;
        }
    }
    if (times) {
        qsort(times, count, sizeof *times, compare);
    }
    *ret_count = count;
    return times;
}

int armor_burst_find(const struct armor_profile *evidence, struct armor_burst *ret_burst)
{
    struct armor_burst burst = {0};
    size_t count = 0;
    int64_t *times = times_of(evidence, &count);
    if (!times) {
        return -ENOMEM;
    }
    size_t first = 0;
    while (first < count && times[first] - times[0] < ARMOR_BURST_START_SECONDS * second_usec) {
        first++;
    }
    for (size_t last = first; last < count; last++) {
        while (times[last] - times[first] >= ARMOR_BURST_SECONDS * second_usec) {
            first++;
        }
        if (last - first + 1 > burst.rules) {
            burst = (struct armor_burst){last - first + 1, times[first]};
        }
    }
    free(times);
    *ret_burst = burst;
    return burst.rules > ARMOR_BURST_RULES;
}

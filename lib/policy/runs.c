/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runs of a container: a ring of the newest ones. See armor/readiness.h. */
#include "armor/readiness.h"

struct armor_run *armor_runs_begin(struct armor_runs *runs, int64_t started_usec)
{
    runs->count++;
    struct armor_run *run = &runs->kept[(runs->count - 1) % ARMOR_RUNS_MAX];
    *run = (struct armor_run){.started_usec = started_usec};
    return run;
}

const struct armor_run *armor_runs_get(const struct armor_runs *runs, uint32_t number)
{
    bool kept = number > 0 && number <= runs->count && runs->count - number < ARMOR_RUNS_MAX;
    return kept ? &runs->kept[(number - 1) % ARMOR_RUNS_MAX] : NULL;
}

struct armor_run *armor_runs_at(struct armor_runs *runs, uint32_t number)
{
    return armor_runs_get(runs, number) ? &runs->kept[(number - 1) % ARMOR_RUNS_MAX] : NULL;
}

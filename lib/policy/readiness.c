/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Readiness: the chance that the next run needs a rule that isn't there, and a verdict in words. See armor/readiness.h.
 *
 * The model: news come at a rate that falls as one over what was done before. A run of exposure w after exposure T has news with
 * chance 1 - exp(-c w / T). That is the middle between a container that has done all it does (news stop) and one that does new things for
 * ever (they don't): docs/readiness.md has how well it predicts beside others. Of c nothing is known but its size, so each order
 * of magnitude from 0.3 to 50 is as likely as another beforehand; the runs then weigh them.
 */
#include "armor/readiness.h"

#include <math.h>
#include <stdio.h>

enum {
    RATES = 64,      /* values of c that are weighed */
    MORE_MAX = 1000, /* runs that are worth asking for */
};

static const double rate_least = 0.3;
static const double rate_most = 50;
static const double low_tail = 0.01;
static const double high_tail = 0.99;
static const double part_small = 0.5; /* of the rules: a run that used fewer says little */

/* What is believed of c, given the runs so far. */
struct belief {
    double rates[RATES];   /* c, the least one first */
    double weights[RATES]; /* of each; their sum is 1 */
    double exposure;       /* of all runs so far, the first one being 1 */
};

static void begin(struct belief *belief)
{
    double step = log(rate_most / rate_least) / (RATES - 1);
    belief->exposure = 1;
    for (size_t i = 0; i < RATES; i++) {
        belief->rates[i] = rate_least * exp(step * (double)i);
        belief->weights[i] = 1.0 / RATES;
    }
}

/* A run of EXPOSURE came, with or without NEWS. */
static void see(struct belief *belief, double exposure, bool news)
{
    double sum = 0;
    for (size_t i = 0; i < RATES; i++) {
        double none = exp(-belief->rates[i] * exposure / belief->exposure);
        belief->weights[i] *= news ? 1 - none : none;
        sum += belief->weights[i];
    }
    for (size_t i = 0; i < RATES; i++) {
        belief->weights[i] = sum > 0 ? belief->weights[i] / sum : 1.0 / RATES;
    }
    belief->exposure += exposure;
}

/* The chance that a full run after these has news, by the rate of that NUMBER. */
static double chance_by(const struct belief *belief, size_t number)
{
    return 1 - exp(-belief->rates[number] / belief->exposure);
}

static double chance_of(const struct belief *belief)
{
    double chance = 0;
    for (size_t i = 0; i < RATES; i++) {
        chance += belief->weights[i] * chance_by(belief, i);
    }
    return chance;
}

/* The chance that the true one is at most with belief PART. */
static double quantile(const struct belief *belief, double part)
{
    double sum = 0;
    for (size_t i = 0; i < RATES; i++) {
        sum += belief->weights[i];
        if (sum >= part) {
            return chance_by(belief, i);
        }
    }
    return chance_by(belief, RATES - 1);
}

/* What RUN exposed of what the container can do: as much as it used of what is known. One with news used more than was known. */
static double exposure_of(const struct armor_run *run)
{
    double part = run->known > 0 ? (double)run->used / run->known : 0;
    return run->novel > 0 || part > 1 ? 1 : part;
}

/* Full runs without news, until the chance is LIMIT at most. */
static uint32_t runs_until(struct belief belief, double limit)
{
    uint32_t more = 0;
    while (more < MORE_MAX && chance_of(&belief) > limit) {
        see(&belief, 1, false);
        more++;
    }
    return more;
}

static void estimate(const struct armor_evidence *evidence, struct armor_readiness *readiness)
{
    const struct armor_runs *runs = evidence->runs;
    struct belief belief;
    begin(&belief);
    uint32_t first = runs->count > ARMOR_RUNS_MAX ? runs->count - ARMOR_RUNS_MAX + 1 : 1;
    for (uint32_t number = first + 1; number <= runs->count;
         number++) { /* all that the first one needs is new */
        const struct armor_run *run = armor_runs_get(runs, number);
        see(&belief, exposure_of(run), run->novel > 0);
        readiness->judged++;
        readiness->novel += run->novel > 0;
    }
    readiness->known = readiness->judged > 0;
    readiness->weight = belief.exposure - 1;
    readiness->chance = chance_of(&belief);
    readiness->low = quantile(&belief, low_tail);
    readiness->high = quantile(&belief, high_tail);
    readiness->enough = readiness->known && readiness->chance <= evidence->limit;
    readiness->more = readiness->enough ? 0 : runs_until(belief, evidence->limit);
}

/* What the first run, and then each further one, can tell. */
static void say_runs(const struct armor_evidence *evidence, struct armor_readiness *readiness)
{
    const struct armor_runs *runs = evidence->runs;
    char *verdict = readiness->verdict;
    size_t size = sizeof readiness->verdict;
    char chance[64];
    (void)snprintf(chance, sizeof chance, "%.0f %% (%.0f-%.0f %%)", 100 * readiness->chance,
                   100 * readiness->low, 100 * readiness->high);
    if (readiness->enough) {
        (void)snprintf(verdict, size,
                       "ready: %u runs seen, %u of the %u after the first with a new rule; chance that the "
                       "next needs a rule "
                       "that isn't there: %s",
                       runs->count, readiness->novel, readiness->judged, chance);
        return;
    }
    const struct armor_run *last = armor_runs_get(runs, runs->count);
    if (runs->count == 0) {
        (void)snprintf(verdict, size, "not yet: no start of the container was seen");
    } else if (runs->count == 1) {
        (void)snprintf(verdict, size,
                       "not yet: 1 run seen, and it takes another one to know what a start needs");
    } else {
        (void)snprintf(verdict, size,
                       "not yet: %u runs seen, %u of the %u after the first with a new rule; chance that the "
                       "next needs a "
                       "rule that isn't there: %s",
                       runs->count, readiness->novel, readiness->judged, chance);
    }
    bool idle = last && runs->count > 1 && last->novel == 0 && exposure_of(last) < part_small;
    if (idle) {
        (void)snprintf(readiness->advice, sizeof readiness->advice,
                       "use it as it is meant to be used: this run has needed %u of the %u rules", last->used,
                       last->known);
    } else {
        char times[32];
        (void)snprintf(times, sizeof times, "%u times more", readiness->more);
        (void)snprintf(readiness->advice, sizeof readiness->advice, "restart it %s, and use it in between",
                       readiness->more > 1 ? times : "once more");
    }
}

void armor_readiness_judge(const struct armor_evidence *evidence, struct armor_readiness *ret_readiness)
{
    struct armor_readiness readiness = {0};
    char *verdict = readiness.verdict;
    size_t size = sizeof readiness.verdict;
    char *advice = readiness.advice;
    size_t room = sizeof readiness.advice;
    estimate(evidence, &readiness);
    if (evidence->events == 0) {
        (void)snprintf(verdict, size, "not yet: nothing was seen");
        (void)snprintf(advice, room, "start the container under the profile");
    } else if (evidence->null_child) {
        (void)snprintf(verdict, size, "not yet: processes went on where the kernel doesn't log everything");
        (void)snprintf(advice, room, "restart it, and have it do again what it did");
    } else if (evidence->missing) {
        (void)snprintf(verdict, size, "not yet: %s", evidence->missing);
        (void)snprintf(
            advice, room,
            "restart it, have it do again what it did, and override the gate `complete`; or learn anew");
    } else if (!readiness.enough) {
        say_runs(evidence, &readiness);
    } else if (evidence->waiting > 0) {
        (void)snprintf(verdict, size, "not yet: %zu rule%s for your decision", evidence->waiting,
                       evidence->waiting == 1 ? " waits" : "s wait");
        (void)snprintf(advice, room, "accept or deny what is quarantined");
    } else {
        readiness.ready = true;
        say_runs(evidence, &readiness);
        if (evidence->unused > 0) {
            size_t used = strlen(verdict);
            (void)snprintf(verdict + used, size - used, "; %zu expected rule%s never used", evidence->unused,
                           evidence->unused == 1 ? " was" : "s were");
        }
    }
    *ret_readiness = readiness;
}

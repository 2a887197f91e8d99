/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Readiness: has enough been seen of a container that its profile may be enforced?
 *
 * The unit of evidence is a run, from a container's start to its end. What quieting hides is never a rule that is new, so that
 * "did this run need a rule that wasn't there?" is known of each run, whatever the kernel was told; docs/readiness.md says why the
 * estimate is made of that and of nothing else, and how well it predicts.
 */
#pragma once

#include "armor/base.h"
#include "armor/limits.h"

/* One run of a container. */
struct armor_run {
    int64_t started_usec; /* since the epoch */
    uint32_t novel;       /* rules of the policy that came in it, or grew */
    uint32_t used;        /* rules of the policy that it was seen to use; a lower bound unless it is whole */
    uint32_t known;       /* rules of the policy that it might have used, at its end or as of now */
    bool whole; /* seen from its first access on: it began while the kernel reported all but the baseline */
};

/* The runs of a container since learning began. The last one may be under way. */
struct armor_runs {
    uint32_t count;                        /* of all; the number of the last one, from 1 */
    struct armor_run kept[ARMOR_RUNS_MAX]; /* the newest ones: that of number N at (N - 1) % ARMOR_RUNS_MAX */
};

/* Begin another run. Returns it. */
struct armor_run *armor_runs_begin(struct armor_runs *runs, int64_t started_usec);

/* The run of NUMBER, or NULL when it is none or not kept any more. */
struct armor_run *armor_runs_at(struct armor_runs *runs, uint32_t number);
const struct armor_run *armor_runs_get(const struct armor_runs *runs, uint32_t number);

/* What the verdict is made of. */
struct armor_evidence {
    const struct armor_runs *runs;
    uint64_t events;     /* seen of the container since learning began */
    const char *missing; /* a sentence on what was lost; NULL: nothing was */
    bool null_child;     /* a process went on under a child profile, where not everything is logged */
    size_t waiting;      /* quarantined rules that nobody has decided on */
    size_t unused;       /* expected rules that nothing has asked for */
    double limit;        /* the largest chance that is good enough, over 0 and under 1 */
};

struct armor_readiness {
    bool ready;  /* all of it is as it should be */
    bool enough; /* the chance alone is known and within the limit */
    bool known;  /* there is evidence for a chance at all */
    double
        chance;  /* that the next run needs a rule that isn't there; 0 to 1; means something where `known` */
    double low;  /* what is believed of it reaches from here; docs/readiness.md has how often that is so */
    double high; /* to here: the one to go by where a mistake is dear */
    uint32_t judged;   /* runs that the chance is made of: those that are kept, but the first */
    uint32_t novel;    /* of these, the ones that needed a new rule */
    double weight;     /* what the judged runs count for: one that used a third of the rules counts a third */
    uint32_t more;     /* full runs without a new rule that would be enough; 0: none is wanted */
    char verdict[320]; /* a sentence: "ready: ..." or "not yet: ..." */
    char advice[160];  /* what to do; "": nothing, or to enforce */
};

/* Judge EVIDENCE. Pure; never fails. */
void armor_readiness_judge(const struct armor_evidence *evidence, struct armor_readiness *ret_readiness);

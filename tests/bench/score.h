/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Score: what was predicted beside what happened, in a table. */
#pragma once

#include "armor/readiness.h"

enum { SCORE_BINS = 5 };

struct bin {
    unsigned count;
    double predicted;
    unsigned happened;
};

struct score {
    struct bin bins[SCORE_BINS];
    struct bin ready; /* those that the default limit lets pass */
};

/* A number from 0 to below 1; the same ones each time. */
double score_random(void);

/* What is to be said after RUNS, with the default limit. */
struct armor_readiness score_judge(const struct armor_runs *runs);

/* READINESS was said of a run that then needed a new rule, or not, as HAPPENED says. */
void score_add(struct score *score, const struct armor_readiness *readiness, bool happened);

/* As a table in Markdown. */
void score_print(const char *title, const struct score *score);

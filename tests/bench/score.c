/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Score. See score.h. */
#include "score.h"

#include <stdio.h>

/* Predicted chances are told by these bounds. */
static const double bounds[SCORE_BINS] = {0.10, 0.20, 0.30, 0.50, 1.01};

static uint64_t random_state = 42;

/* xorshift64*: the same numbers each time. */
double score_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (double)((random_state * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

struct armor_readiness score_judge(const struct armor_runs *runs)
{
    struct armor_readiness readiness;
    const struct armor_evidence evidence = {.runs = runs, .events = 1, .limit = 0.2};
    armor_readiness_judge(&evidence, &readiness);
    return readiness;
}

void score_add(struct score *score, const struct armor_readiness *readiness, bool happened)
{
    size_t bin = 0;
    while (readiness->chance > bounds[bin]) {
        bin++;
    }
    struct bin *places[] = {&score->bins[bin], readiness->enough ? &score->ready : NULL};
    for (size_t i = 0; i < 2 && places[i]; i++) {
        places[i]->count++;
        places[i]->predicted += readiness->chance;
        places[i]->happened += happened;
    }
}

static void print_bin(const char *what, const struct bin *bin)
{
    if (bin->count) {
        printf("| %s | %u | %.0f %% | %.0f %% |\n", what, bin->count, 100 * bin->predicted / bin->count,
               100.0 * bin->happened / bin->count);
    }
}

void score_print(const char *title, const struct score *score)
{
    static const char *const names[SCORE_BINS] = {"up to 10 %", "10 to 20 %", "20 to 30 %", "30 to 50 %",
                                                  "over 50 %"};
    printf("\n%s\n\n| predicted | predictions | mean | it happened |\n|---|---|---|---|\n", title);
    for (size_t i = 0; i < SCORE_BINS; i++) {
        print_bin(names[i], &score->bins[i]);
    }
    print_bin("**ready** (up to 20 %)", &score->ready);
}

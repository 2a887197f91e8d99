/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up containers. See made_up.h. */
#include "made_up.h"

#include "score.h"

#include <math.h>
#include <stdio.h>

enum { SEQUENCES = 2000 }; /* containers of each kind */

/* How often the true chance, where it is known, was where the bounds say. */
struct cover {
    unsigned count;
    unsigned between;
    unsigned below; /* the upper one, or on it */
};

/* Scores of one kind of made-up container, or of some kinds together. */
struct made_up {
    struct score score;
    struct cover all, ready; /* all predictions; those that the default limit lets pass */
};

static void cover_add(struct cover *cover, const struct armor_readiness *readiness, double chance)
{
    cover->count++;
    cover->between += chance >= readiness->low && chance <= readiness->high;
    cover->below += chance <= readiness->high;
}

static void made_up_add(struct made_up *made, const struct armor_readiness *readiness, bool happened,
                        double chance)
{
    if (!readiness->known) {
        return;
    }
    score_add(&made->score, readiness, happened);
    cover_add(&made->all, readiness, chance);
    if (readiness->enough) {
        cover_add(&made->ready, readiness, chance);
    }
}

/*
 * 200 rules, of which each run needs one with a chance of its own: most always, some rarely. TAIL: how rare the rare ones are. Added to
 * both scores.
 */
static void make_up(double tail, struct made_up *made, struct made_up *total)
{
    enum { RULES = 200, LENGTH = 20 };
    double chances[RULES];
    for (unsigned n = 0; n < SEQUENCES; n++) {
        bool known[RULES] = {false};
        static struct armor_runs runs;
        runs = (struct armor_runs){0};
        for (size_t i = 0; i < RULES; i++) {
            chances[i] = i < RULES / 2 ? 1 : pow(score_random(), tail);
        }
        for (unsigned number = 0; number < LENGTH; number++) {
            struct armor_readiness readiness = score_judge(&runs);
            struct armor_run *run = armor_runs_begin(&runs, number);
            uint32_t count = 0;
            double none = 1; /* the chance that nothing is new */
            for (size_t i = 0; i < RULES; i++) {
                bool used = score_random() < chances[i];
                none *= known[i] ? 1 : 1 - chances[i];
                run->novel += used && !known[i];
                run->used += used;
                known[i] = known[i] || used;
                count += known[i];
            }
            run->known = count;
            made_up_add(made, &readiness, run->novel > 0, 1 - none);
            made_up_add(total, &readiness, run->novel > 0, 1 - none);
        }
    }
}

/* Those of a kind that the default limit lets pass. */
static void print_ready(const char *kind, const struct made_up *made)
{
    const struct bin *ready = &made->score.ready;
    if (ready->count) {
        printf("| %s | %.1f %% | %.0f %% | %.0f %% | %.0f %% |\n", kind,
               100.0 * ready->count / made->all.count, 100 * ready->predicted / ready->count,
               100.0 * ready->happened / ready->count, 100.0 * made->ready.below / made->ready.count);
    }
}

void made_up_print(void)
{
    static const double tails[] = {2, 8, 15, 30, 80, 200};
    enum { KINDS = sizeof tails / sizeof tails[0] };
    static struct made_up kinds[KINDS];
    static struct made_up total;
    char kind[16];
    for (size_t i = 0; i < KINDS; i++) {
        make_up(tails[i], &kinds[i], &total);
    }
    score_print("Made-up containers of all kinds", &total.score);
    printf("\n%.0f %% of the true chances are between the bounds, %.0f %% not over the upper one.\n",
           100.0 * total.all.between / total.all.count, 100.0 * total.all.below / total.all.count);
    printf(
        "\n| the rare rules' chances | called ready | predicted | it happened | true chance not over the "
        "upper bound "
        "|\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < KINDS; i++) {
        (void)snprintf(kind, sizeof kind, "u^%.0f", tails[i]);
        print_ready(kind, &kinds[i]);
    }
    print_ready("all of them", &total);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well readiness predicts: recorded runs, in many orders, one after the other. After each run the estimate is compared with what the
 * next one did. Also what estimates that were not chosen would have said, and a made-up container whose chances are known.
 *
 *     bench_readiness DIRECTORY...     each with run-*.log; a run is from a container's start to its end
 */
#include "made_up.h"
#include "score.h"

#include "armor/baseline.h"
#include "armor/generalise.h"
#include "armor/label.h"
#include "armor/learn.h"
#include "armor/readiness.h"
#include "armor/record.h"
#include "armor/render.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RUNS_MAX = 16,
    LINES_MAX = 20000,
    ORDERS = 200, /* shuffles of each workload's runs */
};

/* One recorded run: its lines, each access once, with how often it came. */
struct trace {
    char *lines[LINES_MAX];
    size_t count;
    size_t events;
};

struct workload {
    char name[64];
    char label[96];
    struct trace *runs[RUNS_MAX];
    size_t run_count;
};

/* --- recorded runs --- */

/* Parse LINE into *EVENT; the container's label, or "". */
static bool parse(const char *line, struct armor_event *event)
{
    struct armor_record record;
    return armor_record_from_line(armor_slice_of(line), &record, NULL) == 1 &&
           armor_event_parse(&record, event, NULL) == 1;
}

static bool same_access(const char *a, const char *b)
{
    const char *x = strstr(a, "apparmor=");
    const char *y = strstr(b, "apparmor=");
    return x && y && strcmp(x, y) == 0;
}

/* Blank out what differs each time without meaning anything: the pid's digits become zeroes. */
static void blank_pid(char *line)
{
    char *at = strstr(line, " pid=");
    for (at = at ? at + 5 : NULL; at && *at >= '0' && *at <= '9'; at++) {
        *at = '0';
    }
}

static int compare_lines(const void *a, const void *b)
{
    const char *x = strstr(*(char *const *)a, "apparmor=");
    const char *y = strstr(*(char *const *)b, "apparmor=");
    return strcmp(x ? x : "", y ? y : "");
}

static void unify(struct trace *trace)
{
    size_t kept = 0;
    qsort((void *)trace->lines, trace->count, sizeof trace->lines[0], compare_lines);
    for (size_t i = 0; i < trace->count; i++) {
        if (kept && same_access(trace->lines[kept - 1], trace->lines[i])) {
            free(trace->lines[i]);
        } else {
            trace->lines[kept++] = trace->lines[i];
        }
    }
    trace->count = kept;
}

/* A start follows the runtime's signal, and begins with the program that the first one began with. */
static void read_log(struct workload *workload, const char *path)
{
    static struct armor_event event;
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    char first[64] = "";
    bool ended = true;
    while (file && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (!parse(line, &event) || !armor_slice_starts(event.profile, ARMOR_SLICE("armord-"))) {
            continue;
        }
        if (!workload->label[0]) {
            (void)snprintf(workload->label, sizeof workload->label, "%.*s", (int)event.profile.length,
                           event.profile.bytes);
        }
        bool signal = armor_slice_is(event.operation, "signal") && armor_slice_is(event.comm, "runc");
        if (!first[0]) {
            (void)snprintf(first, sizeof first, "%.*s", (int)event.comm.length, event.comm.bytes);
        }
        if (ended && armor_slice_is(event.comm, first) && workload->run_count < RUNS_MAX) {
            workload->runs[workload->run_count++] = calloc(1, sizeof(struct trace));
            ended = false;
        }
        ended = ended || signal;
        struct trace *run = workload->runs[workload->run_count - 1];
        run->events++;
        if (run->count < LINES_MAX) {
            run->lines[run->count] = strdup(line);
            blank_pid(run->lines[run->count++]);
        }
    }
    free(line);
    if (file) {
        (void)fclose(file);
    }
}

static void read_workload(struct workload *workload, const char *directory)
{
    char pattern[512];
    glob_t found;
    size_t end = strlen(directory);
    while (end > 1 && directory[end - 1] == '/') {
        end--;
    }
    const char *slash = memrchr(directory, '/', end);
    const char *name = slash ? slash + 1 : directory;
    (void)snprintf(workload->name, sizeof workload->name, "%.*s", (int)(directory + end - name), name);
    (void)snprintf(pattern, sizeof pattern, "%s/run-[abc].log", directory);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            read_log(workload, found.gl_pathv[i]);
        }
        globfree(&found);
    }
    for (size_t i = 0; i < workload->run_count; i++) {
        unify(workload->runs[i]);
    }
}

static struct armor_profile *new_profile(const struct workload *workload)
{
    struct armor_profile *profile = NULL;
    if (armor_profile_new(armor_slice_of(workload->label + strlen("armord-")), 1, &profile) < 0 ||
        armor_baseline_add(profile) < 0) {
        abort();
    }
    return profile;
}

static void learn(struct armor_profile *profile, const struct trace *run, bool literal)
{
    static struct armor_event event;
    const struct armor_learn_options options = {.literal = literal};
    for (size_t i = 0; i < run->count; i++) {
        struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
        size_t count;
        if (parse(run->lines[i], &event) && armor_learn(profile, &event, &options, rules, &count) < 0) {
            abort();
        }
    }
}

/* The policy's rules as text, sorted; the caller frees. */
struct lines {
    char **texts;
    size_t count;
    size_t used; /* of them, in the run under way */
};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct lines lines_of(const struct armor_profile *evidence, bool literal)
{
    const struct armor_generalise_options options = {.without = literal ? ARMOR_MAKE_ALL : 0};
    struct armor_profile *policy = NULL;
    if (armor_generalise(evidence, &options, &policy) < 0) {
        abort();
    }
    struct lines lines = {.texts = calloc(policy->rule_count + 1, sizeof(char *))};
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct armor_rule *rule = policy->rules[i];
        if (rule->state != ARMOR_STATE_ACTIVE || rule->origin == ARMOR_ORIGIN_BASELINE || rule->count == 0) {
            continue;
        }
        struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
        armor_render_rule(policy, rule, &text);
        armor_text_char(&text, '\0');
        lines.texts[lines.count++] = text.bytes;
        lines.used += rule->last_run == evidence->run;
    }
    armor_profile_free(policy);
    qsort((void *)lines.texts, lines.count, sizeof lines.texts[0], compare_texts);
    return lines;
}

static uint32_t count_new(const struct lines *now, const struct lines *before)
{
    uint32_t new = 0;
    for (size_t i = 0; i < now->count; i++) {
        new += !bsearch(&now->texts[i], (void *)before->texts, before->count, sizeof(char *), compare_texts);
    }
    return new;
}

static void lines_done(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->texts[i]);
    }
    free((void *)lines->texts);
}

/* The runs of WORKLOAD in ORDER, one after the other, as armord would see them. */
static void follow(const struct workload *workload, const size_t *order, bool literal, struct score *score)
{
    struct armor_profile *profile = new_profile(workload);
    static struct armor_runs runs;
    struct lines before = lines_of(profile, literal);
    runs = (struct armor_runs){0};
    for (size_t i = 0; i < workload->run_count; i++) {
        struct armor_readiness readiness = score_judge(&runs);
        struct armor_run *run = armor_runs_begin(&runs, (int64_t)i);
        profile->run = runs.count;
        learn(profile, workload->runs[order[i]], literal);
        struct lines now = lines_of(profile, literal);
        run->novel = count_new(&now, &before);
        run->used = (uint32_t)now.used;
        run->known = (uint32_t)now.count;
        if (readiness.known) {
            score_add(score, &readiness, run->novel > 0);
        }
        lines_done(&before);
        before = now;
    }
    lines_done(&before);
    armor_profile_free(profile);
}

static void shuffle(size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(score_random() * (double)i);
        size_t swapped = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swapped;
    }
}

/* --- estimates that were not chosen --- */

/* What WORKLOAD's runs say of how many rules the next one needs, and how many it needs: means over orders, after HALF of the runs. */
static void compare(const struct workload *workload, bool literal)
{
    size_t half = workload->run_count / 2;
    double actual = 0;
    double by_runs = 0;   /* rules seen in one run only, per run */
    double by_last = 0;   /* what the last run brought */
    double by_events = 0; /* Good-Turing: the share of accesses seen once, times the next run's events */
    size_t order[RUNS_MAX];
    for (unsigned n = 0; n < ORDERS / 4; n++) {
        struct armor_profile *profile = new_profile(workload);
        struct lines before = lines_of(profile, literal);
        double events = 0;
        uint32_t novel = 0;
        shuffle(order, workload->run_count);
        for (size_t i = 0; i <= half; i++) {
            if (i == half) {
                size_t once = 0;
                size_t in_one = 0;
                for (size_t rule = 0; rule < profile->rule_count; rule++) {
                    once += profile->rules[rule]->count == 1;
                    in_one += profile->rules[rule]->runs == 1;
                }
                by_runs += (double)in_one / (double)half;
                by_events += (double)once / events * (double)workload->runs[order[i]]->count;
                by_last += novel;
            }
            profile->run = (uint32_t)i + 1;
            learn(profile, workload->runs[order[i]], literal);
            events += (double)workload->runs[order[i]]->count;
            struct lines now = lines_of(profile, literal);
            novel = count_new(&now, &before);
            lines_done(&before);
            before = now;
        }
        actual += novel;
        lines_done(&before);
        armor_profile_free(profile);
    }
    double n = ORDERS / 4;
    printf("| %s, %s | %.1f | %.1f | %.1f | %.1f |\n", workload->name, literal ? "literal" : "generalised",
           actual / n, by_last / n, by_runs / n, by_events / n);
}

int main(int argc, char **argv)
{
    static struct workload workloads[16];
    size_t count = 0;
    for (int i = 1; i < argc && count < 16; i++) {
        read_workload(&workloads[count], argv[i]);
        if (workloads[count].run_count < 3) {
            (void)fprintf(stderr, "bench_readiness: %s has no three runs\n", argv[i]);
            return EXIT_FAILURE;
        }
        count++;
    }
    size_t order[RUNS_MAX];
    for (int literal = 0; literal < 2 && count > 0; literal++) {
        struct score score = {0};
        for (size_t i = 0; i < count; i++) {
            for (unsigned n = 0; n < ORDERS; n++) {
                shuffle(order, workloads[i].run_count);
                follow(&workloads[i], order, literal, &score);
            }
        }
        score_print(literal ? "Recorded runs, literal rules" : "Recorded runs, generalised rules", &score);
    }
    made_up_print();
    printf(
        "\n| new rules that the next run needs | in fact | the last run's | seen in one run, per run | "
        "Good-Turing over events |\n"
        "|---|---|---|---|---|\n");
    for (size_t i = 0; i < 2 * count; i++) {
        compare(&workloads[i / 2], i % 2);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t run = 0; run < workloads[i].run_count; run++) {
            for (size_t line = 0; line < workloads[i].runs[run]->count; line++) {
                free(workloads[i].runs[run]->lines[line]);
            }
            free(workloads[i].runs[run]);
        }
    }
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* History: runs begun, and what each needed and used. See history.h. */
#include "history.h"

#include "armor/guard.h"
#include "armor/render.h"
#include "clock.h"
#include "runs.h"

#include <errno.h>
#include <stdlib.h>
#include <systemd/sd-id128.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    TICK = 20 * 1000
}; /* microseconds: a process's start is known in hundredths of a second, a record's time in four of thousand */

/* This boot, as a number; 0: not known. */
static int64_t boot_number(void)
{
    sd_id128_t id;
    return sd_id128_get_boot(&id) < 0 ? 0 : (int64_t)(id.qwords[0] & INT64_MAX);
}

/* What the wall clock said at USEC of CLOCK_BOOTTIME. */
static int64_t wall_time(uint64_t usec)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return clock_now() - ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - (int64_t)usec) - TICK;
}

bool history_is_new(const struct history *history, uint64_t started_usec)
{
    return history->started_usec != started_usec || history->boot != boot_number();
}

/* The rules that were asked for since STARTED were so in the run of that NUMBER. */
static void claim_rules(const struct armor_profile *profile, int64_t started, uint32_t number)
{
    for (size_t i = 0; i < profile->rule_count; i++) {
        struct armor_rule *rule = profile->rules[i];
        if (rule->count == 0 || rule->last_usec < started || rule->last_run == number) {
            continue;
        }
        rule->runs = rule->first_usec >= started ? 1 : rule->runs + 1;
        rule->last_run = number;
    }
}

void history_begin(struct container *container, uint64_t started_usec, bool loud)
{
    struct history *history = &container->history;
    const struct armor_run *before = armor_runs_get(&history->runs, history->runs.count);
    struct quieting *quieting = &container->quieting;
    int64_t started = wall_time(started_usec);
    /* A sample that began after the run before did, and was in the kernel before this one. */
    bool sampled = quieting->since_usec > (before ? before->started_usec : 0) && quieting->sampled_usec > 0 &&
                   quieting->sampled_usec <= started;
    struct armor_run *run = armor_runs_begin(&history->runs, started);
    run->whole = loud || sampled || history->runs.count == 1;
    history->boot = boot_number();
    history->started_usec = started_usec;
    container->profile->run = history->runs.count;
    claim_rules(container->profile, started, history->runs.count);
    if (run->whole) {
        quieting->since_usec = started;
    } else {
        quieting_sample(container, started);
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

/* How many of LINES aren't among OLD, both sorted. */
static uint32_t count_new(const uint64_t *lines, size_t count, const uint64_t *old, size_t old_count)
{
    uint32_t new = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        while (at < old_count && old[at] < lines[i]) {
            at++;
        }
        new += at == old_count || old[at] != lines[i];
    }
    return new;
}

/*
 * What POLICY allows beside the baseline and an operator's own rules: a hash of each rule, sorted. And what RUN, which may be NULL, used
 * of all that was ever used.
 */
static int read_policy(const struct armor_profile *policy, uint32_t number, struct armor_run *run,
                       uint64_t **ret_lines, size_t *ret_count)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    uint64_t *lines = calloc(policy->rule_count + 1, sizeof *lines);
    size_t count = 0;
    uint32_t known = 0;
    uint32_t used = 0;
    if (!lines) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < policy->rule_count && text.error == 0; i++) {
        const struct armor_rule *rule = policy->rules[i];
        if (rule->state != ARMOR_STATE_ACTIVE || rule->origin == ARMOR_ORIGIN_BASELINE ||
            armor_render_left_out(rule)) {
            continue;
        }
        known += rule->count > 0;
        used += rule->count > 0 && rule->last_run == number;
        if (rule->origin != ARMOR_ORIGIN_ACCEPTED) {
            text.length = 0;
            armor_render_rule(policy, rule, &text);
            lines[count++] = XXH3_64bits(text.bytes, text.length);
        }
    }
    int r = text.error;
    armor_text_done(&text);
    if (r < 0) {
        free(lines);
        return r;
    }
    qsort(lines, count, sizeof *lines, compare);
    if (run) {
        run->used = used;
        run->known = known;
    }
    *ret_lines = lines;
    *ret_count = count;
    return 0;
}

/* Read the policy that OPTIONS make of what CONTAINER did, as read_policy, whose lines the caller frees. */
static int read_container(struct container *container, const struct armor_generalise_options *options,
                          uint64_t **ret_lines, size_t *ret_count)
{
    struct armor_runs *runs = &container->history.runs;
    struct armor_profile *policy = NULL;
    int r = armor_generalise(container->profile, options, &policy);
    r = r < 0 ? r : read_policy(policy, runs->count, armor_runs_at(runs, runs->count), ret_lines, ret_count);
    armor_profile_free(policy);
    return r;
}

int history_update(struct container *container, const struct armor_generalise_options *options)
{
    struct history *history = &container->history;
    struct armor_runs *runs = &history->runs;
    struct armor_run *run = armor_runs_at(runs, runs->count);
    int64_t newest = container->profile->last_novel_usec;
    uint64_t *lines = NULL;
    size_t count = 0;
    if (read_container(container, options, &lines, &count) < 0) {
        return 0;
    }
    uint32_t novel = 0;
    if (history->lines || history->judged_usec == 0) {
        novel = count_new(lines, count, history->lines, history->line_count);
    } else {
        novel =
            newest >
            history
                ->judged_usec; /* armord was restarted: which ones are new isn't known, but that some are */
    }
    struct armor_run *owner = run && newest < run->started_usec ? armor_runs_at(runs, runs->count - 1) : run;
    if (owner) {
        owner->novel += novel;
    }
    /* without memory the curve, which is only for show, lacks a point */
    (void)!armor_curve_add(&history->curve, newest > 0 ? newest : container->since_usec, (uint32_t)count);
    history->judged_usec = newest;
    free(history->lines);
    history->lines = lines;
    history->line_count = count;
    return novel > 0;
}

void history_rebase(struct container *container, const struct armor_generalise_options *before,
                    const struct armor_generalise_options *now)
{
    struct history *history = &container->history;
    (void)history_update(container,
                         before); /* what came since the last time is judged as it would have been */
    free(history->lines);
    history->lines = NULL; /* without memory it is as after a restart */
    history->line_count = 0;
    (void)!read_container(container, now, &history->lines, &history->line_count);
}

const struct armor_readiness *history_judge(struct container *container, int64_t percent)
{
    struct history *history = &container->history;
    struct armor_evidence evidence = {
        .runs = &history->runs,
        .events = container->profile->events,
        .null_child = container->profile->null_child,
        .limit = (double)percent / 100,
    };
    for (size_t i = CONTAINER_GAP_COUNT; i-- > 0;) {
        evidence.missing = container->gaps[i][0] ? container->gaps[i] : evidence.missing;
    }
    struct armor_profile *reviewed = NULL;
    (void)!armor_guard_review(container->profile,
                              &reviewed); /* without memory the rules are judged as they came */
    const struct armor_profile *profile = reviewed ? reviewed : container->profile;
    for (size_t i = 0; i < profile->rule_count; i++) {
        evidence.waiting += profile->rules[i]->state == ARMOR_STATE_QUARANTINED;
        evidence.unused += profile->rules[i]->state == ARMOR_STATE_EXPECTED;
    }
    armor_profile_free(reviewed);
    armor_readiness_judge(&evidence, &history->readiness);
    return &history->readiness;
}

void history_done(struct history *history)
{
    free(history->lines);
    history->lines = NULL;
    armor_curve_done(&history->curve);
}

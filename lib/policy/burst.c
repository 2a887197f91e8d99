/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Burst: a window over the times at which rules were first asked for, and what it is made of. See armor/burst.h. */
#include "armor/burst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* What RULE has in common with others; absent: nothing that counts. */
static struct armor_slice word_of(const struct armor_rule *rule, enum armor_burst_share_by by)
{
    struct armor_slice none = {0};
    if (by == ARMOR_BURST_BY_PROGRAM) {
        return rule->comm ? armor_slice_of(rule->comm) : none;
    }
    const char *slash = rule->kind == ARMOR_RULE_FILE && rule->name ? strrchr(rule->name, '/') : NULL;
    return slash ? (struct armor_slice){rule->name, (size_t)(slash - rule->name) + 1} : none;
}

static int compare_words(const void *a, const void *b)
{
    const struct armor_slice *first = a;
    const struct armor_slice *second = b;
    size_t shorter = first->length < second->length ? first->length : second->length;
    int order = memcmp(first->bytes, second->bytes, shorter);
    return order ? order : (first->length > second->length) - (first->length < second->length);
}

/* Put SHARE among the COUNT largest SHARES. Returns how many they are then. */
static int place(struct armor_burst_share shares[static ARMOR_BURST_SHARES], int count,
                 struct armor_burst_share share)
{
    int at = count;
    while (at > 0 && shares[at - 1].rules < share.rules) {
        at--;
    }
    if (at == ARMOR_BURST_SHARES) {
        return count;
    }
    count += count < ARMOR_BURST_SHARES;
    memmove(shares + at + 1, shares + at, (size_t)(count - 1 - at) * sizeof *shares);
    shares[at] = share;
    return count;
}

int armor_burst_shares(const struct armor_profile *evidence, const struct armor_burst *burst,
                       enum armor_burst_share_by by,
                       struct armor_burst_share ret_shares[static ARMOR_BURST_SHARES])
{
    size_t count = 0;
    int shares = 0;
    struct armor_slice *words = calloc(evidence->rule_count + 1, sizeof *words);
    if (!words) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < evidence->rule_count; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        int64_t later = rule->first_usec - burst->from_usec;
        struct armor_slice word = word_of(rule, by);
        if (rule->count > 0 && later >= 0 && later < ARMOR_BURST_SECONDS * second_usec && word.bytes) {
            words[count++] = word;
        }
    }
    qsort(words, count, sizeof *words, compare_words);
    for (size_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && compare_words(&words[first], &words[next]) == 0) {
            next++;
        }
        shares = place(ret_shares, shares, (struct armor_burst_share){words[first], next - first});
    }
    free(words);
    return shares;
}

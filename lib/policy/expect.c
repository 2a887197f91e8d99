/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expected rules that evidence speaks for. See expect.h. */
#include "expect.h"

#include "armor/generalise.h"
#include "armor/match.h"
#include "guard_path.h"

#include <errno.h>
#include <stdlib.h>

/* A rule of the evidence, and its name as a pattern. */
struct seen {
    const struct armor_rule *rule;
    struct armor_pattern *name; /* owned; NULL: its kind's names are words, or it is none that can be read */
};

static bool has_path(enum armor_rule_kind kind)
{
    return kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_EXEC;
}

/* Patterns that can't be read or are too long match nothing: such a rule waits for the operator. */
static int pattern_of(const char *word, struct armor_pattern **ret_pattern)
{
    int code = armor_pattern_new(armor_slice_of(word), ret_pattern, NULL);
    if (code == -ENOMEM) {
        return code;
    }
    if (code < 0) {
        *ret_pattern = NULL;
    }
    return 0;
}

static bool same_word(const char *wanted, const char *word)
{
    return !wanted || (word && strcmp(wanted, word) == 0);
}

/* Whether what SEEN asked for is inside the words of RULE, whose name as a pattern is NAME. Returns 1, 0 or -ENOMEM. */
static int is_inside(const struct armor_rule *rule, const struct armor_pattern *name, const struct seen *seen)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    const struct armor_rule_more *other = armor_rule_more(seen->rule);
    if (rule->kind != seen->rule->kind || !same_word(more->detail, other->detail) ||
        !same_word(more->peer, other->peer) || !same_word(more->options, other->options)) {
        return 0;
    }
    if (!has_path(rule->kind)) {
        return same_word(rule->name, seen->rule->name);
    }
    if (!name || !seen->name) {
        return 0;
    }
    struct armor_slice prefix = armor_pattern_prefix(seen->name);
    if (armor_pattern_literal(seen->name)) {
        return armor_slice_starts(prefix, armor_pattern_prefix(name)) ? armor_pattern_matches(name, prefix)
                                                                      : 0;
    }
    int code = armor_pattern_covers(name, seen->name);
    return code == -E2BIG ? 0 : code;
}

/* The bits of RULE that the evidence asked for; for a kind without bits, whether it asked at all. */
static int bits_seen(const struct armor_rule *rule, const struct armor_pattern *name, const struct seen *seen,
                     size_t count, bool *ret_any, uint32_t *ret_bits)
{
    uint32_t bits = 0;
    bool any = false;
    for (size_t i = 0; i < count && (!any || (bits & rule->mask) != rule->mask); i++) {
        int code = is_inside(rule, name, &seen[i]);
        if (code < 0) {
            return code;
        }
        const bool added =
            armor_rule_more(seen[i].rule)->made_by & (1U << ARMOR_MAKE_READ_BACK); /* nobody asked to read */
        uint32_t mask = seen[i].rule->mask & ~(added ? (uint32_t)ARMOR_FILE_READ : 0);
        mask |= rule->kind == ARMOR_RULE_FILE && (mask & ARMOR_FILE_APPEND) ? ARMOR_FILE_WRITE : 0;
        bits |= code > 0 ? mask : 0;
        any = any || code > 0;
    }
    *ret_any = any;
    *ret_bits = bits & rule->mask;
    return 0;
}

/* What a guard rail holds inside NAME isn't granted by something else in there. */
static int let_go(const struct armor_rule *rule, const struct armor_pattern *name, bool *any, uint32_t *bits)
{
    uint32_t held = 0;
    bool file = rule->kind == ARMOR_RULE_FILE;
    if (!name || armor_pattern_literal(name) || !*any) {
        return 0; /* of a literal name the guard rail has been asked when it was seen */
    }
    int code = guard_within(name, file ? *bits : ARMOR_FILE_EXEC, &held);
    if (code == 0) {
        *bits &= ~held;
        *any = file ? *bits != 0 : held == 0;
    }
    return code;
}

/* Give POLICY an active rule of the expected RULE with BITS; what is left of it stays expected. */
static int grant(struct armor_profile *policy, struct armor_rule *rule, uint32_t bits)
{
    struct armor_access access = armor_rule_access(rule);
    struct armor_rule *active = NULL;
    struct armor_rule_more *more = NULL;
    access.state = ARMOR_STATE_ACTIVE;
    access.mask = bits;
    size_t before = policy->rule_count;
    int code = armor_profile_merge(policy, &access, &active);
    if (code < 0) {
        return code == -E2BIG ? 0 : code; /* no room: it waits */
    }
    if (policy->rule_count > before) {
        if (armor_profile_more(policy, active, &more) < 0) {
            return -ENOMEM;
        }
        active->origin = rule->origin;
        more->reason = armor_rule_more(rule)->reason;
        more->source = armor_rule_more(rule)->source;
    }
    if (rule->mask & ~bits) {
        rule->mask &= ~bits;
    } else {
        armor_profile_remove(policy, rule);
    }
    return 0;
}

static int expect_rule(struct armor_profile *policy, struct armor_rule *rule, const struct seen *seen,
                       size_t count)
{
    struct armor_pattern *name = NULL;
    bool any = false;
    uint32_t bits = 0;
    int code = has_path(rule->kind) ? pattern_of(rule->name, &name) : 0;
    code = code < 0 ? code : bits_seen(rule, name, seen, count, &any, &bits);
    code = code < 0 ? code : let_go(rule, name, &any, &bits);
    if (code == 0 && any && (bits || !rule->mask)) {
        code = grant(policy, rule, bits);
    }
    armor_pattern_free(name);
    return code;
}

/* The rules of EVIDENCE that were seen, with their names as patterns. */
static int collect(const struct armor_profile *evidence, struct seen *seen, size_t *count)
{
    for (size_t i = 0; i < evidence->rule_count; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        if (rule->state != ARMOR_STATE_ACTIVE || rule->count == 0) {
            continue;
        }
        struct seen *next = &seen[*count];
        *next = (struct seen){.rule = rule};
        int code = has_path(rule->kind) ? pattern_of(rule->name, &next->name) : 0;
        if (code < 0) {
            return code;
        }
        (*count)++;
    }
    return 0;
}

int profile_expect(const struct armor_profile *evidence, struct armor_profile *policy)
{
    size_t waiting = 0;
    size_t count = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        waiting += policy->rules[i]->state == ARMOR_STATE_EXPECTED;
    }
    if (waiting == 0) {
        return 0;
    }
    struct seen *seen = calloc(evidence->rule_count, sizeof *seen);
    struct armor_rule **expected = calloc(waiting, sizeof(struct armor_rule *));
    int code = seen && expected ? collect(evidence, seen, &count) : -ENOMEM;
    for (size_t i = 0, at = 0; code == 0 && i < policy->rule_count; i++) {
        if (policy->rules[i]->state == ARMOR_STATE_EXPECTED) {
            expected[at++] = policy->rules[i];
        }
    }
    for (size_t i = 0; i < waiting && code == 0; i++) {
        code = expect_rule(policy, expected[i], seen, count);
    }
    for (size_t i = 0; i < count; i++) {
        armor_pattern_free(seen[i].name);
    }
    free((void *)expected);
    free(seen);
    return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What decided rules cover, taken from the rules that had it. See overrule.h. */
#include "overrule.h"

#include "profile_index.h"
#include "rule_cover.h"

#include <errno.h>
#include <stdlib.h>

/* The decided rules that are of more than one thing: denials first, since they win. */
struct deciders {
    const struct armor_rule **rules; /* owned array */
    size_t count;
};

/* Whether RULE was decided and may cover others: one of a literal path is found by its words already, as it is seen. */
static bool decides(const struct armor_rule *rule, enum armor_state state)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    if (rule->state != state || !more->decided_usec) {
        return false; /* nearly all */
    }
    const char *const words[] = {rule->name, more->detail, more->peer, more->options};
    bool path = armor_rule_kind_is_path(rule->kind);
    bool wide = !path || more->options;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        wide = wide || (words[i] && words[i][strcspn(words[i], "*?[{")]);
    }
    return wide;
}

static int gather(const struct armor_profile *evidence, struct deciders *deciders)
{
    static const enum armor_state states[] = {ARMOR_STATE_DENIED, ARMOR_STATE_ACTIVE};
    deciders->rules = calloc(evidence->rule_count + 1, sizeof(struct armor_rule *));
    if (!deciders->rules) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        for (size_t k = 0; k < evidence->rule_count; k++) {
            if (decides(evidence->rules[k], states[i])) {
                deciders->rules[deciders->count++] = evidence->rules[k];
            }
        }
    }
    return 0;
}

/* Whether what RULE has may become that of a rule of STATE: it is denied, or it waited. */
static bool may_move(const struct armor_rule *rule, enum armor_state state)
{
    return !armor_rule_more(rule)->decided_usec && rule->state != state &&
           (state == ARMOR_STATE_DENIED || rule->state == ARMOR_STATE_QUARANTINED ||
            rule->state == ARMOR_STATE_EXPECTED);
}

/* The bits of RULE, of those LEFT, that DECIDER has; what only evidence has goes with the write. Negative: -ENOMEM. */
static int64_t taken(const struct armor_rule *rule, const struct armor_rule *decider, uint32_t left)
{
    const struct armor_access access = rule_seen(rule);
    uint32_t common = rule_bits(decider->kind, decider->mask) & rule_bits(rule->kind, rule->mask);
    if (decider->kind != rule->kind || !may_move(rule, decider->state) || !(common & left)) {
        return 0;
    }
    int code = rule_covers(decider, &access);
    if (code <= 0) {
        return code;
    }
    bool written = rule->kind == ARMOR_RULE_FILE && (common & ARMOR_FILE_WRITE);
    return (common | (written ? (uint32_t)ARMOR_FILE_EVIDENCE : 0)) & left;
}

/* Add MASK of RULE to OVERRULED under the words of INTO and in its state. */
static int add(const struct armor_rule *rule, uint32_t mask, const struct armor_rule *into,
               struct armor_profile *overruled)
{
    struct armor_rule part = *rule;
    struct armor_rule_more more = *armor_rule_more(rule);
    struct armor_rule *copy = NULL;
    part.mask = mask;
    part.state = into->state;
    part.more = &more;
    more.detail = armor_rule_more(into)->detail;
    more.peer = armor_rule_more(into)->peer;
    more.options = armor_rule_more(into)->options;
    int code = profile_copy_rule(overruled, &part, armor_slice_of(into->name), &copy);
    return code < 0 ? code : 0;
}

/*
 * Let DECIDERS take what they cover of RULE, and copy all of it to OVERRULED; with NULL, only look. Returns 1 when they take something, 0 or
 * -ENOMEM.
 */
static int split(const struct deciders *deciders, const struct armor_rule *rule,
                 struct armor_profile *overruled)
{
    uint32_t left = rule_bits(rule->kind, rule->mask) | rule->mask;
    bool any = false;
    for (size_t i = 0; i < deciders->count && left; i++) {
        int64_t bits = taken(rule, deciders->rules[i], left);
        if (bits < 0) {
            return (int)bits;
        }
        int code =
            bits && overruled ? add(rule, rule->mask & (uint32_t)bits, deciders->rules[i], overruled) : 0;
        if (code < 0) {
            return code;
        }
        any = any || bits;
        left &= ~(uint32_t)bits;
    }
    int code = left && overruled ? add(rule, rule->mask & left, rule, overruled) : 0;
    return code < 0 ? code : any;
}

/* The rules that decide, as they are: others' evidence comes to them. */
static int copy_deciders(const struct deciders *deciders, struct armor_profile *overruled)
{
    int code = 0;
    for (size_t i = 0; i < deciders->count && code == 0; i++) {
        code = add(deciders->rules[i], deciders->rules[i]->mask, deciders->rules[i], overruled);
    }
    return code;
}

static bool is_decider(const struct deciders *deciders, const struct armor_rule *rule)
{
    for (size_t i = 0; i < deciders->count; i++) {
        if (deciders->rules[i] == rule) {
            return true;
        }
    }
    return false;
}

static int split_all(const struct armor_profile *evidence, const struct deciders *deciders,
                     struct armor_profile **ret_overruled)
{
    struct armor_profile *overruled = NULL;
    int code = armor_profile_new(armor_slice_of(evidence->name), evidence->index->seed, &overruled);
    code = code < 0 ? code : copy_deciders(deciders, overruled);
    for (size_t i = 0; i < evidence->rule_count && code >= 0; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        code = is_decider(deciders, rule) ? 0 : split(deciders, rule, overruled);
    }
    if (code < 0) {
        armor_profile_free(overruled);
        return -ENOMEM; /* each rule and word fitted before */
    }
    *ret_overruled = overruled;
    return 1;
}

int profile_overrule(const struct armor_profile *evidence, struct armor_profile **ret_overruled)
{
    struct deciders deciders = {0};
    int any = gather(evidence, &deciders);
    for (size_t i = 0; i < evidence->rule_count && any == 0 && deciders.count; i++) {
        any = split(&deciders, evidence->rules[i], NULL);
    }
    any = any == 1 ? split_all(evidence, &deciders, ret_overruled) : any;
    free((void *)deciders.rules);
    return any;
}

int armor_profile_settles(const struct armor_profile *profile, const struct armor_rule *rule)
{
    static const enum armor_state states[] = {ARMOR_STATE_ACTIVE, ARMOR_STATE_DENIED};
    struct armor_access access = armor_rule_access(rule);
    const struct armor_access seen = rule_seen(rule);
    uint32_t left = rule_bits(rule->kind, rule->mask);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        access.state = states[i];
        const struct armor_rule *same = armor_profile_find(profile, &access);
        left &= same ? ~rule_bits(same->kind, same->mask) : UINT32_MAX;
    }
    for (size_t i = 0; i < profile->rule_count && left; i++) {
        const struct armor_rule *other = profile->rules[i];
        bool may = decides(other, ARMOR_STATE_ACTIVE) || decides(other, ARMOR_STATE_DENIED);
        int code = may && other->kind == rule->kind ? rule_covers(other, &seen) : 0;
        if (code < 0) {
            return code;
        }
        left &= code ? ~rule_bits(other->kind, other->mask) : UINT32_MAX;
    }
    return left == 0;
}

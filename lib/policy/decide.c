/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operator decides of a profile state, and the copy to try it on. See armor/profile.h. */
#include "profile_index.h"

#include <errno.h>

struct armor_access armor_rule_access(const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    return (struct armor_access){.kind = rule->kind,
                                 .state = rule->state,
                                 .mask = rule->mask,
                                 .name = armor_slice_of(rule->name),
                                 .detail = armor_slice_of(more->detail),
                                 .peer = armor_slice_of(more->peer),
                                 .options = armor_slice_of(more->options),
                                 .value = more->value};
}

/* Take what ACCESS has from the rule of STATE with its words; INTO, of another state and with room to tell more, has it. */
static void take_over(struct armor_profile *profile, struct armor_access access, enum armor_state state,
                      struct armor_rule *into)
{
    access.state = state;
    struct armor_rule *rule = armor_profile_find(profile, &access);
    if (!rule) {
        return;
    }
    if (armor_mask_granted(rule->kind, rule->mask & ~access.mask) == 0) {
        const struct armor_rule_more *from = armor_rule_more(rule);
        into->more->reason = into->more->reason ? into->more->reason : from->reason;
        into->more->source = into->more->source ? into->more->source : from->source;
        into->more->sample = into->more->sample ? into->more->sample : from->sample;
        (void)armor_profile_move(profile, rule, into->state); /* and so a part of INTO */
        return;
    }
    rule->mask &= ~access.mask;
    if (rule->kind == ARMOR_RULE_FILE && !(rule->mask & ARMOR_FILE_WRITE)) {
        rule->mask = armor_mask_granted(rule->kind, rule->mask);
    }
}

int armor_profile_decide(struct armor_profile *profile, const struct armor_access *access,
                         enum armor_state state, struct armor_slice who, int64_t now_usec,
                         struct armor_rule **ret_rule)
{
    const char *name = NULL;
    int code = armor_profile_word(profile, who, &name);
    if (code < 0) {
        return code;
    }
    struct armor_access decided = *access;
    decided.state = state;
    bool there = armor_profile_find(profile, &decided) != NULL;
    struct armor_rule *rule = NULL;
    struct armor_rule_more *more = NULL;
    code = armor_profile_merge(profile, &decided, &rule);
    code = code < 0 ? code : armor_profile_more(profile, rule, &more);
    if (code < 0) {
        return code;
    }
    for (int other = 0; other < ARMOR_STATE_COUNT; other++) {
        if (other != (int)state) {
            take_over(profile, decided, (enum armor_state)other, rule);
        }
    }
    if (!there && state == ARMOR_STATE_ACTIVE) {
        rule->origin = ARMOR_ORIGIN_ACCEPTED;
    }
    more->decided_by = name;
    more->decided_usec = now_usec;
    *ret_rule = rule;
    return 0;
}

int armor_profile_copy(const struct armor_profile *profile, uint64_t seed, struct armor_profile **ret_profile)
{
    struct armor_profile *copy = NULL;
    int code = armor_profile_new(armor_slice_of(profile->name), seed, &copy);
    for (size_t i = 0; code == 0 && i < profile->rule_count; i++) {
        code = armor_profile_add(copy, profile->rules[i]);
    }
    if (code < 0) {
        armor_profile_free(copy);
        return -ENOMEM; /* each rule and word fitted once: nothing else can be the reason */
    }
    copy->owner = profile->owner;
    copy->events = profile->events;
    memcpy(copy->skipped, profile->skipped, sizeof copy->skipped);
    copy->last_novel_usec = profile->last_novel_usec;
    copy->null_child = profile->null_child;
    *ret_profile = copy;
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operator decides of a profile state, and the copy to try it on. See armor/profile.h. */
#include "profile_index.h"

#include <errno.h>

struct armor_access armor_rule_access(const struct armor_rule *rule)
{
    return (struct armor_access){.kind = rule->kind,
                                 .state = rule->state,
                                 .mask = rule->mask,
                                 .name = armor_slice_of(rule->name),
                                 .detail = armor_slice_of(rule->detail),
                                 .peer = armor_slice_of(rule->peer),
                                 .options = armor_slice_of(rule->options),
                                 .value = rule->value};
}

/* Take what ACCESS has from the rule of STATE with its words; INTO, of another state, has it. Returns INTO as it is then. */
static struct armor_rule *take_over(struct armor_profile *profile, struct armor_access access,
                                    enum armor_state state, struct armor_rule *into)
{
    access.state = state;
    struct armor_rule *rule = armor_profile_find(profile, &access);
    if (!rule) {
        return into;
    }
    if (armor_mask_granted(rule->kind, rule->mask & ~access.mask) == 0) {
        into->reason = into->reason ? into->reason : rule->reason;
        into->source = into->source ? into->source : rule->source;
        into->sample = into->sample ? into->sample : rule->sample;
        return armor_profile_move(profile, rule, into->state);
    }
    rule->mask &= ~access.mask;
    if (rule->kind == ARMOR_RULE_FILE && !(rule->mask & ARMOR_FILE_WRITE)) {
        rule->mask = armor_mask_granted(rule->kind, rule->mask);
    }
    return into;
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
    code = armor_profile_merge(profile, &decided, &rule);
    if (code < 0) {
        return code;
    }
    for (int other = 0; other < ARMOR_STATE_COUNT; other++) {
        if (other != (int)state) {
            rule = take_over(profile, decided, (enum armor_state)other, rule);
        }
    }
    if (!there && state == ARMOR_STATE_ACTIVE) {
        rule->origin = ARMOR_ORIGIN_ACCEPTED;
    }
    rule->decided_by = name;
    rule->decided_usec = now_usec;
    *ret_rule = rule;
    return 0;
}

static int copy_rule(const struct armor_rule *rule, struct armor_profile *to)
{
    struct armor_rule *copy = NULL;
    int code = profile_copy_rule(to, rule, armor_slice_of(rule->name), &copy);
    if (code >= 0) {
        copy->pieces = rule->pieces; /* the same rule, and not one that stands for it */
    }
    return code < 0 ? code : 0;
}

int armor_profile_copy(const struct armor_profile *profile, uint64_t seed, struct armor_profile **ret_profile)
{
    struct armor_profile *copy = NULL;
    int code = armor_profile_new(armor_slice_of(profile->name), seed, &copy);
    for (size_t i = 0; code == 0 && i < profile->rule_count; i++) {
        code = copy_rule(profile->rules[i], copy);
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

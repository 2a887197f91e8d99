/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rule of one profile in another: its words are interned anew, and its evidence is added to what is there. See armor/profile.h. */
#include "profile_index.h"

/* What FROM tells beside its key and its evidence, and RULE doesn't yet: of words the first of several stays. */
static int copy_more(struct armor_profile *profile, const struct armor_rule_more *from,
                     struct armor_rule *rule)
{
    struct armor_rule_more *more = NULL;
    int code = armor_profile_more(profile, rule, &more);
    if (code < 0) {
        return code;
    }
    more->made_by |= from->made_by;
    const struct {
        const char *word;
        const char **ret_word;
    } words[] = {{from->reason, &more->reason},
                 {from->source, &more->source},
                 {from->guard, &more->guard},
                 {from->sample, &more->sample},
                 {from->decided_by, &more->decided_by}};
    for (size_t i = 0; i < sizeof words / sizeof words[0] && code >= 0; i++) {
        code = words[i].word && !*words[i].ret_word
                   ? armor_profile_word(profile, armor_slice_of(words[i].word), words[i].ret_word)
                   : 0;
    }
    return code;
}

/* Add RULE, of another profile, to PROFILE under NAME. Returns as profile_copy_rule. */
static int copy_rule(struct armor_profile *profile, const struct armor_rule *rule, struct armor_slice name,
                     struct armor_rule **ret_rule)
{
    struct armor_access access = armor_rule_access(rule);
    access.name = name;
    size_t before = profile->rule_count;
    struct armor_rule *copy = NULL;
    int wider = armor_profile_merge(profile, &access, &copy);
    if (wider < 0) {
        return wider;
    }
    bool earlier = rule->count && copy->count && rule->first_usec < copy->first_usec;
    struct armor_rule wordless = *rule; /* its comm is another profile's */
    wordless.comm = NULL;
    profile_add_evidence(copy, &wordless);
    copy->comm = earlier ? NULL : copy->comm;
    int code =
        rule->comm && !copy->comm ? armor_profile_word(profile, armor_slice_of(rule->comm), &copy->comm) : 0;
    code = code < 0 || !rule->more ? code : copy_more(profile, rule->more, copy);
    if (profile->rule_count > before) {
        copy->origin = rule->origin;
        if (copy->more) {
            copy->more->decided_usec = armor_rule_more(rule)->decided_usec;
        }
    }
    *ret_rule = copy;
    return code < 0 ? code : wider;
}

int profile_copy_rule(struct armor_profile *profile, const struct armor_rule *rule, struct armor_slice name,
                      struct armor_rule **ret_rule)
{
    struct armor_rule_more *more = NULL;
    int wider = copy_rule(profile, rule, name, ret_rule);
    int code = wider < 0 ? wider : armor_profile_more(profile, *ret_rule, &more);
    if (code < 0) {
        return code;
    }
    uint32_t pieces = armor_rule_more(rule)->pieces;
    more->pieces += pieces ? pieces : 1;
    return wider;
}

int armor_profile_add(struct armor_profile *profile, const struct armor_rule *rule)
{
    struct armor_rule *copy = NULL;
    int code = copy_rule(profile, rule, armor_slice_of(rule->name), &copy);
    if (code >= 0 && copy->more) {
        copy->more->pieces =
            armor_rule_more(rule)->pieces; /* the same rule, and not one that stands for it */
    }
    return code < 0 ? code : 0;
}

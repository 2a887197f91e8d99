/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seed into a profile state. A new state is made, so that a failure half way changes nothing, and words of seeds that are gone are gone
 * too. See armor/reseed.h.
 */
#include "armor/reseed.h"

#include "armor/text.h"

static const enum armor_state states[ARMOR_SEED_GRANT_COUNT] = {
    [ARMOR_SEED_GRANTED] = ARMOR_STATE_ACTIVE,
    [ARMOR_SEED_EXPECTED] = ARMOR_STATE_EXPECTED,
    [ARMOR_SEED_DENIED] = ARMOR_STATE_DENIED,
};

/* RULE is a seed's alone: no event and no operator has anything to do with it. */
static bool is_stale(const struct armor_rule *rule)
{
    return rule->origin == ARMOR_ORIGIN_SEEDED && rule->count == 0 && !armor_rule_more(rule)->decided_by;
}

/* "docker-compose.yml:12:5", "web.json#/HostConfig/CapAdd/0". */
static int source_word(struct armor_profile *profile, const struct armor_seed_source *source,
                       const char **ret_word)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT((size_t)4 * ARMOR_PATH_MAX);
    armor_text_string(&text, source->file ? source->file : "standard input");
    if (source->line) {
        armor_text_format(&text, ":%zu", source->line);
    }
    if (source->line && source->column) {
        armor_text_format(&text, ":%zu", source->column);
    }
    if (source->pointer) {
        armor_text_format(&text, "#%s", source->pointer);
    }
    return text.error ? text.error
                      : armor_profile_word(profile, (struct armor_slice){text.bytes, text.length}, ret_word);
}

/* What is expected of RULE is granted under the same words already. */
static bool is_granted(const struct armor_profile *profile, const struct armor_seed_rule *rule)
{
    struct armor_access access = rule->access;
    access.state = ARMOR_STATE_ACTIVE;
    const struct armor_rule *there = armor_profile_find(profile, &access);
    return there && (there->mask & access.mask) == access.mask &&
           armor_rule_more(there)->value >= access.value;
}

static int add_rule(struct armor_profile *profile, const struct armor_seed_rule *rule)
{
    struct armor_access access = rule->access;
    struct armor_rule *into = NULL;
    access.state = states[rule->grant];
    int wider = armor_profile_merge(profile, &access, &into);
    if (wider <= 0 || into->origin == ARMOR_ORIGIN_BASELINE || into->origin == ARMOR_ORIGIN_ACCEPTED) {
        return wider < 0 ? wider : 0;
    }
    struct armor_rule_more *more = NULL;
    int code = armor_profile_more(profile, into, &more);
    if (code < 0) {
        return code;
    }
    into->origin = ARMOR_ORIGIN_SEEDED;
    more->reason = NULL;
    code = rule->reason ? armor_profile_word(profile, armor_slice_of(rule->reason), &more->reason) : 0;
    return code < 0 ? code : source_word(profile, &rule->source, &more->source);
}

static int fill(struct armor_profile *profile, const struct armor_profile *from,
                const struct armor_seed *seed)
{
    int code = 0;
    for (size_t i = 0; i < from->rule_count && code >= 0; i++) {
        code = is_stale(from->rules[i]) ? 0 : armor_profile_add(profile, from->rules[i]);
    }
    for (size_t i = 0; i < seed->rule_count && code >= 0; i++) {
        code = seed->rules[i].grant == ARMOR_SEED_EXPECTED ? 0 : add_rule(profile, &seed->rules[i]);
    }
    for (size_t i = 0; i < seed->rule_count && code >= 0; i++) {
        bool waits = seed->rules[i].grant == ARMOR_SEED_EXPECTED && !is_granted(profile, &seed->rules[i]);
        code = waits ? add_rule(profile, &seed->rules[i]) : 0;
    }
    return code < 0 ? code : 0;
}

int armor_profile_reseed(const struct armor_profile *profile, const struct armor_seed *seed, uint64_t hash,
                         struct armor_profile **ret_profile)
{
    struct armor_profile *fresh = NULL;
    int code = armor_profile_new(armor_slice_of(profile->name), hash, &fresh);
    code = code < 0 ? code : fill(fresh, profile, seed);
    if (code < 0) {
        armor_profile_free(fresh);
        return code;
    }
    fresh->owner = profile->owner;
    fresh->events = profile->events;
    memcpy(fresh->skipped, profile->skipped, sizeof fresh->skipped);
    fresh->last_novel_usec = profile->last_novel_usec;
    fresh->null_child = profile->null_child;
    *ret_profile = fresh;
    return 0;
}

int armor_seed_from_profile(const struct armor_profile *profile, struct armor_seed *seed)
{
    int code = 0;
    for (size_t i = 0; i < profile->rule_count && code >= 0; i++) {
        const struct armor_rule *rule = profile->rules[i];
        if (!is_stale(rule)) {
            continue;
        }
        struct armor_seed_rule back = {.access = armor_rule_access(rule),
                                       .source = {.file = armor_rule_more(rule)->source},
                                       .reason = armor_rule_more(rule)->reason};
        while (states[back.grant] != rule->state && back.grant < ARMOR_SEED_DENIED) {
            back.grant++;
        }
        code = armor_seed_add_rule(seed, &back);
    }
    return code < 0 ? code : 0;
}

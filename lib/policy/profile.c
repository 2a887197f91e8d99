/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profile state: the rules of one container, found by their words. Words are interned, so that a rule's key is a kind and
 * four pointers, and a repeat costs four look-ups and no allocation. See armor/profile.h.
 */
#include "profile_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 64 }; /* a power of two */

static const char *const skip_names[ARMOR_SKIP_COUNT] = {
    [ARMOR_SKIP_UNTRUSTED] = "untrusted", [ARMOR_SKIP_STATUS] = "status",     [ARMOR_SKIP_DENIED] = "denied",
    [ARMOR_SKIP_GETATTR] = "getattr",     [ARMOR_SKIP_NAMELESS] = "nameless", [ARMOR_SKIP_MEMFD] = "memfd",
    [ARMOR_SKIP_CLASS] = "class",         [ARMOR_SKIP_MASK] = "mask",         [ARMOR_SKIP_FULL] = "full",
    [ARMOR_SKIP_INCURABLE] = "incurable",
};

const char *armor_skip_name(enum armor_skip skip)
{
    return (unsigned)skip < ARMOR_SKIP_COUNT ? skip_names[skip] : "unknown";
}

int armor_profile_new(struct armor_slice name, uint64_t seed, struct armor_profile **ret_profile)
{
    if (!armor_name_valid(name)) {
        return -EINVAL;
    }
    struct armor_profile *profile = calloc(1, sizeof *profile);
    struct armor_profile_index *index = calloc(1, sizeof *index);
    struct armor_rule **slots = calloc(FIRST_SLOTS, sizeof(struct armor_rule *));
    struct armor_intern *words = NULL;
    if (!profile || !index || !slots || armor_intern_new(ARMOR_WORDS_MAX, seed, &words) < 0) {
        free((void *)slots);
        free(index);
        free(profile);
        return -ENOMEM;
    }
    memcpy(profile->name, name.bytes, name.length);
    (void)snprintf(profile->label, sizeof profile->label, ARMOR_PROFILE_PREFIX "%s", profile->name);
    *index = (struct armor_profile_index){.words = words,
                                          .slots = slots,
                                          .slot_count = FIRST_SLOTS,
                                          .pattern = ARMOR_TEXT_INIT((size_t)4 * ARMOR_PATH_MAX),
                                          .peer_pattern = ARMOR_TEXT_INIT((size_t)4 * ARMOR_PATH_MAX),
                                          .member = ARMOR_TEXT_INIT(ARMOR_PATH_MAX)};
    profile->index = index;
    *ret_profile = profile;
    return 0;
}

/* The key of a rule: what it is of, as interned words. */
struct key {
    enum armor_rule_kind kind;
    const char *name, *detail, *peer, *options;
};

/* Mixes the pointers, which nobody outside can choose. */
static size_t hash_of(const struct key *key)
{
    uint64_t hash = (uint64_t)key->kind + 1;
    const char *const words[] = {key->name, key->detail, key->peer, key->options};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

static bool is_of(const struct armor_rule *rule, const struct key *key)
{
    return rule->kind == key->kind && rule->name == key->name && rule->detail == key->detail &&
           rule->peer == key->peer && rule->options == key->options;
}

/* The slot of the rule for KEY, or the free one where it belongs. */
static struct armor_rule **probe(struct armor_rule **slots, size_t slot_count, const struct key *key)
{
    size_t mask = slot_count - 1;
    for (size_t at = hash_of(key) & mask;; at = (at + 1) & mask) {
        if (!slots[at] || is_of(slots[at], key)) {
            return &slots[at];
        }
    }
}

/* Double the slots, and the array of rules with them: it holds as many as may be used. */
static int grow(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    size_t count = index->slot_count * 2;
    struct armor_rule **slots = calloc(count, sizeof(struct armor_rule *));
    if (!slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        struct key key = {rule->kind, rule->name, rule->detail, rule->peer, rule->options};
        *probe(slots, count, &key) = profile->rules[i];
    }
    free((void *)index->slots);
    index->slots = slots;
    index->slot_count = count;
    return 0;
}

/* Room for one more rule, in the array and in the slots. */
static int reserve(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    if (profile->rule_count >= ARMOR_RULES_MAX) {
        return -E2BIG;
    }
    if (profile->rule_count == index->rule_capacity) {
        size_t capacity = index->rule_capacity ? index->rule_capacity * 2 : 32;
        void *rules = realloc((void *)profile->rules, capacity * sizeof(struct armor_rule *));
        if (!rules) {
            return -ENOMEM;
        }
        profile->rules = rules;
        index->rule_capacity = capacity;
    }
    return profile->rule_count + 1 > index->slot_count / 4 * 3 ? grow(profile) : 0;
}

/* The profile's own copy of WORD; NULL for an absent one. Returns 0 or a negative errno. */
static int intern(struct armor_profile *profile, struct armor_slice word, const char **ret_word)
{
    if (!word.bytes) {
        *ret_word = NULL;
        return 0;
    }
    int code = armor_intern_add(profile->index->words, word, ret_word);
    return code < 0 ? code : 0;
}

int armor_profile_merge(struct armor_profile *profile, const struct armor_access *access,
                        struct armor_rule **ret_rule)
{
    struct key key = {.kind = access->kind};
    int code = intern(profile, access->name, &key.name);
    code = code < 0 ? code : intern(profile, access->detail, &key.detail);
    code = code < 0 ? code : intern(profile, access->peer, &key.peer);
    code = code < 0 ? code : intern(profile, access->options, &key.options);
    if (code < 0) {
        return code;
    }
    struct armor_profile_index *index = profile->index;
    struct armor_rule *found = *probe(index->slots, index->slot_count, &key);
    if (found) {
        bool wider = (found->mask | access->mask) != found->mask || access->value > found->value;
        found->mask |= access->mask;
        found->value = access->value > found->value ? access->value : found->value;
        *ret_rule = found;
        return wider;
    }
    code = reserve(profile);
    if (code < 0) {
        return code;
    }
    struct armor_rule *rule = calloc(1, sizeof *rule);
    if (!rule) {
        return -ENOMEM;
    }
    *rule = (struct armor_rule){.kind = key.kind,
                                .mask = access->mask,
                                .name = key.name,
                                .detail = key.detail,
                                .peer = key.peer,
                                .options = key.options,
                                .value = access->value,
                                .state = armor_rule_first_state(key.kind)};
    profile->rules[profile->rule_count++] = rule;
    *probe(index->slots, index->slot_count, &key) = rule;
    *ret_rule = rule;
    return 1;
}

int armor_profile_word(struct armor_profile *profile, struct armor_slice word, const char **ret_word)
{
    return armor_intern_add(profile->index->words, word, ret_word);
}

static int compare(const void *a, const void *b)
{
    const struct armor_rule *const *first = a;
    const struct armor_rule *const *second = b;
    return armor_rule_compare(*first, *second);
}

int armor_profile_sorted(const struct armor_profile *profile, const struct armor_rule ***ret_rules)
{
    const struct armor_rule **rules = calloc(profile->rule_count + 1, sizeof(struct armor_rule *));
    if (!rules) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < profile->rule_count; i++) {
        rules[i] = profile->rules[i];
    }
    qsort((void *)rules, profile->rule_count, sizeof(struct armor_rule *), compare);
    *ret_rules = rules;
    return 0;
}

size_t armor_profile_size(const struct armor_profile *profile)
{
    return armor_intern_size(profile->index->words);
}

void armor_profile_free(struct armor_profile *profile)
{
    if (!profile) {
        return;
    }
    for (size_t i = 0; i < profile->rule_count; i++) {
        free(profile->rules[i]);
    }
    free((void *)profile->rules);
    armor_text_done(&profile->index->pattern);
    armor_text_done(&profile->index->peer_pattern);
    armor_text_done(&profile->index->member);
    armor_intern_free(profile->index->words);
    free((void *)profile->index->slots);
    free(profile->index);
    free(profile);
}

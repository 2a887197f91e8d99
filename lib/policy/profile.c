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
                                          .seed = seed,
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
    enum armor_state state;
    const char *name, *detail, *peer, *options;
};

/* Mixes the pointers, which nobody outside can choose. */
static size_t hash_of(const struct key *key)
{
    uint64_t hash = (uint64_t)key->kind * ARMOR_STATE_COUNT + key->state + 1;
    const char *const words[] = {key->name, key->detail, key->peer, key->options};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

static bool is_of(const struct armor_rule *rule, const struct key *key)
{
    return rule->kind == key->kind && rule->state == key->state && rule->name == key->name &&
           rule->detail == key->detail && rule->peer == key->peer && rule->options == key->options;
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

static struct key key_of(const struct armor_rule *rule)
{
    return (struct key){rule->kind, rule->state, rule->name, rule->detail, rule->peer, rule->options};
}

/* Put all rules into SLOTS, which are empty. */
static void fill(const struct armor_profile *profile, struct armor_rule **slots, size_t slot_count)
{
    for (size_t i = 0; i < profile->rule_count; i++) {
        struct key key = key_of(profile->rules[i]);
        *probe(slots, slot_count, &key) = profile->rules[i];
    }
}

/* Double the slots, of which the rules may use three quarters. */
static int grow(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    size_t count = index->slot_count * 2;
    struct armor_rule **slots = calloc(count, sizeof(struct armor_rule *));
    if (!slots) {
        return -ENOMEM;
    }
    fill(profile, slots, count);
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

/* The rule with KEY came or grew: where one of the same words has another state, what that was asked for may be this one's now. */
static void take_turn(struct armor_profile_index *index, struct key key)
{
    const enum armor_state own = key.state;
    for (int state = 0; state < ARMOR_STATE_COUNT; state++) {
        key.state = (enum armor_state)state;
        index->turn += key.state != own && *probe(index->slots, index->slot_count, &key);
    }
}

int armor_profile_merge(struct armor_profile *profile, const struct armor_access *access,
                        struct armor_rule **ret_rule)
{
    struct key key = {.kind = access->kind, .state = access->state};
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
        if (wider) {
            take_turn(index, key);
        }
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
                                .state = key.state};
    profile->rules[profile->rule_count++] = rule;
    *probe(index->slots, index->slot_count, &key) = rule;
    take_turn(index, key);
    *ret_rule = rule;
    return 1;
}

/* The profile's own copy of WORD into *RET_WORD; false: it has none, so no rule has that word. */
static bool known(const struct armor_profile *profile, struct armor_slice word, const char **ret_word)
{
    *ret_word = word.bytes ? armor_intern_find(profile->index->words, word) : NULL;
    return *ret_word || !word.bytes;
}

struct armor_rule *armor_profile_find(const struct armor_profile *profile, const struct armor_access *access)
{
    const struct armor_profile_index *index = profile->index;
    struct key key = {.kind = access->kind, .state = access->state};
    if (!known(profile, access->name, &key.name) || !known(profile, access->detail, &key.detail) ||
        !known(profile, access->peer, &key.peer) || !known(profile, access->options, &key.options)) {
        return NULL;
    }
    return *probe(index->slots, index->slot_count, &key);
}

/* The rules have changed in ways that open addressing can't follow: all find their slots anew. */
static void rebuild(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    memset((void *)index->slots, 0, index->slot_count * sizeof(struct armor_rule *));
    memset((void *)index->touched, 0, sizeof index->touched);
    index->turn++;
    fill(profile, index->slots, index->slot_count);
}

void armor_profile_remove(struct armor_profile *profile, struct armor_rule *rule)
{
    size_t at = 0;
    while (profile->rules[at] != rule) {
        at++;
    }
    profile->rule_count--;
    memmove((void *)(profile->rules + at), (void *)(profile->rules + at + 1),
            (profile->rule_count - at) * sizeof(struct armor_rule *));
    free(rule);
    rebuild(profile);
}

/* What RULE was seen with, added to INTO, which is of the same words. */
static void add_evidence(struct armor_rule *into, const struct armor_rule *rule)
{
    into->mask |= rule->mask;
    into->value = rule->value > into->value ? rule->value : into->value;
    into->owners |= rule->owners;
    if (rule->count && (into->count == 0 || rule->first_usec < into->first_usec)) {
        into->first_usec = rule->first_usec;
        into->comm = rule->comm ? rule->comm : into->comm;
    }
    into->count += rule->count;
    into->last_usec = rule->last_usec > into->last_usec ? rule->last_usec : into->last_usec;
    into->runs = rule->runs > into->runs ? rule->runs : into->runs;
    into->last_run = rule->last_run > into->last_run ? rule->last_run : into->last_run;
    into->guard = into->guard ? into->guard : rule->guard;
}

struct armor_rule *armor_profile_move(struct armor_profile *profile, struct armor_rule *rule,
                                      enum armor_state state)
{
    struct armor_profile_index *index = profile->index;
    struct key key = key_of(rule);
    key.state = state;
    struct armor_rule *there = *probe(index->slots, index->slot_count, &key);
    if (!there) {
        rule->state = state;
        rebuild(profile);
        return rule;
    }
    if (there != rule) {
        add_evidence(there, rule);
        armor_profile_remove(profile, rule);
    }
    return there;
}

/* What a rule tells beside its key and its numbers: the first of several stays. */
static int copy_words(struct armor_profile *profile, const struct armor_rule *from, struct armor_rule *rule)
{
    const struct {
        const char *word;
        const char **ret_word;
    } words[] = {{from->reason, &rule->reason}, {from->source, &rule->source},
                 {from->guard, &rule->guard},   {from->comm, &rule->comm},
                 {from->sample, &rule->sample}, {from->decided_by, &rule->decided_by}};
    int code = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && code >= 0; i++) {
        code = words[i].word && !*words[i].ret_word
                   ? armor_profile_word(profile, armor_slice_of(words[i].word), words[i].ret_word)
                   : 0;
    }
    return code;
}

int profile_copy_rule(struct armor_profile *profile, const struct armor_rule *rule, struct armor_slice name,
                      struct armor_rule **ret_rule)
{
    const struct armor_access access = {.kind = rule->kind,
                                        .state = rule->state,
                                        .mask = rule->mask,
                                        .name = name,
                                        .detail = armor_slice_of(rule->detail),
                                        .peer = armor_slice_of(rule->peer),
                                        .options = armor_slice_of(rule->options),
                                        .value = rule->value};
    size_t before = profile->rule_count;
    struct armor_rule *copy = NULL;
    int code = armor_profile_merge(profile, &access, &copy);
    if (code < 0) {
        return code;
    }
    if (profile->rule_count > before) {
        copy->origin = rule->origin;
        copy->decided_usec = rule->decided_usec;
    }
    const struct armor_rule plain = {.mask = rule->mask,
                                     .value = rule->value,
                                     .owners = rule->owners,
                                     .count = rule->count,
                                     .first_usec = rule->first_usec,
                                     .last_usec = rule->last_usec,
                                     .runs = rule->runs,
                                     .last_run = rule->last_run};
    bool earlier = rule->count && copy->count && rule->first_usec < copy->first_usec;
    add_evidence(copy, &plain);
    copy->comm = earlier ? NULL : copy->comm;
    copy->made_by |= rule->made_by;
    copy->pieces += rule->pieces ? rule->pieces : 1;
    int copied = copy_words(profile, rule, copy);
    *ret_rule = copy;
    return copied < 0 ? copied : code;
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

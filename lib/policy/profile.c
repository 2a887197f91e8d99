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
    uint32_t *slots = calloc(FIRST_SLOTS, sizeof *slots);
    struct armor_intern *words = NULL;
    if (!profile || !index || !slots || armor_intern_new(ARMOR_WORDS_MAX, seed, &words) < 0) {
        free(slots);
        free(index);
        free(profile);
        return -ENOMEM;
    }
    memcpy(profile->name, name.bytes, name.length);
    (void)snprintf(profile->label, sizeof profile->label, ARMOR_PROFILE_PREFIX "%s", profile->name);
    *index = (struct armor_profile_index){.words = words,
                                          .seed = seed,
                                          .rules = ARMOR_POOL_INIT(struct armor_rule),
                                          .mores = ARMOR_POOL_INIT(struct armor_rule_more),
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
    const struct armor_rule_more *more = armor_rule_more(rule);
    return rule->name == key->name && rule->kind == key->kind && rule->state == key->state &&
           more->detail == key->detail && more->peer == key->peer && more->options == key->options;
}

/* The slot of the rule for KEY, or the free one where it belongs. */
static uint32_t *probe(const struct armor_profile *profile, const struct key *key)
{
    const struct armor_profile_index *index = profile->index;
    size_t mask = index->slot_count - 1;
    for (size_t at = hash_of(key) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &index->slots[at];
        if (!*slot || is_of(profile->rules[*slot - 1], key)) {
            return slot;
        }
    }
}

/* The rule for KEY, or NULL. */
static struct armor_rule *find(const struct armor_profile *profile, const struct key *key)
{
    uint32_t place = *probe(profile, key);
    return place ? profile->rules[place - 1] : NULL;
}

static struct key key_of(const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    return (struct key){rule->kind, rule->state, rule->name, more->detail, more->peer, more->options};
}

/* Put all rules into the slots, which are empty. */
static void fill(const struct armor_profile *profile)
{
    for (size_t i = 0; i < profile->rule_count; i++) {
        struct key key = key_of(profile->rules[i]);
        *probe(profile, &key) = (uint32_t)i + 1;
    }
}

/* Double the slots, of which the rules may use three quarters. */
static int grow(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    size_t count = index->slot_count * 2;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) {
        return -ENOMEM;
    }
    free(index->slots);
    index->slots = slots;
    index->slot_count = count;
    fill(profile);
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
        size_t capacity = index->rule_capacity + index->rule_capacity / 2 + 16;
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
static void take_turn(const struct armor_profile *profile, struct key key)
{
    const enum armor_state own = key.state;
    for (int state = 0; state < ARMOR_STATE_COUNT; state++) {
        key.state = (enum armor_state)state;
        profile->index->turn += key.state != own && find(profile, &key);
    }
}

static void free_rule(struct armor_profile *profile, struct armor_rule *rule)
{
    armor_pool_give(&profile->index->mores, rule->more);
    armor_pool_give(&profile->index->rules, rule);
}

int armor_profile_more(struct armor_profile *profile, struct armor_rule *rule,
                       struct armor_rule_more **ret_more)
{
    if (!rule->more) {
        rule->more = armor_pool_take(&profile->index->mores);
    }
    if (!rule->more) {
        return -ENOMEM;
    }
    *ret_more = rule->more;
    return 0;
}

/* A rule with KEY and nothing else, not in the profile yet; NULL: no memory. One that may have a value has where to keep it. */
static struct armor_rule *make_rule(struct armor_profile *profile, const struct key *key)
{
    struct armor_rule *rule = armor_pool_take(&profile->index->rules);
    struct armor_rule_more *more = NULL;
    if (!rule) {
        return NULL;
    }
    rule->kind = key->kind;
    rule->state = key->state;
    rule->name = key->name;
    if (!key->detail && !key->peer && !key->options && key->kind != ARMOR_RULE_RLIMIT) {
        return rule;
    }
    if (armor_profile_more(profile, rule, &more) < 0) {
        free_rule(profile, rule);
        return NULL;
    }
    more->detail = key->detail;
    more->peer = key->peer;
    more->options = key->options;
    return rule;
}

/* Give RULE, of an access with VALUE or with the same key as one of that, the larger value. */
static void take_value(struct armor_rule *rule, int64_t value)
{
    if (rule->more && value > rule->more->value) {
        rule->more->value = value;
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
    struct armor_rule *found = find(profile, &key);
    if (found) {
        bool wider =
            (found->mask | access->mask) != found->mask || access->value > armor_rule_more(found)->value;
        found->mask |= access->mask;
        take_value(found, access->value);
        *ret_rule = found;
        if (wider) {
            take_turn(profile, key);
        }
        return wider;
    }
    code = reserve(profile);
    if (code < 0) {
        return code;
    }
    struct armor_rule *rule = make_rule(profile, &key);
    if (!rule) {
        return -ENOMEM;
    }
    rule->mask = access->mask;
    take_value(rule, access->value);
    uint32_t *slot = probe(profile, &key);
    profile->rules[profile->rule_count++] = rule;
    *slot = (uint32_t)profile->rule_count;
    take_turn(profile, key);
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
    struct key key = {.kind = access->kind, .state = access->state};
    if (!known(profile, access->name, &key.name) || !known(profile, access->detail, &key.detail) ||
        !known(profile, access->peer, &key.peer) || !known(profile, access->options, &key.options)) {
        return NULL;
    }
    return find(profile, &key);
}

/* The rules have changed in ways that open addressing can't follow: all find their slots anew. */
static void rebuild(struct armor_profile *profile)
{
    struct armor_profile_index *index = profile->index;
    memset(index->slots, 0, index->slot_count * sizeof *index->slots);
    memset((void *)index->touched, 0, sizeof index->touched);
    index->turn++;
    fill(profile);
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
    free_rule(profile, rule);
    rebuild(profile);
}

void profile_add_evidence(struct armor_rule *into, const struct armor_rule *rule)
{
    into->mask |= rule->mask;
    take_value(into, armor_rule_more(rule)->value);
    into->owners |= rule->owners;
    if (rule->count && (into->count == 0 || rule->first_usec < into->first_usec)) {
        into->first_usec = rule->first_usec;
        into->comm = rule->comm ? rule->comm : into->comm;
    }
    into->count += rule->count;
    into->last_usec = rule->last_usec > into->last_usec ? rule->last_usec : into->last_usec;
    into->runs = rule->runs > into->runs ? rule->runs : into->runs;
    into->last_run = rule->last_run > into->last_run ? rule->last_run : into->last_run;
}

/* INTO, of the same profile, is held by the guard rail that holds RULE, which is about to go. */
static void take_guard(struct armor_rule *into, struct armor_rule *rule)
{
    const char *guard = armor_rule_more(rule)->guard;
    if (!into->more && guard) { /* without words then, as RULE; what it has can't fail to be there */
        into->more = rule->more;
        rule->more = NULL;
        *into->more = (struct armor_rule_more){.guard = guard};
    } else if (guard && !into->more->guard) {
        into->more->guard = guard;
    }
}

struct armor_rule *armor_profile_move(struct armor_profile *profile, struct armor_rule *rule,
                                      enum armor_state state)
{
    struct key key = key_of(rule);
    key.state = state;
    struct armor_rule *there = find(profile, &key);
    if (!there) {
        rule->state = state;
        rebuild(profile);
        return rule;
    }
    if (there != rule) {
        profile_add_evidence(there, rule);
        take_guard(there, rule);
        armor_profile_remove(profile, rule);
    }
    return there;
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
    free((void *)profile->rules);
    armor_pool_done(&profile->index->rules);
    armor_pool_done(&profile->index->mores);
    armor_text_done(&profile->index->pattern);
    armor_text_done(&profile->index->peer_pattern);
    armor_text_done(&profile->index->member);
    armor_intern_free(profile->index->words);
    free(profile->index->slots);
    free(profile->index);
    free(profile);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repeat: bodies that were learned from. See armor/repeat.h. */
#include "armor/repeat.h"

#include "armor/fields.h"
#include "profile_index.h"

#include <errno.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    SET_COUNT = 4096, /* a power of two */
    WAYS = 4,         /* bodies of one set; the oldest makes room */
    TEXT_MAX = 288,  /* of a body; 1 in 15 is longer. With the rest of a slot, 320 bytes: whole cache lines */
    PID_DIGITS = 10, /* most, of a 32-bit number */
    /* No ` pid=` stands before this in a body that the kernel wrote: apparmor="..." operation="..." profile="..." */
    SEARCH_FROM = 40,
};

struct slot {
    struct armor_profile *profile;                     /* NULL: free; not owned */
    struct armor_rule *rules[ARMOR_RULES_TOUCHED_MAX]; /* the profile's; NULL behind the last */
    uint16_t head, tail;                               /* bytes before the pid's digits, and behind them */
    char text[TEXT_MAX];                               /* head and tail */
};

/* What is looked at first: small, so that it stays in the cache. */
struct set {
    uint32_t tags[WAYS]; /* of the hash of each slot's text */
    uint32_t oldest;     /* the way that is to go next */
};

struct armor_repeat {
    struct set sets[SET_COUNT];
    struct slot slots[SET_COUNT][WAYS];
};

/* A body without the digits of its pid. */
struct parts {
    struct armor_slice head, tail;
};

int armor_repeat_new(struct armor_repeat **ret_repeat)
{
    struct armor_repeat *repeat = calloc(1, sizeof *repeat);
    if (!repeat) {
        return -ENOMEM;
    }
    *ret_repeat = repeat;
    return 0;
}

/* Part BODY at the digits of its first ` pid=`, a field or not. False: it has none. */
static bool part(struct armor_slice body, struct parts *ret_parts)
{
    static const char mark[] = " pid=";
    const size_t mark_length = sizeof mark - 1;
    const char *end = body.bytes + body.length;
    const char *at = body.length > SEARCH_FROM ? body.bytes + SEARCH_FROM : NULL;
    while (at && (size_t)(end - at) > mark_length && memcmp(at, mark, mark_length) != 0) {
        at = memchr(at + 1, ' ', (size_t)(end - at) - 1);
    }
    if (!at || (size_t)(end - at) <= mark_length) {
        return false;
    }
    at += mark_length;
    size_t head = (size_t)(at - body.bytes);
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    size_t digits = (size_t)(at - body.bytes) - head;
    if (digits < 1 || digits > PID_DIGITS || at == end || *at != ' ' || body.length - digits > TEXT_MAX) {
        return false;
    }
    *ret_parts = (struct parts){{body.bytes, head}, {at, (size_t)(end - at)}};
    return true;
}

static uint64_t hash_of(const struct parts *parts)
{
    XXH64_hash_t hash = XXH3_64bits(parts->head.bytes, parts->head.length);
    return XXH3_64bits_withSeed(parts->tail.bytes, parts->tail.length, hash);
}

static bool holds(const struct slot *slot, const struct parts *parts)
{
    return slot->profile && slot->head == parts->head.length && slot->tail == parts->tail.length &&
           memcmp(slot->text, parts->head.bytes, parts->head.length) == 0 &&
           memcmp(slot->text + slot->head, parts->tail.bytes, parts->tail.length) == 0;
}

/* The slot that holds PARTS, or NULL. */
static struct slot *find(struct armor_repeat *repeat, const struct parts *parts, uint64_t hash)
{
    size_t place = hash % SET_COUNT;
    for (size_t way = 0; way < WAYS; way++) {
        struct slot *slot = &repeat->slots[place][way];
        if (repeat->sets[place].tags[way] == (uint32_t)(hash >> 32) && holds(slot, parts)) {
            return slot;
        }
    }
    return NULL;
}

/* Records of the other types may come from anybody, or have their verdict from the type. */
static bool may_repeat(const struct armor_record *record)
{
    return record->trusted && record->type == ARMOR_RECORD_AVC && record->body.bytes;
}

bool armor_repeat_take(struct armor_repeat *repeat, const struct armor_record *record,
                       struct armor_profile **ret_profile)
{
    struct parts parts;
    if (!may_repeat(record) || !part(record->body, &parts)) {
        return false;
    }
    struct slot *slot = find(repeat, &parts, hash_of(&parts));
    if (!slot) {
        return false;
    }
    slot->profile->events++;
    for (size_t i = 0; i < ARMOR_RULES_TOUCHED_MAX && slot->rules[i]; i++) {
        profile_note(slot->rules[i], record->time);
    }
    *ret_profile = slot->profile;
    return true;
}

/* Whether the digits that PARTS leaves out are the value of a field `pid=` of BODY, not text in another's. */
static bool parted_at_field(struct armor_slice body, const struct parts *parts)
{
    struct armor_fields fields = {.body = body};
    struct armor_field field;
    while (armor_fields_next(&fields, &field, NULL) > 0) {
        if (field.value.bytes == body.bytes + parts->head.length) {
            return armor_slice_is(field.key, "pid") &&
                   field.value.bytes + field.value.length == parts->tail.bytes;
        }
    }
    return false;
}

void armor_repeat_keep(struct armor_repeat *repeat, const struct armor_record *record,
                       struct armor_profile *profile)
{
    struct parts parts;
    const struct armor_profile_index *index = profile->index;
    if (!index->touched[0] || !may_repeat(record) || !part(record->body, &parts) ||
        !parted_at_field(record->body, &parts)) {
        return;
    }
    uint64_t hash = hash_of(&parts);
    struct set *set = &repeat->sets[hash % SET_COUNT];
    struct slot *slot = &repeat->slots[hash % SET_COUNT][set->oldest];
    set->tags[set->oldest] = (uint32_t)(hash >> 32);
    set->oldest = (set->oldest + 1) % WAYS;
    slot->profile = profile;
    memcpy(slot->rules, index->touched, sizeof slot->rules);
    slot->head = (uint16_t)parts.head.length;
    slot->tail = (uint16_t)parts.tail.length;
    memcpy(slot->text, parts.head.bytes, parts.head.length);
    memcpy(slot->text + slot->head, parts.tail.bytes, parts.tail.length);
}

void armor_repeat_forget(struct armor_repeat *repeat, const struct armor_profile *profile)
{
    for (size_t i = 0; i < (size_t)SET_COUNT * WAYS; i++) {
        struct slot *slot = &repeat->slots[i / WAYS][i % WAYS];
        slot->profile = slot->profile == profile ? NULL : slot->profile;
    }
}

void armor_repeat_free(struct armor_repeat *repeat)
{
    free(repeat);
}

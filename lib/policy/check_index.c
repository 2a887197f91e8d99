/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clauses of a profile, found by a name. A pattern of one name alone is kept under that name; any other under the
 * folders that each of its names begins with. So a name is looked up whole, and once for each of its slashes. See check_index.h.
 */
#include "check_index.h"

#include <errno.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { NONE = UINT32_MAX };

static bool is_path_kind(enum armor_rule_kind kind)
{
    return kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_LINK || kind == ARMOR_RULE_EXEC;
}

/* The key of ENTRY: the name, if it has one alone, or the folders of its prefix. */
static struct armor_slice key_of(const struct check_entry *entry, bool *ret_literal)
{
    struct armor_slice prefix = armor_pattern_prefix(entry->name);
    *ret_literal = armor_pattern_literal(entry->name);
    while (!*ret_literal && prefix.length > 0 && prefix.bytes[prefix.length - 1] != '/') {
        prefix.length--;
    }
    return prefix;
}

static size_t slot_of(const struct check_index *index, struct armor_slice key, bool literal)
{
    return (size_t)XXH3_64bits_withSeed(key.bytes, key.length, literal) & (index->slot_count - 1);
}

/* The slot of KEY, or the free one where it belongs. */
static uint32_t *probe(const struct check_index *index, struct armor_slice key, bool literal)
{
    for (size_t at = slot_of(index, key, literal);; at = (at + 1) & (index->slot_count - 1)) {
        uint32_t *slot = &index->slots[at];
        if (*slot == NONE) {
            return slot;
        }
        bool other_literal = false;
        struct armor_slice other = key_of(&index->entries[*slot], &other_literal);
        if (literal == other_literal && armor_slice_equal(key, other)) {
            return slot;
        }
    }
}

static int compile(const char *text, struct armor_pattern **ret_pattern)
{
    return text ? armor_pattern_new(armor_slice_of(text), ret_pattern, NULL) : 0;
}

/* The patterns of the words that are patterns in CLAUSE's kind. */
static int compile_words(struct check_entry *entry)
{
    const struct armor_clause *clause = entry->clause;
    enum armor_rule_kind kind = clause->kind;
    int code = compile(clause->name, &entry->name);
    code = code < 0 ? code : compile(clause->peer, &entry->peer);
    if (code == 0 && (kind == ARMOR_RULE_MOUNT || kind == ARMOR_RULE_DBUS)) {
        code = compile(clause->detail, &entry->detail);
    }
    if (code == 0 && kind == ARMOR_RULE_UNIX) {
        code = compile(clause->options, &entry->options);
    }
    const char *dot = kind == ARMOR_RULE_DBUS && clause->options ? strrchr(clause->options, '.') : NULL;
    if (code == 0 && dot && dot > clause->options) {
        code = armor_pattern_new((struct armor_slice){clause->options, (size_t)(dot - clause->options)},
                                 &entry->options, NULL);
    }
    return code < 0 || !dot || !dot[1] ? code : compile(dot + 1, &entry->member);
}

static int compare_prefixes(struct armor_slice a, struct armor_slice b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.bytes, b.bytes, common);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* By merging halves, with ROOM for one: qsort's comparison doesn't see the index. */
static void sort_by_prefix(const struct check_index *index, uint32_t *list, size_t count, uint32_t *room)
{
    if (count < 2) {
        return;
    }
    size_t half = count / 2;
    sort_by_prefix(index, list, half, room);
    sort_by_prefix(index, list + half, count - half, room);
    memcpy(room, list, half * sizeof *list);
    size_t left = 0;
    size_t right = half;
    for (size_t at = 0; left < half; at++) {
        bool take_right =
            right < count && compare_prefixes(armor_pattern_prefix(index->entries[list[right]].name),
                                              armor_pattern_prefix(index->entries[room[left]].name)) < 0;
        list[at] = take_right ? list[right++] : room[left++];
    }
}

/* Enter all entries with paths into the slots and the sorted list. */
static int enter_all(struct check_index *index)
{
    size_t paths = 0;
    for (size_t i = 0; i < index->count; i++) {
        paths += is_path_kind(index->entries[i].clause->kind);
    }
    index->slot_count = 16;
    while (index->slot_count < 2 * paths) {
        index->slot_count *= 2;
    }
    index->slots = malloc(index->slot_count * sizeof *index->slots);
    index->sorted = calloc(paths + 1, sizeof *index->sorted);
    uint32_t *room = calloc(paths + 1, sizeof *room);
    if (!index->slots || !index->sorted || !room) {
        free(room);
        return -ENOMEM;
    }
    memset(index->slots, 0xff, index->slot_count * sizeof *index->slots);
    for (size_t i = 0; i < index->count; i++) {
        struct check_entry *entry = &index->entries[i];
        if (is_path_kind(entry->clause->kind)) {
            bool literal = false;
            struct armor_slice key = key_of(entry, &literal);
            uint32_t *slot = probe(index, key, literal);
            entry->next = *slot;
            *slot = (uint32_t)i;
            index->sorted[index->sorted_count++] = (uint32_t)i;
        }
    }
    sort_by_prefix(index, index->sorted, index->sorted_count, room);
    free(room);
    return 0;
}

int check_index_build(struct check_index *index, const struct armor_clause *clauses, size_t count)
{
    *index = (struct check_index){.entries = calloc(count + 1, sizeof *index->entries)};
    if (!index->entries) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        index->begin[clauses[i].kind + 1]++;
    }
    for (size_t kind = 0; kind < ARMOR_RULE_KIND_COUNT; kind++) {
        index->begin[kind + 1] += index->begin[kind];
    }
    size_t place[ARMOR_RULE_KIND_COUNT];
    memcpy(place, index->begin, sizeof place);
    index->count = count;
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        struct check_entry *entry = &index->entries[place[clauses[i].kind]++];
        *entry = (struct check_entry){.clause = &clauses[i], .next = NONE};
        code = code < 0 ? code : compile_words(entry);
    }
    return code < 0 ? code : enter_all(index);
}

struct check_walk check_walk_begin(struct armor_slice name)
{
    return (struct check_walk){.name = name, .key = name.length, .next = NONE};
}

const struct check_entry *check_walk_next(const struct check_index *index, struct check_walk *walk)
{
    while (walk->next == NONE) {
        if (walk->ended) {
            return NULL;
        }
        if (!walk->whole) {
            walk->whole = true;
            walk->next = *probe(index, walk->name, true);
            continue;
        }
        while (walk->key > 0 && walk->name.bytes[walk->key - 1] != '/') {
            walk->key--;
        }
        walk->next = *probe(index, (struct armor_slice){walk->name.bytes, walk->key}, false);
        walk->ended = walk->key == 0;
        walk->key -= walk->key > 0;
    }
    const struct check_entry *entry = &index->entries[walk->next];
    walk->next = entry->next;
    return entry;
}

static size_t common_with(const struct check_entry *entry, struct armor_slice name)
{
    struct armor_slice prefix = armor_pattern_prefix(entry->name);
    size_t common = 0;
    while (common < prefix.length && common < name.length && prefix.bytes[common] == name.bytes[common]) {
        common++;
    }
    return common;
}

const struct armor_clause *check_index_nearest(const struct check_index *index, enum armor_rule_kind kind,
                                               struct armor_slice name)
{
    enum { LOOK = 64 }; /* on both sides of where the name would stand */
    size_t low = 0;
    size_t high = index->sorted_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct armor_slice prefix = armor_pattern_prefix(index->entries[index->sorted[middle]].name);
        if (compare_prefixes(prefix, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct armor_clause *nearest = NULL;
    size_t most = 1;
    size_t first = low > LOOK ? low - LOOK : 0;
    for (size_t i = first; i < index->sorted_count && i < low + LOOK; i++) {
        const struct check_entry *entry = &index->entries[index->sorted[i]];
        size_t common = common_with(entry, name);
        if (common > most && (kind == ARMOR_RULE_KIND_COUNT || entry->clause->kind == kind) &&
            !(entry->clause->flags & ARMOR_CLAUSE_DENY)) {
            most = common;
            nearest = entry->clause;
        }
    }
    return nearest;
}

void check_index_done(struct check_index *index)
{
    for (size_t i = 0; i < index->count; i++) {
        const struct check_entry *entry = &index->entries[i];
        armor_pattern_free(entry->name);
        armor_pattern_free(entry->detail);
        armor_pattern_free(entry->peer);
        armor_pattern_free(entry->options);
        armor_pattern_free(entry->member);
    }
    free(index->entries);
    free(index->slots);
    free(index->sorted);
    *index = (struct check_index){0};
}

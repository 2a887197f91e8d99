/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intern table: open addressing over words, which live in chunks that never move. See armor/intern.h.
 */
#include "armor/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    FIRST_SLOTS = 64,      /* a power of two, as every size of the table */
    CHUNK_SIZE = 4 * 1024, /* bytes; a longer word has a chunk of its own, as long as it needs */
};

/* One slot. `hash` spares most comparisons and all rehashing. */
struct slot {
    uint32_t hash;
    uint32_t place; /* of the word among the chunks' bytes, from 1; 0: free */
};

struct armor_intern {
    struct slot *slots;
    size_t slot_count;  /* a power of two */
    size_t word_count;  /* at most 3/4 of slot_count */
    char **chunks;      /* owned; a longer one stands for several: NULL behind it */
    size_t chunk_count; /* of these, each CHUNK_SIZE places */
    size_t newest;      /* number of the chunk that was added last */
    size_t used;        /* bytes of that; CHUNK_SIZE: it has no room */
    size_t size, limit; /* bytes of words */
    uint64_t seed;
};

int armor_intern_new(size_t limit, uint64_t seed, struct armor_intern **ret_table)
{
    struct armor_intern *table = calloc(1, sizeof *table);
    if (!table) {
        return -ENOMEM;
    }
    table->slots = calloc(FIRST_SLOTS, sizeof *table->slots);
    if (!table->slots) {
        free(table);
        return -ENOMEM;
    }
    table->slot_count = FIRST_SLOTS;
    table->used = CHUNK_SIZE;
    table->limit = limit;
    table->seed = seed;
    *ret_table = table;
    return 0;
}

static char *word_at(const struct armor_intern *table, uint32_t place)
{
    return table->chunks[(place - 1) / CHUNK_SIZE] + (place - 1) % CHUNK_SIZE;
}

/* WORD is without NUL, so that nothing behind the end of the one at PLACE is read. */
static bool is_at(const struct armor_intern *table, uint32_t place, struct armor_slice word)
{
    const char *there = word_at(table, place);
    return strncmp(there, word.bytes, word.length) == 0 && !there[word.length];
}

/* The slot of WORD, or the free one where it belongs. */
static struct slot *probe(const struct armor_intern *table, struct armor_slice word, uint32_t hash)
{
    size_t mask = table->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct slot *slot = &table->slots[at];
        if (!slot->place || (slot->hash == hash && is_at(table, slot->place, word))) {
            return slot;
        }
    }
}

static int grow(struct armor_intern *table)
{
    size_t count = table->slot_count * 2;
    struct slot *slots = calloc(count, sizeof *slots);
    if (!slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        if (!table->slots[i].place) {
            continue;
        }
        size_t at = table->slots[i].hash & (count - 1);
        while (slots[at].place) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return 0;
}

/* A chunk with room for SIZE bytes. */
static int add_chunk(struct armor_intern *table, size_t size)
{
    size_t numbers = (size + CHUNK_SIZE - 1) / CHUNK_SIZE;
    size_t count = table->chunk_count + numbers;
    if (count > UINT32_MAX / CHUNK_SIZE) {
        return -E2BIG;
    }
    char **chunks = realloc((void *)table->chunks, count * sizeof *chunks);
    if (!chunks) {
        return -ENOMEM;
    }
    table->chunks = chunks;
    char *chunk = malloc(size > CHUNK_SIZE ? size : CHUNK_SIZE);
    if (!chunk) {
        return -ENOMEM;
    }
    memset((void *)(chunks + table->chunk_count), 0, numbers * sizeof *chunks);
    chunks[table->chunk_count] = chunk;
    table->newest = table->chunk_count;
    table->chunk_count = count;
    table->used = 0;
    return 0;
}

/* The place of SIZE bytes in the newest chunk, or in a new one. */
static int allocate(struct armor_intern *table, size_t size, uint32_t *ret_place)
{
    if (size > CHUNK_SIZE - table->used) {
        int code = add_chunk(table, size);
        if (code < 0) {
            return code;
        }
    }
    *ret_place = (uint32_t)(table->newest * CHUNK_SIZE + table->used + 1);
    table->used = size > CHUNK_SIZE ? CHUNK_SIZE : table->used + size;
    return 0;
}

static uint32_t hash_of(const struct armor_intern *table, struct armor_slice word)
{
    return (uint32_t)XXH3_64bits_withSeed(word.bytes, word.length, table->seed);
}

static bool has_nul(struct armor_slice word)
{
    return word.length && memchr(word.bytes, '\0', word.length);
}

int armor_intern_add(struct armor_intern *table, struct armor_slice word, const char **ret_word)
{
    if (has_nul(word)) {
        return -EINVAL;
    }
    uint32_t hash = hash_of(table, word);
    struct slot *slot = probe(table, word, hash);
    if (slot->place) {
        *ret_word = word_at(table, slot->place);
        return 0;
    }
    if (word.length >= table->limit || table->size > table->limit - word.length - 1) {
        return -E2BIG;
    }
    if (table->word_count + 1 > table->slot_count / 4 * 3) {
        if (grow(table) < 0) {
            return -ENOMEM;
        }
        slot = probe(table, word, hash);
    }
    uint32_t place = 0;
    int code = allocate(table, word.length + 1, &place);
    if (code < 0) {
        return code;
    }
    char *copy = word_at(table, place);
    if (word.length) {
        memcpy(copy, word.bytes, word.length);
    }
    copy[word.length] = '\0';
    *slot = (struct slot){.hash = hash, .place = place};
    table->word_count++;
    table->size += word.length + 1;
    *ret_word = copy;
    return 1;
}

const char *armor_intern_find(const struct armor_intern *table, struct armor_slice word)
{
    uint32_t place = has_nul(word) ? 0 : probe(table, word, hash_of(table, word))->place;
    return place ? word_at(table, place) : NULL;
}

size_t armor_intern_size(const struct armor_intern *table)
{
    return table->size;
}

void armor_intern_free(struct armor_intern *table)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i < table->chunk_count; i++) {
        free(table->chunks[i]);
    }
    free((void *)table->chunks);
    free(table->slots);
    free(table);
}

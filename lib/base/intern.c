/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intern table: open addressing over pointers to words, which live in chunks that never move. See armor/intern.h.
 */
#include "armor/intern.h"

#include <errno.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    FIRST_SLOTS = 64,       /* a power of two, as every size of the table */
    CHUNK_SIZE = 16 * 1024, /* a word that is larger gets a chunk of its own */
};

struct chunk {
    struct chunk *next;
    size_t used, size; /* bytes of the words that follow */
    char words[];
};

/* One slot. `hash` spares most comparisons and all rehashing. */
struct slot {
    const char *word; /* NULL: free */
    uint32_t hash;
    uint32_t length;
};

struct armor_intern {
    struct slot *slots;
    size_t slot_count;    /* a power of two */
    size_t word_count;    /* at most 3/4 of slot_count */
    struct chunk *chunks; /* the newest first */
    size_t size, limit;   /* bytes of words */
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
    table->limit = limit;
    table->seed = seed;
    *ret_table = table;
    return 0;
}

/* The slot of WORD, or the free one where it belongs. */
static struct slot *probe(const struct armor_intern *table, struct armor_slice word, uint32_t hash)
{
    size_t mask = table->slot_count - 1;
    size_t at = hash & mask;
    for (;; at = (at + 1) & mask) {
        struct slot *slot = &table->slots[at];
        if (!slot->word || (slot->hash == hash && slot->length == word.length &&
                            memcmp(slot->word, word.bytes, word.length) == 0)) {
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
        if (!table->slots[i].word) {
            continue;
        }
        size_t at = table->slots[i].hash & (count - 1);
        while (slots[at].word) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = table->slots[i];
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return 0;
}

/* Room for SIZE bytes in the newest chunk, or in a new one. NULL: no memory. */
static char *allocate(struct armor_intern *table, size_t size)
{
    struct chunk *chunk = table->chunks;
    if (!chunk || chunk->size - chunk->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        chunk = malloc(sizeof *chunk + room);
        if (!chunk) {
            return NULL;
        }
        *chunk = (struct chunk){.next = table->chunks, .size = room};
        table->chunks = chunk;
    }
    char *bytes = chunk->words + chunk->used;
    chunk->used += size;
    return bytes;
}

static uint32_t hash_of(const struct armor_intern *table, struct armor_slice word)
{
    return (uint32_t)XXH3_64bits_withSeed(word.bytes, word.length, table->seed);
}

int armor_intern_add(struct armor_intern *table, struct armor_slice word, const char **ret_word)
{
    uint32_t hash = hash_of(table, word);
    struct slot *slot = probe(table, word, hash);
    if (slot->word) {
        *ret_word = slot->word;
        return 0;
    }
    if (word.length && memchr(word.bytes, '\0', word.length)) {
        return -EINVAL;
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
    char *copy = allocate(table, word.length + 1);
    if (!copy) {
        return -ENOMEM;
    }
    if (word.length) {
        memcpy(copy, word.bytes, word.length);
    }
    copy[word.length] = '\0';
    *slot = (struct slot){.word = copy, .hash = hash, .length = (uint32_t)word.length};
    table->word_count++;
    table->size += word.length + 1;
    *ret_word = copy;
    return 1;
}

const char *armor_intern_find(const struct armor_intern *table, struct armor_slice word)
{
    return probe(table, word, hash_of(table, word))->word;
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
    while (table->chunks) {
        struct chunk *next = table->chunks->next;
        free(table->chunks);
        table->chunks = next;
    }
    free(table->slots);
    free(table);
}

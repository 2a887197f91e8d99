/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is freed all at once. See arena.h. */
#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>

enum { CHUNK_SIZE = 32 * 1024 };

struct seed_chunk {
    struct seed_chunk *next;
    size_t used, size; /* bytes of `bytes` */
    alignas(max_align_t) char bytes[];
};

int seed_arena_take(struct seed_arena *arena, size_t size, void **ret_bytes)
{
    if (size > arena->limit || arena->used > arena->limit - size) {
        return -E2BIG;
    }
    size_t rounded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct seed_chunk *chunk = arena->chunks;
    if (!chunk || rounded > chunk->size - chunk->used) {
        size_t room = rounded > CHUNK_SIZE ? rounded : CHUNK_SIZE;
        chunk = calloc(1, sizeof *chunk + room);
        if (!chunk) {
            return -ENOMEM;
        }
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    *ret_bytes = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->used += rounded;
    return 0;
}

int seed_arena_copy(struct seed_arena *arena, struct armor_slice word, const char **ret_word)
{
    void *bytes = NULL;
    int code = seed_arena_take(arena, word.length + 1, &bytes);
    if (code < 0) {
        return code;
    }
    if (word.length > 0) {
        memcpy(bytes, word.bytes, word.length);
    }
    *ret_word = bytes;
    return 0;
}

void seed_arena_done(struct seed_arena *arena)
{
    struct seed_chunk *chunk = arena->chunks;
    while (chunk) {
        struct seed_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = SEED_ARENA_INIT(arena->limit);
}

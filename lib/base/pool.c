/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pool: blocks, and a list of pieces that were given back. See armor/pool.h. */
#include "armor/pool.h"

#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h> /* so that use after giving back is found as use after free is */
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { BLOCK_PIECES = 16 };

struct armor_pool_block {
    struct armor_pool_block *next;
    _Alignas(void *) unsigned char bytes[];
};

/* What stands in a piece that was given back. */
struct armor_pool_piece {
    struct armor_pool_piece *next;
};

static void *take_given(struct armor_pool *pool)
{
    struct armor_pool_piece *piece = pool->given;
    ASAN_UNPOISON_MEMORY_REGION(piece, pool->size);
    pool->given = piece->next;
    return memset(piece, 0, pool->size);
}

void *armor_pool_take(struct armor_pool *pool)
{
    if (pool->given) {
        return take_given(pool);
    }
    if (!pool->blocks || pool->used == BLOCK_PIECES) {
        struct armor_pool_block *block = calloc(1, sizeof *block + BLOCK_PIECES * pool->size);
        if (!block) {
            return NULL;
        }
        block->next = pool->blocks;
        pool->blocks = block;
        pool->used = 0;
    }
    return pool->blocks->bytes + pool->used++ * pool->size;
}

void armor_pool_give(struct armor_pool *pool, void *piece)
{
    struct armor_pool_piece *given = piece;
    if (given) {
        given->next = pool->given;
        pool->given = given;
        ASAN_POISON_MEMORY_REGION(given, pool->size);
    }
}

void armor_pool_done(struct armor_pool *pool)
{
    while (pool->blocks) {
        struct armor_pool_block *next = pool->blocks->next;
        ASAN_UNPOISON_MEMORY_REGION(pool->blocks->bytes, BLOCK_PIECES * pool->size);
        free(pool->blocks);
        pool->blocks = next;
    }
    pool->used = 0;
    pool->given = NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pool: pieces of one size, cut from blocks, for what there are hundreds of thousands of: malloc adds 16 bytes to each. Pieces never
 * move. What is given back is taken again first.
 */
#pragma once

#include "armor/base.h"

struct armor_pool {
    size_t size; /* bytes of a piece: at least a pointer's, and a multiple of its alignment */
    struct armor_pool_block *blocks; /* owned; the newest first, and the only one with room */
    size_t used;                     /* pieces of the newest block that were taken at least once */
    struct armor_pool_piece *given;  /* those that were given back */
};

/* An empty pool for pieces of TYPE. */
#define ARMOR_POOL_INIT(type) ((struct armor_pool){.size = sizeof(type)})

/* A piece of zeros, the pool's own until it is given back; NULL: no memory. */
void *armor_pool_take(struct armor_pool *pool);

/* PIECE of POOL isn't used any more. NULL is fine. */
void armor_pool_give(struct armor_pool *pool, void *piece);

/* Free all pieces. The pool is empty then. */
void armor_pool_done(struct armor_pool *pool);

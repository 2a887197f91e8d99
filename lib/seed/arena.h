/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is freed all at once: the nodes and words of a tree. Capped. Private to lib/seed. */
#pragma once

#include "armor/base.h"

struct seed_arena {
    struct seed_chunk *chunks; /* owned; the newest first */
    size_t used;               /* bytes given out */
    size_t limit;              /* most bytes that may be */
};

#define SEED_ARENA_INIT(most) ((struct seed_arena){.limit = (most)})

/* SIZE zeroed bytes, aligned for anything. Returns 0, -E2BIG over the limit, -ENOMEM. */
ARMOR_CHECKED int seed_arena_take(struct seed_arena *arena, size_t size, void **ret_bytes);

/* A terminated copy of WORD. Returns as seed_arena_take. */
ARMOR_CHECKED int seed_arena_copy(struct seed_arena *arena, struct armor_slice word, const char **ret_word);

/* Free all of it. */
void seed_arena_done(struct seed_arena *arena);

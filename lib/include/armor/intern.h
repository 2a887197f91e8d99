/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intern table: each distinct byte string once, so that equal words have equal pointers and a rule is a few pointers.
 * Words live as long as the table. Capped: what an attacker names can't grow it past its limit.
 */
#pragma once

#include "armor/base.h"

struct armor_intern;

/*
 * LIMIT: most bytes of words, terminators included. SEED: any number that outsiders don't know; it keys the hash, so that
 * nobody can choose names that all collide. Returns 0 and a table for armor_intern_free, or -ENOMEM.
 */
ARMOR_CHECKED int armor_intern_new(size_t limit, uint64_t seed, struct armor_intern **ret_table);

/*
 * The table's own copy of WORD, terminated (a word may not hold NUL: -EINVAL). Returns 1 when it is new, 0 when it was
 * there, -E2BIG over the limit, -ENOMEM. Allocates only for a new word.
 */
ARMOR_CHECKED int armor_intern_add(struct armor_intern *table, struct armor_slice word,
                                   const char **ret_word);

/* The table's copy of WORD, or NULL when it has none. Never allocates. */
const char *armor_intern_find(const struct armor_intern *table, struct armor_slice word);

/* Bytes that the words take, terminators included. */
size_t armor_intern_size(const struct armor_intern *table);

/* NULL is fine. */
void armor_intern_free(struct armor_intern *table);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clauses of a profile by the beginnings of their names. Private to lib/policy. */
#pragma once

#include "armor/check.h"
#include "armor/match.h"

/* A clause, with its patterns compiled; NULL where it has no such word: anything matches. */
struct check_entry {
    const struct armor_clause *clause;
    struct armor_pattern *name, *detail, *peer, *options, *member;
    uint32_t next; /* with the same key; UINT32_MAX: none */
};

struct check_index {
    struct check_entry *entries; /* owned; by kind, in the order of the text */
    size_t count;
    size_t begin[ARMOR_RULE_KIND_COUNT + 1]; /* of each kind's entries */
    uint32_t *
        slots; /* owned: first entry of files, programs and links with a key; a power of two of them, open addressing */
    size_t slot_count;
    uint32_t *sorted; /* owned: the same entries by their prefix, for the nearest one */
    size_t sorted_count;
};

/* Where a walk over the entries that may match a name is. */
struct check_walk {
    struct armor_slice name;
    size_t key;    /* bytes of the name that the next key is in: its folders */
    uint32_t next; /* entry to give out next; UINT32_MAX: those of the next key */
    bool whole;    /* the name itself was the key already, as it is first */
    bool ended;    /* there is no further key */
};

/* Returns 0, -EBADMSG, -ENOMEM. check_index_done in any case. */
ARMOR_CHECKED int check_index_build(struct check_index *index, const struct armor_clause *clauses,
                                    size_t count);

/* Begin a walk over the entries of files, programs and links that may match NAME. */
struct check_walk check_walk_begin(struct armor_slice name);

/* The next entry, or NULL. Each is given once. */
const struct check_entry *check_walk_next(const struct check_index *index, struct check_walk *walk);

/* The clause of KIND, or of any for KIND_COUNT, whose prefix has most in common with NAME; NULL: none has more than the first slash. */
const struct armor_clause *check_index_nearest(const struct check_index *index, enum armor_rule_kind kind,
                                               struct armor_slice name);

void check_index_done(struct check_index *index);

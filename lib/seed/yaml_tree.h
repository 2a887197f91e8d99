/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A YAML document as a tree with positions. Aliases share the node they name, so that the tree is a graph without cycles;
 * its size as if each were a copy is bounded, and with it whatever walks it. Private to lib/seed.
 */
#pragma once

#include "arena.h"

#include "armor/error.h"

enum tree_kind {
    TREE_NULL = 0, /* `~`, `null`, or nothing */
    TREE_SCALAR,
    TREE_SEQUENCE,
    TREE_MAPPING,
    TREE_KIND_COUNT,
};

/* Compose's own tags, which say how an override is merged. */
enum tree_tag {
    TREE_TAG_NONE = 0,
    TREE_TAG_RESET,    /* `!reset`: as if the key weren't there, in the base either */
    TREE_TAG_OVERRIDE, /* `!override`: in the place of the base's, not merged with it */
};

struct tree_item {
    const char *key;         /* of a mapping's pair; NULL in a sequence */
    struct tree_node *value; /* never NULL */
};

struct tree_node {
    enum tree_kind kind;
    enum tree_tag tag;
    const char *text; /* scalar: terminated, without NUL in it; otherwise NULL */
    struct tree_item *items;
    size_t count;  /* of items; 0 for a scalar */
    size_t weight; /* nodes of it and below, each alias counted as a copy */

    const char *file; /* owned by the arena */
    size_t line;      /* of its key for a mapping's value, since that is what people look for; from 1 */
    size_t column;    /* byte, from 1 */

    bool interpolated; /* its variables have been replaced */
    const char *unset; /* the first variable in it that has no value and no default; NULL: none */
};

/*
 * Read the documents of TEXT, at most ARMOR_YAML_DOCUMENTS_MAX, into ARENA; FILE is their name. Refused with line and
 * column: what isn't YAML or UTF-8, keys that aren't words, duplicate keys, NUL, too deep nesting, too many nodes once
 * aliases are written out. Returns how many documents, 0 for an empty file; -EBADMSG, -E2BIG, -ENOMEM.
 */
enum { ARMOR_YAML_DOCUMENTS_MAX = 16 };
ARMOR_CHECKED int tree_parse(struct seed_arena *arena, const char *file, struct armor_slice text,
                             struct tree_node *ret_documents[ARMOR_YAML_DOCUMENTS_MAX],
                             struct armor_error *err);

/* The value of KEY in a mapping; NULL when it isn't there, is null or tagged `!reset`, or NODE is no mapping or NULL. */
struct tree_node *tree_get(const struct tree_node *node, const char *key);

/* Text of a scalar; NULL for anything else, and for NULL. */
const char *tree_text(const struct tree_node *node);

/* The value of a scalar that says yes as YAML 1.1 and Compose have it: true, yes, on, y, 1. */
bool tree_true(const struct tree_node *node);

/* Same shape and text, wherever they stand. */
bool tree_equal(const struct tree_node *a, const struct tree_node *b);

/* A new node of KIND at the place of LIKE, without items. Returns 0, -E2BIG, -ENOMEM. */
ARMOR_CHECKED int tree_new(struct seed_arena *arena, enum tree_kind kind, const struct tree_node *like,
                           struct tree_node **ret_node);

/* Set KEY of a mapping to VALUE, in the place of what it had; or with KEY NULL append VALUE to a sequence. */
ARMOR_CHECKED int tree_set(struct seed_arena *arena, struct tree_node *node, const char *key,
                           struct tree_node *value);

/* Take item INDEX out. */
void tree_remove(struct tree_node *node, size_t index);

/* "a list", "a mapping": for messages. */
const char *tree_kind_name(const struct tree_node *node);

/* Fill ERR with the place of NODE and a sentence; CODE is returned. */
int tree_refuse(struct armor_error *err, const struct tree_node *node, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

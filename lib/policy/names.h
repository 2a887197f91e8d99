/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names: the paths of the evidence as a tree of their segments, whose nodes can become one another. A file and a directory of the
 * same name are two nodes. Nodes live as long as the tree. Private to lib/policy.
 */
#pragma once

#include "armor/intern.h"
#include "armor/rule.h"
#include "armor/text.h"

/* One rule of the evidence at its node. */
struct names_piece {
    const struct armor_rule *rule;
    struct names_piece *next;
};

struct names_node {
    const char *name;            /* pattern of the segment, interned: equal names have equal pointers */
    struct armor_slice literal;  /* the same as bytes; absent where it is no longer one name */
    struct armor_slice original; /* the literal that a shape took the place of; absent: none did */
    struct names_node *parent;   /* NULL: the root */
    struct names_node *into;     /* the node that this one has become a part of; NULL: none */
    struct names_node
        *cover; /* allows reading this name too, if that is all that is asked of it; NULL: none does */
    struct names_node *first, *last, *next; /* children, in no order, and the next sibling */
    struct names_piece *pieces, *last_piece;
    const struct armor_rule *covers; /* one that it was made of, which a narrower rule may have; NULL: none */
    uint32_t grants;                 /* what is allowed for the sake of `covers` */
    bool directory;
    bool runs;     /* executed, or mapped as code: never widened, and nothing that covers it may be written */
    bool used;     /* something of the evidence, beside execution, is asked of it or below it */
    bool fixed;    /* never widened for its name's or place's sake */
    bool wide;     /* begins with a star: others become a part of it, it of none */
    bool twin;     /* what its parent's siblings hold too: about to be moved, see twins.c */
    unsigned hash; /* case of the hashes below a shard, or of its own name: bits 1 lower, 2 upper; 0: none */
    uint32_t mask; /* of its pieces; of a directory, those of its path with the slash */
    uint32_t made_by;        /* bits 1 << enum armor_transformation */
    size_t variety;          /* names in the evidence that it stands for */
    size_t read_files;       /* below a directory: names with an extension that are read */
    size_t read_directories; /* those of the directories below, and itself, that hold such */
};

struct names;

/* A tree with nothing but its root. SEED as for armor_intern_new. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int names_new(uint64_t seed, struct names **ret_names);

struct names_node *names_root(struct names *names);

/*
 * Find or make the node of PATH, a pattern that begins with a slash; one that ends in a slash is a directory. Calls in the
 * order of the bytes of PATH are cheap. Returns 0, -E2BIG or -ENOMEM.
 */
ARMOR_CHECKED int names_add(struct names *names, struct armor_slice path, struct names_node **ret_node);

/* NODE is asked for: it and the directories above it are used. */
void names_use(struct names_node *node);

/* Note that RULE's access is to NODE. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int names_note(struct names *names, struct names_node *node, const struct armor_rule *rule);

/* A new child of DIRECTORY with the pattern NAME. Returns 0, -E2BIG or -ENOMEM. */
ARMOR_CHECKED int names_child(struct names *names, struct names_node *directory, struct armor_slice name,
                              bool is_directory, struct names_node **ret_node);

/* Give NODE the pattern NAME, which stands for more than one name. Returns 0, -E2BIG or -ENOMEM. */
ARMOR_CHECKED int names_rename(struct names *names, struct names_node *node, struct armor_slice name);

/* The tree's own copy of WORD. Returns 0, -E2BIG or -ENOMEM. */
ARMOR_CHECKED int names_word(struct names *names, struct armor_slice word, const char **ret_word);

/* NODE's own pieces, without its children, go to INTO: what is asked of it is allowed there. */
void names_yield(struct names_node *into, struct names_node *node);

/* NODE becomes a part of INTO, with all that it has. It must be no child of a node any more, see names_children. */
void names_merge(struct names_node *into, struct names_node *node);

/*
 * Take the children of DIRECTORY out, sorted by name, files first; those of the same name have become one. They are to be given
 * back by names_give. Returns 0 and an array that the caller frees, or -ENOMEM.
 */
ARMOR_CHECKED int names_children(struct names_node *directory, struct names_node ***ret_children,
                                 size_t *ret_count);

/* Make NODE a child of DIRECTORY. */
void names_give(struct names_node *directory, struct names_node *node);

/* The node that NODE has become. */
struct names_node *names_now(struct names_node *node);

/* Write the pattern of NODE's whole path to TEXT, which is emptied first. */
void names_path(struct names_node *node, struct armor_text *text);

/* NULL is fine. */
void names_free(struct names *names);

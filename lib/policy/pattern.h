/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A compiled pattern: literal bytes that each name begins with, and behind them an automaton without memory. Its nodes stand
 * in an array, and one goes on with the next in it. Private to lib/policy.
 */
#pragma once

#include "armor/match.h"

enum pattern_op {
    PATTERN_BYTE = 0,  /* takes `byte` */
    PATTERN_NOT_SLASH, /* takes any byte but `/` and NUL */
    PATTERN_ANY,       /* takes any byte but NUL */
    PATTERN_SET,       /* takes a byte of the set `other` */
    PATTERN_SPLIT,     /* goes on with the next node, and with `other` */
    PATTERN_JUMP,      /* goes on with `other` */
    PATTERN_END,       /* the name may end here */
};

struct pattern_node {
    uint8_t op; /* enum pattern_op */
    unsigned char byte;
    uint32_t other;
};

struct pattern_set {
    uint64_t bits[4]; /* one for each byte */
};

struct armor_pattern {
    char *prefix; /* owned */
    size_t prefix_length;
    struct pattern_node
        *nodes; /* owned; the first is where a name goes on behind the prefix, the last is END */
    size_t node_count;
    struct pattern_set *sets; /* owned */
    size_t set_count;
};

/* Nodes that are active at one byte of a name: a list, and a bit for each that is in it. */
struct pattern_active {
    uint32_t *list;
    uint64_t *bits;
    size_t count;
};

/* Words of pattern_active.bits for NODES nodes. */
static inline size_t pattern_words(size_t nodes)
{
    return (nodes + 63) / 64;
}

/* Whether NODE takes BYTE; never for those that take none. */
static inline bool pattern_takes(const struct armor_pattern *pattern, const struct pattern_node *node,
                                 unsigned char byte)
{
    switch ((enum pattern_op)node->op) {
    case PATTERN_BYTE: return node->byte == byte;
    case PATTERN_NOT_SLASH: return byte != '/' && byte != '\0';
    case PATTERN_ANY: return byte != '\0';
    case PATTERN_SET: return pattern->sets[node->other].bits[byte / 64] >> (byte % 64) & 1;
    case PATTERN_SPLIT:
    case PATTERN_JUMP:
    case PATTERN_END: return false;
    }
    return false;
}

static inline void pattern_activate(struct pattern_active *active, uint32_t node)
{
    uint64_t bit = UINT64_C(1) << (node % 64);
    if (!(active->bits[node / 64] & bit)) {
        active->bits[node / 64] |= bit;
        active->list[active->count++] = node;
    }
}

/* Add to ACTIVE all nodes that those in it go on with without taking a byte. Returns whether END is among them. */
bool pattern_settle(const struct armor_pattern *pattern, struct pattern_active *active);

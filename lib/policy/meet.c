/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether two patterns have a name in common: both are followed at once, from pair to pair of their nodes, each pair looked at once. See
 * armor/match.h.
 */
#include "pattern.h"

#include "armor/limits.h"

#include <errno.h>
#include <stdlib.h>

/* A search: pairs that were met, and those of them that are still to be followed. */
struct meeting {
    const struct armor_pattern *a;
    const struct armor_pattern *b;
    size_t columns;  /* places of b; a pair is place of a * columns + place of b */
    uint8_t *met;    /* a byte for each pair */
    uint32_t *waits; /* each pair is in it at most once */
    size_t count;
};

/* Bytes of the prefix stand before the nodes. */
static size_t places(const struct armor_pattern *pattern)
{
    return pattern->prefix_length + pattern->node_count;
}

static struct pattern_node node_at(const struct armor_pattern *pattern, size_t place)
{
    return place < pattern->prefix_length
               ? (struct pattern_node){.op = PATTERN_BYTE, .byte = (unsigned char)pattern->prefix[place]}
               : pattern->nodes[place - pattern->prefix_length];
}

static void meet(struct meeting *meeting, size_t a, size_t b)
{
    size_t pair = a * meeting->columns + b;
    if (!meeting->met[pair]) {
        meeting->met[pair] = 1;
        meeting->waits[meeting->count++] = (uint32_t)pair;
    }
}

static bool share_byte(const struct meeting *meeting, const struct pattern_node *a,
                       const struct pattern_node *b)
{
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        if (pattern_takes(meeting->a, a, (unsigned char)byte) &&
            pattern_takes(meeting->b, b, (unsigned char)byte)) {
            return true;
        }
    }
    return false;
}

/* Where NODE at PLACE goes on without a byte: how many places, in RET_NEXT. */
static size_t free_steps(const struct armor_pattern *pattern, const struct pattern_node *node, size_t place,
                         size_t ret_next[static 2])
{
    size_t count = 0;
    if (node->op == PATTERN_SPLIT) {
        ret_next[count++] = place + 1;
    }
    if (node->op == PATTERN_SPLIT || node->op == PATTERN_JUMP) {
        ret_next[count++] = pattern->prefix_length + node->other;
    }
    return count;
}

/* Follow one pair. Returns whether both patterns may end there. */
static bool follow(struct meeting *meeting, size_t a, size_t b)
{
    const struct pattern_node first = node_at(meeting->a, a);
    const struct pattern_node second = node_at(meeting->b, b);
    size_t next[2];
    size_t steps = free_steps(meeting->a, &first, a, next);
    for (size_t i = 0; i < steps; i++) {
        meet(meeting, next[i], b);
    }
    if (steps > 0) {
        return false;
    }
    steps = free_steps(meeting->b, &second, b, next);
    for (size_t i = 0; i < steps; i++) {
        meet(meeting, a, next[i]);
    }
    if (steps > 0) {
        return false;
    }
    if (first.op == PATTERN_END || second.op == PATTERN_END) {
        return first.op == second.op;
    }
    if (share_byte(meeting, &first, &second)) {
        meet(meeting, a + 1, b + 1);
    }
    return false;
}

int armor_pattern_meets(const struct armor_pattern *a, const struct armor_pattern *b)
{
    size_t common = a->prefix_length < b->prefix_length ? a->prefix_length : b->prefix_length;
    if (memcmp(a->prefix, b->prefix, common) != 0) {
        return 0;
    }
    if (armor_pattern_literal(a)) {
        return armor_pattern_matches(b, armor_pattern_prefix(a));
    }
    size_t pairs = places(a) * places(b);
    if (pairs > ARMOR_COVER_MAX / (sizeof(uint32_t) + 1)) {
        return -E2BIG;
    }
    struct meeting meeting = {.a = a, .b = b, .columns = places(b)};
    meeting.met = calloc(pairs, 1);
    meeting.waits = malloc(pairs * sizeof *meeting.waits);
    int code = meeting.met && meeting.waits ? 0 : -ENOMEM;
    if (code == 0) {
        meet(&meeting, common, common); /* the same bytes lead there */
    }
    while (code == 0 && meeting.count > 0) {
        uint32_t pair = meeting.waits[--meeting.count];
        code = follow(&meeting, pair / meeting.columns, pair % meeting.columns);
    }
    free(meeting.met);
    free(meeting.waits);
    return code;
}

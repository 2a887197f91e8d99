/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matching: all ways through the nodes at once, so that no pattern makes it go back. See armor/match.h. */
#include "armor/match.h"

#include "pattern.h"

#include <errno.h>
#include <stdlib.h>

enum { NODES_HERE = 512, WORDS_HERE = NODES_HERE / 64 }; /* with as many, there is room on the stack */

bool pattern_settle(const struct armor_pattern *pattern, struct pattern_active *active)
{
    bool end = false;
    for (size_t i = 0; i < active->count; i++) {
        uint32_t at = active->list[i];
        const struct pattern_node *node = &pattern->nodes[at];
        end = end || node->op == PATTERN_END;
        if (node->op == PATTERN_SPLIT) {
            pattern_activate(active, at + 1);
        }
        if (node->op == PATTERN_SPLIT || node->op == PATTERN_JUMP) {
            pattern_activate(active, node->other);
        }
    }
    return end;
}

/* Let the nodes take REST, with two rooms for those that are active. */
static int run(const struct armor_pattern *pattern, struct armor_slice rest, struct pattern_active *now,
               struct pattern_active *then)
{
    size_t bytes = pattern_words(pattern->node_count) * sizeof *now->bits;
    memset(now->bits, 0, bytes);
    pattern_activate(now, 0);
    for (size_t i = 0; i < rest.length; i++) {
        memset(then->bits, 0, bytes);
        then->count = 0;
        (void)pattern_settle(pattern, now);
        for (size_t k = 0; k < now->count; k++) {
            uint32_t at = now->list[k];
            if (pattern_takes(pattern, &pattern->nodes[at], (unsigned char)rest.bytes[i])) {
                pattern_activate(then, at + 1);
            }
        }
        if (then->count == 0) {
            return 0;
        }
        struct pattern_active *swap = now;
        now = then;
        then = swap;
    }
    return pattern_settle(pattern, now);
}

int armor_pattern_matches(const struct armor_pattern *pattern, struct armor_slice name)
{
    if (!armor_slice_starts(name, armor_pattern_prefix(pattern))) {
        return 0;
    }
    if (armor_pattern_literal(pattern)) {
        return name.length == pattern->prefix_length;
    }
    struct armor_slice rest = {name.bytes + pattern->prefix_length, name.length - pattern->prefix_length};
    size_t count = pattern->node_count;
    if (count <= NODES_HERE) {
        uint32_t lists[2][NODES_HERE];
        uint64_t bits[2][WORDS_HERE];
        struct pattern_active now = {lists[0], bits[0], 0};
        struct pattern_active then = {lists[1], bits[1], 0};
        return run(pattern, rest, &now, &then);
    }
    size_t words = pattern_words(count);
    uint64_t *bits = calloc(2 * words, sizeof *bits);
    uint32_t *lists = calloc(2 * count, sizeof *lists);
    int result = -ENOMEM;
    if (bits && lists) {
        struct pattern_active now = {lists, bits, 0};
        struct pattern_active then = {lists + count, bits + words, 0};
        result = run(pattern, rest, &now, &then);
    }
    free(lists);
    free(bits);
    return result;
}

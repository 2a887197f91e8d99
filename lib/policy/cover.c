/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Covering: whether every name of one pattern is of another. Pairs are followed from the first byte on: one node of the narrow
 * pattern, with all nodes of the wide one that the same bytes lead to. Where the narrow one may end and the wide one may not,
 * there is a name that it lacks. See armor/match.h.
 */
#include "armor/limits.h"
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>

/* Pairs that were met: of each, the narrow node, and the wide nodes that take a byte or end, as bits. */
struct pairs {
    uint64_t *bytes; /* owned; `width` words for each: the node, then the bits */
    uint32_t *slots; /* owned; open addressing: number of a pair, from 1 */
    size_t width;
    size_t count;
    size_t most; /* pairs that there is room for; slots are twice as many */
};

/* Bytes that both patterns treat alike are asked for once. */
struct alphabet {
    unsigned char bytes[UINT8_MAX + 1]; /* one of each kind */
    size_t count;
};

struct cover {
    const struct armor_pattern *wide, *narrow;
    struct alphabet alphabet;
    struct pairs pairs;
    size_t steps;                              /* wide nodes looked at */
    struct pattern_active wide_now, wide_then; /* rooms of the wide pattern's size */
    struct pattern_active narrow_then;         /* and of the narrow one's */
};

/* Part the classes of bytes by what NODE takes. */
static void refine(const struct armor_pattern *pattern, const struct pattern_node *node,
                   uint16_t classes[UINT8_MAX + 1], uint16_t *count)
{
    int32_t moved[UINT8_MAX + 1]; /* the class of those of a class that NODE takes; -1: none yet */
    memset(moved, -1, sizeof moved);
    bool kept[UINT8_MAX + 1] = {false}; /* some of the class it doesn't take */
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        kept[classes[byte]] |= !pattern_takes(pattern, node, (unsigned char)byte);
    }
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        uint16_t class = classes[byte];
        if (kept[class] && pattern_takes(pattern, node, (unsigned char)byte)) {
            if (moved[class] < 0) {
                moved[class] = (*count)++;
            }
            classes[byte] = (uint16_t)moved[class];
        }
    }
}

static void refine_all(const struct armor_pattern *pattern, bool seen[UINT8_MAX + 1],
                       uint16_t classes[UINT8_MAX + 1], uint16_t *count)
{
    for (size_t i = 0; i < pattern->node_count; i++) {
        const struct pattern_node *node = &pattern->nodes[i];
        bool takes = node->op == PATTERN_SET || (node->op == PATTERN_BYTE && !seen[node->byte]);
        seen[node->byte] = seen[node->byte] || node->op == PATTERN_BYTE;
        if (takes) {
            refine(pattern, node, classes, count);
        }
    }
}

static void make_alphabet(struct cover *cover)
{
    static const struct pattern_node slash = {.op = PATTERN_BYTE, .byte = '/'};
    uint16_t classes[UINT8_MAX + 1] = {0};
    uint16_t count = 1;
    bool seen[UINT8_MAX + 1] = {['/'] = true};
    refine(cover->wide, &slash, classes, &count);
    refine_all(cover->wide, seen, classes, &count);
    refine_all(cover->narrow, seen, classes, &count);
    bool had[UINT8_MAX + 1] = {false};
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        if (!had[classes[byte]]) {
            had[classes[byte]] = true;
            cover->alphabet.bytes[cover->alphabet.count++] = (unsigned char)byte;
        }
    }
}

/* Note the pair of NODE and WIDE. Returns 1 when it is new, 0 when it was met, -E2BIG. */
static int note(struct pairs *pairs, uint32_t node, const struct pattern_active *wide)
{
    if (pairs->count == pairs->most) {
        return -E2BIG;
    }
    uint64_t *pair = pairs->bytes + pairs->count * pairs->width;
    pair[0] = node;
    memcpy(pair + 1, wide->bits, (pairs->width - 1) * sizeof *pair);
    uint64_t hash = 0;
    for (size_t i = 0; i < pairs->width; i++) {
        hash = (hash ^ pair[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    for (size_t at = (size_t)hash;; at++) {
        uint32_t *slot = &pairs->slots[at % (2 * pairs->most)];
        if (*slot == 0) {
            *slot = (uint32_t)++pairs->count;
            return 1;
        }
        const uint64_t *other = pairs->bytes + (*slot - 1) * pairs->width;
        if (memcmp(other, pair, pairs->width * sizeof *pair) == 0) {
            return 0;
        }
    }
}

static void empty(const struct armor_pattern *pattern, struct pattern_active *active)
{
    memset(active->bits, 0, pattern_words(pattern->node_count) * sizeof *active->bits);
    active->count = 0;
}

/* Whether the wide pattern, active in `wide_then`, goes on with the narrow one's `narrow_then`. Returns 1, 0 or -E2BIG. */
static int arrive(struct cover *cover)
{
    bool wide_end = pattern_settle(cover->wide, &cover->wide_then);
    (void)pattern_settle(cover->narrow, &cover->narrow_then);
    if (cover->wide_then.count == 0) {
        return 0; /* from each of its nodes, the narrow one gets to its end */
    }
    for (size_t i = 0; i < cover->narrow_then.count; i++) {
        uint32_t node = cover->narrow_then.list[i];
        uint8_t op = cover->narrow->nodes[node].op;
        if (op == PATTERN_END && !wide_end) {
            return 0;
        }
        if (op == PATTERN_END || op == PATTERN_SPLIT || op == PATTERN_JUMP) {
            continue;
        }
        int code = note(&cover->pairs, node, &cover->wide_then);
        if (code < 0) {
            return code;
        }
    }
    return 1;
}

/* Follow the pair NUMBER by each byte that its narrow node takes. Returns 1, 0 or -E2BIG. */
static int follow(struct cover *cover, size_t number)
{
    const uint64_t *pair = cover->pairs.bytes + number * cover->pairs.width;
    uint32_t node = (uint32_t)pair[0];
    for (size_t i = 0; i < cover->alphabet.count; i++) {
        unsigned char byte = cover->alphabet.bytes[i];
        if (!pattern_takes(cover->narrow, &cover->narrow->nodes[node], byte)) {
            continue;
        }
        cover->steps += cover->wide->node_count;
        if (cover->steps > ARMOR_COVER_STEPS) {
            return -E2BIG;
        }
        empty(cover->narrow, &cover->narrow_then);
        empty(cover->wide, &cover->wide_then);
        pattern_activate(&cover->narrow_then, node + 1);
        for (uint32_t at = 0; at < cover->wide->node_count; at++) {
            bool active = pair[1 + at / 64] >> (at % 64) & 1;
            if (active && pattern_takes(cover->wide, &cover->wide->nodes[at], byte)) {
                pattern_activate(&cover->wide_then, at + 1);
            }
        }
        int code = arrive(cover);
        if (code != 1) {
            return code;
        }
    }
    return 1;
}

/*
 * Begin where the prefixes part. WIDE's is no longer than NARROW's: the bytes that NARROW's has more are taken by WIDE's
 * nodes first.
 */
static int begin(struct cover *cover)
{
    struct armor_slice wide = armor_pattern_prefix(cover->wide);
    struct armor_slice narrow = armor_pattern_prefix(cover->narrow);
    empty(cover->wide, &cover->wide_then);
    pattern_activate(&cover->wide_then, 0);
    for (size_t i = wide.length; i < narrow.length; i++) {
        (void)pattern_settle(cover->wide, &cover->wide_then);
        empty(cover->wide, &cover->wide_now);
        for (size_t k = 0; k < cover->wide_then.count; k++) {
            uint32_t at = cover->wide_then.list[k];
            if (pattern_takes(cover->wide, &cover->wide->nodes[at], (unsigned char)narrow.bytes[i])) {
                pattern_activate(&cover->wide_now, at + 1);
            }
        }
        struct pattern_active swap = cover->wide_now;
        cover->wide_now = cover->wide_then;
        cover->wide_then = swap;
    }
    empty(cover->narrow, &cover->narrow_then);
    pattern_activate(&cover->narrow_then, 0);
    return arrive(cover);
}

static int follow_all(struct cover *cover)
{
    int code = begin(cover);
    for (size_t number = 0; code == 1 && number < cover->pairs.count; number++) {
        code = follow(cover, number);
    }
    return code;
}

static bool make_active(struct pattern_active *active, size_t nodes)
{
    active->list = calloc(nodes, sizeof *active->list);
    active->bits = calloc(pattern_words(nodes), sizeof *active->bits);
    return active->list && active->bits;
}

static void free_active(struct pattern_active *active)
{
    free(active->list);
    free(active->bits);
}

/* WIDE with no more than LENGTH bytes of its prefix in front of its nodes; the others become nodes. Shares nothing. */
static int unfold(const struct armor_pattern *wide, size_t length, struct armor_pattern *ret_unfolded)
{
    size_t more = wide->prefix_length - length;
    struct pattern_node *nodes = calloc(more + wide->node_count, sizeof *nodes);
    if (!nodes) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < more; i++) {
        nodes[i] = (struct pattern_node){.op = PATTERN_BYTE, .byte = (unsigned char)wide->prefix[length + i]};
    }
    for (size_t i = 0; i < wide->node_count; i++) {
        nodes[more + i] = wide->nodes[i];
        if (wide->nodes[i].op == PATTERN_SPLIT || wide->nodes[i].op == PATTERN_JUMP) {
            nodes[more + i].other += (uint32_t)more;
        }
    }
    *ret_unfolded = *wide;
    ret_unfolded->prefix_length = length;
    ret_unfolded->nodes = nodes;
    ret_unfolded->node_count = more + wide->node_count;
    return 0;
}

/* The same, with WIDE's prefix no longer than NARROW's. */
static int covers(const struct armor_pattern *wide, const struct armor_pattern *narrow)
{
    struct cover cover = {.wide = wide, .narrow = narrow};
    cover.pairs.width = 1 + pattern_words(wide->node_count);
    cover.pairs.most = ARMOR_COVER_MAX / (cover.pairs.width * sizeof(uint64_t) + 2 * sizeof(uint32_t));
    cover.pairs.bytes = malloc((cover.pairs.most + 1) * cover.pairs.width * sizeof(uint64_t));
    cover.pairs.slots = calloc(2 * cover.pairs.most + 1, sizeof *cover.pairs.slots);
    bool wide_now = make_active(&cover.wide_now, wide->node_count);
    bool wide_then = make_active(&cover.wide_then, wide->node_count);
    bool narrow_then = make_active(&cover.narrow_then, narrow->node_count);
    int code = -ENOMEM;
    if (cover.pairs.bytes && cover.pairs.slots && wide_now && wide_then && narrow_then) {
        make_alphabet(&cover);
        code = follow_all(&cover);
    }
    free_active(&cover.wide_now);
    free_active(&cover.wide_then);
    free_active(&cover.narrow_then);
    free(cover.pairs.slots);
    free(cover.pairs.bytes);
    return code;
}

int armor_pattern_covers(const struct armor_pattern *wide, const struct armor_pattern *narrow)
{
    size_t length = narrow->prefix_length;
    size_t common = wide->prefix_length < length ? wide->prefix_length : length;
    if (memcmp(wide->prefix, narrow->prefix, common) != 0) {
        return 0;
    }
    if (armor_pattern_literal(narrow)) {
        return armor_pattern_matches(wide, armor_pattern_prefix(narrow));
    }
    if (wide->prefix_length <= length) {
        return covers(wide, narrow);
    }
    /* the narrow one is written otherwise than it could be: `/{a,ab}` */
    struct armor_pattern unfolded;
    int code = unfold(wide, length, &unfolded);
    if (code == 0) {
        code = covers(&unfolded, narrow);
        free(unfolded.nodes);
    }
    return code;
}

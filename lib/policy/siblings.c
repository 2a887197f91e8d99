/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Siblings: shapes of the names of one directory, one by one and together. See siblings.h. */
#include "siblings.h"

#include "extension.h"
#include "series.h"
#include "shape.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SERIES = 2,  /* names that differ in numbers alone */
    SINGLES = 4, /* directories of one character */
    ALIKE = 3,   /* names of one pattern that come and go, none of which looks random by itself */
    RUNS = 32,   /* of digits in one name */
};

/* Whether NODE is one name yet, and may become another. */
static bool is_open(const struct names_node *node)
{
    return node->used && node->literal.bytes && !node->fixed && !node->runs &&
           !extension_shared_object(node->literal).bytes;
}

/* Whether names in ZONE vary although the container didn't make them. */
static bool varies(enum zone zone)
{
    return zone == ZONE_DATA || zone == ZONE_TEMPORARY || zone == ZONE_RUN || zone == ZONE_LOG;
}

static int rename_to_room(struct collapse *collapse, struct names_node *node, uint32_t made_by)
{
    int code = collapse->room.error;
    node->made_by |= made_by;
    return code < 0 ? code
                    : names_rename(collapse->names, node,
                                   (struct armor_slice){collapse->room.bytes, collapse->room.length});
}

/* By its own name. */
static int shape_one(struct collapse *collapse, struct names_node *node, enum zone zone)
{
    /* whoever made a directory with a random name made those in it */
    const uint32_t random = (1U << ARMOR_MAKE_TOKEN) | (1U << ARMOR_MAKE_UUID) | (1U << ARMOR_MAKE_HASH);
    bool within = node->directory && node->parent && (node->parent->made_by & random) && varies(zone);
    const struct shape_facts facts = {.zone = zone,
                                      .created = (node->mask & ARMOR_FILE_CREATE) || within,
                                      .deleted = node->mask & ARMOR_FILE_DELETE,
                                      .without = collapse->without};
    bool made = facts.created || varies(zone);
    if (collapse_does(collapse, ARMOR_MAKE_SHARD) && node->directory && node->hash && made &&
        shape_may_shard(node->literal)) {
        collapse->room.length = 0;
        collapse->room.error = 0;
        shape_put_hex(&collapse->room, node->hash, node->literal.length);
        return rename_to_room(collapse, node, 1U << ARMOR_MAKE_SHARD);
    }
    uint32_t made_by = shape_of(node->literal, &facts, &collapse->room);
    return made_by ? rename_to_room(collapse, node, made_by) : collapse->room.error;
}

/* A child, and what its name would be as one of many. */
struct candidate {
    struct names_node *node;
    const char *pattern; /* interned: equal patterns have equal pointers */
};

static int compare(const void *a, const void *b)
{
    const struct candidate *first = a;
    const struct candidate *second = b;
    if (first->node->directory != second->node->directory) {
        return first->node->directory ? 1 : -1;
    }
    int order = first->pattern == second->pattern ? 0 : strcmp(first->pattern, second->pattern);
    return order ? order : strcmp(first->node->name, second->node->name);
}

/* Let NODE, with what `room` has for its pattern, be the next of the CANDIDATES. */
static int add_candidate(struct collapse *collapse, struct names_node *node, struct candidate *candidates,
                         size_t *found)
{
    struct candidate *candidate = &candidates[(*found)++];
    candidate->node = node;
    return collapse->room.error
               ? collapse->room.error
               : names_word(collapse->names,
                            (struct armor_slice){collapse->room.bytes, collapse->room.length},
                            &candidate->pattern);
}

/* Whether some child has PATTERN for its name already. CHILDREN: sorted by pointer of nothing, so all are looked at. */
static bool has_pattern(struct names_node *const *children, size_t count, const struct candidate *candidate)
{
    for (size_t i = 0; i < count; i++) {
        if (children[i]->name == candidate->pattern && children[i]->directory == candidate->node->directory) {
            return true;
        }
    }
    return false;
}

/* How many candidates from FIRST on have the same pattern. */
static size_t group_at(const struct candidate *candidates, size_t count, size_t first)
{
    size_t end = first + 1;
    while (end < count && candidates[end].pattern == candidates[first].pattern &&
           candidates[end].node->directory == candidates[first].node->directory) {
        end++;
    }
    return end - first;
}

/* Names that the container made and that are like those that are known to be random. */
static int join_random(struct collapse *collapse, struct names_node *const *children, size_t count,
                       enum zone zone, struct candidate *candidates)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct shape_facts facts = {.zone = zone,
                                          .created = true,
                                          .deleted = children[i]->mask & ARMOR_FILE_DELETE,
                                          .loose = true,
                                          .without = collapse->without};
        bool counted = children[i]->made_by == 1U << ARMOR_MAKE_COUNTER && children[i]->original.bytes;
        if ((!is_open(children[i]) && !counted) || !(children[i]->mask & ARMOR_FILE_CREATE)) {
            continue;
        }
        uint32_t made_by =
            shape_of(counted ? children[i]->original : children[i]->literal, &facts, &collapse->room);
        int code = made_by == 1U << ARMOR_MAKE_TEMPORARY
                       ? add_candidate(collapse, children[i], candidates, &found)
                       : 0;
        if (code < 0) {
            return code;
        }
    }
    qsort(candidates, found, sizeof *candidates, compare);
    for (size_t first = 0; first < found;) {
        size_t length = group_at(candidates, found, first);
        size_t gone = 0;
        for (size_t i = first; i < first + length; i++) {
            gone += (candidates[i].node->mask & ARMOR_FILE_DELETE) != 0;
        }
        bool joins = gone >= ALIKE || has_pattern(children, count, &candidates[first]);
        for (size_t i = first; joins && i < first + length; i++) {
            candidates[i].node->made_by = 1U << ARMOR_MAKE_TEMPORARY;
            int code =
                names_rename(collapse->names, candidates[i].node, armor_slice_of(candidates[i].pattern));
            if (code < 0) {
                return code;
            }
        }
        first += length;
    }
    return 0;
}

/* The runs of digits of NAME, a pattern, as slices, at most RUNS. */
static void runs_of(const char *name, struct armor_slice runs[RUNS])
{
    size_t at = 0;
    size_t count = 0;
    while (count < RUNS && series_next_digits(name, &at, &runs[count])) {
        count++;
    }
}

/* One pattern for GROUP, names that differ in numbers. */
static int make_series(struct collapse *collapse, const struct candidate *group, size_t count)
{
    struct armor_slice first[RUNS] = {{0}};
    uint32_t vary = 0;
    uint32_t uneven = 0; /* not always as many digits */
    uint32_t zero = 0;   /* a zero in front */
    runs_of(group[0].node->name, first);
    for (size_t i = 0; i < count; i++) {
        struct armor_slice runs[RUNS] = {{0}};
        runs_of(group[i].node->name, runs);
        for (unsigned run = 0; run < RUNS && runs[run].bytes; run++) {
            vary |= armor_slice_equal(runs[run], first[run]) ? 0 : 1U << run;
            uneven |= runs[run].length == first[run].length ? 0 : 1U << run;
            zero |= runs[run].length > 1 && runs[run].bytes[0] == '0' ? 1U << run : 0;
        }
    }
    series_shape(group[0].node->name, vary, zero & ~uneven, &collapse->room);
    for (size_t i = 0; i < count; i++) {
        int code = rename_to_room(collapse, group[i].node, 1U << ARMOR_MAKE_SERIES);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int join_series(struct collapse *collapse, struct names_node *const *children, size_t count,
                       struct candidate *candidates)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        bool open =
            is_open(children[i]) || (children[i]->made_by && !children[i]->fixed && !children[i]->runs &&
                                     !children[i]->wide && !strstr(children[i]->name, ".so"));
        unsigned runs = open ? series_skeleton(children[i]->name, &collapse->room) : 0;
        if (runs == 0 || runs > RUNS) {
            continue;
        }
        int code = add_candidate(collapse, children[i], candidates, &found);
        if (code < 0) {
            return code;
        }
    }
    qsort(candidates, found, sizeof *candidates, compare);
    for (size_t first = 0; first < found;) {
        size_t length = group_at(candidates, found, first);
        int code = length >= SERIES ? make_series(collapse, candidates + first, length) : 0;
        if (code < 0) {
            return code;
        }
        first += length;
    }
    return 0;
}

/* Directories of one letter or digit, many of them: others will come. */
static int join_singles(struct collapse *collapse, struct names_node *const *children, size_t count)
{
    size_t singles = 0;
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        singles += is_open(children[i]) && children[i]->directory && children[i]->literal.length == 1;
    }
    collapse->room.length = 0;
    armor_text_char(&collapse->room, '?');
    for (size_t i = 0; i < count && code == 0 && singles >= SINGLES; i++) {
        bool single = is_open(children[i]) && children[i]->directory && children[i]->literal.length == 1;
        code = single ? rename_to_room(collapse, children[i], 1U << ARMOR_MAKE_SHARD) : 0;
    }
    return code;
}

static int shape_all(struct collapse *collapse, struct names_node *const *children, size_t count,
                     enum zone zone, struct candidate *candidates)
{
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = is_open(children[i]) ? shape_one(collapse, children[i], zone) : 0;
    }
    if (code == 0 && collapse_does(collapse, ARMOR_MAKE_TEMPORARY)) {
        code = join_random(collapse, children, count, zone, candidates);
    }
    if (code == 0 && collapse_does(collapse, ARMOR_MAKE_SHARD) && zone == ZONE_DATA) {
        code = join_singles(collapse, children, count);
    }
    if (code == 0 && collapse_does(collapse, ARMOR_MAKE_SERIES) && varies(zone)) {
        code = join_series(collapse, children, count, candidates);
    }
    return code;
}

int siblings_shape(struct collapse *collapse, struct names_node *directory, enum zone zone)
{
    struct names_node **children = NULL;
    size_t count = 0;
    int code = names_children(directory, &children, &count);
    if (code < 0) {
        return code;
    }
    struct candidate *candidates = calloc(count + 1, sizeof *candidates);
    code = candidates ? 0 : -ENOMEM;
    if (code == 0 && zone != ZONE_FIXED) {
        code = shape_all(collapse, children, count, zone, candidates);
    }
    for (size_t i = 0; i < count; i++) {
        names_give(directory, children[i]);
    }
    free(candidates);
    free((void *)children);
    if (code < 0) {
        return code;
    }
    /* those that have the same pattern now become one */
    code = names_children(directory, &children, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        names_give(directory, children[i]);
    }
    free(code == 0 ? (void *)children : NULL);
    return code;
}

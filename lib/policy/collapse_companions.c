/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Companions: names that will stand beside those of a directory. A log that is rotated under a number in one run is so under a date in the next, and
 * so are the logs beside it; what calls itself temporary and comes and goes has another name behind that word. See collapse.h.
 */
#include "collapse.h"

#include "extension.h"
#include "series.h"

#include <stdlib.h>

enum {
    TEMPORARIES = 2, /* names of one beginning that say they are temporary, and come and go */
};

/* What a name begins with that says it is temporary, before anything else. */
static const char *const beginnings[] = {
    ".temp-", ".temp.", ".temp_", ".tmp-", ".tmp.", ".tmp_",
    "temp-",  "temp.",  "temp_",  "tmp-",  "tmp.",  "tmp_",
};

enum { BEGINNINGS = sizeof beginnings / sizeof beginnings[0] };

static bool is_open(const struct names_node *node)
{
    bool object =
        (node->literal.bytes && extension_shared_object(node->literal).bytes) || strstr(node->name, ".so");
    return !node->directory && node->used && !node->fixed && !node->runs && !node->wide && !object &&
           node->pieces;
}

/* Whether NAME is OF, and behind it a number or date of rotation: `.1`, `-20261122.gz`. Both are patterns. */
static bool is_rotated(struct armor_slice name, struct armor_slice of)
{
    static const struct armor_slice digit = {"[0-9]", 5};
    if (!armor_slice_starts(name, of) || name.length < of.length + 2 ||
        !strchr(".-", name.bytes[of.length])) {
        return false;
    }
    struct armor_slice rest = {name.bytes + of.length + 1, name.length - of.length - 1};
    return armor_is_digit(rest.bytes[0]) || armor_slice_starts(rest, digit);
}

/* Whether NAME is called as logs are, and no rotated one. */
static bool is_log(struct armor_slice name)
{
    static const struct armor_slice endings[] = {{".log", 4}, {".err", 4}, {".out", 4}};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (name.length > endings[i].length &&
            memcmp(name.bytes + name.length - endings[i].length, endings[i].bytes, endings[i].length) == 0) {
            return true;
        }
    }
    return false;
}

/* What rotated names of NODE are asked for; 0: there are none. */
static uint32_t mask_of_rotated(const struct names_node *directory, const struct names_node *node)
{
    uint32_t mask = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        bool rotated = is_open(child) && is_rotated(armor_slice_of(child->name), armor_slice_of(node->name));
        mask |= rotated ? child->mask : 0;
    }
    return mask;
}

/* A companion of NODE with the pattern in collapse->room, which is allowed MASK. */
static int add(struct collapse *collapse, struct names_node *directory, const struct names_node *node,
               uint32_t mask, enum armor_transformation made_by)
{
    struct names_node *companion = NULL;
    int code = collapse_add(collapse, directory, false, made_by, &companion);
    if (code == 0) {
        companion->wide = true;
        companion->mask = mask;
        companion->grants = mask;
        collapse_give_example(companion, node);
    }
    return code;
}

/* Logs of DIRECTORY, where one of them is rotated, and whatever else is rotated there. */
static int add_rotated(struct collapse *collapse, struct names_node *directory, enum zone zone)
{
    uint32_t logs = 0; /* what rotated logs are asked for */
    struct names_node *end = directory->last;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        bool log = is_open(child) && (is_log(armor_slice_of(child->name)) || zone == ZONE_LOG);
        logs |= log ? mask_of_rotated(directory, child) : 0;
    }
    int code = 0;
    for (const struct names_node *child = directory->first; child && code == 0;
         child = child == end ? NULL : child->next) {
        struct armor_slice name = armor_slice_of(child->name);
        bool own = child->mask & ARMOR_FILE_CREATE;
        bool may = is_open(child) && (own || zone == ZONE_LOG || is_log(name));
        uint32_t mask = may ? mask_of_rotated(directory, child) : 0;
        if (may && is_log(name)) {
            mask |= logs & (own ? UINT32_MAX : child->mask & ARMOR_FILE_READ);
        }
        if (mask != 0) {
            collapse_begin(collapse, child->name);
            armor_text_string(&collapse->room, "[-.][0-9]*");
            code = add(collapse, directory, child, mask, ARMOR_MAKE_ROTATED);
        }
    }
    return code;
}

/* How many ways there are of names of DIRECTORY that begin with BEGINNING and come and go; at most TEMPORARIES. */
static size_t count_temporary(struct collapse *collapse, const struct names_node *directory,
                              struct armor_slice beginning, uint32_t *mask, const struct names_node **one)
{
    const uint32_t lives = ARMOR_FILE_CREATE | ARMOR_FILE_DELETE;
    const char *first = NULL;
    size_t count = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        const char *word = NULL;
        if (!is_open(child) || (child->mask & lives) != lives ||
            !armor_slice_starts(armor_slice_of(child->name), beginning)) {
            continue;
        }
        (void)series_skeleton(child->name, &collapse->room);
        if (collapse->room.error < 0 ||
            names_word(collapse->names, (struct armor_slice){collapse->room.bytes, collapse->room.length},
                       &word) < 0) {
            continue;
        }
        count += count == 0 || (count == 1 && word != first);
        first = first ? first : word;
        *mask |= child->mask;
        *one = !*one || strcmp(child->name, (*one)->name) < 0 ? child : *one;
    }
    return count;
}

static int add_temporary(struct collapse *collapse, struct names_node *directory)
{
    int code = 0;
    for (size_t i = 0; i < BEGINNINGS && code == 0; i++) {
        const struct names_node *one = NULL;
        uint32_t mask = 0;
        if (count_temporary(collapse, directory, armor_slice_of(beginnings[i]), &mask, &one) < TEMPORARIES) {
            continue;
        }
        collapse_begin(collapse, beginnings[i]);
        armor_text_char(&collapse->room, '*');
        code = add(collapse, directory, one, mask, ARMOR_MAKE_TEMPORARY);
    }
    return code;
}

int collapse_companions(struct collapse *collapse, struct names_node *directory,
                        const struct place_of_names *place)
{
    bool zone = place->zone == ZONE_DATA || place->zone == ZONE_LOG || place->zone == ZONE_RUN;
    int code = 0;
    if (!zone || directory->fixed || (zone_is_hierarchy(place->path) && place->zone != ZONE_LOG)) {
        return 0;
    }
    if (collapse_does(collapse, ARMOR_MAKE_ROTATED)) {
        code = add_rotated(collapse, directory, place->zone);
    }
    if (code == 0 && collapse_does(collapse, ARMOR_MAKE_TEMPORARY)) {
        code = add_temporary(collapse, directory);
    }
    return code;
}

/* Whether NODE is one of those that COMPANION stands for, and is asked for no more. */
static bool is_covered(const struct names_node *companion, const struct names_node *node)
{
    static const struct armor_slice rotation = {"[-.][0-9]*", 10};
    struct armor_slice beginning = armor_slice_of(companion->name);
    bool rotated = companion->made_by & (1U << ARMOR_MAKE_ROTATED);
    beginning.length -= rotated ? rotation.length : 1;
    struct armor_slice name = armor_slice_of(node->name);
    uint32_t mask = companion->grants;
    mask |= mask & ARMOR_FILE_WRITE ? ARMOR_FILE_EVIDENCE | ARMOR_FILE_APPEND : 0;
    return is_open(node) && (node->mask & ~mask) == 0 &&
           (rotated ? is_rotated(name, beginning) : armor_slice_starts(name, beginning));
}

int collapse_take_companions(struct names_node *directory)
{
    const uint32_t made_by = (1U << ARMOR_MAKE_ROTATED) | (1U << ARMOR_MAKE_TEMPORARY);
    struct names_node **children = NULL;
    size_t count = 0;
    int code = names_children(directory, &children, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct names_node *companion = children[i];
        bool stands = companion && !companion->directory && companion->wide && companion->covers &&
                      (companion->made_by & made_by);
        for (size_t j = 0; stands && j < count; j++) {
            if (children[j] && children[j] != companion && is_covered(companion, children[j])) {
                names_merge(companion, children[j]);
                children[j] = NULL;
            }
        }
    }
    for (size_t i = 0; code == 0 && i < count; i++) {
        if (children[i]) {
            names_give(directory, children[i]);
        }
    }
    free((void *)children);
    return code;
}

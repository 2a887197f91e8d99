/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collapse by extension: the files of one directory. See collapse.h. */
#include "collapse.h"

#include "extension.h"
#include "shape.h"

#include <stdlib.h>

enum {
    NAMES = 2,  /* of one extension, at least */
    WEIGHT = 4, /* names of one extension, and signs beside them, for all others of it to be likely */
    SERIES_WEIGHT =
        2, /* of names that differ in numbers alone: the surest sign that names are made, not chosen */
    PROGRAM_NAMES =
        16, /* of what an interpreter runs, that the container made: an installer's work, not a script that was dropped */
    CONFIG_NAMES = 8,      /* of one extension, in a directory of settings, which also has to be listed */
    COLLECTION_NAMES = 3,  /* of what a collection is told by */
    COLLECTION_KINDS = 2,  /* families among them, for all of these families */
    COLLECTION_VARIED = 3, /* families among them, for all families that nothing runs */
};

#define READS ((uint32_t)ARMOR_FILE_READ)

/* The files of one extension in a directory. */
struct group {
    struct armor_slice extension;
    size_t read;    /* names that are read */
    size_t made;    /* names that the container made, of those that don't vary by themselves */
    size_t created; /* all names that it made */
    uint32_t mask;  /* of those in `made` */
    uint32_t masks; /* of those in `created` */
    bool series;    /* some differ in numbers alone */
    bool runs;      /* one is executed or mapped: none may be written */
};

static struct group *group_of(struct group *groups, size_t *count, struct armor_slice extension)
{
    for (size_t i = 0; i < *count; i++) {
        if (armor_slice_equal(groups[i].extension, extension)) {
            return &groups[i];
        }
    }
    if (*count == EXTENSIONS_MAX) {
        return NULL;
    }
    groups[*count] = (struct group){.extension = extension};
    return &groups[(*count)++];
}

/* Whether the name of NODE is one of a service's own making: it would vary by itself if the container made it. */
static bool varies(const struct names_node *node, struct armor_text *room)
{
    const struct shape_facts facts = {.zone = ZONE_DATA, .created = true};
    if (!node->literal.bytes) {
        return (node->made_by & ~(1U << ARMOR_MAKE_SERIES)) != 0;
    }
    return shape_of(node->literal, &facts, room) != 0;
}

static void gather(struct collapse *collapse, const struct names_node *directory, struct group *groups,
                   size_t *count)
{
    for (const struct names_node *child = directory->first; child; child = child->next) {
        struct armor_slice extension = collapse_extension(child);
        struct group *group = extension.bytes ? group_of(groups, count, extension) : NULL;
        if (group && child->runs) {
            group->runs = true;
        }
        if (!group || child->runs) {
            continue;
        }
        group->read += child->mask & READS ? child->variety : 0;
        group->series = group->series || child->variety > 1;
        if (child->mask & ARMOR_FILE_CREATE) {
            bool made = !varies(child, &collapse->room);
            group->created += child->variety;
            group->masks |= child->mask;
            group->made += made ? child->variety : 0;
            group->mask |= made ? child->mask : 0;
        }
    }
}

/* Signs that the names of DIRECTORY are not always the same: it is listed; something in it comes and goes. */
static size_t signs_of(const struct names_node *directory)
{
    bool busy = false;
    for (const struct names_node *child = directory->first; child && !busy; child = child->next) {
        busy = child->mask & ARMOR_FILE_EVIDENCE;
    }
    return (directory->mask & READS ? 1U : 0U) + (busy ? 1U : 0U);
}

/* What is allowed of all of GROUP; 0: nothing that isn't by name. */
static uint32_t grant(const struct group *group, const struct names_node *directory, size_t signs,
                      enum zone zone)
{
    uint32_t mask = 0;
    if (group->runs) {
        return 0;
    }
    if (zone == ZONE_CONFIG) {
        return group->read >= CONFIG_NAMES && (directory->mask & READS) ? READS : 0;
    }
    if (group->read >= NAMES && group->read + signs + (group->series ? SERIES_WEIGHT : 0) >= WEIGHT) {
        mask |= READS;
    }
    if (zone == ZONE_DATA && group->made >= NAMES && group->made + signs >= WEIGHT &&
        (group->made >= PROGRAM_NAMES || !zone_is_program(group->extension))) {
        mask |= group->mask;
    }
    return mask;
}

/* MASK, with what its write has in it anyway. */
static uint32_t covered_by(uint32_t mask)
{
    return mask & ARMOR_FILE_WRITE ? mask | ARMOR_FILE_EVIDENCE | ARMOR_FILE_APPEND : mask;
}

/* All files of DIRECTORY with EXTENSIONS that ask for no more than MASK, as one. */
static int take(struct collapse *collapse, struct names_node *directory, const struct extensions *extensions,
                uint32_t mask, uint32_t made_by)
{
    struct names_node **children = NULL;
    struct names_node *all = NULL;
    size_t count = 0;
    collapse_begin(collapse, "*.");
    extensions_put(extensions, &collapse->room);
    int code = names_children(directory, &children, &count);
    code = code < 0 ? code : collapse_add(collapse, directory, false, ARMOR_MAKE_EXTENSION, &all);
    for (size_t i = 0; i < count; i++) {
        struct armor_slice extension = collapse_extension(children[i]);
        bool covered = code == 0 && !children[i]->runs && (children[i]->mask & ~covered_by(mask)) == 0 &&
                       extension.bytes && extensions_have(extensions, extension);
        if (covered) {
            names_merge(all, children[i]);
        } else {
            names_give(directory, children[i]);
        }
    }
    free((void *)children);
    if (code == 0) {
        all->made_by |= made_by;
    }
    return code;
}

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;
    for (; bits; bits &= bits - 1) {
        count++;
    }
    return count;
}

/* What a collection is told by: how many names there are of things that people make, and of how many kinds. */
struct collection {
    size_t names;
    uint32_t families;
    uint32_t mask;
};

static void collect(struct collection *collection, const struct group *group, size_t names, uint32_t mask)
{
    uint32_t families = group->runs ? 0 : extension_families(group->extension) & extension_inert_families();
    if (names > 0 && families) {
        collection->names += names;
        collection->families |= families;
        collection->mask |= mask;
    }
}

/* Documents, pictures, archives side by side: more of their kinds will come. */
static int take_collection(struct collapse *collapse, struct names_node *directory,
                           const struct collection *collection, size_t signs)
{
    unsigned kinds = count_bits(collection->families);
    struct extensions extensions = {0};
    if (collection->names < COLLECTION_NAMES || kinds < COLLECTION_KINDS || signs == 0) {
        return 0;
    }
    (void)extensions_add_families(&extensions, kinds >= COLLECTION_VARIED ? extension_inert_families()
                                                                          : collection->families);
    return take(collapse, directory, &extensions, collection->mask, 1U << ARMOR_MAKE_FAMILY);
}

int collapse_extensions(struct collapse *collapse, struct names_node *directory,
                        const struct place_of_names *place)
{
    struct group groups[EXTENSIONS_MAX];
    size_t count = 0;
    bool zone = place->zone == ZONE_DATA || place->zone == ZONE_CONFIG || place->zone == ZONE_SYSTEM;
    if (!zone || directory->fixed || zone_is_hierarchy(place->path)) {
        return 0;
    }
    gather(collapse, directory, groups, &count);
    size_t signs = signs_of(directory);
    struct collection read = {0};
    struct collection made = {0};
    for (size_t i = 0; i < count; i++) {
        collect(&read, &groups[i], groups[i].read, READS);
        collect(&made, &groups[i], groups[i].created, groups[i].masks | READS);
    }
    int code = 0;
    if (collapse_does(collapse, ARMOR_MAKE_FAMILY) && place->zone == ZONE_DATA) {
        code = take_collection(collapse, directory, &made, signs);
        code = code < 0 ? code : take_collection(collapse, directory, &read, signs);
    }
    for (size_t i = 0; i < count && code == 0 && collapse_does(collapse, ARMOR_MAKE_EXTENSION); i++) {
        struct extensions one = {.items = {groups[i].extension}, .count = 1};
        uint32_t mask = grant(&groups[i], directory, signs, place->zone);
        code = mask ? take(collapse, directory, &one, mask, 0) : 0;
    }
    return code;
}

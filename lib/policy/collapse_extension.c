/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collapse by extension: the files of one directory. See collapse.h. */
#include "collapse.h"

#include "extension.h"
#include "series.h"
#include "shape.h"

#include <errno.h>
#include <stdlib.h>

enum {
    NAMES = 2,  /* of one extension, at least */
    VARIED = 4, /* names that the container made of one extension, all of which vary, each in another way */
    WEIGHT = 4, /* names of one extension, and signs beside them, for all others of it to be likely */
    SERIES_WEIGHT =
        2, /* of names that differ in numbers alone: the surest sign that names are made, not chosen */
    PROGRAM_NAMES =
        16, /* of what an interpreter runs, that the container made: an installer's work, not a script that was dropped */
    CONFIG_NAMES = 8,      /* of one extension, in a directory of settings, which also has to be listed */
    COLLECTION_NAMES = 3,  /* of what a collection is told by */
    COLLECTION_KINDS = 2,  /* families among them, for all of these families */
    SIGNS = 2,             /* that there are, see signs_of */
    COLLECTION_VARIED = 3, /* families among them, for all families that nothing runs */
};

#define READS ((uint32_t)ARMOR_FILE_READ)

/* The files of one extension in a directory. */
struct group {
    struct armor_slice extension;
    size_t read;    /* names that are read */
    size_t made;    /* names that the container made, of those that don't vary by themselves */
    size_t varied;  /* that do, each way of varying once */
    size_t created; /* all names that it made */
    uint32_t mask;  /* of those in `made` */
    uint32_t masks; /* of those in `created` */
    bool series;    /* some differ in numbers alone */
    bool runs;      /* one is executed or mapped: none may be written */
};

/* A name that the container made and that varies, without what varies. */
struct stem {
    const char *word; /* interned */
    size_t group;
};

/* The extension of NODE, or else that and what stands behind it; absent: neither. */
static struct armor_slice extension_or_tail(const struct names_node *node)
{
    struct armor_slice extension = collapse_extension(node);
    bool open = !node->directory && !node->fixed && !node->wide &&
                !(node->literal.bytes && extension_shared_object(node->literal).bytes);
    return extension.bytes || !open ? extension : extension_with_tail(armor_slice_of(node->name));
}

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

/* The name that PIECE was seen with, as bytes; absent: that isn't known. */
static struct armor_slice name_seen(const struct names_piece *piece)
{
    const char *sample = armor_rule_more(piece->rule)->sample;
    const char *name = sample ? sample : piece->rule->name;
    const char *segment = strrchr(name, '/') + 1;
    bool literal = !segment[strcspn(segment, "*?[]{}^,\\")];
    return literal ? armor_slice_of(segment) : (struct armor_slice){0};
}

/* Add the pattern in collapse->room, without its numbers, to STEMS. */
static int add_stem(struct collapse *collapse, size_t group, struct stem *stems, size_t *count)
{
    struct armor_text *room = &collapse->room;
    const char *pattern = NULL;
    int code = room->error;
    code = code < 0 ? code
                    : names_word(collapse->names, (struct armor_slice){room->bytes, room->length}, &pattern);
    if (code == 0) {
        (void)series_skeleton(pattern, room);
        code = room->error;
    }
    stems[*count].group = group;
    code = code < 0 ? code
                    : names_word(collapse->names, (struct armor_slice){room->bytes, room->length},
                                 &stems[*count].word);
    *count += code == 0;
    return code;
}

/* Count the names of NODE that the container made to GROUP; of those that would vary by themselves the stems, in STEMS. */
static int count_made(struct collapse *collapse, const struct names_node *node, struct group *group,
                      size_t number, struct stem *stems, size_t *stem_count)
{
    const struct shape_facts facts = {.zone = ZONE_DATA, .created = true};
    int code = 0;
    for (const struct names_piece *piece = node->pieces; piece && code == 0; piece = piece->next) {
        struct armor_slice name = name_seen(piece);
        if (!(piece->rule->mask & ARMOR_FILE_CREATE)) {
            continue;
        }
        group->created++;
        group->masks |= piece->rule->mask;
        if (name.bytes && shape_of(name, &facts, &collapse->room) == 0) {
            group->made++;
            group->mask |= piece->rule->mask;
        } else if (name.bytes) {
            code = add_stem(collapse, number, stems, stem_count);
        }
    }
    return code;
}

static int compare_stems(const void *a, const void *b)
{
    const struct stem *first = a;
    const struct stem *second = b;
    if (first->group != second->group) {
        return first->group < second->group ? -1 : 1;
    }
    return first->word == second->word ? 0 : (uintptr_t)first->word < (uintptr_t)second->word ? -1 : 1;
}

static size_t count_pieces(const struct names_node *directory)
{
    size_t count = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        for (const struct names_piece *piece = child->pieces; piece; piece = piece->next) {
            count++;
        }
    }
    return count;
}

static int gather(struct collapse *collapse, const struct names_node *directory, struct group *groups,
                  size_t *count)
{
    size_t stem_count = 0;
    struct stem *stems = calloc(count_pieces(directory) + 1, sizeof *stems);
    int code = stems ? 0 : -ENOMEM;
    for (const struct names_node *child = directory->first; child && code == 0; child = child->next) {
        struct armor_slice extension = extension_or_tail(child);
        struct group *group = extension.bytes ? group_of(groups, count, extension) : NULL;
        if (group && child->runs) {
            group->runs = true;
        }
        if (!group || child->runs) {
            continue;
        }
        group->read += child->mask & READS ? child->variety : 0;
        group->series = group->series || child->variety > 1;
        code = child->mask & ARMOR_FILE_CREATE
                   ? count_made(collapse, child, group, (size_t)(group - groups), stems, &stem_count)
                   : 0;
    }
    if (code == 0) {
        qsort(stems, stem_count, sizeof *stems, compare_stems);
    }
    for (size_t i = 0; i < stem_count && code == 0; i++) {
        groups[stems[i].group].varied += i == 0 || compare_stems(&stems[i - 1], &stems[i]) != 0;
    }
    free(stems);
    return code;
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
    struct armor_slice first = group->extension; /* without a tail */
    first.length = 0;
    while (first.length < group->extension.length && armor_is_alnum(first.bytes[first.length])) {
        first.length++;
    }
    bool program = zone_is_program(first);
    size_t enough = program ? PROGRAM_NAMES : NAMES;
    if ((zone == ZONE_DATA || zone == ZONE_LOG) && group->made >= enough && group->made + signs >= WEIGHT) {
        mask |= group->mask;
    }
    enough = program ? PROGRAM_NAMES : VARIED;
    if ((zone == ZONE_DATA || zone == ZONE_LOG) && group->made + group->varied >= enough && signs > 0) {
        mask |= group->masks;
    }
    return mask;
}

/* MASK, with what its write has in it anyway. */
static uint32_t covered_by(uint32_t mask)
{
    return mask & ARMOR_FILE_WRITE ? mask | ARMOR_FILE_EVIDENCE | ARMOR_FILE_APPEND : mask;
}

/* All files of DIRECTORY with EXTENSIONS, behind ANY, that ask for no more than MASK, as one. */
static int take(struct collapse *collapse, struct names_node *directory, const char *any,
                const struct extensions *extensions, uint32_t mask, uint32_t made_by)
{
    struct names_node **children = NULL;
    struct names_node *all = NULL;
    size_t count = 0;
    collapse_begin(collapse, any);
    extensions_put(extensions, &collapse->room);
    int code = names_children(directory, &children, &count);
    code = code < 0 ? code : collapse_add(collapse, directory, false, ARMOR_MAKE_EXTENSION, &all);
    for (size_t i = 0; i < count; i++) {
        struct armor_slice extension = extension_or_tail(children[i]);
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
    size_t extensions;
    uint32_t families;
    uint32_t mask;
    bool kept; /* in directories of the container's own making too */
};

static void collect(struct collection *collection, const struct group *group, size_t names, uint32_t mask)
{
    uint32_t families = group->runs ? 0 : extension_families(group->extension) & extension_inert_families();
    if (names > 0 && families) {
        collection->names += names;
        collection->extensions++;
        collection->families |= families;
        collection->mask |= mask;
    }
}

/* Whether CHILD is a directory that the container made, with files in it that it made. */
static bool is_kept(const struct names_node *child)
{
    bool made = false;
    for (const struct names_node *held = child->first; held && !made; held = held->next) {
        made = !held->directory && (held->mask & ARMOR_FILE_CREATE);
    }
    return child->directory && !child->fixed && (child->mask & ARMOR_FILE_CREATE) && made;
}

/* Directories that the container makes in DIRECTORY, for what it collects: at any depth. */
static int take_directories(struct collapse *collapse, struct names_node *directory)
{
    struct names_node *all = NULL;
    collapse_begin(collapse, "**");
    int code = collapse_add(collapse, directory, true, ARMOR_MAKE_FAMILY, &all);
    for (struct names_node *child = directory->first; child && code == 0; child = child->next) {
        if (child != all && is_kept(child)) {
            names_yield(all, child);
        }
    }
    return code;
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
    /* what others put there and take away is of whatever kind they have */
    bool handed = (collection->mask & ARMOR_FILE_CREATE) && signs == SIGNS &&
                  collection->extensions >= COLLECTION_KINDS;
    (void)extensions_add_families(&extensions, handed || kinds >= COLLECTION_VARIED
                                                   ? extension_inert_families()
                                                   : collection->families);
    bool deep = handed && collection->kept;
    int code = take(collapse, directory, deep ? "**." : "*.", &extensions, collection->mask,
                    1U << ARMOR_MAKE_FAMILY);
    return code < 0 || !deep ? code : take_directories(collapse, directory);
}

int collapse_extensions(struct collapse *collapse, struct names_node *directory,
                        const struct place_of_names *place)
{
    struct group groups[EXTENSIONS_MAX];
    size_t count = 0;
    bool zone = place->zone == ZONE_DATA || place->zone == ZONE_LOG || place->zone == ZONE_CONFIG ||
                place->zone == ZONE_SYSTEM;
    if (!zone || directory->fixed || zone_is_hierarchy(place->path)) {
        return 0;
    }
    int code = gather(collapse, directory, groups, &count);
    size_t signs = signs_of(directory);
    bool kept = false;
    for (const struct names_node *child = directory->first; child && !kept; child = child->next) {
        kept = is_kept(child);
    }
    struct collection read = {0};
    struct collection made = {.kept = kept};
    for (size_t i = 0; i < count; i++) {
        collect(&read, &groups[i], groups[i].read, READS);
        collect(&made, &groups[i], groups[i].created, groups[i].masks | READS);
    }
    if (code == 0 && collapse_does(collapse, ARMOR_MAKE_FAMILY) && place->zone == ZONE_DATA) {
        code = take_collection(collapse, directory, &made, signs);
        code = code < 0 ? code : take_collection(collapse, directory, &read, signs);
    }
    for (size_t i = 0; i < count && code == 0 && collapse_does(collapse, ARMOR_MAKE_EXTENSION); i++) {
        struct extensions one = {.items = {groups[i].extension}, .count = 1};
        uint32_t mask = grant(&groups[i], directory, signs, place->zone);
        code = mask ? take(collapse, directory, "*.", &one, mask, 0) : 0;
    }
    return code;
}

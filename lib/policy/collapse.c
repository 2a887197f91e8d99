/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collapse: many names as one rule, each by signs that more evidence can only add to. See collapse.h. */
#include "collapse.h"

#include "armor/glob.h"
#include "extension.h"
#include "shape.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CONTENT_FILES = 6,       /* names that are read below a directory for it to be a tree of content */
    CONTENT_DIRECTORIES = 3, /* that hold them */
    CONTENT_LISTED = 2,      /* directories of such a tree that are listed, for all to be */
    LIBRARY_OBJECTS = 3,     /* shared objects that are read in one directory */
    LIBRARY_MAPPED = 3,      /* that are mapped as code: others of an image's directory may be */
    SCRATCH_NAMES = 2,       /* below a temporary directory */
};

#define READS (ARMOR_FILE_READ)

struct armor_slice collapse_extension(const struct names_node *node)
{
    bool open = !node->directory && !node->fixed && !node->wide;
    if (!open || (node->literal.bytes && extension_shared_object(node->literal).bytes)) {
        return (struct armor_slice){0};
    }
    /* a shape keeps the extension that its names have, as it is */
    return extension_of(node->literal.bytes ? node->literal : armor_slice_of(node->name));
}

void collapse_count(struct names_node *directory)
{
    bool holds = false;
    unsigned below = 0;
    for (struct names_node *child = directory->first; child; child = child->next) {
        if (child->directory) {
            collapse_count(child);
        } else {
            child->hash = shape_hash_case(child->literal);
            bool read = (child->mask & READS) && !child->runs && collapse_extension(child).bytes;
            child->read_files = read;
            holds = holds || read;
        }
        below |= child->hash;
        directory->read_files += child->read_files;
        directory->read_directories += child->read_directories;
    }
    directory->read_directories += holds;
    directory->hash = shape_hash_case(directory->literal);
    if (directory->hash == 0 && shape_may_shard(directory->literal)) {
        directory->hash = below;
    }
}

int collapse_add(struct collapse *collapse, struct names_node *directory, bool is_directory,
                 enum armor_transformation made_by, struct names_node **ret_node)
{
    int code = collapse->room.error;
    code = code < 0 ? code
                    : names_child(collapse->names, directory,
                                  (struct armor_slice){collapse->room.bytes, collapse->room.length},
                                  is_directory, ret_node);
    if (code == 0) {
        (*ret_node)->made_by |= 1U << made_by;
        (*ret_node)->variety = 0;
    }
    return code;
}

void collapse_begin(struct collapse *collapse, const char *pattern)
{
    collapse->room.length = 0;
    collapse->room.error = 0;
    armor_text_string(&collapse->room, pattern);
}

/* --- a tree of content --- */

/* What is below a directory that is read. */
struct content {
    struct extensions extensions;
    size_t listed; /* directories */
};

static void survey(const struct names_node *directory, struct content *content)
{
    for (const struct names_node *child = directory->first; child; child = child->next) {
        struct armor_slice extension = collapse_extension(child);
        if (child->directory) {
            content->listed += child->mask == READS;
            survey(child, content);
        } else if ((child->mask & READS) && extension.bytes) {
            (void)extensions_add(&content->extensions, extension);
        }
    }
}

void collapse_give_example(struct names_node *all, const struct names_node *node)
{
    for (const struct names_piece *piece = node->pieces; piece; piece = piece->next) {
        bool first = !all->covers || strcmp(piece->rule->name, all->covers->name) < 0;
        all->covers = first ? piece->rule : all->covers;
    }
}

/* NODE is read by the leave of ALL, which may be NULL: it is one of those that ALL was made of. */
static void cover_one(struct names_node *node, struct names_node *all)
{
    node->cover = all;
    if (all && (node->mask & READS)) {
        all->grants = READS;
        collapse_give_example(all, node);
    }
}

/* Say of what is below DIRECTORY that FILES and DIRECTORIES, of which the latter may be NULL, allow reading it. */
static void cover(struct names_node *directory, const struct extensions *extensions, struct names_node *files,
                  struct names_node *directories)
{
    for (struct names_node *child = directory->first; child; child = child->next) {
        if (child->directory) {
            cover_one(child, directories);
            cover(child, extensions, files, directories);
        } else if (!child->runs && collapse_extension(child).bytes &&
                   extensions_have(extensions, collapse_extension(child))) {
            cover_one(child, files);
        }
    }
}

void collapse_settle(struct names_node *directory)
{
    struct names_node *next = NULL;
    for (struct names_node *child = directory->first; child; child = next) {
        next = child->next;
        /* a collection may have more extensions than the tree that it lies in */
        bool whole = !child->wide || !(child->made_by & (1U << ARMOR_MAKE_FAMILY));
        if (child->cover && whole && child->mask == READS) {
            names_yield(child->cover, child);
        }
        collapse_settle(child);
    }
}

/* Whether some file of DIRECTORY itself is read, by an extension. */
static bool holds_content(const struct names_node *directory)
{
    for (const struct names_node *child = directory->first; child; child = child->next) {
        if (!child->directory && (child->mask & READS) && collapse_extension(child).bytes) {
            return true;
        }
    }
    return false;
}

/* Add the extensions of what was made a tree of content of DIRECTORY before: policy is its own policy. */
static void add_made(const struct names_node *directory, struct extensions *extensions)
{
    static const struct armor_slice any = {"**.", 3};
    for (const struct names_node *child = directory->first; child; child = child->next) {
        struct armor_slice name = armor_slice_of(child->name);
        if (!child->wide || child->directory || !armor_slice_starts(name, any)) {
            continue;
        }
        for (size_t at = any.length; at < name.length;) {
            size_t length = strcspn(name.bytes + at, "{,}");
            if (length > 0) {
                (void)extensions_add(extensions, (struct armor_slice){name.bytes + at, length});
            }
            at += length + 1;
        }
    }
}

int collapse_content(struct collapse *collapse, struct names_node *directory,
                     const struct place_of_names *place)
{
    bool zone = place->zone == ZONE_DATA || place->zone == ZONE_SYSTEM;
    if (!collapse_does(collapse, ARMOR_MAKE_CONTENT) || !zone || directory->fixed ||
        directory->read_files < CONTENT_FILES || directory->read_directories < CONTENT_DIRECTORIES ||
        zone_is_hierarchy(place->path) || !holds_content(directory)) {
        return 0;
    }
    struct content content = {0};
    survey(directory, &content);
    bool families = collapse_does(collapse, ARMOR_MAKE_FAMILY) && place->zone == ZONE_DATA;
    uint32_t kinds = 0;
    for (size_t i = 0; families && i < content.extensions.count; i++) {
        kinds |= extension_families(content.extensions.items[i]);
    }
    (void)extensions_add_families(&content.extensions, kinds);
    add_made(directory, &content.extensions);
    struct names_node *files = NULL;
    struct names_node *directories = NULL;
    collapse_begin(collapse, "**.");
    extensions_put(&content.extensions, &collapse->room);
    int code = collapse_add(collapse, directory, false, ARMOR_MAKE_CONTENT, &files);
    if (code == 0 && content.listed >= CONTENT_LISTED) {
        collapse_begin(collapse, "**");
        code = collapse_add(collapse, directory, true, ARMOR_MAKE_CONTENT, &directories);
    }
    if (code < 0) {
        return code;
    }
    files->made_by |= families ? 1U << ARMOR_MAKE_FAMILY : 0;
    cover(directory, &content.extensions, files, directories);
    return 0;
}

/* --- shared objects --- */

static bool is_object(const struct names_node *node)
{
    return !node->directory && node->literal.bytes && extension_shared_object(node->literal).bytes;
}

/* libz.so.1.2.13 as any version of it. */
static int any_version(struct collapse *collapse, struct names_node *node)
{
    struct armor_slice object = extension_shared_object(node->literal);
    if (object.length == node->literal.length || node->fixed || (node->mask & ARMOR_FILE_WRITE)) {
        return 0;
    }
    collapse->room.length = 0;
    collapse->room.error = 0;
    armor_glob_escape(&collapse->room, object);
    armor_text_string(&collapse->room, ".[0-9]*");
    node->made_by |= 1U << ARMOR_MAKE_LIBRARY;
    return collapse->room.error < 0
               ? collapse->room.error
               : names_rename(collapse->names, node,
                              (struct armor_slice){collapse->room.bytes, collapse->room.length});
}

/*
 * Whether the container asked, or somebody let it, write something in the directory PATH, whatever became of it: its shared objects aren't the
 * image's alone then. What can't be told at a glance is taken for written.
 */
static bool is_written(const struct collapse *collapse, struct armor_slice path)
{
    for (size_t i = 0; i < collapse->rule_count; i++) {
        const struct armor_rule *rule = collapse->rules[i];
        bool writes =
            rule->kind == ARMOR_RULE_LINK ||
            (rule->kind == ARMOR_RULE_FILE && (rule->mask & (ARMOR_FILE_WRITE | ARMOR_FILE_APPEND)));
        if (!writes || !rule->name) {
            continue;
        }
        struct armor_slice name = armor_slice_of(rule->name);
        struct armor_slice sure = {name.bytes, strcspn(name.bytes, "*?[]{}^,\\")};
        bool pattern = sure.length < name.length;
        bool within = armor_slice_starts(sure, path) &&
                      (pattern || !memchr(name.bytes + path.length, '/', name.length - path.length));
        if (within || (pattern && armor_slice_starts(path, sure))) {
            return true;
        }
    }
    return false;
}

/*
 * Shared objects of the image side by side, several of which are mapped: which ones a program loads depends on what it does. Any of that very
 * directory may be, as long as nothing was ever written there.
 */
static int any_object(struct collapse *collapse, struct names_node *directory,
                      const struct place_of_names *place)
{
    struct names_node **children = NULL;
    struct names_node *all = NULL;
    size_t count = 0;
    size_t mapped = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        mapped += is_object(child) && !child->fixed && (child->mask & ARMOR_FILE_MAP);
    }
    if (mapped < LIBRARY_MAPPED || zone_of(place->path) != ZONE_SYSTEM || is_written(collapse, place->path)) {
        return 0;
    }
    collapse_begin(collapse, "*.so{,.[0-9]*}");
    int code = collapse_add(collapse, directory, false, ARMOR_MAKE_LIBRARY, &all);
    code = code < 0 ? code : names_children(directory, &children, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        bool object = children[i] != all && is_object(children[i]) && !children[i]->fixed &&
                      (children[i]->mask & ~(READS | (uint32_t)ARMOR_FILE_MAP)) == 0;
        if (object) {
            names_merge(all, children[i]);
        } else {
            names_give(directory, children[i]);
        }
    }
    free((void *)children);
    return code;
}

int collapse_libraries(struct collapse *collapse, struct names_node *directory,
                       const struct place_of_names *place)
{
    static const struct armor_slice prefix = {"lib", 3};
    struct names_node *libraries = NULL;
    size_t read = 0;
    bool written = false;
    bool mapped = false;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        bool object = is_object(child);
        read += object && (child->mask & READS) && armor_slice_starts(child->literal, prefix);
        written = written || (object && (child->mask & ARMOR_FILE_WRITE));
        mapped = mapped || object;
    }
    bool zone = place->zone == ZONE_DATA || place->zone == ZONE_SYSTEM;
    if (!collapse_does(collapse, ARMOR_MAKE_LIBRARY) || !zone || directory->fixed || written || !mapped) {
        return 0;
    }
    struct names_node **children = NULL;
    size_t count = 0;
    int code = any_object(collapse, directory, place);
    if (code == 0 && read >= LIBRARY_OBJECTS) {
        collapse_begin(collapse, "lib*.so*");
        code = collapse_add(collapse, directory, false, ARMOR_MAKE_LIBRARY, &libraries);
    }
    code = code < 0 ? code : names_children(directory, &children, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        struct names_node *child = children[i];
        bool object = child != libraries && is_object(child);
        bool covered =
            object && libraries && child->mask == READS && armor_slice_starts(child->literal, prefix);
        if (covered) {
            names_merge(libraries, child);
            continue;
        }
        code = object ? any_version(collapse, child) : 0;
        names_give(directory, child);
    }
    free((void *)children);
    return code;
}

/* --- temporary directories --- */

/* What lies below a directory. */
struct below {
    size_t names;
    uint32_t mask;
    bool runs;
};

static void look_below(const struct names_node *directory, struct below *below)
{
    for (const struct names_node *child = directory->first; child; child = child->next) {
        below->names++;
        below->mask |= child->mask;
        below->runs = below->runs || child->runs || child->fixed;
        look_below(child, below);
    }
}

static int take_all(struct names_node *directory, struct names_node *all)
{
    struct names_node **children = NULL;
    size_t count = 0;
    int code = names_children(directory, &children, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        code = take_all(children[i], all);
        names_merge(all, children[i]);
    }
    free((void *)children);
    return code;
}

static int take_scratch(struct collapse *collapse, struct names_node *directory)
{
    const uint32_t random = (1U << ARMOR_MAKE_TEMPORARY) | (1U << ARMOR_MAKE_TOKEN) |
                            (1U << ARMOR_MAKE_UUID) | (1U << ARMOR_MAKE_HASH) | (1U << ARMOR_MAKE_NUMBER);
    const uint32_t lives = ARMOR_FILE_CREATE | ARMOR_FILE_DELETE;
    struct below below = {0};
    struct names_node *all = NULL;
    look_below(directory, &below);
    if (!(directory->made_by & random) || (directory->mask & lives) != lives || below.names < SCRATCH_NAMES ||
        below.runs || (below.mask & ARMOR_FILE_MAP)) {
        return 0;
    }
    struct names_node kept = *directory; /* its children, while `**` becomes the only one */
    directory->first = NULL;
    directory->last = NULL;
    collapse_begin(collapse, "**");
    int code = collapse_add(collapse, directory, false, ARMOR_MAKE_SCRATCH, &all);
    return code < 0 ? code : take_all(&kept, all);
}

int collapse_scratch(struct collapse *collapse, struct names_node *directory,
                     const struct place_of_names *place)
{
    int code = 0;
    if (!collapse_does(collapse, ARMOR_MAKE_SCRATCH) || place->zone != ZONE_TEMPORARY) {
        return 0;
    }
    for (struct names_node *child = directory->first; child && code == 0; child = child->next) {
        code = child->directory ? take_scratch(collapse, child) : 0;
    }
    return code;
}

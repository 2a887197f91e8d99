/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Twins: what many directories beside each other hold. See twins.h. */
#include "twins.h"

#include "shape.h"

#include <errno.h>
#include <stdlib.h>

enum { TWINS = 4 }; /* directories that hold the same name */

/* A name in one of the directories. */
struct held {
    struct names_node *parent; /* the directory */
    struct names_node *node;
    const char *key; /* interned: what is equal among twins */
};

static bool is_open(const struct names_node *node)
{
    return node->directory && node->used && node->literal.bytes && !node->fixed && !node->runs && !node->wide;
}

/* Any one letter or digit stands for each, as directories are called that names are spread over. */
static bool is_single(const struct names_node *node)
{
    struct armor_slice name = node->literal;
    return node->directory && name.length == 1 && name.bytes[0] != '.';
}

/* What NODE is called, but for what varies, in collapse->room. False: nothing in it is its own. */
static bool key_of(struct collapse *collapse, const struct names_node *node, enum zone zone)
{
    const struct shape_facts facts = {.zone = zone,
                                      .created = node->mask & ARMOR_FILE_CREATE,
                                      .deleted = node->mask & ARMOR_FILE_DELETE,
                                      .without = collapse->without};
    collapse_begin(collapse, is_single(node) ? "\2" : "");
    if (is_single(node)) {
        return true;
    }
    if (node->literal.bytes) {
        (void)shape_of(node->literal, &facts, &collapse->room);
    } else {
        armor_text_string(&collapse->room, node->name);
    }
    /* numbers out, and see whether a letter is left that stands in no brackets */
    struct armor_text *room = &collapse->room;
    size_t length = 0;
    bool letters = false;
    bool brackets = false;
    for (size_t at = 0; at < room->length; at++) {
        char byte = room->bytes[at];
        bool digit = byte >= '0' && byte <= '9' && !brackets;
        brackets = byte == '[' || (brackets && byte != ']');
        letters = letters || (!brackets && ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')));
        if (!digit) {
            room->bytes[length++] = byte;
        } else if (length == 0 || room->bytes[length - 1] != '\1') {
            room->bytes[length++] = '\1';
        }
    }
    room->length = length;
    return letters;
}

static int compare(const void *a, const void *b)
{
    const struct held *first = a;
    const struct held *second = b;
    if (first->node->directory != second->node->directory) {
        return first->node->directory ? 1 : -1;
    }
    int order = first->key == second->key ? 0 : strcmp(first->key, second->key);
    return order ? order : strcmp(first->parent->name, second->parent->name);
}

static size_t count_held(const struct names_node *directory)
{
    size_t count = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        for (const struct names_node *held = is_open(child) ? child->first : NULL; held; held = held->next) {
            count++;
        }
    }
    return count;
}

/* All that is held, in ALL; what can't be the same as another is left out. */
static int gather(struct collapse *collapse, struct names_node *directory, enum zone zone, struct held *all,
                  size_t *ret_count)
{
    size_t count = 0;
    for (struct names_node *child = directory->first; child; child = child->next) {
        for (struct names_node *held = is_open(child) ? child->first : NULL; held; held = held->next) {
            if (held->fixed || held->runs || !key_of(collapse, held, zone)) {
                continue;
            }
            all[count] = (struct held){.parent = child, .node = held};
            const struct armor_slice key = {collapse->room.bytes, collapse->room.length};
            int code = collapse->room.error;
            code = code < 0 ? code : names_word(collapse->names, key, &all[count].key);
            if (code < 0) {
                return code;
            }
            count++;
        }
    }
    *ret_count = count;
    return 0;
}

/* Mark by `twin` what TWINS directories hold. Returns whether there is any. */
static bool mark(const struct held *all, size_t count)
{
    bool found = false;
    for (size_t first = 0; first < count;) {
        size_t parents = 0;
        size_t end = first;
        for (; end < count && all[end].key == all[first].key &&
               all[end].node->directory == all[first].node->directory;
             end++) {
            parents += end == first || all[end].parent != all[end - 1].parent;
        }
        for (size_t i = first; i < end && parents >= TWINS; i++) {
            all[i].node->twin = true;
            found = true;
        }
        first = end;
    }
    return found;
}

/* Move the twins below CHILD to ALL, and what is asked of CHILD itself. */
static int move(struct names_node *child, struct names_node *all)
{
    struct names_node **held = NULL;
    size_t count = 0;
    bool moved = false;
    int code = names_children(child, &held, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        names_give(held[i]->twin ? all : child, held[i]);
        moved = moved || held[i]->twin;
        all->read_files += held[i]->twin ? held[i]->read_files : 0;
        all->read_directories += held[i]->twin ? held[i]->read_directories + !held[i]->directory : 0;
        held[i]->twin = false;
    }
    free((void *)held);
    if (moved) {
        names_yield(all, child);
        all->hash |= child->hash;
    }
    return code;
}

int twins_join(struct collapse *collapse, struct names_node *directory, const struct place_of_names *place)
{
    if (!collapse_does(collapse, ARMOR_MAKE_TWINS) || (place->zone != ZONE_DATA && place->zone != ZONE_LOG) ||
        directory->fixed || zone_is_hierarchy(place->path)) {
        return 0;
    }
    struct held *all = calloc(count_held(directory) + 1, sizeof *all);
    struct names_node *any = NULL;
    size_t count = 0;
    int code = all ? gather(collapse, directory, place->zone, all, &count) : -ENOMEM;
    if (code == 0) {
        qsort(all, count, sizeof *all, compare);
    }
    bool found = code == 0 && mark(all, count);
    free(all);
    if (found) {
        collapse_begin(collapse, "*");
        code = collapse_add(collapse, directory, true, ARMOR_MAKE_TWINS, &any);
        for (struct names_node *child = directory->first; child && code == 0; child = child->next) {
            code = is_open(child) ? move(child, any) : 0;
        }
    }
    return code;
}

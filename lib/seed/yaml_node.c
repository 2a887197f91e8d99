/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes of a tree: looking up, comparing, making. See yaml_tree.h. */
#include "armor/limits.h"
#include "yaml_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

struct tree_node *tree_get(const struct tree_node *node, const char *key)
{
    for (size_t i = 0; node && node->kind == TREE_MAPPING && i < node->count; i++) {
        struct tree_node *value = node->items[i].value;
        if (strcmp(node->items[i].key, key) == 0) {
            return value->kind == TREE_NULL || value->tag == TREE_TAG_RESET ? NULL : value;
        }
    }
    return NULL;
}

const char *tree_text(const struct tree_node *node)
{
    return node && node->kind == TREE_SCALAR ? node->text : NULL;
}

bool tree_true(const struct tree_node *node)
{
    static const char *const words[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on",
                                        "On",   "ON",   "y",    "Y",   "1",   "t",   "T"};
    const char *text = tree_text(node);
    for (size_t i = 0; text && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool tree_equal(const struct tree_node *a, const struct tree_node *b)
{
    if (a == b) {
        return true;
    }
    if (a->kind != b->kind || a->count != b->count || a->weight != b->weight) {
        return false;
    }
    if (a->kind == TREE_SCALAR && strcmp(a->text, b->text) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        bool keyed = a->items[i].key != NULL;
        if ((keyed && strcmp(a->items[i].key, b->items[i].key) != 0) ||
            !tree_equal(a->items[i].value, b->items[i].value)) {
            return false;
        }
    }
    return true;
}

int tree_new(struct seed_arena *arena, enum tree_kind kind, const struct tree_node *like,
             struct tree_node **ret_node)
{
    void *bytes = NULL;
    int code = seed_arena_take(arena, sizeof(struct tree_node), &bytes);
    if (code < 0) {
        return code;
    }
    struct tree_node *node = bytes;
    *node = (struct tree_node){
        .kind = kind, .weight = 1, .file = like->file, .line = like->line, .column = like->column};
    *ret_node = node;
    return 0;
}

/* Items grow by doubling; what they leave behind stays in the arena, at most as much again. */
static int make_room(struct seed_arena *arena, struct tree_node *node)
{
    bool full =
        (node->count & (node->count - 1)) == 0; /* 0, 1, 2, 4, ... items fill what was taken for them */
    if (!full) {
        return 0;
    }
    void *bytes = NULL;
    size_t room = node->count ? 2 * node->count : 1;
    int code = seed_arena_take(arena, room * sizeof *node->items, &bytes);
    if (code == 0 && node->count > 0) {
        memcpy(bytes, node->items, node->count * sizeof *node->items);
    }
    node->items = code == 0 ? bytes : node->items;
    return code;
}

int tree_set(struct seed_arena *arena, struct tree_node *node, const char *key, struct tree_node *value)
{
    for (size_t i = 0; key && i < node->count; i++) {
        if (strcmp(node->items[i].key, key) == 0) {
            node->weight += value->weight - node->items[i].value->weight;
            node->items[i].value = value;
            return 0;
        }
    }
    if (key && node->count == ARMOR_YAML_KEYS_MAX) {
        return -E2BIG;
    }
    if (value->weight > ARMOR_YAML_NODES_MAX || node->weight > ARMOR_YAML_NODES_MAX - value->weight) {
        return -E2BIG;
    }
    int code = make_room(arena, node);
    if (code < 0) {
        return code;
    }
    node->items[node->count++] = (struct tree_item){key, value};
    node->weight += value->weight;
    return 0;
}

void tree_remove(struct tree_node *node, size_t index)
{
    /* the count may fall to a power of two, whose next item then takes more room than it needs */
    node->weight -= node->items[index].value->weight;
    node->count--;
    memmove(node->items + index, node->items + index + 1, (node->count - index) * sizeof *node->items);
}

const char *tree_kind_name(const struct tree_node *node)
{
    static const char *const names[TREE_KIND_COUNT] = {"nothing", "a word", "a list", "a mapping"};
    return names[node->kind];
}

int tree_refuse(struct armor_error *err, const struct tree_node *node, int code, const char *format, ...)
{
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int result = armor_error_at(err, code, node->line, node->column, "%s%s%.60s%s", text,
                                node->unset ? " (the variable " : "", node->unset ? node->unset : "",
                                node->unset ? " isn't set)" : "");
    armor_error_source(err, node->file);
    return result;
}

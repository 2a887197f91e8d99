/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names: the tree. See names.h. */
#include "names.h"

#include "armor/limits.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CHUNK_ITEMS = 256,                /* nodes or pieces that are allocated at once */
    DEPTH_MAX = ARMOR_PATH_MAX,       /* segments of a path: each has a slash and, but for the last, a name */
    WORDS_MAX = 16 * ARMOR_WORDS_MAX, /* bytes of all segments and patterns: a digit may become a class */
};

/* Nodes and pieces; the newest chunk first. */
struct chunk {
    struct chunk *next;
    size_t used;
    union {
        struct names_node node;
        struct names_piece piece;
    } items[CHUNK_ITEMS];
};

struct names {
    struct chunk *chunks;
    struct armor_intern *words;
    struct armor_text room; /* for unescaping */
    struct names_node *root;
};

static int take(struct names *names, void **ret_item)
{
    if (!names->chunks || names->chunks->used == CHUNK_ITEMS) {
        struct chunk *chunk = calloc(1, sizeof *chunk);
        if (!chunk) {
            return -ENOMEM;
        }
        chunk->next = names->chunks;
        names->chunks = chunk;
    }
    *ret_item = &names->chunks->items[names->chunks->used++];
    return 0;
}

int names_new(uint64_t seed, struct names **ret_names)
{
    struct names *names = calloc(1, sizeof *names);
    void *root = NULL;
    if (!names) {
        return -ENOMEM;
    }
    names->room = ARMOR_TEXT_INIT((size_t)4 * ARMOR_PATH_MAX);
    int code = armor_intern_new(WORDS_MAX, seed, &names->words);
    code = code < 0 ? code : take(names, &root);
    if (code < 0) {
        names_free(names);
        return code;
    }
    names->root = root;
    names->root->directory = true;
    names->root->name = "";
    *ret_names = names;
    return 0;
}

struct names_node *names_root(struct names *names)
{
    return names->root;
}

/* The bytes that PATTERN matches, in *RET_LITERAL; absent where they are more than one name. Returns 0 or negative. */
static int to_literal(struct names *names, const char *pattern, struct armor_slice *ret_literal)
{
    *ret_literal = (struct armor_slice){0};
    size_t length = strcspn(pattern, "*?[]{}^,\\");
    if (pattern[length] == '\0') {
        *ret_literal = (struct armor_slice){pattern, length};
        return 0;
    }
    names->room.length = 0;
    names->room.error = 0;
    for (const char *at = pattern; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
        } else if (strchr("*?[]{}", *at)) {
            return 0;
        }
        armor_text_char(&names->room, *at);
    }
    const char *word = NULL;
    int code = names->room.error;
    code = code < 0 ? code
                    : armor_intern_add(names->words,
                                       (struct armor_slice){names->room.bytes, names->room.length}, &word);
    *ret_literal = (struct armor_slice){word, names->room.length};
    return code < 0 ? code : 0;
}

int names_child(struct names *names, struct names_node *directory, struct armor_slice name, bool is_directory,
                struct names_node **ret_node)
{
    void *item = NULL;
    const char *word = NULL;
    struct armor_slice literal;
    int code = armor_intern_add(names->words, name, &word);
    code = code < 0 ? code : to_literal(names, word, &literal);
    code = code < 0 ? code : take(names, &item);
    if (code < 0) {
        return code;
    }
    struct names_node *node = item;
    node->name = word;
    node->literal = literal;
    node->directory = is_directory;
    node->wide = word[0] == '*' && !literal.bytes;
    node->variety = 1;
    names_give(directory, node);
    *ret_node = node;
    return 0;
}

int names_rename(struct names *names, struct names_node *node, struct armor_slice name)
{
    const char *word = NULL;
    int code = armor_intern_add(names->words, name, &word);
    if (code < 0) {
        return code;
    }
    node->name = word;
    node->original = node->literal.bytes ? node->literal : node->original;
    node->literal = (struct armor_slice){0};
    return 0;
}

void names_give(struct names_node *directory, struct names_node *node)
{
    node->parent = directory;
    node->next = NULL;
    if (directory->last) {
        directory->last->next = node;
    } else {
        directory->first = node;
    }
    directory->last = node;
}

/* The child of DIRECTORY of that name. In order of bytes it is one of the last few, if it is there. */
static struct names_node *find(const struct names_node *directory, struct armor_slice name, bool is_directory)
{
    struct names_node *last = directory->last;
    bool same = last && last->directory == is_directory && armor_slice_is(name, last->name);
    return same ? last : NULL;
}

int names_add(struct names *names, struct armor_slice path, struct names_node **ret_node)
{
    struct names_node *node = names->root;
    size_t at = 1;
    while (at < path.length) {
        const char *slash = memchr(path.bytes + at, '/', path.length - at);
        size_t end = slash ? (size_t)(slash - path.bytes) : path.length;
        const struct armor_slice name = {path.bytes + at, end - at};
        struct names_node *child = find(node, name, slash != NULL);
        int code = child ? 0 : names_child(names, node, name, slash != NULL, &child);
        if (code < 0) {
            return code;
        }
        node = child;
        at = end + 1;
    }
    *ret_node = node;
    return 0;
}

void names_use(struct names_node *node)
{
    for (; node && !node->used; node = node->parent) {
        node->used = true;
    }
}

int names_note(struct names *names, struct names_node *node, const struct armor_rule *rule)
{
    void *item = NULL;
    int code = take(names, &item);
    if (code < 0) {
        return code;
    }
    struct names_piece *piece = item;
    piece->rule = rule;
    if (node->last_piece) {
        node->last_piece->next = piece;
    } else {
        node->pieces = piece;
    }
    node->last_piece = piece;
    return 0;
}

int names_word(struct names *names, struct armor_slice word, const char **ret_word)
{
    int code = armor_intern_add(names->words, word, ret_word);
    return code < 0 ? code : 0;
}

void names_yield(struct names_node *into, struct names_node *node)
{
    into->mask |= node->mask;
    into->made_by |= node->made_by;
    into->variety += node->variety;
    node->mask = 0;
    if (!node->pieces) {
        return;
    }
    if (into->last_piece) {
        into->last_piece->next = node->pieces;
    } else {
        into->pieces = node->pieces;
    }
    into->last_piece = node->last_piece;
    node->pieces = NULL;
    node->last_piece = NULL;
}

void names_merge(struct names_node *into, struct names_node *node)
{
    node->into = into;
    into->cover = !into->pieces || into->cover == node->cover ? node->cover : NULL;
    into->runs = into->runs || node->runs;
    into->fixed = into->fixed || node->fixed;
    into->used = into->used || node->used;
    into->hash |= node->hash;
    into->read_files += node->read_files;
    into->read_directories += node->read_directories;
    while (node->first) {
        struct names_node *child = node->first;
        node->first = child->next;
        names_give(into, child);
    }
    node->last = NULL;
    names_yield(into, node);
}

static int compare(const void *a, const void *b)
{
    const struct names_node *first = *(const struct names_node *const *)a;
    const struct names_node *second = *(const struct names_node *const *)b;
    if (first->directory != second->directory) {
        return first->directory ? 1 : -1;
    }
    return first->name == second->name ? 0 : strcmp(first->name, second->name);
}

int names_children(struct names_node *directory, struct names_node ***ret_children, size_t *ret_count)
{
    size_t count = 0;
    for (const struct names_node *child = directory->first; child; child = child->next) {
        count++;
    }
    struct names_node **children = calloc(count + 1, sizeof(struct names_node *));
    if (!children) {
        return -ENOMEM;
    }
    size_t i = 0;
    for (struct names_node *child = directory->first; child; child = child->next) {
        children[i++] = child;
    }
    directory->first = NULL;
    directory->last = NULL;
    qsort((void *)children, count, sizeof(struct names_node *), compare);
    size_t kept = 0;
    for (i = 0; i < count; i++) {
        if (kept > 0 && compare((const void *)&children[kept - 1], (const void *)&children[i]) == 0) {
            struct names_node *into = children[kept - 1];
            size_t one = into->literal.bytes ? into->variety : 0; /* the same name twice is one name */
            names_merge(into, children[i]);
            into->variety = one ? one : into->variety;
        } else {
            children[kept++] = children[i];
        }
    }
    *ret_children = children;
    *ret_count = kept;
    return 0;
}

struct names_node *names_now(struct names_node *node)
{
    while (node->into) {
        node = node->into;
    }
    return node;
}

void names_path(struct names_node *node, struct armor_text *text)
{
    const struct names_node *way[DEPTH_MAX];
    size_t depth = 0;
    bool directory = names_now(node)->directory;
    for (struct names_node *at = names_now(node); at->parent; at = names_now(at->parent)) {
        way[depth++] = at;
    }
    text->length = 0;
    text->error = 0;
    while (depth > 0) {
        armor_text_char(text, '/');
        armor_text_string(text, way[--depth]->name);
    }
    if (directory) {
        armor_text_char(text, '/');
    }
}

void names_free(struct names *names)
{
    if (!names) {
        return;
    }
    while (names->chunks) {
        struct chunk *chunk = names->chunks;
        names->chunks = chunk->next;
        free(chunk);
    }
    armor_text_done(&names->room);
    armor_intern_free(names->words);
    free(names);
}

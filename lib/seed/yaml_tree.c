/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From libyaml's events to a tree: anchors, merge keys, tags, caps. See yaml_tree.h. */
#include "yaml_tree.h"

#include "armor/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

enum { ANCHORS_MAX = 1024 };

struct anchor {
    const char *name;
    struct tree_node *node; /* NULL: it isn't closed yet, so that an alias to it would be a cycle */
};

struct builder {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    struct seed_arena *arena;
    const char *file;
    struct armor_slice text;
    struct armor_error *err;
    struct anchor anchors[ANCHORS_MAX]; /* of one document */
    size_t anchor_count;
};

static int refuse(struct builder *builder, int code, const yaml_mark_t *mark, const char *text)
{
    armor_error_source(builder->err, builder->file);
    return armor_error_at(builder->err, code, mark->line + 1, mark->column + 1, "%s", text);
}

/* libyaml counts characters in its marks, and for what it can't even decode gives only the byte's offset. */
static int refuse_yaml(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR) {
        return -ENOMEM;
    }
    if (parser->error == YAML_READER_ERROR) {
        mark.line = mark.column = 0;
        for (size_t i = 0; i < parser->problem_offset && i < builder->text.length; i++) {
            bool newline = builder->text.bytes[i] == '\n';
            mark.line += newline;
            mark.column = newline ? 0 : mark.column + 1;
        }
    }
    char text[200];
    (void)snprintf(text, sizeof text, "%s%s%s", parser->problem ? parser->problem : "isn't YAML",
                   parser->context ? ", " : "", parser->context ? parser->context : "");
    return refuse(builder, -EBADMSG, &mark, text);
}

static int next(struct builder *builder)
{
    yaml_event_delete(&builder->event);
    return yaml_parser_parse(&builder->parser, &builder->event) ? 0 : refuse_yaml(builder);
}

static int compose_node(struct builder *builder, size_t depth, struct tree_node **ret_node);

/* Over a cap of the arena or of nodes, or out of memory: say which. */
static int failed(struct builder *builder, int code, const yaml_mark_t *mark)
{
    return code == -E2BIG ? refuse(builder, code, mark,
                                   "has more nodes than any Compose file needs once aliases are written out")
                          : code;
}

static int make(struct builder *builder, enum tree_kind kind, const char *tag, struct tree_node **ret_node)
{
    const yaml_mark_t *mark = &builder->event.start_mark;
    struct tree_node like = {.file = builder->file, .line = mark->line + 1, .column = mark->column + 1};
    int code = tree_new(builder->arena, kind, &like, ret_node);
    if (code == 0 && tag) {
        (*ret_node)->tag = strcmp(tag, "!reset") == 0      ? TREE_TAG_RESET
                           : strcmp(tag, "!override") == 0 ? TREE_TAG_OVERRIDE
                                                           : TREE_TAG_NONE;
    }
    return failed(builder, code, mark);
}

/* Remember NODE, NULL while it is still being read, as ANCHOR. The last of a name counts, as YAML has it. */
static int put_anchor(struct builder *builder, const char *name, struct tree_node *node)
{
    for (size_t i = builder->anchor_count; i-- > 0;) {
        if (strcmp(builder->anchors[i].name, name) == 0) {
            builder->anchors[i].node = node;
            return 0;
        }
    }
    if (builder->anchor_count == ANCHORS_MAX) {
        return refuse(builder, -E2BIG, &builder->event.start_mark, "has more than 1024 anchors");
    }
    const char *copy = NULL;
    int code = seed_arena_copy(builder->arena, armor_slice_of(name), &copy);
    if (code == 0) {
        builder->anchors[builder->anchor_count++] = (struct anchor){copy, node};
    }
    return failed(builder, code, &builder->event.start_mark);
}

static int find_alias(struct builder *builder, struct tree_node **ret_node)
{
    const char *name = (const char *)builder->event.data.alias.anchor;
    for (size_t i = 0; i < builder->anchor_count; i++) {
        if (strcmp(builder->anchors[i].name, name) == 0) {
            *ret_node = builder->anchors[i].node;
            return *ret_node ? 0
                             : refuse(builder, -EBADMSG, &builder->event.start_mark,
                                      "is an alias of what it stands in");
        }
    }
    return refuse(builder, -EBADMSG, &builder->event.start_mark, "is an alias without its anchor");
}

static bool is_null(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int compose_scalar(struct builder *builder, struct tree_node **ret_node)
{
    const char *tag = (const char *)builder->event.data.scalar.tag;
    const char *value = (const char *)builder->event.data.scalar.value;
    size_t length = builder->event.data.scalar.length;
    if (memchr(value, '\0', length)) {
        return refuse(builder, -EBADMSG, &builder->event.start_mark, "has a NUL in it");
    }
    bool plain = builder->event.data.scalar.plain_implicit ||
                 (tag && builder->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag[0] == '!');
    struct tree_node *node = NULL;
    int code = make(builder, plain && is_null(value) ? TREE_NULL : TREE_SCALAR, tag, &node);
    if (code == 0 && node->kind == TREE_SCALAR) {
        code =
            failed(builder, seed_arena_copy(builder->arena, (struct armor_slice){value, length}, &node->text),
                   &builder->event.start_mark);
    }
    if (code == 0) {
        *ret_node = node;
    }
    return code;
}

static int compose_sequence(struct builder *builder, size_t depth, struct tree_node *node)
{
    for (;;) {
        int code = next(builder);
        if (code < 0 || builder->event.type == YAML_SEQUENCE_END_EVENT) {
            return code;
        }
        struct tree_node *value = NULL;
        yaml_mark_t mark = builder->event.start_mark;
        code = compose_node(builder, depth + 1, &value);
        code = code < 0 ? code : failed(builder, tree_set(builder->arena, node, NULL, value), &mark);
        if (code < 0) {
            return code;
        }
    }
}

/* `<<: *base`: what NODE doesn't have itself comes from VALUE, a mapping or a list of them, the first one first. */
static int merge_key(struct builder *builder, struct tree_node *node, const struct tree_node *value,
                     const yaml_mark_t *mark)
{
    if (value->kind == TREE_SEQUENCE) {
        int code = 0;
        for (size_t i = 0; i < value->count && code == 0; i++) {
            bool nested = value->items[i].value->kind == TREE_SEQUENCE;
            code = nested ? refuse(builder, -EBADMSG, mark, "<< takes mappings")
                          : merge_key(builder, node, value->items[i].value, mark);
        }
        return code;
    }
    if (value->kind != TREE_MAPPING) {
        return value->kind == TREE_NULL ? 0 : refuse(builder, -EBADMSG, mark, "<< takes a mapping");
    }
    for (size_t i = 0; i < value->count; i++) {
        bool has = false;
        for (size_t j = 0; j < node->count && !has; j++) {
            has = strcmp(node->items[j].key, value->items[i].key) == 0;
        }
        int code = has ? 0 : tree_set(builder->arena, node, value->items[i].key, value->items[i].value);
        if (code < 0) {
            return failed(builder, code, mark);
        }
    }
    return 0;
}

/* The key at the current event: a word, or an alias of one. */
static int compose_key(struct builder *builder, const struct tree_node *mapping, const char **ret_key,
                       bool *ret_merge)
{
    struct tree_node *key = NULL;
    yaml_mark_t mark = builder->event.start_mark;
    int code = 0;
    if (builder->event.type == YAML_ALIAS_EVENT) {
        code = find_alias(builder, &key);
    } else if (builder->event.type == YAML_SCALAR_EVENT) {
        code = compose_node(builder, 0, &key);
    }
    if (code < 0 || !key || key->kind > TREE_SCALAR) {
        return code < 0 ? code : refuse(builder, -EBADMSG, &mark, "a key must be a word");
    }
    const char *text = key->text ? key->text : "null";
    bool quoted = builder->event.type == YAML_SCALAR_EVENT &&
                  builder->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->items[i].key, text) == 0) {
            char message[200];
            (void)snprintf(message, sizeof message, "'%.80s' is there already, on line %zu", text,
                           mapping->items[i].value->line);
            return refuse(builder, -EBADMSG, &mark, message);
        }
    }
    *ret_key = text;
    *ret_merge = !quoted && strcmp(text, "<<") == 0;
    return 0;
}

static int compose_mapping(struct builder *builder, size_t depth, struct tree_node *node)
{
    struct tree_node *merged = NULL; /* of `<<`, which counts after the mapping's own keys */
    yaml_mark_t merged_mark = {0};
    for (;;) {
        int code = next(builder);
        if (code < 0) {
            return code;
        }
        if (builder->event.type == YAML_MAPPING_END_EVENT) {
            return merged ? merge_key(builder, node, merged, &merged_mark) : 0;
        }
        yaml_mark_t mark = builder->event.start_mark;
        const char *key = NULL;
        bool merge = false;
        struct tree_node *value = NULL;
        code = compose_key(builder, node, &key, &merge);
        code = code < 0 ? code : next(builder);
        bool alias = builder->event.type == YAML_ALIAS_EVENT;
        code = code < 0 ? code : compose_node(builder, depth + 1, &value);
        if (code < 0 || !value) {
            return code;
        }
        if (merge && merged) {
            return refuse(builder, -EBADMSG, &mark, "'<<' is there already");
        }
        if (merge) {
            merged = value;
            merged_mark = mark;
            continue;
        }
        if (!alias) {
            value->line = mark.line + 1;
            value->column = mark.column + 1;
        }
        code = tree_set(builder->arena, node, key, value);
        if (code < 0) {
            return failed(builder, code, &mark);
        }
    }
}

static int compose_node(struct builder *builder, size_t depth, struct tree_node **ret_node)
{
    if (depth > ARMOR_YAML_DEPTH_MAX) {
        return refuse(builder, -E2BIG, &builder->event.start_mark, "is nested too deeply");
    }
    yaml_event_type_t type = builder->event.type;
    if (type == YAML_ALIAS_EVENT) {
        return find_alias(builder, ret_node);
    }
    const yaml_char_t *anchor = type == YAML_SCALAR_EVENT ? builder->event.data.scalar.anchor
                                : type == YAML_SEQUENCE_START_EVENT
                                    ? builder->event.data.sequence_start.anchor
                                    : builder->event.data.mapping_start.anchor;
    char name[128] = "";
    if (anchor) {
        if (strlen((const char *)anchor) >= sizeof name) {
            return refuse(builder, -E2BIG, &builder->event.start_mark, "has an anchor of over 127 bytes");
        }
        (void)snprintf(name, sizeof name, "%s", (const char *)anchor);
        int code = put_anchor(builder, name, NULL);
        if (code < 0) {
            return code;
        }
    }
    struct tree_node *node = NULL;
    int code = 0;
    if (type == YAML_SCALAR_EVENT) {
        code = compose_scalar(builder, &node);
    } else if (type == YAML_SEQUENCE_START_EVENT) {
        code = make(builder, TREE_SEQUENCE, (const char *)builder->event.data.sequence_start.tag, &node);
        code = code < 0 ? code : compose_sequence(builder, depth, node);
    } else {
        code = make(builder, TREE_MAPPING, (const char *)builder->event.data.mapping_start.tag, &node);
        code = code < 0 ? code : compose_mapping(builder, depth, node);
    }
    code = code < 0 || !name[0] ? code : put_anchor(builder, name, node);
    if (code == 0) {
        *ret_node = node;
    }
    return code;
}

/* Every document of the stream. */
static int compose_stream(struct builder *builder, struct tree_node *ret_documents[ARMOR_YAML_DOCUMENTS_MAX])
{
    int count = 0;
    for (;;) {
        int code = next(builder);
        if (code < 0 || builder->event.type == YAML_STREAM_END_EVENT) {
            return code < 0 ? code : count;
        }
        if (builder->event.type != YAML_DOCUMENT_START_EVENT) {
            continue;
        }
        if (count == ARMOR_YAML_DOCUMENTS_MAX) {
            return refuse(builder, -E2BIG, &builder->event.start_mark, "has more than 16 documents");
        }
        builder->anchor_count = 0;
        code = next(builder);
        code = code < 0 ? code : compose_node(builder, 0, &ret_documents[count]);
        if (code < 0) {
            return code;
        }
        count++;
    }
}

int tree_parse(struct seed_arena *arena, const char *file, struct armor_slice text,
               struct tree_node *ret_documents[ARMOR_YAML_DOCUMENTS_MAX], struct armor_error *err)
{
    struct builder *builder = calloc(1, sizeof *builder);
    if (!builder || !yaml_parser_initialize(&builder->parser)) {
        free(builder);
        return -ENOMEM;
    }
    builder->arena = arena;
    builder->text = text;
    builder->err = err;
    int code = seed_arena_copy(arena, armor_slice_of(file), &builder->file);
    if (code == 0) {
        const char *bytes = text.bytes ? text.bytes : "";
        yaml_parser_set_input_string(&builder->parser, (const unsigned char *)bytes, text.length);
        code = compose_stream(builder, ret_documents);
    }
    yaml_event_delete(&builder->event);
    yaml_parser_delete(&builder->parser);
    free(builder);
    return code;
}

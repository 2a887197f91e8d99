/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merging of Compose trees: a table says which fields aren't merged as mappings and lists usually are. See compose_merge.h. */
#include "compose_merge.h"

#include "armor/limits.h"
#include "armor/text.h"
#include "compose_parts.h"

#include <errno.h>

enum manner {
    MERGE = 0, /* mappings key by key, lists one after the other, words replaced */
    REPLACE,
    PAIRS,   /* a mapping, or a list of NAME=value */
    HOSTS,   /* the same with a colon */
    NAMES,   /* a mapping, or a list of its keys */
    CONTEXT, /* build: a mapping, or its context alone */
    WORDS,   /* one word, or a list of different ones */
    VOLUMES, /* lists with one item for each target... */
    PORTS,
    GIVEN,
    DEVICES,
};

/* Where we are: below one of these, or the field of that name of a service. */
static const char in_document[] = "document";
static const char in_services[] = "services";
static const char in_service[] = "service";
static const char elsewhere[] = "";

static const struct {
    const char *parent; /* in_service, or the field above */
    const char *key;    /* NULL: any */
    enum manner manner;
} fields[] = {
    {in_service, "command", REPLACE},
    {in_service, "entrypoint", REPLACE},
    {in_service, "extends", REPLACE},
    {in_service, "logging", REPLACE},
    {in_service, "build", CONTEXT},
    {in_service, "environment", PAIRS},
    {in_service, "labels", PAIRS},
    {in_service, "annotations", PAIRS},
    {in_service, "sysctls", PAIRS},
    {in_service, "extra_hosts", HOSTS},
    {in_service, "depends_on", NAMES},
    {in_service, "networks", NAMES},
    {in_service, "models", NAMES},
    {in_service, "dns", WORDS},
    {in_service, "dns_opt", WORDS},
    {in_service, "dns_search", WORDS},
    {in_service, "env_file", WORDS},
    {in_service, "label_file", WORDS},
    {in_service, "tmpfs", WORDS},
    {in_service, "cap_add", WORDS},
    {in_service, "cap_drop", WORDS},
    {in_service, "expose", WORDS},
    {in_service, "profiles", WORDS},
    {in_service, "security_opt", WORDS},
    {in_service, "volumes", VOLUMES},
    {in_service, "ports", PORTS},
    {in_service, "configs", GIVEN},
    {in_service, "secrets", GIVEN},
    {in_service, "devices", DEVICES},
    {"healthcheck", "test", REPLACE},
    {"ulimits", NULL, REPLACE},
    {"build", "args", PAIRS},
    {"build", "labels", PAIRS},
    {"build", "extra_hosts", HOSTS},
    {"build", "additional_contexts", PAIRS},
    {"deploy", "labels", PAIRS},
};

static enum manner manner_of(const char *parent, const char *key)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].parent, parent) == 0 && (!fields[i].key || strcmp(fields[i].key, key) == 0)) {
            return fields[i].manner;
        }
    }
    return MERGE;
}

int compose_pairs(struct seed_arena *arena, struct tree_node *node, char separator,
                  struct tree_node **ret_node, struct armor_error *err)
{
    if (node->kind == TREE_MAPPING) {
        *ret_node = node;
        return 0;
    }
    if (node->kind != TREE_SEQUENCE) {
        return tree_refuse(err, node, -EBADMSG, "a mapping or a list is expected here, not %s",
                           tree_kind_name(node));
    }
    struct tree_node *mapping = NULL;
    int code = tree_new(arena, TREE_MAPPING, node, &mapping);
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct tree_node *item = node->items[i].value;
        const char *text = tree_text(item);
        if (!text) {
            return tree_refuse(err, item, -EBADMSG, "NAME%cvalue is expected here, not %s", separator,
                               tree_kind_name(item));
        }
        const char *equals = strchr(text, '=');
        const char *mark = equals || separator == '=' ? equals : strchr(text, separator);
        const char *key = NULL;
        struct tree_node *value = NULL;
        code = seed_arena_copy(arena, (struct armor_slice){text, mark ? (size_t)(mark - text) : strlen(text)},
                               &key);
        code = code < 0 ? code : tree_new(arena, mark ? TREE_SCALAR : TREE_NULL, item, &value);
        if (code == 0) {
            value->text = mark ? mark + 1 : NULL;
            value->unset = item->unset;
            code = tree_set(arena, mapping, key, value);
        }
    }
    if (code == 0) {
        *ret_node = mapping;
    }
    return code;
}

/* A word or a list of them as a mapping with null values, or as `context`; or as a list. */
static int rewrap(struct seed_arena *arena, struct tree_node *node, enum manner manner,
                  struct tree_node **ret_node, struct armor_error *err)
{
    struct tree_node *made = NULL;
    if (manner == WORDS) {
        int code = tree_new(arena, TREE_SEQUENCE, node, &made);
        code = code < 0 ? code : tree_set(arena, made, NULL, node);
        *ret_node = made;
        return code;
    }
    int code = tree_new(arena, TREE_MAPPING, node, &made);
    if (manner == CONTEXT) {
        code = code < 0 ? code : tree_set(arena, made, "context", node);
        *ret_node = made;
        return code;
    }
    for (size_t i = 0; i < node->count && code == 0; i++) {
        struct tree_node *item = node->items[i].value;
        struct tree_node *nothing = NULL;
        if (!tree_text(item)) {
            return tree_refuse(err, item, -EBADMSG, "a name is expected here, not %s", tree_kind_name(item));
        }
        code = tree_new(arena, TREE_NULL, item, &nothing);
        code = code < 0 ? code : tree_set(arena, made, tree_text(item), nothing);
    }
    *ret_node = made;
    return code;
}

/* NODE in the one form in which two can be merged. */
static int normalise(struct seed_arena *arena, struct tree_node *node, enum manner manner,
                     struct tree_node **ret_node, struct armor_error *err)
{
    bool list = node->kind == TREE_SEQUENCE;
    bool word = node->kind == TREE_SCALAR;
    if (manner == PAIRS || manner == HOSTS) {
        return compose_pairs(arena, node, manner == PAIRS ? '=' : ':', ret_node, err);
    }
    if ((manner == NAMES && list) || ((manner == WORDS || manner == CONTEXT) && word)) {
        return rewrap(arena, node, manner, ret_node, err);
    }
    *ret_node = node;
    return 0;
}

static void put_slice(struct armor_text *text, struct armor_slice slice)
{
    armor_text_slice(text, slice);
    armor_text_char(
        text,
        '\n'); /* which separates: a path with one in it may be taken for another, and is then replaced */
}

/* What makes an item of a list the only one of its kind. */
static int identity(const struct tree_node *item, enum manner manner, struct armor_text *text,
                    struct armor_error *err)
{
    int code = 0;
    if (manner == VOLUMES) {
        struct compose_mount mount = {0};
        code = compose_mount_read(item, &mount, err);
        put_slice(text, mount.target);
    } else if (manner == PORTS) {
        struct compose_port port = {0};
        code = compose_port_read(item, &port, err);
        put_slice(text, port.address);
        put_slice(text, port.published);
        put_slice(text, port.protocol);
        armor_text_format(text, "%u-%u", port.first, port.last);
    } else if (manner == GIVEN) {
        struct compose_given given = {0};
        code = compose_given_read(item, &given, err);
        put_slice(text, given.target.bytes ? given.target : given.source);
    } else if (manner == DEVICES) {
        struct compose_given device = {0};
        code = compose_device_read(item, &device, err);
        put_slice(text, device.target);
    } else if (tree_text(item)) {
        put_slice(text, armor_slice_of(tree_text(item)));
    } else {
        put_slice(text, armor_slice_of(tree_text(tree_get(item, "path")))); /* env_file */
    }
    return code < 0 ? code : text->error;
}

static int append_unique(struct seed_arena *arena, struct tree_node *list, struct tree_node *item,
                         enum manner manner, struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text mine = ARMOR_TEXT_INIT((size_t)4 * ARMOR_VALUE_MAX);
    int code = list->count < ARMOR_COMPOSE_ITEMS_MAX ? identity(item, manner, &mine, err) : -E2BIG;
    for (size_t i = 0; i < list->count && code == 0; i++) {
        ARMOR_CLEANUP(armor_text_done) struct armor_text other = ARMOR_TEXT_INIT((size_t)4 * ARMOR_VALUE_MAX);
        code = identity(list->items[i].value, manner, &other, err);
        if (code == 0 && strcmp(mine.bytes, other.bytes) == 0) {
            list->items[i].value = item;
            return 0;
        }
    }
    return code < 0 ? code : tree_set(arena, list, NULL, item);
}

static int merge_lists(struct seed_arena *arena, const struct tree_node *base, const struct tree_node *over,
                       enum manner manner, struct tree_node **ret_node, struct armor_error *err)
{
    struct tree_node *list = NULL;
    int code = tree_new(arena, TREE_SEQUENCE, over, &list);
    for (size_t i = 0; i < base->count && code == 0; i++) {
        code = tree_set(arena, list, NULL, base->items[i].value);
    }
    for (size_t i = 0; i < over->count && code == 0; i++) {
        struct tree_node *item = over->items[i].value;
        code = manner == MERGE ? tree_set(arena, list, NULL, item)
                               : append_unique(arena, list, item, manner, err);
    }
    *ret_node = list;
    return code;
}

static int merge_value(struct seed_arena *arena, struct tree_node *base, struct tree_node *over,
                       const char *parent, const char *key, struct tree_node **ret_node,
                       struct armor_error *err);

static int merge_mappings(struct seed_arena *arena, const struct tree_node *base,
                          const struct tree_node *over, const char *parent, struct tree_node **ret_node,
                          struct armor_error *err)
{
    struct tree_node *merged = NULL;
    int code = tree_new(arena, TREE_MAPPING, over, &merged);
    for (size_t i = 0; i < base->count && code == 0; i++) {
        code = tree_set(arena, merged, base->items[i].key, base->items[i].value);
    }
    for (size_t i = 0; i < over->count && code == 0; i++) {
        const char *key = over->items[i].key;
        struct tree_node *value = over->items[i].value;
        for (size_t j = 0; j < merged->count && code == 0; j++) {
            if (strcmp(merged->items[j].key, key) == 0) {
                code = merge_value(arena, merged->items[j].value, value, parent, key, &value, err);
            }
        }
        code = code < 0 ? code : tree_set(arena, merged, key, value);
    }
    *ret_node = merged;
    return code;
}

static const char *below(const char *parent, const char *key)
{
    if (parent == in_document && strcmp(key, "services") == 0) {
        return in_services;
    }
    return parent == in_services ? in_service : parent == in_service ? key : elsewhere;
}

static int merge_value(struct seed_arena *arena, struct tree_node *base, struct tree_node *over,
                       const char *parent, const char *key, struct tree_node **ret_node,
                       struct armor_error *err)
{
    enum manner manner = manner_of(parent, key);
    bool replaced = over->tag != TREE_TAG_NONE || base->tag == TREE_TAG_RESET || base->kind == TREE_NULL ||
                    (manner == REPLACE && over->kind != TREE_NULL);
    if (replaced || over->kind == TREE_NULL) {
        *ret_node = replaced ? over : base;
        return 0;
    }
    int code = normalise(arena, base, manner, &base, err);
    code = code < 0 ? code : normalise(arena, over, manner, &over, err);
    if (code < 0) {
        return code;
    }
    if (base->kind != over->kind) {
        return tree_refuse(err, over, -EBADMSG,
                           "'%.60s' is %s here, and %s in what it is merged with (line %zu)", key,
                           tree_kind_name(over), tree_kind_name(base), base->line);
    }
    if (over->kind == TREE_MAPPING) {
        return merge_mappings(arena, base, over, below(parent, key), ret_node, err);
    }
    if (over->kind == TREE_SEQUENCE) {
        return merge_lists(arena, base, over, manner, ret_node, err);
    }
    *ret_node = over;
    return 0;
}

int compose_merge_service(struct seed_arena *arena, struct tree_node *base, struct tree_node *over,
                          struct tree_node **ret_node, struct armor_error *err)
{
    struct tree_node *merged = NULL;
    int code = merge_mappings(arena, base, over, in_service, &merged, err);
    if (code == 0) {
        merged->line = over->line;
        *ret_node = merged;
    }
    return code;
}

int compose_merge(struct seed_arena *arena, struct tree_node *base, struct tree_node *over,
                  struct tree_node **ret_node, struct armor_error *err)
{
    return merge_mappings(arena, base, over, in_document, ret_node, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `include`: other projects as a part of this one. See compose_project.h. */
#include "compose_project.h"

#include <errno.h>

/* The words of NODE, one or a list of them, as an array in the arena. */
static int words_of(struct armor_compose *compose, const struct tree_node *node, const char ***ret_words,
                    size_t *ret_count, struct armor_error *err)
{
    void *bytes = NULL;
    size_t count = node->kind == TREE_SEQUENCE ? node->count : 1;
    int code = seed_arena_take(&compose->arena, (count ? count : 1) * sizeof(const char *), &bytes);
    const char **words = bytes;
    for (size_t i = 0; i < count && code == 0; i++) {
        words[i] = tree_text(node->kind == TREE_SEQUENCE ? node->items[i].value : node);
        if (!words[i]) {
            return tree_refuse(err, node, -EBADMSG, "a path is expected here");
        }
    }
    *ret_words = words;
    *ret_count = count;
    return code;
}

/* Read .env files into a set over SCOPE's: those that are named, which must be there, or the one in the folder. */
static int read_environment(struct armor_compose *compose, const struct tree_node *entry,
                            const struct compose_scope *outer, struct compose_scope *scope,
                            struct armor_error *err)
{
    const struct tree_node *named = tree_get(entry, "env_file");
    static const char *const usual[] = {".env"};
    const char **paths = (const char **)usual;
    const char *directory = named ? outer->directory : scope->directory;
    size_t count = 1;
    struct armor_variables *set = NULL;
    int code = named ? words_of(compose, named, &paths, &count, err) : 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
        struct armor_error inner = {0};
        const char *path = NULL;
        code = compose_join(compose, directory, paths[i], &path);
        code = code < 0 ? code : compose->given.load(compose->given.userdata, path, &text, &inner);
        if (!named && (code == -ENOENT || code == -EPERM)) {
            return 0;
        }
        if (code < 0) {
            return code == -ENOMEM ? code
                                   : tree_refuse(err, entry, code, "%.200s: %.150s", paths[i], inner.text);
        }
        code = text.error;
        if (code == 0 && !set) {
            code = compose->set_count < ARMOR_COMPOSE_FILES_MAX ? armor_variables_copy(scope->variables, &set)
                                                                : -E2BIG;
            compose->sets[compose->set_count] = set;
            compose->set_count += code == 0;
        }
        code = code < 0 ? code
                        : armor_dotenv_read((struct armor_slice){text.bytes, text.length}, path, set, err);
    }
    scope->variables = set ? set : scope->variables;
    return code;
}

/* The sections whose entries an included project gives. */
static const char *const sections[] = {"services", "networks", "volumes", "configs", "secrets", "models"};

static int import(struct armor_compose *compose, struct tree_node *document, const struct tree_node *model,
                  const struct tree_node *entry, struct armor_error *err)
{
    int code = 0;
    for (size_t s = 0; s < sizeof sections / sizeof sections[0] && code == 0; s++) {
        const struct tree_node *from = tree_get(model, sections[s]);
        const struct tree_node *into = tree_get(document, sections[s]);
        struct tree_node *joined = NULL;
        if (!from || from->kind != TREE_MAPPING) {
            continue;
        }
        code = tree_new(&compose->arena, TREE_MAPPING, into ? into : from, &joined);
        for (size_t i = 0; into && i < into->count && code == 0; i++) {
            code = tree_set(&compose->arena, joined, into->items[i].key, into->items[i].value);
        }
        for (size_t i = 0; i < from->count && code == 0; i++) {
            const struct tree_item *item = &from->items[i];
            const struct tree_node *old = tree_get(joined, item->key);
            if (old && !tree_equal(old, item->value)) {
                return tree_refuse(err, entry, -EBADMSG,
                                   "%s: '%.60s' is in the included file (line %zu) and here (line %zu)",
                                   sections[s], item->key, item->value->line, old->line);
            }
            code = tree_set(&compose->arena, joined, item->key, item->value);
        }
        code = code < 0 ? code : tree_set(&compose->arena, document, sections[s], joined);
    }
    return code;
}

static int include_one(struct armor_compose *compose, struct tree_node *document,
                       const struct tree_node *entry, const struct compose_scope *outer,
                       struct armor_error *err)
{
    const struct tree_node *path_node = tree_text(entry) ? entry : tree_get(entry, "path");
    const char *directory = tree_text(tree_get(entry, "project_directory"));
    const char **paths = NULL;
    size_t count = 0;
    if (!path_node) {
        return tree_refuse(err, entry, -EBADMSG, "include needs a path");
    }
    int code = words_of(compose, path_node, &paths, &count, err);
    struct compose_scope scope = {outer->variables, "", outer->depth + 1, NULL, outer};
    for (size_t i = 0; i < count && code == 0; i++) {
        bool remote =
            strstr(paths[i], "://") || strncmp(paths[i], "oci:", 4) == 0 || strncmp(paths[i], "git@", 4) == 0;
        if (remote) {
            return tree_refuse(err, entry, -EPERM,
                               "%.200s is remote, and nothing is fetched: name a local copy", paths[i]);
        }
        code = compose_join(compose, outer->directory, paths[i], &paths[i]);
        for (const struct compose_scope *at = outer; at && code == 0; at = at->parent) {
            if (at->path && strcmp(at->path, paths[i]) == 0) {
                return tree_refuse(err, entry, -EBADMSG, "%.200s includes itself", paths[i]);
            }
        }
    }
    if (code < 0 || count == 0) {
        return code;
    }
    if (scope.depth > ARMOR_COMPOSE_DEPTH_MAX) {
        return tree_refuse(err, entry, -E2BIG, "more than %d files include each other",
                           ARMOR_COMPOSE_DEPTH_MAX);
    }
    code = directory ? compose_join(compose, outer->directory, directory, &scope.directory)
                     : compose_directory(compose, paths[0], &scope.directory);
    code = code < 0 ? code : read_environment(compose, entry, outer, &scope, err);
    struct tree_node *model = NULL;
    struct armor_error inner = {0};
    code = code < 0 ? code : compose_model(compose, paths, count, &scope, &model, &inner);
    if (code < 0) {
        if (inner.code && !inner.line) {
            return tree_refuse(err, entry, code, "%.200s: %.150s", paths[0], inner.text);
        }
        if (err && !err->code) {
            *err = inner;
        }
        return code;
    }
    return model ? import(compose, document, model, entry, err) : 0;
}

int compose_include(struct armor_compose *compose, struct tree_node **document,
                    const struct compose_scope *scope, struct armor_error *err)
{
    const struct tree_node *include = tree_get(*document, "include");
    if (!include) {
        return 0;
    }
    if (include->kind != TREE_SEQUENCE) {
        return tree_refuse(err, include, -EBADMSG, "include is a list, not %s", tree_kind_name(include));
    }
    struct tree_node *own = NULL; /* the document is shared: changes are made to a copy */
    int code = tree_new(&compose->arena, TREE_MAPPING, *document, &own);
    for (size_t i = 0; i < (*document)->count && code == 0; i++) {
        const struct tree_item *item = &(*document)->items[i];
        bool directive = item->value == include;
        code = directive ? 0 : tree_set(&compose->arena, own, item->key, item->value);
    }
    for (size_t i = 0; i < include->count && code == 0; i++) {
        code = include_one(compose, own, include->items[i].value, scope, err);
    }
    *document = own;
    return code;
}

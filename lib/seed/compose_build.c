/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `build` of a service: the Dockerfile that it names, with its target and arguments, into the service's seed. */
#include "compose_fields.h"

#include "armor/dockerfile.h"
#include "armor/text.h"

#include <errno.h>
#include <stdio.h>

/* What `build` says, with the paths as they stand there. */
struct build {
    const struct tree_node *node;
    const char *context;
    const char *dockerfile;  /* in the context */
    const char *inline_text; /* instead of a file; NULL: there is none */
    struct armor_dockerfile_options options;
};

static int note(struct reading *reading, const struct build *build, const char *what, const char *why)
{
    struct armor_seed_source source = compose_source(build->node);
    char text[300];
    (void)snprintf(text, sizeof text, "%.120s %.150s:", what, why);
    return container_advise(&reading->container, &source, ADVICE_BUILD_NOT_READ, text);
}

/* "user@host:path", "https://...", "github.com/...": what Docker fetches (docs.docker.com/build/concepts/context). */
static bool is_remote(const char *context)
{
    return strstr(context, "://") || strncmp(context, "git@", 4) == 0 ||
           strncmp(context, "github.com/", 11) == 0;
}

/* The folder that paths of NODE start from: the project's in files that the operator named, otherwise that of its own file. */
static int directory_of(const struct reading *reading, const struct tree_node *node,
                        const char **ret_directory)
{
    const struct armor_compose *compose = reading->compose;
    *ret_directory = compose->folder;
    for (size_t i = 0; i < compose->own_count; i++) {
        if (strcmp(compose->own[i], node->file) == 0) {
            return 0;
        }
    }
    const char *slash = strrchr(node->file, '/');
    struct armor_slice folder = {node->file, slash ? (size_t)(slash - node->file) : 0};
    return seed_arena_copy(reading->arena, folder, ret_directory);
}

/* One argument, "KEY=VALUE"; without a value it is the environment's, or none. */
static int take_argument(struct reading *reading, const char *key, const char *value, struct build *build,
                         struct armor_slice *arguments)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_VALUE_MAX);
    bool whole = !value && strchr(key, '=');
    value = value || whole ? value : armor_variables_get(reading->compose->variables, armor_slice_of(key));
    if (!value && !whole) {
        return 0;
    }
    armor_text_string(&text, key);
    if (!whole) {
        armor_text_format(&text, "=%s", value);
    }
    const char *copy = NULL;
    int code = text.error
                   ? text.error
                   : seed_arena_copy(reading->arena, (struct armor_slice){text.bytes, text.length}, &copy);
    if (code == 0) {
        arguments[build->options.argument_count++] = armor_slice_of(copy);
    }
    return code;
}

static int take_arguments(struct reading *reading, const struct tree_node *args, struct build *build)
{
    void *room = NULL;
    if (!args || args->count == 0) {
        return 0;
    }
    int code = seed_arena_take(reading->arena, args->count * sizeof(struct armor_slice), &room);
    struct armor_slice *arguments = room;
    build->options.arguments = arguments;
    for (size_t i = 0; i < args->count && code == 0; i++) {
        const struct tree_item *item = &args->items[i];
        const char *text = tree_text(item->value);
        if (!text && (!item->key || item->value->kind != TREE_NULL)) {
            return tree_refuse(reading->err, item->value, -EBADMSG, "an argument of build is a word, not %s",
                               tree_kind_name(item->value));
        }
        code =
            take_argument(reading, item->key ? item->key : text, item->key ? text : NULL, build, arguments);
    }
    return code;
}

static int take_build(struct reading *reading, const struct tree_node *node, struct build *ret_build)
{
    const char *context = tree_text(node) ? tree_text(node) : tree_text(tree_get(node, "context"));
    const char *dockerfile = tree_text(tree_get(node, "dockerfile"));
    *ret_build = (struct build){.node = node,
                                .context = context ? context : ".",
                                .dockerfile = dockerfile ? dockerfile : "Dockerfile",
                                .inline_text = tree_text(tree_get(node, "dockerfile_inline")),
                                .options = {.target = tree_text(tree_get(node, "target"))}};
    if (node->kind != TREE_MAPPING && !tree_text(node)) {
        return tree_refuse(reading->err, node, -EBADMSG, "build is a context or a mapping, not %s",
                           tree_kind_name(node));
    }
    return take_arguments(reading, tree_get(node, "args"), ret_build);
}

/* The text of the Dockerfile. Returns 1; 0 after a note on why there is none; or negative. */
static int read_text(struct reading *reading, struct build *build, struct armor_text *text)
{
    const struct armor_compose_files *files = &reading->compose->given;
    const char *directory = NULL;
    const char *path = NULL;
    struct armor_error inner = {0};
    if (build->inline_text) {
        ARMOR_CLEANUP(armor_text_done) struct armor_text name = ARMOR_TEXT_INIT(2 * (size_t)ARMOR_PATH_MAX);
        armor_text_format(&name, "%s(dockerfile_inline)", build->node->file);
        armor_text_string(text, build->inline_text);
        int code = text->error ? text->error : name.error;
        code = code < 0 ? code
                        : seed_arena_copy(reading->arena, (struct armor_slice){name.bytes, name.length},
                                          &build->options.file);
        return code < 0 ? code : 1;
    }
    if (is_remote(build->context)) {
        return note(reading, build, build->context, "is remote, and nothing is fetched");
    }
    int code = directory_of(reading, build->node, &directory);
    code =
        code < 0 ? code : compose_join_in(reading->compose, reading->arena, directory, build->context, &path);
    code =
        code < 0 ? code : compose_join_in(reading->compose, reading->arena, path, build->dockerfile, &path);
    if (code < 0) {
        return code;
    }
    build->options.file = path;
    code = files->load(files->userdata, path, text, &inner);
    return code == -ENOMEM ? code : code < 0 ? note(reading, build, path, inner.text) : 1;
}

int compose_build(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    struct build build;
    struct armor_seed *seed = NULL; /* of its own: a Dockerfile that ends in an error gives nothing */
    struct armor_error inner = {0};
    int code = take_build(reading, node, &build);
    code = code < 0 ? code : read_text(reading, &build, &text);
    if (code <= 0) {
        return code;
    }
    code = armor_seed_new(&seed);
    code = code < 0 ? code
                    : armor_dockerfile_read((struct armor_slice){text.bytes, text.length}, &build.options,
                                            seed, &inner);
    if (code < 0 && code != -ENOMEM) {
        char where[300];
        code = note(reading, &build, armor_error_format(&inner, where, sizeof where), "");
    } else if (code == 0) {
        code = armor_seed_add_all(reading->container.seed, seed);
        reading->container.user_said = true; /* the Dockerfile's own advice speaks of these */
        reading->container.health_said = true;
    }
    armor_seed_free(seed);
    return code;
}

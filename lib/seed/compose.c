/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Compose project: files into one model, and its services. See armor/compose.h. */
#include "compose_merge.h"
#include "compose_parts.h"
#include "compose_project.h"

#include <errno.h>
#include <stdlib.h>

int compose_model(struct armor_compose *compose, const char *const *paths, size_t count,
                  const struct compose_scope *scope, struct tree_node **ret_model, struct armor_error *err)
{
    struct tree_node *model = NULL;
    for (size_t i = 0; i < count; i++) {
        struct compose_file *file = NULL;
        struct tree_node *document = NULL;
        struct compose_scope inner = *scope;
        inner.path = paths[i];
        int code = compose_file_read(compose, paths[i], scope->variables, &file, err);
        if (code == 0 && !file->document) {
            continue;
        }
        code = code < 0 ? code : compose_extend(compose, file, scope->directory, &document, err);
        code = code < 0 ? code : compose_include(compose, &document, &inner, err);
        code = code < 0 || !model ? code : compose_merge(&compose->arena, model, document, &document, err);
        if (code < 0) {
            return code;
        }
        model = document;
    }
    *ret_model = model;
    return 0;
}

static struct tree_node *services_of(const struct armor_compose *compose)
{
    return tree_get(compose->root, "services");
}

/* The index of service NAME; the count when there is none. */
static size_t index_of(const struct tree_node *services, const char *name)
{
    size_t i = 0;
    while (i < services->count && strcmp(services->items[i].key, name) != 0) {
        i++;
    }
    return i;
}

/* The names that a service waits for: a list, or the keys of a mapping. */
static const char *dependency(const struct tree_node *depends, size_t index, bool *ret_required)
{
    const struct tree_item *item = &depends->items[index];
    const struct tree_node *required = item->key ? tree_get(item->value, "required") : NULL;
    *ret_required = !required || tree_true(required);
    return item->key ? item->key : tree_text(item->value);
}

/*
 * Every service that is waited for is there, and no service waits for itself. Services are taken away whose dependencies are all gone,
 * until none can be (Kahn); what stays is in a circle, or behind one.
 */
static int check_dependencies(const struct armor_compose *compose, struct armor_error *err)
{
    const struct tree_node *services = services_of(compose);
    ARMOR_CLEANUP(seed_arena_done) struct seed_arena room = SEED_ARENA_INIT(ARMOR_YAML_KEYS_MAX);
    void *bytes = NULL;
    int code = seed_arena_take(&room, services->count + 1, &bytes);
    if (code < 0) {
        return code;
    }
    bool *gone = bytes;
    const struct tree_node *stuck = NULL;
    for (bool progress = true; progress;) {
        progress = false;
        stuck = NULL;
        for (size_t i = 0; i < services->count; i++) {
            const struct tree_node *depends = tree_get(services->items[i].value, "depends_on");
            bool waits = false;
            for (size_t j = 0; !gone[i] && depends && j < depends->count; j++) {
                bool required = false;
                const char *name = dependency(depends, j, &required);
                size_t other = name ? index_of(services, name) : services->count;
                if (other == services->count && required) {
                    return tree_refuse(err, depends, -EBADMSG,
                                       "'%.60s' depends on '%.60s', which is no service",
                                       services->items[i].key, name ? name : "a list");
                }
                waits = waits || (other < services->count && !gone[other]);
            }
            stuck = waits && !stuck ? depends : stuck;
            progress = progress || (!gone[i] && !waits);
            gone[i] = gone[i] || !waits;
        }
    }
    return stuck ? tree_refuse(err, stuck, -EBADMSG, "the services depend on each other in a circle") : 0;
}

static int check_model(const struct armor_compose *compose, const char *path, struct armor_error *err)
{
    const struct tree_node *services = services_of(compose);
    if (!services || services->kind != TREE_MAPPING) {
        armor_error_source(err, path);
        return armor_error_set(err, -EBADMSG,
                               "there are no services in it (files of Compose version 1 aren't read)");
    }
    if (services->count > ARMOR_COMPOSE_SERVICES_MAX) {
        return tree_refuse(err, services, -E2BIG, "a project may have %d services",
                           ARMOR_COMPOSE_SERVICES_MAX);
    }
    for (size_t i = 0; i < services->count; i++) {
        const char *name = services->items[i].key;
        if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
            strlen(name)) {
            return tree_refuse(err, services->items[i].value, -EBADMSG,
                               "a service's name has letters, digits, '.', '_' and '-'");
        }
    }
    return check_dependencies(compose, err);
}

int armor_compose_load(const char *const *paths, size_t count, const struct armor_variables *variables,
                       const struct armor_compose_files *files, struct armor_compose **ret_compose,
                       struct armor_error *err)
{
    if (count == 0) {
        return armor_error_set(err, -EINVAL, "no Compose file was named");
    }
    struct armor_compose *compose = calloc(1, sizeof *compose);
    if (!compose) {
        return -ENOMEM;
    }
    compose->arena = SEED_ARENA_INIT(ARMOR_COMPOSE_TREE_MAX);
    compose->variables = variables;
    compose->given = *files;
    struct compose_scope scope = {variables, "", 0, NULL, NULL};
    const char **own = NULL;
    void *bytes = NULL;
    int code = seed_arena_take(&compose->arena, count * sizeof *own, &bytes);
    own = bytes;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = seed_arena_copy(&compose->arena, armor_slice_of(paths[i]), &own[i]);
    }
    compose->own = own;
    compose->own_count = count;
    code = code < 0 ? code : compose_directory(compose, own[0], &scope.directory);
    compose->folder = scope.directory;
    code = code < 0 ? code : compose_model(compose, own, count, &scope, &compose->root, err);
    code = code < 0 ? code : check_model(compose, own[0], err);
    if (code < 0) {
        if (code == -E2BIG) {
            (void)armor_error_set(err, code,
                                  "the project is larger than any that is meant for people to read");
        }
        armor_compose_free(compose);
        return code;
    }
    *ret_compose = compose;
    return 0;
}

const char *armor_compose_service(const struct armor_compose *compose, size_t index)
{
    const struct tree_node *services = services_of(compose);
    return index < services->count ? services->items[index].key : NULL;
}

/* The field KEY of SERVICE; NULL: it has none. */
static const struct tree_node *field_of(const struct armor_compose *compose, const char *service,
                                        const char *key)
{
    return tree_get(tree_get(services_of(compose), service), key);
}

const char *armor_compose_container_name(const struct armor_compose *compose, const char *service)
{
    return tree_text(field_of(compose, service, "container_name"));
}

unsigned armor_compose_replicas(const struct armor_compose *compose, const char *service)
{
    const struct tree_node *scale = field_of(compose, service, "scale");
    const struct tree_node *replicas = tree_get(field_of(compose, service, "deploy"), "replicas");
    const char *text = tree_text(scale ? scale : replicas);
    unsigned count = 0;
    size_t digits = text ? strspn(text, "0123456789") : 0;
    for (size_t i = 0; i < digits && count < ARMOR_CONTAINERS_MAX; i++) {
        count = count * 10 + (unsigned)(text[i] - '0');
    }
    return text && digits > 0 && !text[digits] ? count : 1;
}

bool armor_compose_active(const struct armor_compose *compose, const char *service)
{
    const struct tree_node *profiles = field_of(compose, service, "profiles");
    const char *wanted = armor_variables_get(compose->variables, ARMOR_SLICE("COMPOSE_PROFILES"));
    bool active = !profiles || profiles->count == 0;
    for (size_t i = 0; !active && wanted && i < profiles->count; i++) {
        const char *profile = tree_text(profiles->items[i].value);
        active = profile && (compose_has_word(armor_slice_of(wanted), profile) || strcmp(wanted, "*") == 0);
    }
    return active;
}

void armor_compose_free(struct armor_compose *compose)
{
    if (!compose) {
        return;
    }
    for (size_t i = 0; i < compose->set_count; i++) {
        armor_variables_free(compose->sets[i]);
    }
    seed_arena_done(&compose->arena);
    free(compose);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `extends`: a service over another one, of this file or of another. See compose_project.h. */
#include "compose_merge.h"
#include "compose_project.h"

#include <errno.h>

/* One step of a chain of services that extend each other. */
struct step {
    const struct compose_file *file;
    const char *directory;
    const char *service;
    size_t depth;
    const struct step *before;
};

static int resolve(struct armor_compose *compose, const struct step *step, struct tree_node *service,
                   struct tree_node **ret_service, struct armor_error *err);

static bool is_remote(const char *path)
{
    return strstr(path, "://") || strncmp(path, "oci:", 4) == 0 || strncmp(path, "git@", 4) == 0;
}

/* The step that EXTENDS leads to. */
static int next_step(struct armor_compose *compose, const struct step *step, const struct tree_node *extends,
                     struct step *ret_next, struct armor_error *err)
{
    const char *path = tree_text(tree_get(extends, "file"));
    const char *name = tree_text(extends) ? tree_text(extends) : tree_text(tree_get(extends, "service"));
    if (!name) {
        return tree_refuse(err, extends, -EBADMSG, "extends needs the name of a service");
    }
    *ret_next = (struct step){step->file, step->directory, name, step->depth + 1, step};
    if (!path) {
        return 0;
    }
    if (is_remote(path)) {
        return tree_refuse(err, extends, -EPERM,
                           "%.200s is remote, and nothing is fetched: name a local copy", path);
    }
    struct compose_file *file = NULL;
    struct armor_error inner = {0};
    int code = compose_join(compose, step->directory, path, &path);
    code = code < 0 ? code : compose_directory(compose, path, &ret_next->directory);
    code = code < 0 ? code : compose_file_read(compose, path, step->file->variables, &file, &inner);
    if (code == -ENOENT || code == -EPERM) {
        return tree_refuse(err, extends, code, "extends %.200s: %.150s", path, inner.text);
    }
    if (code < 0) {
        if (err && !err->code) {
            *err = inner;
        }
        return code;
    }
    ret_next->file = file;
    return 0;
}

static int extend(struct armor_compose *compose, const struct step *step, const struct tree_node *extends,
                  struct tree_node *service, struct tree_node **ret_service, struct armor_error *err)
{
    struct step next = {0};
    int code = next_step(compose, step, extends, &next, err);
    if (code < 0 || !next.file) {
        return code;
    }
    for (const struct step *at = step; at; at = at->before) {
        if (at->file == next.file && strcmp(at->service, next.service) == 0) {
            return tree_refuse(err, extends, -EBADMSG,
                               "the services extend each other in a circle: '%.60s' again", next.service);
        }
    }
    if (next.depth > ARMOR_COMPOSE_DEPTH_MAX) {
        return tree_refuse(err, extends, -E2BIG, "more than %d services extend each other",
                           ARMOR_COMPOSE_DEPTH_MAX);
    }
    const struct tree_node *services = next.file->document ? tree_get(next.file->document, "services") : NULL;
    struct tree_node *base = NULL;
    for (size_t i = 0; services && i < services->count && services->kind == TREE_MAPPING; i++) {
        base = strcmp(services->items[i].key, next.service) == 0 ? services->items[i].value : base;
    }
    if (!base) {
        return tree_refuse(err, extends, -EBADMSG, "there is no service '%.60s' in %.150s to extend",
                           next.service, next.file->path);
    }
    code = resolve(compose, &next, base, &base, err);
    if (code < 0 || base->kind != TREE_MAPPING) {
        return code; /* a base without content: the service stays as it is */
    }
    return compose_merge_service(&compose->arena, base, service, ret_service, err);
}

static int resolve(struct armor_compose *compose, const struct step *step, struct tree_node *service,
                   struct tree_node **ret_service, struct armor_error *err)
{
    const struct tree_node *extends = tree_get(service, "extends");
    *ret_service = service;
    if (!extends) {
        return 0;
    }
    int code = extend(compose, step, extends, service, ret_service, err);
    struct tree_node *made = *ret_service;
    for (size_t i = 0; code == 0 && made != service && i < made->count; i++) {
        if (strcmp(made->items[i].key, "extends") == 0) {
            tree_remove(made, i--);
        }
    }
    return code;
}

int compose_extend(struct armor_compose *compose, const struct compose_file *file, const char *directory,
                   struct tree_node **ret_document, struct armor_error *err)
{
    struct tree_node *services = tree_get(file->document, "services");
    *ret_document = file->document;
    if (!services) {
        return 0;
    }
    if (services->kind != TREE_MAPPING) {
        return tree_refuse(err, services, -EBADMSG, "services are a mapping, not %s",
                           tree_kind_name(services));
    }
    struct tree_node *extended = NULL;
    struct tree_node *document = NULL;
    int code = tree_new(&compose->arena, TREE_MAPPING, services, &extended);
    for (size_t i = 0; i < services->count && code == 0; i++) {
        struct tree_node *service = services->items[i].value;
        struct step step = {file, directory, services->items[i].key, 0, NULL};
        if (service->kind != TREE_MAPPING && service->kind != TREE_NULL) {
            return tree_refuse(err, service, -EBADMSG, "the service '%.60s' is a mapping, not %s",
                               step.service, tree_kind_name(service));
        }
        code = resolve(compose, &step, service, &service, err);
        code = code < 0 ? code : tree_set(&compose->arena, extended, step.service, service);
    }
    code = code < 0 ? code : tree_new(&compose->arena, TREE_MAPPING, file->document, &document);
    for (size_t i = 0; code == 0 && i < file->document->count; i++) {
        const struct tree_item *item = &file->document->items[i];
        bool is_services = item->value == services;
        code = tree_set(&compose->arena, document, item->key, is_services ? extended : item->value);
    }
    *ret_document = document;
    return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes, files, devices and programs of a service. See compose_fields.h. */
#include "compose_fields.h"
#include "compose_parts.h"

#include <errno.h>
#include <stdio.h>

static int expect_list(struct reading *reading, const struct tree_node *node, const char *key)
{
    return node->kind == TREE_SEQUENCE
               ? 0
               : tree_refuse(reading->err, node, -EBADMSG, "%s is a list, not %s", key, tree_kind_name(node));
}

/* The host path behind a named volume that a local driver binds; absent: none. */
static struct armor_slice bound_by_driver(const struct reading *reading, struct armor_slice name)
{
    const struct tree_node *volumes = tree_get(reading->compose->root, "volumes");
    for (size_t i = 0; volumes && volumes->kind == TREE_MAPPING && i < volumes->count; i++) {
        if (armor_slice_is(name, volumes->items[i].key)) {
            const struct tree_node *options = tree_get(volumes->items[i].value, "driver_opts");
            const char *device = tree_text(tree_get(options, "device"));
            return armor_slice_of(device && device[0] == '/' ? device : NULL);
        }
    }
    return (struct armor_slice){0};
}

int compose_volumes(struct reading *reading, const struct tree_node *node, const char *key)
{
    int code = expect_list(reading, node, key);
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct tree_node *item = node->items[i].value;
        struct armor_seed_source source = compose_source(item);
        struct compose_mount volume = {0};
        code = compose_mount_read(item, &volume, reading->err);
        if (code < 0) {
            return code;
        }
        struct container_mount mount = {.source = volume.source,
                                        .target = volume.target,
                                        .read_only = volume.read_only,
                                        .directory = volume.named_only};
        mount.what = armor_slice_is(volume.type, "tmpfs") ? "tmpfs"
                     : volume.named_only                  ? "volume"
                                                          : "bind mount";
        if (volume.named_only) {
            mount.source = bound_by_driver(reading, volume.source);
        }
        code = container_mount(&reading->container, &source, &mount);
    }
    return code;
}

int compose_tmpfs(struct reading *reading, const struct tree_node *node, const char *key)
{
    bool list = node->kind == TREE_SEQUENCE;
    int code = 0;
    for (size_t i = 0; i < (list ? node->count : 1) && code == 0; i++) {
        const struct tree_node *item = list ? node->items[i].value : node;
        struct armor_seed_source source = compose_source(item);
        const char *text = tree_text(item);
        if (!text) {
            return tree_refuse(reading->err, item, -EBADMSG, "%s takes paths, not %s", key,
                               tree_kind_name(item));
        }
        size_t length = strcspn(text, ":");
        struct armor_slice options = armor_slice_of(text[length] ? text + length + 1 : "");
        struct container_mount mount = {.target = {text, length},
                                        .what = "tmpfs",
                                        .directory = true,
                                        .read_only = compose_has_word(options, "ro")};
        code = container_mount(&reading->container, &source, &mount);
    }
    return code;
}

int compose_shm(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    struct armor_seed_source source = compose_source(node);
    struct container_mount mount = {.target = ARMOR_SLICE("/dev/shm"),
                                    .directory = true,
                                    .what = "shm_size speaks of shared memory: tmpfs"};
    return container_mount(&reading->container, &source, &mount);
}

/* configs go to /NAME, secrets to /run/secrets/NAME, unless a target is said; a secret's may be a name alone. */
int compose_givens(struct reading *reading, const struct tree_node *node, const char *key)
{
    bool secret = strcmp(key, "secrets") == 0;
    int code = expect_list(reading, node, key);
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct tree_node *item = node->items[i].value;
        struct armor_seed_source source = compose_source(item);
        struct compose_given given = {0};
        code = compose_given_read(item, &given, reading->err);
        if (code < 0) {
            return code;
        }
        struct armor_slice name = given.target.length ? given.target : given.source;
        char target[ARMOR_PATH_MAX];
        bool absolute = name.bytes[0] == '/';
        int length = snprintf(target, sizeof target, "%s%.*s",
                              absolute ? ""
                              : secret ? "/run/secrets/"
                                       : "/",
                              (int)(name.length < sizeof target ? name.length : sizeof target), name.bytes);
        if (length < 0 || (size_t)length >= sizeof target) {
            return tree_refuse(reading->err, item, -EBADMSG, "the path is over %d bytes", ARMOR_PATH_MAX);
        }
        code = container_file(&reading->container, &source, armor_slice_of(target),
                              secret ? "secrets: the engine mounts this file"
                                     : "configs: the engine mounts this file");
    }
    return code;
}

int compose_devices(struct reading *reading, const struct tree_node *node, const char *key)
{
    int code = expect_list(reading, node, key);
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct tree_node *item = node->items[i].value;
        struct armor_seed_source source = compose_source(item);
        struct compose_given device = {0};
        code = compose_device_read(item, &device, reading->err);
        code = code < 0 ? code
                        : container_device(&reading->container, &source, device.target, device.permissions);
    }
    return code;
}

/* "all", or a list of requests, as deploy.resources.reservations.devices has them too. */
int compose_gpus(struct reading *reading, const struct tree_node *node, const char *key)
{
    static const struct tree_node none = {.kind = TREE_NULL};
    bool list = node->kind == TREE_SEQUENCE;
    int code = 0;
    for (size_t i = 0; i < (list ? node->count : 1) && code == 0; i++) {
        const struct tree_node *item = list ? node->items[i].value : &none;
        const struct tree_node *capabilities = tree_get(item, "capabilities");
        struct armor_seed_source source = compose_source(list ? item : node);
        bool gpu = strcmp(key, "gpus") == 0;
        for (size_t j = 0; capabilities && j < capabilities->count; j++) {
            const char *word = tree_text(capabilities->items[j].value);
            gpu = gpu || (word && strcmp(word, "gpu") == 0);
        }
        code = gpu ? container_gpus(&reading->container, &source,
                                    armor_slice_of(tree_text(tree_get(item, "driver"))))
                   : 0;
    }
    return code;
}

/* The first word of a command line as Compose splits it; good enough for a program's name, which is seldom quoted. */
static struct armor_slice first_word(const char *text)
{
    text += strspn(text, " \t\n");
    if (*text == '"' || *text == '\'') {
        const char *end = strchr(text + 1, *text);
        return (struct armor_slice){text + 1, end ? (size_t)(end - text - 1) : strlen(text + 1)};
    }
    return (struct armor_slice){text, strcspn(text, " \t\n")};
}

int compose_command(struct reading *reading, const struct tree_node *node, const char *key)
{
    bool list = node->kind == TREE_SEQUENCE;
    const struct tree_node *first = list ? (node->count ? node->items[0].value : NULL) : node;
    const char *text = tree_text(first);
    if (!text) {
        return first && first->kind != TREE_NULL
                   ? tree_refuse(reading->err, first, -EBADMSG, "%s takes words, not %s", key,
                                 tree_kind_name(first))
                   : 0;
    }
    struct armor_slice program = list ? armor_slice_of(text) : first_word(text);
    bool option = program.length > 0 && program.bytes[0] == '-';
    struct armor_seed_source source = compose_source(first);
    /* a command may be no program but the arguments of the image's entry point: a path can still be meant */
    bool word = strcmp(key, "command") == 0 && program.length > 0 && program.bytes[0] != '/';
    return option || word ? 0 : container_program(&reading->container, &source, program, key);
}

int compose_healthcheck(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    const struct tree_node *test = tree_get(node, "test");
    const char *shell = tree_text(test);
    struct armor_slice program = {0};
    reading->container.health_said = true;
    if (!test || tree_true(tree_get(node, "disable"))) {
        return 0;
    }
    if (test->kind == TREE_SEQUENCE && test->count > 1) {
        const char *form = tree_text(test->items[0].value);
        const char *text = tree_text(test->items[1].value);
        shell = form && strcmp(form, "CMD-SHELL") == 0 ? text : NULL;
        program = form && text && strcmp(form, "CMD") == 0 ? armor_slice_of(text) : program;
    }
    struct armor_seed_source source = compose_source(test);
    int code = 0;
    if (shell) {
        code = container_program(&reading->container, &source, ARMOR_SLICE("/bin/sh"),
                                 "the health check's shell");
        program = first_word(shell);
    }
    for (size_t i = 0; i < program.length; i++) {
        if (strchr("$()`;&|<>=[]{}!", program.bytes[i])) {
            return code; /* shell grammar, not a name */
        }
    }
    return code < 0 ? code : container_program(&reading->container, &source, program, "the health check");
}

int compose_hosts(struct reading *reading, const struct tree_node *node, const char *key)
{
    static const struct {
        const char *path;
        const char *key;
    } files[] = {{"/etc/hosts", "extra_hosts"}, {"/etc/resolv.conf", "dns"}, {"/etc/hostname", "hostname"}};
    struct armor_seed_source source = node ? compose_source(node) : reading->container.source;
    int code = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0] && code == 0; i++) {
        bool meant = !key || strcmp(key, files[i].key) == 0;
        code = meant ? container_file(&reading->container, &source, armor_slice_of(files[i].path),
                                      key ? "the engine writes it from what is said here"
                                          : "the engine gives this file to every container")
                     : 0;
    }
    return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes, files and devices: what a container may reach. See container.h. */
#include "container.h"

#include "armor/glob.h"
#include "armor/limits.h"
#include "armor/text.h"

#include <errno.h>
#include <stdio.h>

#define TREE_WRITE (ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_LOCK | ARMOR_FILE_LINK)
#define FILE_WRITE (ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_LOCK)

/* PATH is DIRECTORY or below it; the root holds only itself here. */
static bool within(struct armor_slice path, const char *directory)
{
    size_t length = strlen(directory);
    return path.length >= length && memcmp(path.bytes, directory, length) == 0 &&
           (path.length == length || path.bytes[length] == '/');
}

/* Sockets of container engines, on the host or in the container. */
static bool is_engine_socket(struct armor_slice path)
{
    static const char *const names[] = {"docker.sock", "podman.sock", "containerd.sock", "crio.sock"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        if (path.length > length && path.bytes[path.length - length - 1] == '/' &&
            memcmp(path.bytes + path.length - length, names[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* Host directories by which a container reaches the host, and programs of the container: never seeded as granted to write. */
static bool is_system(struct armor_slice path, bool host)
{
    static const char *const hosts[] = {"/boot", "/dev",    "/etc",  "/lib", "/lib64", "/proc",
                                        "/root", "/run",    "/sbin", "/bin", "/sys",   "/var/lib/docker",
                                        "/usr",  "/var/run"};
    static const char *const programs[] = {"/bin",
                                           "/boot",
                                           "/dev",
                                           "/lib",
                                           "/lib64",
                                           "/proc",
                                           "/sbin",
                                           "/sys",
                                           "/usr",
                                           "/var/lib/docker",
                                           "/var/lib/containerd",
                                           "/var/lib/containers",
                                           "/var/lib/kubelet"};
    const char *const *list = host ? hosts : programs;
    size_t count = host ? sizeof hosts / sizeof hosts[0] : sizeof programs / sizeof programs[0];
    bool found = path.length == 1 && path.bytes[0] == '/';
    for (size_t i = 0; i < count && !found; i++) {
        found = host ? armor_slice_is(path, list[i]) : within(path, list[i]);
    }
    bool local = within(path, "/usr/local/share") || within(path, "/usr/share") || within(path, "/dev/shm") ||
                 within(path, "/usr/src");
    return found && (host || !local);
}

static int add_path(struct container *container, const struct armor_seed_rule *rule, struct armor_slice path,
                    uint32_t mask)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)2 * ARMOR_PATH_MAX);
    armor_glob_escape(&pattern, path);
    if (pattern.error) {
        return pattern.error;
    }
    struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                  .mask = mask,
                                  .name = {pattern.bytes, pattern.length}};
    return container_rule(container, &rule->source, rule->grant, &access, rule->reason);
}

/* The path that the kernel sees where /var/run is the usual link to /run; false: it isn't below it. */
static bool behind_var_run(struct armor_slice path, struct armor_slice *ret_path)
{
    static const char prefix[] = "/var";
    if (!within(path, "/var/run")) {
        return false;
    }
    *ret_path = (struct armor_slice){path.bytes + sizeof prefix - 1, path.length - (sizeof prefix - 1)};
    return true;
}

static int add_mount(struct container *container, const struct armor_seed_rule *rule,
                     const struct container_mount *mount, struct armor_slice path)
{
    int code = 0;
    if (!mount->directory && path.length > 1) {
        code = add_path(container, rule, path, mount->read_only ? ARMOR_FILE_READ : FILE_WRITE);
    }
    if (code < 0 || is_engine_socket(path)) {
        return code;
    }
    code = armor_seed_add_tree(container->seed, rule, path, mount->read_only ? ARMOR_FILE_READ : TREE_WRITE);
    return code < 0 ? code : 0;
}

static int advise_mount(struct container *container, const struct armor_seed_source *source,
                        const struct container_mount *mount, struct armor_slice target)
{
    if (is_engine_socket(mount->source) || is_engine_socket(target)) {
        return container_advise(container, source, ADVICE_DOCKER_SOCK, NULL);
    }
    if (mount->source.bytes && mount->source.bytes[0] == '/' && is_system(mount->source, true)) {
        return container_advise(container, source, ADVICE_HOST_ROOT, NULL);
    }
    return 0;
}

int container_mount(struct container *container, const struct armor_seed_source *source,
                    const struct container_mount *mount)
{
    char shown[160];
    if (mount->target.length == 0 || mount->target.bytes[0] != '/') {
        (void)snprintf(shown, sizeof shown, "'%.*s'",
                       (int)(mount->target.length < 140 ? mount->target.length : 140),
                       mount->target.bytes ? mount->target.bytes : "");
        return container_advise(container, source, ADVICE_UNREADABLE_TARGET, shown);
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    armor_seed_path(&clean, ARMOR_SLICE("/"), mount->target);
    if (clean.error) {
        return clean.error;
    }
    struct armor_slice target = {clean.bytes, clean.length};
    struct container_mount own = *mount;
    own.directory = mount->directory || mount->target.bytes[mount->target.length - 1] == '/';
    bool risky = is_engine_socket(target) || is_engine_socket(mount->source) ||
                 (!mount->read_only && is_system(target, false));
    (void)snprintf(shown, sizeof shown, "%s, %s", mount->what,
                   mount->read_only ? "read-only" : "read and write");
    struct armor_seed_rule rule = {.grant = risky ? ARMOR_SEED_EXPECTED : ARMOR_SEED_GRANTED,
                                   .source = *source,
                                   .reason = shown};
    int code = advise_mount(container, source, mount, target);
    code = code < 0 ? code : add_mount(container, &rule, &own, target);
    struct armor_slice resolved = {0};
    if (code == 0 && behind_var_run(target, &resolved)) {
        rule.reason = "the same mount, where /var/run is a link to /run";
        code = add_mount(container, &rule, &own, resolved);
    }
    return code;
}

int container_file(struct container *container, const struct armor_seed_source *source,
                   struct armor_slice target, const char *reason)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    armor_seed_path(&clean, ARMOR_SLICE("/"), target);
    if (clean.error) {
        return clean.error;
    }
    struct armor_seed_rule rule = {.grant = ARMOR_SEED_GRANTED, .source = *source, .reason = reason};
    return add_path(container, &rule, (struct armor_slice){clean.bytes, clean.length}, ARMOR_FILE_READ);
}

/* "vendor.com/class=name", as the Container Device Interface calls devices. */
static bool is_cdi(struct armor_slice name)
{
    const char *slash = name.length ? memchr(name.bytes, '/', name.length) : NULL;
    return slash && slash > name.bytes && memchr(slash, '=', name.length - (size_t)(slash - name.bytes));
}

int container_gpus(struct container *container, const struct armor_seed_source *source,
                   struct armor_slice driver)
{
    static const struct {
        const char *path;
        uint32_t mask;
    } paths[] = {
        {"/dev/nvidia*", ARMOR_FILE_READ | ARMOR_FILE_WRITE},
        {"/dev/nvidia-caps/*", ARMOR_FILE_READ | ARMOR_FILE_WRITE},
        {"/proc/driver/nvidia/**", ARMOR_FILE_READ},
    };
    int code = 0;
    bool known = !driver.length || armor_slice_is(driver, "nvidia");
    for (size_t i = 0; known && i < sizeof paths / sizeof paths[0] && code == 0; i++) {
        const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                            .mask = paths[i].mask,
                                            .name = armor_slice_of(paths[i].path)};
        code = container_rule(container, source, ARMOR_SEED_EXPECTED, &access,
                              "gpus: NVIDIA's container runtime puts its devices there");
    }
    return code;
}

int container_device(struct container *container, const struct armor_seed_source *source,
                     struct armor_slice target, struct armor_slice permissions)
{
    char shown[160];
    if (target.length == 0 || target.bytes[0] != '/') {
        (void)snprintf(shown, sizeof shown, "'%.*s'", (int)(target.length < 140 ? target.length : 140),
                       target.bytes ? target.bytes : "");
        return container_advise(container, source,
                                is_cdi(target) ? ADVICE_CDI_DEVICE : ADVICE_UNREADABLE_TARGET, shown);
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    armor_seed_path(&clean, ARMOR_SLICE("/"), target);
    if (clean.error) {
        return clean.error;
    }
    uint32_t mask = 0;
    for (size_t i = 0; i < permissions.length; i++) {
        mask |= permissions.bytes[i] == 'r'   ? ARMOR_FILE_READ
                : permissions.bytes[i] == 'w' ? ARMOR_FILE_WRITE
                                              : 0U;
    }
    struct armor_slice path = {clean.bytes, clean.length};
    struct armor_seed_rule rule = {.grant = ARMOR_SEED_GRANTED,
                                   .source = *source,
                                   .reason = "devices: the container is given this device"};
    int code = mask ? add_path(container, &rule, path, mask) : 0;
    /* a directory of devices, /dev/snd or /dev/dri, is given with all that is in it */
    static const char *const directories[] = {"/dev/snd", "/dev/dri", "/dev/bus", "/dev/input", "/dev/net"};
    for (size_t i = 0; mask && i < sizeof directories / sizeof directories[0]; i++) {
        if (code >= 0 && within(path, directories[i])) {
            code = armor_seed_add_tree(container->seed, &rule, path, mask);
        }
    }
    return code < 0 ? code : 0;
}

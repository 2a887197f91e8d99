/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect's JSON: a table of its fields. See armor/inspect.h. */
#include "armor/inspect.h"

#include "armor/limits.h"
#include "container.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

struct reading {
    struct container container;
    const char *file;
    const char *prefix; /* the pointer of the object: "/0", or "" */
    const json_t *root;
};

enum { POINTER_MAX = 512 };

/* FIELD of the object, as a JSON pointer; INDEX under it, or -1; KEY under that, or NULL. */
static struct armor_seed_source place(const struct reading *reading, const char *field, long index,
                                      const char *key, char buffer[POINTER_MAX])
{
    int length = snprintf(buffer, POINTER_MAX, "%s/%s", reading->prefix, field);
    if (index >= 0 && length < POINTER_MAX) {
        length += snprintf(buffer + length, (size_t)(POINTER_MAX - length), "/%ld", index);
    }
    if (key && length < POINTER_MAX - 2) {
        buffer[length++] = '/';
        for (; *key && length < POINTER_MAX - 3; key++) {
            bool special = *key == '/' || *key == '~';
            buffer[length++] = (char)(special ? '~' : *key);
            if (special) {
                buffer[length++] = *key == '/' ? '1' : '0';
            }
        }
        buffer[length] = '\0';
    }
    return (struct armor_seed_source){.file = reading->file, .pointer = buffer};
}

static struct armor_slice text_of(const json_t *value)
{
    return json_is_string(value) ? (struct armor_slice){json_string_value(value), json_string_length(value)}
                                 : (struct armor_slice){0};
}

/* "HostConfig/CapAdd" of the object. */
static const json_t *field_of(const struct reading *reading, const char *path)
{
    char part[64];
    size_t length = strcspn(path, "/");
    (void)snprintf(part, sizeof part, "%.*s", (int)length, path);
    const json_t *value = json_object_get(reading->root, part);
    return path[length] ? json_object_get(value, path + length + 1) : value;
}

typedef int take_word(struct container *container, const struct armor_seed_source *source,
                      struct armor_slice word);

static int take_variable(struct container *container, const struct armor_seed_source *source,
                         struct armor_slice word)
{
    const char *equals = word.length ? memchr(word.bytes, '=', word.length) : NULL;
    size_t length = equals ? (size_t)(equals - word.bytes) : word.length;
    struct armor_slice value = {equals ? equals + 1 : "", equals ? word.length - length - 1 : 0};
    return container_variable(container, source, (struct armor_slice){word.bytes, length}, value);
}

static int take_network(struct container *container, const struct armor_seed_source *source,
                        struct armor_slice word)
{
    return container_namespace(container, source, "network_mode", word);
}

static int take_pid(struct container *container, const struct armor_seed_source *source,
                    struct armor_slice word)
{
    return container_namespace(container, source, "pid", word);
}

static int take_ipc(struct container *container, const struct armor_seed_source *source,
                    struct armor_slice word)
{
    return container_namespace(container, source, "ipc", word);
}

static int take_uts(struct container *container, const struct armor_seed_source *source,
                    struct armor_slice word)
{
    return container_namespace(container, source, "uts", word);
}

static int take_userns(struct container *container, const struct armor_seed_source *source,
                       struct armor_slice word)
{
    return container_namespace(container, source, "userns_mode", word);
}

static int take_program(struct container *container, const struct armor_seed_source *source,
                        struct armor_slice word)
{
    return container_program(container, source, word, "the configuration");
}

static int take_numbers(struct container *container, const struct armor_seed_source *source,
                        struct armor_slice word)
{
    (void)word;
    return container_advise(container, source, ADVICE_DEVICE_NUMBERS, "DeviceCgroupRules");
}

/* Fields that are a word or a list of words. */
static const struct {
    const char *path;
    take_word *take;
} words[] = {
    {"HostConfig/CapAdd", container_cap_add},
    {"HostConfig/CapDrop", container_cap_drop},
    {"HostConfig/SecurityOpt", container_security},
    {"HostConfig/NetworkMode", take_network},
    {"HostConfig/PidMode", take_pid},
    {"HostConfig/IpcMode", take_ipc},
    {"HostConfig/UTSMode", take_uts},
    {"HostConfig/UsernsMode", take_userns},
    {"HostConfig/DeviceCgroupRules", take_numbers},
    {"Config/Image", container_image},
    {"Config/User", container_user},
    {"Config/Env", take_variable},
    {"Config/StopSignal", container_stop_signal},
    {"Path", take_program},
};

static int take_words(struct reading *reading)
{
    char buffer[POINTER_MAX];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const json_t *value = field_of(reading, words[i].path);
        bool list = json_is_array(value);
        size_t count = list                                                 ? json_array_size(value)
                       : json_is_string(value) && json_string_length(value) ? 1
                                                                            : 0;
        for (size_t j = 0; j < count; j++) {
            struct armor_slice word = text_of(list ? json_array_get(value, j) : value);
            struct armor_seed_source source =
                place(reading, words[i].path, list ? (long)j : -1, NULL, buffer);
            int code = word.bytes ? words[i].take(&reading->container, &source, word) : 0;
            if (code < 0) {
                return code;
            }
        }
    }
    return 0;
}

static int take_flags(struct reading *reading)
{
    char buffer[POINTER_MAX];
    const json_t *health = field_of(reading, "Config/Healthcheck");
    const json_t *test = json_object_get(health ? health : field_of(reading, "Config/Health"), "Test");
    struct container *container = &reading->container;
    container->memory_said = json_integer_value(field_of(reading, "HostConfig/Memory")) > 0;
    container->pids_said = json_integer_value(field_of(reading, "HostConfig/PidsLimit")) > 0;
    container->health_said = json_array_size(test) > 0;
    int code = 0;
    if (json_is_true(field_of(reading, "HostConfig/ReadonlyRootfs"))) {
        container->read_only = true;
        container->read_only_source =
            (struct armor_seed_source){.file = reading->file,
                                       .pointer = reading->prefix[0] ? "/0/HostConfig/ReadonlyRootfs"
                                                                     : "/HostConfig/ReadonlyRootfs"};
    }
    if (json_is_true(field_of(reading, "HostConfig/Privileged"))) {
        struct armor_seed_source source = place(reading, "HostConfig/Privileged", -1, NULL, buffer);
        code = container_advise(container, &source, ADVICE_PRIVILEGED, NULL);
    }
    if (code == 0 && json_is_true(field_of(reading, "HostConfig/Init"))) {
        struct armor_seed_source source = place(reading, "HostConfig/Init", -1, NULL, buffer);
        code = container_init(container, &source);
    }
    if (code == 0 && json_array_size(field_of(reading, "HostConfig/Ulimits")) > 0) {
        struct armor_seed_source source = place(reading, "HostConfig/Ulimits", -1, NULL, buffer);
        code = container_advise(container, &source, ADVICE_NO_APPARMOR_FORM, "Ulimits");
    }
    if (code == 0 && container->memory_said) {
        struct armor_seed_source source = place(reading, "HostConfig/Memory", -1, NULL, buffer);
        code = container_advise(container, &source, ADVICE_NO_APPARMOR_FORM, "Memory");
    }
    return code;
}

static int take_ports(struct reading *reading, const char *path)
{
    char buffer[POINTER_MAX];
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)field_of(reading, path), name, value)
    {
        unsigned port = 0;
        size_t digits = strspn(name, "0123456789");
        for (size_t i = 0; i < digits && digits <= 5; i++) {
            port = port * 10 + (unsigned)(name[i] - '0');
        }
        struct armor_seed_source source = place(reading, path, -1, name, buffer);
        struct armor_slice protocol = armor_slice_of(name[digits] == '/' ? name + digits + 1 : "tcp");
        int code = port == 0 || port > UINT16_MAX
                       ? 0
                       : container_port(&reading->container, &source, port, port, protocol);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int take_mounts(struct reading *reading)
{
    char buffer[POINTER_MAX];
    const json_t *mounts = field_of(reading, "Mounts");
    int code = 0;
    for (size_t i = 0; i < json_array_size(mounts) && code == 0; i++) {
        const json_t *item = json_array_get(mounts, i);
        struct armor_slice type = text_of(json_object_get(item, "Type"));
        const json_t *writes = json_object_get(item, "RW");
        struct armor_seed_source source = place(reading, "Mounts", (long)i, NULL, buffer);
        bool bind = armor_slice_is(type, "bind");
        struct container_mount mount = {.source = bind ? text_of(json_object_get(item, "Source"))
                                                       : (struct armor_slice){0},
                                        .target = text_of(json_object_get(item, "Destination")),
                                        .what = bind ? "bind mount" : "volume",
                                        .read_only = json_is_false(writes),
                                        .directory = !bind};
        code = mount.target.bytes ? container_mount(&reading->container, &source, &mount) : 0;
    }
    static const char *const keyed[] = {"HostConfig/Tmpfs", "Config/Volumes"};
    for (size_t k = 0; k < sizeof keyed / sizeof keyed[0]; k++) {
        const char *name = NULL;
        json_t *value = NULL;
        json_object_foreach((json_t *)field_of(reading, keyed[k]), name, value)
        {
            struct armor_seed_source source = place(reading, keyed[k], -1, name, buffer);
            struct container_mount mount = {.target = armor_slice_of(name),
                                            .what = k == 0 ? "tmpfs" : "volume",
                                            .directory = true};
            /* a volume of the image that Mounts has is there already, read-only perhaps */
            bool known = k == 1 && json_array_size(mounts) > 0;
            code = code < 0 || known ? code : container_mount(&reading->container, &source, &mount);
        }
    }
    return code;
}

static int take_devices(struct reading *reading)
{
    char buffer[POINTER_MAX];
    const json_t *devices = field_of(reading, "HostConfig/Devices");
    int code = 0;
    for (size_t i = 0; i < json_array_size(devices) && code == 0; i++) {
        const json_t *item = json_array_get(devices, i);
        struct armor_seed_source source = place(reading, "HostConfig/Devices", (long)i, NULL, buffer);
        struct armor_slice target = text_of(json_object_get(item, "PathInContainer"));
        struct armor_slice permissions = text_of(json_object_get(item, "CgroupPermissions"));
        permissions = permissions.length ? permissions : ARMOR_SLICE("rwm");
        code = target.bytes ? container_device(&reading->container, &source, target, permissions) : 0;
    }
    return code;
}

/* What --gpus and its like asked for; [["gpu", ...]] is a list of alternatives. */
static int take_requests(struct reading *reading)
{
    char buffer[POINTER_MAX];
    const json_t *requests = field_of(reading, "HostConfig/DeviceRequests");
    int code = 0;
    for (size_t i = 0; i < json_array_size(requests) && code == 0; i++) {
        const json_t *item = json_array_get(requests, i);
        const json_t *all = json_object_get(item, "Capabilities");
        struct armor_slice driver = text_of(json_object_get(item, "Driver"));
        struct armor_seed_source source = place(reading, "HostConfig/DeviceRequests", (long)i, NULL, buffer);
        bool gpu = false;
        for (size_t j = 0; j < json_array_size(all); j++) {
            const json_t *alternatives = json_array_get(all, j);
            for (size_t k = 0; k < json_array_size(alternatives); k++) {
                gpu = gpu || armor_slice_is(text_of(json_array_get(alternatives, k)), "gpu");
            }
        }
        code = gpu ? container_gpus(&reading->container, &source, driver)
               : armor_slice_is(driver, "cdi")
                   ? container_advise(&reading->container, &source, ADVICE_CDI_DEVICE, "DeviceRequests")
                   : 0;
    }
    return code;
}

/* An image has no Path: its entry point, or its command, is what will be started. */
static int take_entry(struct reading *reading)
{
    char buffer[POINTER_MAX];
    static const char *const fields[] = {"Config/Entrypoint", "Config/Cmd"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && !field_of(reading, "Path"); i++) {
        const json_t *value = field_of(reading, fields[i]);
        struct armor_slice program = text_of(json_is_array(value) ? json_array_get(value, 0) : value);
        if (program.length > 0) {
            struct armor_seed_source source =
                place(reading, fields[i], json_is_array(value) ? 0 : -1, NULL, buffer);
            return container_program(&reading->container, &source, program, "the image");
        }
    }
    return 0;
}

static int take_all(struct reading *reading)
{
    static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"};
    int code = take_flags(reading);
    code = code < 0 ? code : take_words(reading);
    if (reading->container.drops_all) {
        /* the pointer of before was of a buffer that is gone */
        reading->container.drops_source.pointer =
            reading->prefix[0] ? "/0/HostConfig/CapDrop" : "/HostConfig/CapDrop";
    }
    code = code < 0 ? code : take_entry(reading);
    code = code < 0 ? code : take_ports(reading, "HostConfig/PortBindings");
    code = code < 0 ? code : take_ports(reading, "Config/ExposedPorts");
    code = code < 0 ? code : take_mounts(reading);
    code = code < 0 ? code : take_devices(reading);
    code = code < 0 ? code : take_requests(reading);
    for (size_t i = 0; i < sizeof files / sizeof files[0] && code == 0; i++) {
        code = container_file(&reading->container, &reading->container.source, armor_slice_of(files[i]),
                              "the engine gives this file to every container");
    }
    return code < 0 ? code : container_end(&reading->container);
}

int armor_inspect_read(struct armor_slice text, const char *file, struct armor_seed *seed,
                       struct armor_text *ret_name, struct armor_error *err)
{
    json_error_t problem = {0};
    armor_error_source(err, file);
    if (text.length > ARMOR_REQUEST_MAX) {
        return armor_error_set(err, -E2BIG, "has over %d bytes", ARMOR_REQUEST_MAX);
    }
    json_t *whole = json_loadb(text.bytes ? text.bytes : "", text.length, JSON_REJECT_DUPLICATES, &problem);
    if (!whole) {
        bool memory = json_error_code(&problem) == json_error_out_of_memory;
        return memory ? -ENOMEM
                      : armor_error_at(err, -EBADMSG, (size_t)(problem.line > 0 ? problem.line : 0),
                                       (size_t)(problem.column > 0 ? problem.column : 0), "%s", problem.text);
    }
    bool list = json_is_array(whole);
    const json_t *root = list ? json_array_get(whole, 0) : whole;
    struct reading reading = {.file = file, .prefix = list ? "/0" : "", .root = root};
    int code = 0;
    if (list && json_array_size(whole) != 1) {
        code = armor_error_set(err, -EBADMSG, "has %zu containers: inspect one", json_array_size(whole));
    } else if (!json_is_object(json_object_get(root, "Config"))) {
        code = armor_error_set(err, -EBADMSG,
                               "isn't what inspect prints of a container or image: it has no Config");
    } else {
        reading.container =
            (struct container){.seed = seed, .source = {.file = file, .pointer = list ? "/0" : ""}};
        code = take_all(&reading);
        struct armor_slice name = text_of(json_object_get(root, "Name"));
        bool slash = name.length > 0 && name.bytes[0] == '/';
        if (ret_name && name.bytes) {
            armor_text_slice(ret_name, (struct armor_slice){name.bytes + slash, name.length - slash});
            code = code < 0 ? code : ret_name->error;
        }
    }
    json_decref(whole);
    return code;
}

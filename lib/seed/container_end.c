/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said by a word alone (image, user, namespaces, options), and what follows from the whole. See container.h. */
#include "container.h"

#include <errno.h>
#include <stdio.h>

static const char *show(struct armor_slice slice, char *buffer, size_t size)
{
    (void)snprintf(buffer, size, "'%.*s'", (int)(slice.length < size - 4 ? slice.length : size - 4),
                   slice.bytes ? slice.bytes : "");
    return buffer;
}

int container_image(struct container *container, const struct armor_seed_source *source,
                    struct armor_slice image)
{
    char shown[120];
    if (image.length == 0 || memchr(image.bytes, '@', image.length)) {
        return 0;
    }
    const char *slash = memrchr(image.bytes, '/', image.length);
    const char *name = slash ? slash + 1 : image.bytes;
    size_t length = image.length - (size_t)(name - image.bytes);
    const char *colon = memchr(name, ':', length);
    struct armor_slice tag = {colon ? colon + 1 : NULL, colon ? length - (size_t)(colon + 1 - name) : 0};
    bool moving = !colon || armor_slice_is(tag, "latest");
    return moving ? container_advise(container, source, ADVICE_MOVING_TAG, show(image, shown, sizeof shown))
                  : 0;
}

int container_user(struct container *container, const struct armor_seed_source *source,
                   struct armor_slice user)
{
    const char *colon = user.length ? memchr(user.bytes, ':', user.length) : NULL;
    struct armor_slice name = {user.bytes, colon ? (size_t)(colon - user.bytes) : user.length};
    container->user_said = true;
    bool root = name.length == 0 || armor_slice_is(name, "root") || armor_slice_is(name, "0");
    return root ? container_advise(container, source, ADVICE_RUNS_AS_ROOT, NULL) : 0;
}

/* WORD, in any case of letters, is in NAME. */
static bool holds(struct armor_slice name, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= name.length; at++) {
        size_t i = 0;
        while (i < length && (name.bytes[at + i] & ~0x20) == (word[i] & ~0x20)) {
            i++;
        }
        if (i == length) {
            return true;
        }
    }
    return false;
}

int container_variable(struct container *container, const struct armor_seed_source *source,
                       struct armor_slice name, struct armor_slice value)
{
    static const char *const words[] = {"PASSWORD", "PASSWD",     "SECRET",     "TOKEN",
                                        "APIKEY",   "API_KEY",    "PRIVATEKEY", "PRIVATE_KEY",
                                        "_PASS",    "CREDENTIAL", "ACCESS_KEY"};
    static const char suffix[] = "_FILE";
    size_t skip = sizeof suffix - 1;
    bool file = name.length > skip && memcmp(name.bytes + name.length - skip, suffix, skip) == 0;
    bool flag = armor_slice_is(value, "true") || armor_slice_is(value, "false") ||
                armor_slice_is(value, "yes") || armor_slice_is(value, "no") ||
                (value.length == 1 && value.bytes[0] >= '0' && value.bytes[0] <= '9');
    bool path = value.length > 0 && value.bytes[0] == '/';
    bool secret = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        secret = secret || holds(name, words[i]);
    }
    char shown[120];
    return secret && value.length > 0 && !file && !flag && !path
               ? container_advise(container, source, ADVICE_SECRET_IN_ENVIRONMENT,
                                  show(name, shown, sizeof shown))
               : 0;
}

int container_security(struct container *container, const struct armor_seed_source *source,
                       struct armor_slice option)
{
    static const struct {
        const char *key;
        enum container_advice unconfined;
        enum container_advice other; /* ADVICE_COUNT: none */
    } options[] = {{"apparmor", ADVICE_APPARMOR_UNCONFINED, ADVICE_APPARMOR_OTHER},
                   {"seccomp", ADVICE_SECCOMP_UNCONFINED, ADVICE_COUNT}};
    char shown[120];
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        size_t length = strlen(options[i].key);
        if (!armor_slice_starts(option, (struct armor_slice){options[i].key, length}) ||
            option.length <= length || (option.bytes[length] != '=' && option.bytes[length] != ':')) {
            continue;
        }
        struct armor_slice value = {option.bytes + length + 1, option.length - length - 1};
        if (armor_slice_is(value, "unconfined")) {
            return container_advise(container, source, options[i].unconfined, NULL);
        }
        bool ours = armor_slice_starts(value, ARMOR_SLICE("armord-"));
        return ours || options[i].other == ADVICE_COUNT
                   ? 0
                   : container_advise(container, source, options[i].other, show(value, shown, sizeof shown));
    }
    return 0;
}

int container_namespace(struct container *container, const struct armor_seed_source *source,
                        const char *field, struct armor_slice mode)
{
    static const struct {
        const char *field;
        enum container_advice host;
    } fields[] = {{"network_mode", ADVICE_HOST_NETWORK},
                  {"pid", ADVICE_HOST_PID},
                  {"ipc", ADVICE_HOST_IPC},
                  {"uts", ADVICE_HOST_UTS},
                  {"cgroup", ADVICE_HOST_CGROUP},
                  {"userns_mode", ADVICE_HOST_USERNS}};
    bool network = strcmp(field, "network_mode") == 0;
    container->no_network = container->no_network || (network && armor_slice_is(mode, "none"));
    container->host_network = container->host_network || (network && armor_slice_is(mode, "host"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].field, field) == 0 && armor_slice_is(mode, "host")) {
            return container_advise(container, source, fields[i].host, NULL);
        }
    }
    bool shared = armor_slice_starts(mode, ARMOR_SLICE("service:")) ||
                  armor_slice_starts(mode, ARMOR_SLICE("container:"));
    return shared ? container_advise(container, source, ADVICE_SHARED_NAMESPACE, field) : 0;
}

/* Something in DIRECTORY, a pattern without wildcards, can be written. */
static bool has_writable(const struct container *container, const char *directory)
{
    size_t length = strlen(directory);
    for (size_t i = 0; i < container->seed->rule_count; i++) {
        const struct armor_seed_rule *rule = &container->seed->rules[i];
        struct armor_slice name = rule->access.name;
        bool writes = rule->access.kind == ARMOR_RULE_FILE && rule->grant != ARMOR_SEED_DENIED &&
                      (rule->access.mask & (ARMOR_FILE_WRITE | ARMOR_FILE_APPEND));
        bool root = name.length > 1 && name.bytes[1] == '*';
        bool below =
            name.length > length && memcmp(name.bytes, directory, length) == 0 && name.bytes[length] == '/';
        bool itself = name.length == length && memcmp(name.bytes, directory, length) == 0;
        if (writes && (root || below || itself)) {
            return true;
        }
    }
    return false;
}

/*
 * read_only can't be one deny for all paths: a deny wins over what a volume grants. So the directories of a usual image are denied one by one,
 * but for those in which something can be written.
 */
static int deny_writes(struct container *container)
{
    static const char *const directories[] = {"/bin", "/boot", "/etc",  "/home", "/lib", "/lib64", "/media",
                                              "/mnt", "/opt",  "/root", "/sbin", "/srv", "/usr",   "/var"};
    int code = 0;
    char partly[160] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof directories / sizeof directories[0] && code == 0; i++) {
        char pattern[32];
        if (has_writable(container, directories[i])) {
            length += (size_t)snprintf(partly + length, sizeof partly - length, "%s%s", length ? ", " : "",
                                       directories[i]);
            continue;
        }
        (void)snprintf(pattern, sizeof pattern, "%s/**", directories[i]);
        struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                      .mask = ARMOR_FILE_WRITE,
                                      .name = armor_slice_of(pattern)};
        code = container_rule(container, &container->read_only_source, ARMOR_SEED_DENIED, &access,
                              "read_only: nothing in it can be written");
    }
    return code < 0 || !length
               ? code
               : container_advise(container, &container->read_only_source, ADVICE_READ_ONLY_IN_PART, partly);
}

int container_end(struct container *container)
{
    const struct {
        bool missing;
        enum container_advice advice;
    } missing[] = {
        {!container->read_only, ADVICE_WRITABLE_ROOT}, {!container->memory_said, ADVICE_NO_MEMORY_LIMIT},
        {!container->pids_said, ADVICE_NO_PIDS_LIMIT}, {!container->health_said, ADVICE_NO_HEALTHCHECK},
        {!container->user_said, ADVICE_USER_UNKNOWN},
    };
    int code = container_drop_others(container);
    code = code < 0 || !container->read_only ? code : deny_writes(container);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0] && code == 0; i++) {
        code =
            missing[i].missing ? container_advise(container, &container->source, missing[i].advice, NULL) : 0;
    }
    return code;
}

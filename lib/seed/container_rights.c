/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capabilities, ports, programs, signals: what a container may do. See container.h. */
#include "armor/glob.h"
#include "armor/limits.h"
#include "armor/text.h"
#include "container.h"

#include <errno.h>
#include <stdio.h>

/* capability.h of the kernel, in its order. Dangerous ones are never granted by a file alone: docs/threat-model.md. */
static const struct {
    const char *name;
    bool dangerous;
} capabilities[] = {
    {"chown", false},
    {"dac_override", false},
    {"dac_read_search", true},
    {"fowner", false},
    {"fsetid", false},
    {"kill", false},
    {"setgid", false},
    {"setuid", false},
    {"setpcap", false},
    {"linux_immutable", false},
    {"net_bind_service", false},
    {"net_broadcast", false},
    {"net_admin", false},
    {"net_raw", false},
    {"ipc_lock", false},
    {"ipc_owner", false},
    {"sys_module", true},
    {"sys_rawio", true},
    {"sys_chroot", false},
    {"sys_ptrace", true},
    {"sys_pacct", false},
    {"sys_admin", true},
    {"sys_boot", true},
    {"sys_nice", false},
    {"sys_resource", false},
    {"sys_time", false},
    {"sys_tty_config", false},
    {"mknod", false},
    {"lease", false},
    {"audit_write", false},
    {"audit_control", true},
    {"setfcap", false},
    {"mac_override", true},
    {"mac_admin", true},
    {"syslog", true},
    {"wake_alarm", false},
    {"block_suspend", false},
    {"audit_read", true},
    {"perfmon", true},
    {"bpf", true},
    {"checkpoint_restore", true},
};

enum { CAPABILITY_COUNT = sizeof capabilities / sizeof capabilities[0] };

int container_rule(struct container *container, const struct armor_seed_source *source,
                   enum armor_seed_grant grant, const struct armor_access *access, const char *reason)
{
    struct armor_seed_rule rule = {.access = *access, .grant = grant, .source = *source, .reason = reason};
    int code = armor_seed_add_rule(container->seed, &rule);
    return code < 0 ? code : 0;
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

/* NAME in small letters, without PREFIX. False: it is too long to be any. */
static bool fold(struct armor_slice name, const char *prefix, char *ret_word, size_t size)
{
    if (name.length >= size) {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        ret_word[i] = lower(name.bytes[i]);
    }
    ret_word[name.length] = '\0';
    size_t skip = strlen(prefix);
    if (strncmp(ret_word, prefix, skip) == 0) {
        memmove(ret_word, ret_word + skip, name.length - skip + 1);
    }
    return true;
}

static int grant_capability(struct container *container, const struct armor_seed_source *source,
                            const char *name, enum armor_seed_grant grant, const char *reason)
{
    struct armor_access access = {.kind = ARMOR_RULE_CAPABILITY, .name = armor_slice_of(name)};
    return container_rule(container, source, grant, &access, reason);
}

static int take_capability(struct container *container, const struct armor_seed_source *source,
                           struct armor_slice name, bool drop)
{
    char word[32];
    char shown[48];
    (void)snprintf(shown, sizeof shown, "'%.*s':", (int)(name.length < 40 ? name.length : 40), name.bytes);
    if (!fold(name, "cap_", word, sizeof word)) {
        return container_advise(container, source, ADVICE_UNKNOWN_CAPABILITY, shown);
    }
    if (strcmp(word, "all") == 0) {
        container->drops_source = drop ? *source : container->drops_source;
        container->drops_all = container->drops_all || drop;
        return drop ? 0 : container_advise(container, source, ADVICE_ALL_CAPABILITIES, NULL);
    }
    for (size_t i = 0; i < CAPABILITY_COUNT; i++) {
        if (strcmp(capabilities[i].name, word) != 0) {
            continue;
        }
        if (drop) {
            return grant_capability(container, source, capabilities[i].name, ARMOR_SEED_DENIED,
                                    "cap_drop takes it away");
        }
        if (container->added_count < sizeof container->added / sizeof container->added[0]) {
            container->added[container->added_count++] = capabilities[i].name;
        }
        bool dangerous = capabilities[i].dangerous;
        int code = dangerous ? container_advise(container, source, ADVICE_DANGEROUS_CAPABILITY, shown) : 0;
        return code < 0 ? code
                        : grant_capability(container, source, capabilities[i].name,
                                           dangerous ? ARMOR_SEED_EXPECTED : ARMOR_SEED_GRANTED,
                                           "cap_add asks for it");
    }
    return container_advise(container, source, ADVICE_UNKNOWN_CAPABILITY, shown);
}

int container_cap_add(struct container *container, const struct armor_seed_source *source,
                      struct armor_slice name)
{
    return take_capability(container, source, name, false);
}

int container_cap_drop(struct container *container, const struct armor_seed_source *source,
                       struct armor_slice name)
{
    return take_capability(container, source, name, true);
}

static bool added(const struct container *container, const char *name)
{
    for (size_t i = 0; i < container->added_count; i++) {
        if (strcmp(container->added[i], name) == 0) {
            return true;
        }
    }
    return false;
}

int container_drop_others(struct container *container)
{
    int code = 0;
    for (size_t i = 0; container->drops_all && i < CAPABILITY_COUNT && code == 0; i++) {
        const char *name = capabilities[i].name;
        code = added(container, name) ? 0
                                      : grant_capability(container, &container->drops_source, name,
                                                         ARMOR_SEED_DENIED, "cap_drop: ALL takes it away");
    }
    return code;
}

/* True when the container can't have capability NAME, whatever else is said. */
static bool dropped(const struct container *container, const char *name)
{
    for (size_t i = 0; i < container->seed->rule_count; i++) {
        const struct armor_seed_rule *rule = &container->seed->rules[i];
        if (rule->grant == ARMOR_SEED_DENIED && rule->access.kind == ARMOR_RULE_CAPABILITY &&
            armor_slice_is(rule->access.name, name)) {
            return true;
        }
    }
    return container->drops_all && !added(container, name);
}

int container_port(struct container *container, const struct armor_seed_source *source, unsigned first,
                   unsigned last, struct armor_slice protocol)
{
    enum { LOW_PORTS_END = 1024 };
    static const struct {
        const char *protocol;
        const char *type;
    } types[] = {{"tcp", "stream"}, {"udp", "dgram"}, {"sctp", "stream"}, {"sctp", "seqpacket"}};
    static const char *const families[] = {"inet", "inet6"};
    char reason[160];
    char word[16];
    int code = 0;
    if (!fold(protocol, "", word, sizeof word)) {
        return 0;
    }
    (void)snprintf(reason, sizeof reason, "the container serves port %u%s of %s", first,
                   last > first ? " and following" : "", word);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (size_t j = 0; j < 2 && code == 0 && strcmp(types[i].protocol, word) == 0; j++) {
            struct armor_access access = {.kind = ARMOR_RULE_NETWORK,
                                          .name = armor_slice_of(families[j]),
                                          .detail = armor_slice_of(types[i].type)};
            code = container_rule(container, source, ARMOR_SEED_GRANTED, &access, reason);
        }
    }
    if (code == 0 && first < LOW_PORTS_END && !dropped(container, "net_bind_service")) {
        (void)snprintf(reason, sizeof reason,
                       "port %u is below 1024, and engines before Docker 20.10 ask for this", first);
        code = grant_capability(container, source, "net_bind_service", ARMOR_SEED_GRANTED, reason);
    }
    return code;
}

static int add_exec(struct container *container, const struct armor_seed_source *source,
                    enum armor_seed_grant grant, const char *pattern, const char *reason)
{
    struct armor_access exec = {.kind = ARMOR_RULE_EXEC, .name = armor_slice_of(pattern)};
    struct armor_access file = {.kind = ARMOR_RULE_FILE,
                                .mask = ARMOR_FILE_READ | ARMOR_FILE_MAP,
                                .name = armor_slice_of(pattern)};
    int code = container_rule(container, source, grant, &exec, reason);
    return code < 0 ? code : container_rule(container, source, grant, &file, reason);
}

int container_program(struct container *container, const struct armor_seed_source *source,
                      struct armor_slice program, const char *what)
{
    char reason[160];
    if (program.length == 0 || program.length > ARMOR_PATH_MAX / 2) {
        return 0;
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text path = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)2 * ARMOR_PATH_MAX);
    enum armor_seed_grant grant = ARMOR_SEED_GRANTED;
    if (program.bytes[0] == '/') {
        armor_seed_path(&path, ARMOR_SLICE("/"), program);
        struct armor_slice clean = {path.bytes, path.length};
        bool linked = armor_slice_starts(clean, ARMOR_SLICE("/bin/")) ||
                      armor_slice_starts(clean, ARMOR_SLICE("/sbin/"));
        if (linked) { /* a link to /usr in most images, and the kernel sees where it leads */
            armor_text_string(&pattern, "/{,usr/}");
            clean = (struct armor_slice){clean.bytes + 1, clean.length - 1};
        }
        armor_glob_escape(&pattern, clean);
        (void)snprintf(reason, sizeof reason,
                       "%s starts this program; a script is read by its interpreter too", what);
    } else if (memchr(program.bytes, '/', program.length)) {
        return 0; /* relative to a working directory that the image may set */
    } else {
        grant = ARMOR_SEED_EXPECTED;
        armor_text_string(&pattern, "/{,usr/,usr/local/}{,s}bin/");
        armor_glob_escape(&pattern, program);
        (void)snprintf(reason, sizeof reason, "%s starts a program of this name, wherever PATH finds it",
                       what);
    }
    if (path.error || pattern.error) {
        return path.error ? path.error : pattern.error;
    }
    return add_exec(container, source, grant, pattern.bytes, reason);
}

int container_init(struct container *container, const struct armor_seed_source *source)
{
    return add_exec(container, source, ARMOR_SEED_GRANTED, "/sbin/docker-init",
                    "init: true has the engine put this program before the container's own");
}

int container_stop_signal(struct container *container, const struct armor_seed_source *source,
                          struct armor_slice name)
{
    static const char *const names[] = {"hup",    "int",  "quit",  "ill",  "trap", "abrt", "bus",  "fpe",
                                        "kill",   "usr1", "segv",  "usr2", "pipe", "alrm", "term", "chld",
                                        "cont",   "stop", "tstp",  "ttin", "ttou", "urg",  "xcpu", "xfsz",
                                        "vtalrm", "prof", "winch", "io",   "pwr",  "sys"};
    static const char *const senders[] = {"unconfined", "runc", "crun"};
    char word[16];
    bool known = fold(name, "sig", word, sizeof word);
    size_t i = 0;
    while (known && i < sizeof names / sizeof names[0] && strcmp(names[i], word) != 0) {
        i++;
    }
    if (!known || i == sizeof names / sizeof names[0]) {
        return 0; /* a number or a real-time signal: the baseline has the engine's signals without a name */
    }
    int code = 0;
    for (size_t j = 0; j < sizeof senders / sizeof senders[0] && code == 0; j++) {
        struct armor_access access = {.kind = ARMOR_RULE_SIGNAL,
                                      .mask = ARMOR_SIGNAL_RECEIVE,
                                      .name = armor_slice_of(word),
                                      .peer = armor_slice_of(senders[j])};
        code = container_rule(container, source, ARMOR_SEED_GRANTED, &access,
                              "the engine stops the container by it");
    }
    return code;
}

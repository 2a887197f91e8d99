/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advice: its codes, words and severities, and the comments that suppress it. See container.h. */
#include "container.h"

#include <errno.h>
#include <stdio.h>

static const struct {
    const char *code; /* stable */
    enum armor_severity severity;
    const char *text;
    const char *fix;
} table[ADVICE_COUNT] = {
    [ADVICE_WRITABLE_ROOT] =
        {"writable-root", ARMOR_SEVERITY_LOW,
         "The root file system can be written, so that an intruder can leave programs behind.",
         "read_only: true, with tmpfs or volumes for what must be written"},
    [ADVICE_PRIVILEGED] = {"privileged", ARMOR_SEVERITY_HIGH,
                           "privileged gives all capabilities and devices, and runs without an AppArmor "
                           "profile unless one is named.",
                           "remove privileged; add the capabilities and devices that are needed"},
    [ADVICE_DOCKER_SOCK] =
        {"docker-sock", ARMOR_SEVERITY_HIGH,
         "Who can write to the engine's socket is root on the host; read-only mounting doesn't change that.",
         "put a filtering proxy between, or remove the mount"},
    [ADVICE_HOST_ROOT] =
        {"host-mount", ARMOR_SEVERITY_HIGH,
         "A directory of the host's system is mounted, by which the container can change or read the host.",
         "mount only the file or directory that is needed, read-only"},
    [ADVICE_HOST_NETWORK] =
        {"host-network", ARMOR_SEVERITY_HIGH,
         "The container shares the host's network: abstract sockets, services on 127.0.0.1, low ports.",
         "use a network of its own and publish ports"},
    [ADVICE_HOST_PID] = {"host-pid", ARMOR_SEVERITY_HIGH, "The container sees the host's processes.",
                         "remove pid: host"},
    [ADVICE_HOST_IPC] = {"host-ipc", ARMOR_SEVERITY_HIGH,
                         "The container shares the host's shared memory and queues.", "remove ipc: host"},
    [ADVICE_HOST_UTS] = {"host-uts", ARMOR_SEVERITY_MEDIUM, "The container shares the host's name.",
                         "remove uts: host"},
    [ADVICE_HOST_CGROUP] = {"host-cgroup", ARMOR_SEVERITY_MEDIUM,
                            "The container sees the host's control groups.", "remove cgroup: host"},
    [ADVICE_HOST_USERNS] = {"host-userns", ARMOR_SEVERITY_MEDIUM,
                            "User namespaces are switched off: root in the container is root of the host.",
                            "remove userns_mode: host"},
    [ADVICE_SHARED_NAMESPACE] =
        {"shared-namespace", ARMOR_SEVERITY_NOTE,
         "A namespace is shared with another container, whose profile isn't known here: signals, ptrace and "
         "unix sockets between the two are learned, not seeded.",
         NULL},
    [ADVICE_DANGEROUS_CAPABILITY] =
        {"dangerous-capability", ARMOR_SEVERITY_HIGH,
         "This capability is a way to the host, so the rule is left for you to accept.",
         "remove it from cap_add"},
    [ADVICE_ALL_CAPABILITIES] = {"all-capabilities", ARMOR_SEVERITY_HIGH,
                                 "cap_add: ALL is as good as privileged; no capability is seeded from it.",
                                 "name the capabilities that are needed"},
    [ADVICE_UNKNOWN_CAPABILITY] = {"unknown-capability", ARMOR_SEVERITY_MEDIUM,
                                   "There is no such capability.", NULL},
    [ADVICE_NO_MEMORY_LIMIT] = {"no-memory-limit", ARMOR_SEVERITY_LOW,
                                "The container may use all memory of the host.",
                                "mem_limit, or deploy.resources.limits.memory"},
    [ADVICE_NO_PIDS_LIMIT] = {"no-pids-limit", ARMOR_SEVERITY_LOW,
                              "The container may start any number of processes.",
                              "pids_limit, or deploy.resources.limits.pids"},
    [ADVICE_SECRET_IN_ENVIRONMENT] =
        {"secret-in-environment", ARMOR_SEVERITY_MEDIUM,
         "looks like a secret; who may inspect the container or read its /proc sees it.",
         "use secrets, and the image's _FILE variable where it has one"},
    [ADVICE_APPARMOR_UNCONFINED] = {"apparmor-unconfined", ARMOR_SEVERITY_HIGH,
                                    "The container runs without any AppArmor profile.",
                                    "security_opt: apparmor=armord-NAME"},
    [ADVICE_APPARMOR_OTHER] = {"apparmor-other", ARMOR_SEVERITY_NOTE,
                               "Another AppArmor profile is named; armord's takes its place.", NULL},
    [ADVICE_SECCOMP_UNCONFINED] = {"seccomp-unconfined", ARMOR_SEVERITY_HIGH,
                                   "All system calls are open; AppArmor doesn't govern system calls.",
                                   "remove seccomp=unconfined, or name a profile"},
    [ADVICE_MOVING_TAG] = {"moving-tag", ARMOR_SEVERITY_LOW,
                           "The image may be another one tomorrow, and a learned profile may not fit it.",
                           "name a version, or better a digest: image@sha256:..."},
    [ADVICE_NO_HEALTHCHECK] =
        {"no-healthcheck", ARMOR_SEVERITY_LOW,
         "No health check is said here: a service that a profile breaks may go unnoticed.",
         "healthcheck: test: ..."},
    [ADVICE_RUNS_AS_ROOT] = {"runs-as-root", ARMOR_SEVERITY_MEDIUM,
                             "The program runs as root in the container.", "user: with a number over 0"},
    [ADVICE_USER_UNKNOWN] = {"user-unknown", ARMOR_SEVERITY_LOW,
                             "No user is said here; unless the image has one, the program runs as root.",
                             "user: with a number over 0"},
    [ADVICE_UNSET_VARIABLE] = {"unset-variable", ARMOR_SEVERITY_NOTE,
                               "isn't set and has no default; as in Compose it stands for nothing.",
                               "set it in .env"},
    [ADVICE_UNKNOWN_KEY] = {"unknown-key", ARMOR_SEVERITY_LOW,
                            "isn't a field of a service; nothing was made of it.",
                            "look for a slip of the pen; fields of your own begin with x-"},
    [ADVICE_NO_APPARMOR_FORM] =
        {"no-apparmor-form", ARMOR_SEVERITY_NOTE,
         "is kept by the kernel's control groups, limits or the runtime; no rule is made of it.", NULL},
    [ADVICE_DEVICE_NUMBERS] = {"device-numbers", ARMOR_SEVERITY_NOTE,
                               "names devices by number; AppArmor knows them by path only.",
                               "devices: with a path gives a rule as well"},
    [ADVICE_UNREADABLE_TARGET] = {"no-absolute-path", ARMOR_SEVERITY_NOTE,
                                  "is no absolute path in a Linux container; no rule is made of it.", NULL},
    [ADVICE_READ_ONLY_IN_PART] =
        {"read-only-in-part", ARMOR_SEVERITY_NOTE,
         "has something that can be written in it, so no rule denies writing to the rest of it.", NULL},
    [ADVICE_VOLUMES_FROM] =
        {"volumes-from", ARMOR_SEVERITY_NOTE,
         "takes volumes from another container; which ones isn't looked up, they are learned.", NULL},
    [ADVICE_CDI_DEVICE] =
        {"cdi-device", ARMOR_SEVERITY_NOTE,
         "is a CDI device: which nodes and files it brings is in the host's own files; they are learned.",
         NULL},
    [ADVICE_BUILD_NOT_READ] = {"build-not-read", ARMOR_SEVERITY_NOTE,
                               "what it says of the image isn't known, it is learned.",
                               "a local Dockerfile, by --dockerfile"},
};

/* Line NUMBER of TEXT; absent: there is none. */
static struct armor_slice line_of(struct armor_slice text, size_t number)
{
    size_t at = 0;
    for (size_t line = 1; at < text.length; line++) {
        const char *newline = memchr(text.bytes + at, '\n', text.length - at);
        size_t end = newline ? (size_t)(newline - text.bytes) : text.length;
        if (line == number) {
            return (struct armor_slice){text.bytes + at, end - at};
        }
        at = end + 1;
    }
    return (struct armor_slice){0};
}

/* The reason in `# armord: ignore CODE because REASON` in LINE. False: it has none for CODE. */
static bool reason_in(struct armor_slice line, const char *code, bool alone, struct armor_slice *ret_reason)
{
    static const char mark[] = "armord: ignore ";
    static const char because[] = " because ";
    const char *hash = line.length ? memchr(line.bytes, '#', line.length) : NULL;
    if (!hash) { /* or there is no such line: YAML ends lines by CR too */
        return false;
    }
    for (const char *at = line.bytes; alone && at < hash; at++) {
        if (*at != ' ' && *at != '\t') {
            return false;
        }
    }
    const char *end = line.bytes + line.length;
    const char *found = memmem(hash, (size_t)(end - hash), mark, sizeof mark - 1);
    if (!found) {
        return false;
    }
    struct armor_slice rest = {found + sizeof mark - 1, (size_t)(end - found) - (sizeof mark - 1)};
    size_t length = strlen(code);
    if (!armor_slice_starts(rest, (struct armor_slice){code, length})) {
        return false;
    }
    struct armor_slice tail = {rest.bytes + length, rest.length - length};
    if (!armor_slice_starts(tail, (struct armor_slice){because, sizeof because - 1})) {
        return false;
    }
    size_t skip = length + sizeof because - 1;
    *ret_reason = (struct armor_slice){rest.bytes + skip, rest.length - skip};
    while (ret_reason->length > 0 && strchr(" \t\r", ret_reason->bytes[ret_reason->length - 1])) {
        ret_reason->length--;
    }
    return ret_reason->length > 0;
}

/* The reason why CODE is suppressed at SOURCE, by a comment at the end of its line or alone on the line before. */
static bool suppressed(const struct container *container, const struct armor_seed_source *source,
                       const char *code, struct armor_slice *ret_reason)
{
    for (size_t i = 0; source->file && source->line > 0 && i < container->text_count; i++) {
        const struct container_text *text = &container->texts[i];
        if (strcmp(text->file, source->file) == 0) {
            return reason_in(line_of(text->text, source->line), code, false, ret_reason) ||
                   (source->line > 1 &&
                    reason_in(line_of(text->text, source->line - 1), code, true, ret_reason));
        }
    }
    return false;
}

int container_advise(struct container *container, const struct armor_seed_source *source,
                     enum container_advice advice, const char *detail)
{
    char text[512];
    char why[256];
    struct armor_slice reason = {0};
    (void)snprintf(text, sizeof text, "%.200s%s%s", detail ? detail : "", detail ? " " : "",
                   table[advice].text);
    struct armor_finding finding = {.severity = table[advice].severity,
                                    .code = table[advice].code,
                                    .source = *source,
                                    .text = text,
                                    .fix = table[advice].fix};
    if (suppressed(container, source, finding.code, &reason)) {
        (void)snprintf(why, sizeof why, "%.*s", (int)(reason.length < 250 ? reason.length : 250),
                       reason.bytes);
        finding.suppressed = why;
    }
    int code = armor_seed_add_finding(container->seed, &finding);
    return code < 0 ? code : 0;
}

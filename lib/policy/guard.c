/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guard rails: their names and reasons, and what is held of each kind of access. See armor/guard.h; the paths are in
 * guard_path.c. */
#include "armor/guard.h"

#include "guard_path.h"

static const char *const risk_names[ARMOR_RISK_COUNT] = {
    [ARMOR_RISK_LOW] = "low",
    [ARMOR_RISK_MEDIUM] = "medium",
    [ARMOR_RISK_HIGH] = "high",
};

static const struct armor_guard guards[GUARD_COUNT] = {
    [GUARD_RUNTIME_SOCKET] =
        {"runtime-socket", ARMOR_RISK_HIGH,
         "whoever talks to the container runtime, or to systemd, can do anything on the host"},
    [GUARD_SYSRQ] = {"sysrq", ARMOR_RISK_HIGH, "it reboots or stops the host at once"},
    [GUARD_KERNEL_MEMORY] = {"kernel-memory", ARMOR_RISK_HIGH,
                             "it shows or changes the memory of the kernel, or where things are in it"},
    [GUARD_DISK] = {"disk", ARMOR_RISK_HIGH,
                    "a raw disk has every file of the host, whatever its permissions"},
    [GUARD_KERNEL_SETTINGS] =
        {"kernel-settings", ARMOR_RISK_HIGH,
         "settings of the kernel hold for the host, and some of them run programs there"},
    [GUARD_KERNEL_DEBUG] = {"kernel-debug", ARMOR_RISK_HIGH,
                            "interfaces for debugging, firmware and security modules are about the host"},
    [GUARD_OTHER_CONTAINERS] = {"other-containers", ARMOR_RISK_HIGH,
                                "these files are other containers', or say how they are confined"},
    [GUARD_CAPABILITY] =
        {"capability", ARMOR_RISK_HIGH,
         "this capability reaches the host, its kernel, or the files and processes of others"},
    [GUARD_MOUNT] = {"mount", ARMOR_RISK_HIGH,
                     "a mount puts files where rules about paths don't look for them"},
    [GUARD_USER_NAMESPACE] =
        {"user-namespace", ARMOR_RISK_HIGH,
         "within a user namespace a process has all capabilities, and so most of the kernel to attack"},
    [GUARD_OTHER_PROFILE] = {"other-profile", ARMOR_RISK_HIGH,
                             "a process that goes on under another profile leaves the one that confines it"},
    [GUARD_OTHER_PROCESS] = {"other-process", ARMOR_RISK_HIGH,
                             "it acts on processes that aren't the container's"},
    [GUARD_PROCESS_MEMORY] =
        {"process-memory", ARMOR_RISK_MEDIUM,
         "it reads or changes another process while that runs, its secrets and its code"},
    [GUARD_DEVICE] = {"device", ARMOR_RISK_MEDIUM,
                      "a device is the host's hardware, or a driver of its kernel"},
    [GUARD_LOADER] = {"loader", ARMOR_RISK_MEDIUM, "it has every program load foreign code"},
    [GUARD_CREDENTIALS] =
        {"credentials", ARMOR_RISK_MEDIUM,
         "keys, passwords and tokens: whoever reads them can act elsewhere as this service"},
    [GUARD_ACCOUNTS] = {"accounts", ARMOR_RISK_MEDIUM,
                        "it changes who may log in, with which rights, and what runs then"},
    [GUARD_SCHEDULED] = {"scheduled", ARMOR_RISK_MEDIUM, "what stands there is run later, by itself"},
    [GUARD_PROGRAMS] = {"programs", ARMOR_RISK_MEDIUM,
                        "it changes installed programs and libraries, which others run"},
    [GUARD_EXEC_WRITABLE] = {"exec-writable", ARMOR_RISK_MEDIUM,
                             "everybody can write there, so anything could be run by this rule"},
    [GUARD_WRITTEN_AND_RUN] =
        {"written-and-run", ARMOR_RISK_MEDIUM,
         "the container both writes this file and runs it, so the rule would run anything"},
    [GUARD_LIBRARY] = {"library", ARMOR_RISK_MEDIUM, "it writes code that a program or the kernel may load"},
    [GUARD_RAW_SOCKET] = {"raw-socket", ARMOR_RISK_MEDIUM,
                          "it reads and forges the traffic of others on the network"},
    [GUARD_ODD_SOCKET] = {"odd-socket", ARMOR_RISK_MEDIUM,
                          "rarely used families of sockets are where bugs of the kernel are found"},
    [GUARD_ENVIRONMENT] = {"environment", ARMOR_RISK_LOW,
                           "the environment of a process often has its passwords"},
};

static bool is_in(struct armor_slice word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (armor_slice_is(word, list[i])) {
            return true;
        }
    }
    return false;
}

#define IS_IN(word, list) is_in(word, list, sizeof(list) / sizeof((list)[0]))

/* Of what docker grants by default, only mknod and setfcap, which services don't need; net_raw is with the sockets. */
static const char *const capabilities[] = {
    "sys_admin",
    "sys_module",
    "sys_rawio",
    "sys_ptrace",
    "sys_boot",
    "sys_time",
    "mac_admin",
    "mac_override",
    "bpf",
    "dac_read_search",
    "perfmon",
    "syslog",
    "mknod",
    "audit_control",
    "audit_read",
    "setfcap",
    "net_admin",
    "linux_immutable",
    "sys_pacct",
    "wake_alarm",
    "ipc_owner",
    "block_suspend",
    "checkpoint_restore",
    "sys_tty_config",
};

/* What is held of an access, and by which guard rail. */
struct held {
    enum guard guard; /* GUARD_COUNT: by none */
    uint32_t bits;
};

static const struct held nothing = {GUARD_COUNT, 0};

static struct held of_capability(const struct armor_access *access, const char *self, uint32_t asked)
{
    (void)self;
    if (armor_slice_is(access->name, "net_raw")) {
        return (struct held){GUARD_RAW_SOCKET, asked};
    }
    return !access->name.bytes || IS_IN(access->name, capabilities) ? (struct held){GUARD_CAPABILITY, asked}
                                                                    : nothing;
}

static struct held of_network(const struct armor_access *access, const char *self, uint32_t asked)
{
    static const char *const usual[] = {"unix", "inet", "inet6", "netlink"};
    (void)self;
    bool any = !access->name.bytes;
    bool ip = any || armor_slice_is(access->name, "inet") || armor_slice_is(access->name, "inet6");
    bool every = any && !access->detail.bytes;
    if (every || armor_slice_is(access->name, "packet") || (ip && armor_slice_is(access->detail, "raw"))) {
        return (struct held){GUARD_RAW_SOCKET, asked};
    }
    return IS_IN(access->name, usual) ? nothing : (struct held){GUARD_ODD_SOCKET, asked};
}

static struct held of_unix(const struct armor_access *access, const char *self, uint32_t asked)
{
    static const struct armor_slice shim = {"@/containerd-shim/", 18};
    (void)self;
    return armor_slice_starts(access->options, shim) ? (struct held){GUARD_RUNTIME_SOCKET, asked} : nothing;
}

/* A signal that comes is the right of its sender. */
static struct held of_signal(const struct armor_access *access, const char *self, uint32_t asked)
{
    bool own = armor_slice_is(access->peer, self);
    return own ? nothing : (struct held){GUARD_OTHER_PROCESS, asked & ARMOR_SIGNAL_SEND};
}

/* Within the container, ps and top read; a debugger traces. */
static struct held of_ptrace(const struct armor_access *access, const char *self, uint32_t asked)
{
    const uint32_t traces = ARMOR_PTRACE_TRACE | ARMOR_PTRACE_TRACED_BY;
    bool own = armor_slice_is(access->peer, self);
    return own ? (struct held){GUARD_PROCESS_MEMORY, asked & traces}
               : (struct held){GUARD_OTHER_PROCESS, asked};
}

static struct held of_mount(const struct armor_access *access, const char *self, uint32_t asked)
{
    (void)access;
    (void)self;
    return (struct held){GUARD_MOUNT, asked};
}

static struct held of_profile(const struct armor_access *access, const char *self, uint32_t asked)
{
    (void)access;
    (void)self;
    return (struct held){GUARD_OTHER_PROFILE, asked};
}

static struct held of_userns(const struct armor_access *access, const char *self, uint32_t asked)
{
    (void)access;
    (void)self;
    return (struct held){GUARD_USER_NAMESPACE, asked};
}

/* sqpoll is a thread of the kernel that works for this process alone. */
static struct held of_io_uring(const struct armor_access *access, const char *self, uint32_t asked)
{
    bool own = armor_slice_is(access->peer, self);
    return own ? nothing : (struct held){GUARD_OTHER_PROCESS, asked & ARMOR_IO_URING_OVERRIDE_CREDS};
}

static struct held of_file(const struct armor_access *access, const char *self, uint32_t asked)
{
    struct held held = nothing;
    (void)self;
    held.guard = guard_of_path(access->name, asked, &held.bits);
    return held;
}

static struct held of_exec(const struct armor_access *access, const char *self, uint32_t asked)
{
    uint32_t execution = 0;
    (void)self;
    enum guard guard = guard_of_path(access->name, ARMOR_FILE_EXEC, &execution);
    return (struct held){guard, asked};
}

/* A second name has all the rights of the first one, and is a file that wasn't there. */
static struct held of_link(const struct armor_access *access, const char *self, uint32_t asked)
{
    uint32_t bits = 0;
    (void)self;
    enum guard of_old = guard_of_path(access->peer, ~(uint32_t)(ARMOR_FILE_EXEC | ARMOR_FILE_MAP), &bits);
    enum guard of_new = guard_of_path(access->name, ARMOR_FILE_WRITE, &bits);
    return (struct held){of_old < of_new ? of_old : of_new, asked};
}

/* NULL: the kind is never held. */
static struct held (*const askers[ARMOR_RULE_KIND_COUNT])(const struct armor_access *access, const char *self,
                                                          uint32_t asked) = {
    [ARMOR_RULE_CAPABILITY] = of_capability,
    [ARMOR_RULE_USERNS] = of_userns,
    [ARMOR_RULE_IO_URING] = of_io_uring,
    [ARMOR_RULE_NETWORK] = of_network,
    [ARMOR_RULE_UNIX] = of_unix,
    [ARMOR_RULE_SIGNAL] = of_signal,
    [ARMOR_RULE_PTRACE] = of_ptrace,
    [ARMOR_RULE_MOUNT] = of_mount,
    [ARMOR_RULE_UMOUNT] = of_mount,
    [ARMOR_RULE_PIVOT_ROOT] = of_mount,
    [ARMOR_RULE_CHANGE_PROFILE] = of_profile,
    [ARMOR_RULE_HAT] = of_profile,
    [ARMOR_RULE_FILE] = of_file,
    [ARMOR_RULE_LINK] = of_link,
    [ARMOR_RULE_EXEC] = of_exec,
};

const struct armor_guard *armor_guard_of(const struct armor_access *access, const char *self,
                                         uint32_t *ret_held)
{
    struct held held = nothing;
    if ((unsigned)access->kind < ARMOR_RULE_KIND_COUNT && askers[access->kind]) {
        held = askers[access->kind](access, self, access->mask ? access->mask : UINT32_MAX);
    }
    bool any = held.guard != GUARD_COUNT && held.bits != 0;
    *ret_held = any ? held.bits : 0;
    return any ? &guards[held.guard] : NULL;
}

const struct armor_guard *armor_guard_find(struct armor_slice name)
{
    for (size_t i = 0; i < GUARD_COUNT; i++) {
        if (armor_slice_is(name, guards[i].name)) {
            return &guards[i];
        }
    }
    return NULL;
}

const char *guard_name(enum guard guard)
{
    return guards[guard].name;
}

const struct armor_guard *armor_guards(size_t *ret_count)
{
    *ret_count = GUARD_COUNT;
    return guards;
}

const char *armor_risk_name(enum armor_risk risk)
{
    return (unsigned)risk < ARMOR_RISK_COUNT ? risk_names[risk] : "unknown";
}

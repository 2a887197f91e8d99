/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Access: what an event asks for, in the terms of rules. One small function for each class that rules can express; what
 * none can is skipped with its reason. See armor/learn.h.
 */
#include "armor/learn.h"
#include "armor/mask.h"

/* Words that apparmor_parser knows; a rule with another would keep the whole profile from compiling. */
static const char *const families[] = {
    "unix",   "inet", "ax25",      "ipx",      "appletalk", "netrom",  "bridge", "atmpvc",     "x25",
    "inet6",  "rose", "netbeui",   "security", "key",       "netlink", "packet", "ash",        "econet",
    "atmsvc", "rds",  "sna",       "irda",     "pppox",     "wanpipe", "llc",    "ib",         "mpls",
    "can",    "tipc", "bluetooth", "iucv",     "rxrpc",     "isdn",    "phonet", "ieee802154", "caif",
    "alg",    "nfc",  "vsock",     "kcm",      "qipcrtr",   "smc",     "xdp",
};
static const char *const sock_types[] = {"stream", "dgram", "seqpacket", "rdm", "raw", "packet"};
static const char *const signals[] = {
    "hup",  "int",  "quit", "ill",    "trap",   "abrt",  "bus",  "fpe",  "kill", "usr1", "segv",
    "usr2", "pipe", "alrm", "term",   "stkflt", "chld",  "cont", "stop", "stp",  "ttin", "ttou",
    "urg",  "xcpu", "xfsz", "vtalrm", "prof",   "winch", "io",   "pwr",  "sys",  "emt",  "exists",
};

static const char *const capabilities[] = {
    "audit_control",   "audit_read",   "audit_write",
    "block_suspend",   "bpf",          "checkpoint_restore",
    "chown",           "dac_override", "dac_read_search",
    "fowner",          "fsetid",       "ipc_lock",
    "ipc_owner",       "kill",         "lease",
    "linux_immutable", "mac_admin",    "mac_override",
    "mknod",           "net_admin",    "net_bind_service",
    "net_broadcast",   "net_raw",      "perfmon",
    "setfcap",         "setgid",       "setpcap",
    "setuid",          "syslog",       "sys_admin",
    "sys_boot",        "sys_chroot",   "sys_module",
    "sys_nice",        "sys_pacct",    "sys_ptrace",
    "sys_rawio",       "sys_resource", "sys_time",
    "sys_tty_config",  "wake_alarm",
};
/* not nosymfollow, which the kernel has and apparmor 3 hasn't */
static const char *const mount_flags[] = {
    "ro",     "rw",      "nosuid",     "nodev",       "noexec",   "sync",        "remount",
    "mand",   "dirsync", "noatime",    "nodiratime",  "bind",     "rbind",       "move",
    "silent", "acl",     "unbindable", "runbindable", "private",  "rprivate",    "slave",
    "rslave", "shared",  "rshared",    "relatime",    "iversion", "strictatime", "nouser",
};

#define KNOWN(word, table) known(word, table, sizeof(table) / sizeof((table)[0]))

static bool known(struct armor_slice word, const char *const *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (armor_slice_is(word, table[i])) {
            return true;
        }
    }
    return false;
}

/* Whether LIST, "rw, nosuid", has words, and each is a flag of mounts that is known. */
static bool known_flags(struct armor_slice list)
{
    size_t at = 0;
    bool any = false;
    while (at < list.length) {
        size_t end = at;
        while (end < list.length && list.bytes[end] != ',' && list.bytes[end] != ' ') {
            end++;
        }
        if (end > at && !KNOWN(((struct armor_slice){list.bytes + at, end - at}), mount_flags)) {
            return false;
        }
        any = any || end > at;
        at = end + 1;
    }
    return any;
}

/* "rtmin+0" to "rtmin+32", as far as the parser counts. */
static bool is_realtime(struct armor_slice word)
{
    static const struct armor_slice prefix = {"rtmin+", 6};
    size_t digits = armor_slice_starts(word, prefix) ? word.length - prefix.length : 0;
    unsigned number = 0;
    for (size_t i = prefix.length; i < word.length && digits; i++) {
        if (word.bytes[i] < '0' || word.bytes[i] > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(word.bytes[i] - '0');
    }
    return (digits == 1 || digits == 2) && number <= 32;
}

/* Whether a path rule can speak of NAME: absolute, and found by the kernel where it says. */
static bool is_path(const struct armor_event *event, struct armor_slice name)
{
    static const struct armor_slice failed = {"Failed name lookup", 18};
    return name.length > 0 && name.bytes[0] == '/' && !armor_slice_starts(event->info, failed);
}

/*
 * What was asked. In complain mode denied_mask= has just the part that no rule allows; an audit rule's record has
 * requested_mask= alone.
 */
static uint32_t mask_of(const struct armor_event *event, enum armor_rule_kind kind, uint32_t *ret_unknown)
{
    struct armor_slice word = event->denied.length ? event->denied : event->requested;
    return armor_mask_parse(kind, word, ret_unknown);
}

static size_t skip(enum armor_skip reason, enum armor_skip *ret_skip)
{
    *ret_skip = reason;
    return 0;
}

static size_t from_file(const struct armor_event *event, const char *self, struct armor_access *accesses,
                        enum armor_skip *ret_skip)
{
    (void)self;
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_FILE, &unknown);
    if (armor_slice_is(event->operation, "getattr")) {
        return skip(ARMOR_SKIP_GETATTR, ret_skip);
    }
    if (!is_path(event, event->name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    size_t count = 0;
    if (mask & ARMOR_FILE_LINK) {
        if (!is_path(event, event->target)) {
            return skip(ARMOR_SKIP_NAMELESS, ret_skip);
        }
        accesses[count++] =
            (struct armor_access){.kind = ARMOR_RULE_LINK, .name = event->name, .peer = event->target};
    }
    uint32_t plain = mask & ~(uint32_t)(ARMOR_FILE_LINK | ARMOR_FILE_EXEC);
    if (plain) {
        accesses[count++] =
            (struct armor_access){.kind = ARMOR_RULE_FILE, .mask = plain, .name = event->name};
    }
    return count ? count : skip(ARMOR_SKIP_MASK, ret_skip);
}

static size_t from_exec(const struct armor_event *event, const char *self, struct armor_access *accesses,
                        enum armor_skip *ret_skip)
{
    (void)self;
    if (!is_path(event, event->name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    if (event->name.length == 1) {
        return skip(ARMOR_SKIP_MEMFD, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_EXEC, .name = event->name};
    return 1;
}

static size_t from_capability(const struct armor_event *event, const char *self,
                              struct armor_access *accesses, enum armor_skip *ret_skip)
{
    (void)self;
    if (!KNOWN(event->capability, capabilities)) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_CAPABILITY, .name = event->capability};
    return 1;
}

static size_t from_network(const struct armor_event *event, const char *self, struct armor_access *accesses,
                           enum armor_skip *ret_skip)
{
    (void)self;
    if (!KNOWN(event->family, families)) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_NETWORK, .name = event->family};
    if (KNOWN(event->sock_type, sock_types)) {
        accesses[0].detail = event->sock_type;
    }
    return 1;
}

/* The address WORD of a socket as a rule has it: nothing for "none". False: one of the file system's, or bent. */
static bool address(struct armor_slice word, struct armor_slice *ret_address)
{
    bool none = !word.bytes || armor_slice_is(word, "none");
    *ret_address = none ? (struct armor_slice){0} : word;
    return none || (word.length && word.bytes[0] == '@');
}

/* What a rule may say of the other side; the rest of a mask is about the socket alone. */
#define UNIX_PEER_BITS (ARMOR_UNIX_ACCEPT | ARMOR_UNIX_CONNECT | ARMOR_UNIX_SEND | ARMOR_UNIX_RECEIVE)

static size_t from_unix(const struct armor_event *event, const char *self, struct armor_access *accesses,
                        enum armor_skip *ret_skip)
{
    (void)self;
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_UNIX, &unknown);
    struct armor_access access = {.kind = ARMOR_RULE_UNIX, .mask = mask, .peer = event->peer};
    if (!mask) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    if (!address(event->addr, &access.name) || !address(event->peer_addr, &access.options)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    if (KNOWN(event->sock_type, sock_types)) {
        access.detail = event->sock_type;
    }
    size_t count = 0;
    uint32_t alone = access.peer.bytes || access.options.bytes ? mask & ~(uint32_t)UNIX_PEER_BITS : 0;
    if (alone) {
        accesses[count] = access;
        accesses[count].mask = alone;
        accesses[count].peer = (struct armor_slice){0};
        accesses[count++].options = (struct armor_slice){0};
    }
    if (mask != alone) {
        accesses[count] = access;
        accesses[count++].mask = mask & ~alone;
    }
    return count;
}

/* The peer's label; a process of the same container counts as the container, whatever child it went on under. */
static struct armor_slice peer_of(const struct armor_event *event, const char *self)
{
    struct armor_label label = armor_label_split(event->peer);
    bool own = !label.stacked && !label.namespace.bytes && armor_slice_is(label.profile, self);
    return own ? label.profile : event->peer;
}

static size_t from_signal(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_SIGNAL, &unknown);
    bool named = KNOWN(event->signal, signals) || is_realtime(event->signal);
    if (!mask || !event->peer.length || !named) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_SIGNAL,
                                        .mask = mask,
                                        .name = event->signal,
                                        .peer = peer_of(event, self)};
    return 1;
}

static size_t from_ptrace(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_PTRACE, &unknown);
    if (!mask || !event->peer.length) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] =
        (struct armor_access){.kind = ARMOR_RULE_PTRACE, .mask = mask, .peer = peer_of(event, self)};
    return 1;
}

static size_t from_mount(const struct armor_event *event, const char *self, struct armor_access *accesses,
                         enum armor_skip *ret_skip)
{
    (void)self;
    if (!is_path(event, event->name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    if (event->flags.length && !known_flags(event->flags)) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_MOUNT,
                                        .name = event->name,
                                        .detail = event->fs_type,
                                        .peer = event->src_name};
    if (event->flags.length) {
        accesses[0].options = event->flags;
    }
    return 1;
}

static size_t from_umount(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    (void)self;
    if (!is_path(event, event->name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_UMOUNT, .name = event->name};
    return 1;
}

static size_t from_pivot_root(const struct armor_event *event, const char *self,
                              struct armor_access *accesses, enum armor_skip *ret_skip)
{
    (void)self;
    if (!is_path(event, event->name) || !is_path(event, event->src_name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    accesses[0] =
        (struct armor_access){.kind = ARMOR_RULE_PIVOT_ROOT, .name = event->name, .peer = event->src_name};
    return 1;
}

typedef size_t (*access_builder)(const struct armor_event *event, const char *self,
                                 struct armor_access *accesses, enum armor_skip *ret_skip);

/* NULL: no kind of rule covers the class. */
static const access_builder builders[ARMOR_CLASS_COUNT] = {
    [ARMOR_CLASS_FILE] = from_file,
    [ARMOR_CLASS_EXEC] = from_exec,
    [ARMOR_CLASS_CAPABILITY] = from_capability,
    [ARMOR_CLASS_NETWORK] = from_network,
    [ARMOR_CLASS_UNIX] = from_unix,
    [ARMOR_CLASS_SIGNAL] = from_signal,
    [ARMOR_CLASS_PTRACE] = from_ptrace,
    [ARMOR_CLASS_MOUNT] = from_mount,
    [ARMOR_CLASS_UMOUNT] = from_umount,
    [ARMOR_CLASS_PIVOT_ROOT] = from_pivot_root,
};

size_t armor_access_from_event(const struct armor_event *event, const char *self,
                               struct armor_access ret_accesses[ARMOR_LEARN_RULES_MAX],
                               enum armor_skip *ret_skip)
{
    access_builder build = (unsigned)event->class < ARMOR_CLASS_COUNT ? builders[event->class] : NULL;
    if (!build) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    return build(event, self, ret_accesses, ret_skip);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables of event.c: the keys of a record, the words for its enums, the classes of operations.
 *
 * Sources: security/lsm_audit.c and the audit callbacks of security/apparmor/ (Linux 2.6.36 to 6.12), dbus-daemon's
 * bus/apparmor.c.
 */
#include "event_table.h"

#define WORD(key, member)                                                                                    \
    {                                                                                                        \
#key, #member, ARMOR_EVENT_WORD, offsetof(struct armor_event, member)                                \
    }
#define UNTRUSTED(key, member)                                                                               \
    {                                                                                                        \
#key, #member, ARMOR_EVENT_UNTRUSTED, offsetof(struct armor_event, member)                           \
    }
#define NUMBER(key, member)                                                                                  \
    {                                                                                                        \
#key, #member, ARMOR_EVENT_NUMBER, offsetof(struct armor_event, member)                              \
    }
#define HIDDEN(key, type, member)                                                                            \
    {                                                                                                        \
#key, NULL, ARMOR_EVENT_##type, offsetof(struct armor_event, member)                                 \
    }

/* Sorted by length and bytes of key; a test holds it to that. */
static const struct armor_event_field fields[] = {
    {"bus", "dbus_bus", ARMOR_EVENT_UNTRUSTED, offsetof(struct armor_event, dbus_bus)},
    NUMBER(pid, pid),
    HIDDEN(src, NUMBER, local_port), /* the LSM's own spelling, beside or instead of AppArmor's */
    UNTRUSTED(addr, addr),
    UNTRUSTED(comm, comm),
    HIDDEN(dest, NUMBER, foreign_port),
    WORD(info, info),
    HIDDEN(mask, WORD, denied), /* dbus */
    UNTRUSTED(name, name),
    NUMBER(ouid, ouid),
    {"path", "dbus_path", ARMOR_EVENT_UNTRUSTED, offsetof(struct armor_event, dbus_path)},
    UNTRUSTED(peer, peer),
    {"class", NULL, ARMOR_EVENT_WORD, offsetof(struct armor_event, class_word)},
    HIDDEN(daddr, UNTRUSTED, foreign_addr),
    NUMBER(error, error),
    UNTRUSTED(faddr, foreign_addr),
    WORD(flags, flags),
    NUMBER(fport, foreign_port),
    NUMBER(fsuid, fsuid),
    HIDDEN(label, UNTRUSTED, profile), /* stacked subjects; dbus */
    UNTRUSTED(laddr, local_addr),
    NUMBER(lport, local_port),
    HIDDEN(saddr, UNTRUSTED, local_addr),
    NUMBER(value, value),
    HIDDEN(denied, WORD, denied), /* network of Ubuntu, mqueue, userns, io_uring */
    WORD(family, family),
    UNTRUSTED(fstype, fs_type),
    {"member", "dbus_member", ARMOR_EVENT_UNTRUSTED, offsetof(struct armor_event, dbus_member)},
    WORD(rlimit, rlimit),
    WORD(signal, signal),
    UNTRUSTED(target, target),
    UNTRUSTED(capname, capability),
    HIDDEN(options, UNTRUSTED, options), /* may hold passwords */
    UNTRUSTED(profile, profile),
    UNTRUSTED(srcname, src_name),
    UNTRUSTED(execpath, execpath),
    NUMBER(protocol, protocol),
    HIDDEN(tcontext, UNTRUSTED, target), /* io_uring */
    {"interface", "dbus_interface", ARMOR_EVENT_UNTRUSTED, offsetof(struct armor_event, dbus_interface)},
    UNTRUSTED(namespace, namespace),
    WORD(operation, operation),
    UNTRUSTED(peer_addr, peer_addr),
    HIDDEN(requested, WORD, requested),
    WORD(sock_type, sock_type),
    HIDDEN(capability, NUMBER, capability_number),
    HIDDEN(peer_label, UNTRUSTED, peer_profile), /* dbus */
    WORD(denied_mask, denied),
    UNTRUSTED(peer_profile, peer_profile),
    WORD(requested_mask, requested),
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0], SLOT_COUNT = 128 };

/*
 * Where each key is in the table, from 1, by event_field_slot(key); 0: nowhere. No two keys share a slot, so that one look is enough;
 * a test holds it to that, and says what to write here when a key comes in.
 */
// clang-format off
static const uint8_t slots[SLOT_COUNT] = {
     0,  0,  0, 33,  0,  0,  0,  0,  0, 24, 46,  0,  7, 20,  0, 35,
     0,  0, 29,  0,  0, 16,  0,  0,  5,  0,  0,  0,  0,  0, 45,  0,
    12, 15,  0,  3,  0,  0,  0,  0,  0, 18,  0,  0,  0, 42,  0,  0,
     0, 23, 31,  0, 11, 43,  0,  0, 38, 40,  0,  0,  9,  0, 26, 47,
    48,  0, 28,  0, 37,  0,  0,  0,  0,  0,  0, 34,  0,  0, 27, 32,
     8, 13, 30,  1,  0,  0,  0,  0,  4, 41, 25,  0, 10, 21,  0,  0,
     6, 19,  0,  0, 36, 44,  0,  2,  0, 39,  0,  0,  0,  0,  0,  0,
     0, 22,  0,  0,  0, 17,  0,  0,  0,  0,  0,  0,  0, 14, 49,  0,
};
// clang-format on

size_t event_field_slot(struct armor_slice key)
{
    const unsigned char *bytes = (const unsigned char *)key.bytes;
    size_t sum = bytes[0] * 12U + bytes[key.length / 2] * 20U + bytes[key.length - 1] * 28U + key.length;
    return sum % SLOT_COUNT;
}

const struct armor_event_field *armor_event_fields(size_t *ret_count)
{
    *ret_count = FIELD_COUNT;
    return fields;
}

const struct armor_event_field *event_field_find(struct armor_slice key)
{
    size_t place = key.length ? slots[event_field_slot(key)] : 0;
    if (!place) {
        return NULL;
    }
    const char *known = fields[place - 1].key;
    for (size_t i = 0; i < key.length; i++) {
        if (known[i] != key.bytes[i] || !known[i]) {
            return NULL;
        }
    }
    return known[key.length] ? NULL : &fields[place - 1];
}

static const struct {
    struct armor_slice word; /* apparmor="..." since Linux 2.6.36 */
    const char *name;
    uint32_t old_type; /* the message type that said it before; 0: none */
} verdicts[ARMOR_VERDICT_COUNT] = {
    [ARMOR_VERDICT_NONE] = {{"", 0}, "none", 0},
    [ARMOR_VERDICT_ALLOWED] = {{"ALLOWED", 7}, "allowed", 1502},
    [ARMOR_VERDICT_DENIED] = {{"DENIED", 6}, "denied", 1503},
    [ARMOR_VERDICT_AUDIT] = {{"AUDIT", 5}, "audit", 1501},
    [ARMOR_VERDICT_STATUS] = {{"STATUS", 6}, "status", 1505},
    [ARMOR_VERDICT_HINT] = {{"HINT", 4}, "hint", 1504},
    [ARMOR_VERDICT_ERROR] = {{"ERROR", 5}, "error", 1506},
    [ARMOR_VERDICT_KILLED] = {{"KILLED", 6}, "killed", 1507},
};

enum armor_verdict event_verdict_from_word(struct armor_slice word)
{
    for (size_t i = 1; i < ARMOR_VERDICT_COUNT; i++) {
        if (armor_slice_equal(word, verdicts[i].word)) {
            return (enum armor_verdict)i;
        }
    }
    return ARMOR_VERDICT_NONE;
}

enum armor_verdict event_verdict_from_type(uint32_t type)
{
    for (size_t i = 1; i < ARMOR_VERDICT_COUNT; i++) {
        if (type == verdicts[i].old_type) {
            return (enum armor_verdict)i;
        }
    }
    return ARMOR_VERDICT_NONE;
}

const char *armor_verdict_name(enum armor_verdict verdict)
{
    return (unsigned)verdict < ARMOR_VERDICT_COUNT ? verdicts[verdict].name : "unknown";
}

static const char *const class_names[ARMOR_CLASS_COUNT] = {
    [ARMOR_CLASS_OTHER] = "other",
    [ARMOR_CLASS_FILE] = "file",
    [ARMOR_CLASS_EXEC] = "exec",
    [ARMOR_CLASS_CAPABILITY] = "capability",
    [ARMOR_CLASS_NETWORK] = "network",
    [ARMOR_CLASS_UNIX] = "unix",
    [ARMOR_CLASS_SIGNAL] = "signal",
    [ARMOR_CLASS_PTRACE] = "ptrace",
    [ARMOR_CLASS_MOUNT] = "mount",
    [ARMOR_CLASS_UMOUNT] = "umount",
    [ARMOR_CLASS_PIVOT_ROOT] = "pivot_root",
    [ARMOR_CLASS_CHANGE_PROFILE] = "change_profile",
    [ARMOR_CLASS_RLIMIT] = "rlimit",
    [ARMOR_CLASS_DBUS] = "dbus",
    [ARMOR_CLASS_MQUEUE] = "mqueue",
    [ARMOR_CLASS_IO_URING] = "io_uring",
    [ARMOR_CLASS_USERNS] = "userns",
    [ARMOR_CLASS_POLICY] = "policy",
};

const char *armor_class_name(enum armor_class class)
{
    return (unsigned)class < ARMOR_CLASS_COUNT ? class_names[class] : "unknown";
}

/* Sorted by operation. Operations of files and of sockets share names; a record with family= is a socket's. */
static const struct operation {
    struct armor_slice name;
    enum armor_class class;
} operations[] = {
    {{"accept", 6}, ARMOR_CLASS_NETWORK},
    {{"attach", 6}, ARMOR_CLASS_OTHER},
    {{"bind", 4}, ARMOR_CLASS_FILE},
    {{"capable", 7}, ARMOR_CLASS_CAPABILITY},
    {{"change_hat", 10}, ARMOR_CLASS_CHANGE_PROFILE},
    {{"change_onexec", 13}, ARMOR_CLASS_CHANGE_PROFILE},
    {{"change_profile", 14}, ARMOR_CLASS_CHANGE_PROFILE},
    {{"chmod", 5}, ARMOR_CLASS_FILE},
    {{"chown", 5}, ARMOR_CLASS_FILE},
    {{"connect", 7}, ARMOR_CLASS_FILE},
    {{"create", 6}, ARMOR_CLASS_NETWORK},
    {{"exec", 4}, ARMOR_CLASS_EXEC},
    {{"file_inherit", 12}, ARMOR_CLASS_FILE},
    {{"file_lock", 9}, ARMOR_CLASS_FILE},
    {{"file_mmap", 9}, ARMOR_CLASS_FILE},
    {{"file_mprotect", 13}, ARMOR_CLASS_FILE},
    {{"file_perm", 9}, ARMOR_CLASS_FILE},
    {{"file_receive", 12}, ARMOR_CLASS_FILE},
    {{"getattr", 7}, ARMOR_CLASS_FILE},
    {{"getpeername", 11}, ARMOR_CLASS_NETWORK},
    {{"getsockname", 11}, ARMOR_CLASS_NETWORK},
    {{"getsockopt", 10}, ARMOR_CLASS_NETWORK},
    {{"inode_create", 12}, ARMOR_CLASS_FILE},
    {{"inode_permission", 16}, ARMOR_CLASS_FILE},
    {{"link", 4}, ARMOR_CLASS_FILE},
    {{"listen", 6}, ARMOR_CLASS_NETWORK},
    {{"mkdir", 5}, ARMOR_CLASS_FILE},
    {{"mknod", 5}, ARMOR_CLASS_FILE},
    {{"mount", 5}, ARMOR_CLASS_MOUNT},
    {{"open", 4}, ARMOR_CLASS_FILE},
    {{"pivotroot", 9}, ARMOR_CLASS_PIVOT_ROOT},
    {{"post_create", 11}, ARMOR_CLASS_NETWORK},
    {{"profile_load", 12}, ARMOR_CLASS_POLICY},
    {{"profile_remove", 14}, ARMOR_CLASS_POLICY},
    {{"profile_replace", 15}, ARMOR_CLASS_POLICY},
    {{"ptrace", 6}, ARMOR_CLASS_PTRACE},
    {{"recvmsg", 7}, ARMOR_CLASS_FILE},
    {{"rename", 6}, ARMOR_CLASS_FILE},
    {{"rename_dest", 11}, ARMOR_CLASS_FILE},
    {{"rename_src", 10}, ARMOR_CLASS_FILE},
    {{"rmdir", 5}, ARMOR_CLASS_FILE},
    {{"sendmsg", 7}, ARMOR_CLASS_FILE},
    {{"setrlimit", 9}, ARMOR_CLASS_RLIMIT},
    {{"setsockopt", 10}, ARMOR_CLASS_NETWORK},
    {{"signal", 6}, ARMOR_CLASS_SIGNAL},
    {{"socket_create", 13}, ARMOR_CLASS_NETWORK},
    {{"socket_shutdown", 15}, ARMOR_CLASS_NETWORK},
    {{"stack", 5}, ARMOR_CLASS_CHANGE_PROFILE},
    {{"stack_onexec", 12}, ARMOR_CLASS_CHANGE_PROFILE},
    {{"symlink", 7}, ARMOR_CLASS_FILE},
    {{"truncate", 8}, ARMOR_CLASS_FILE},
    {{"umount", 6}, ARMOR_CLASS_UMOUNT},
    {{"unlink", 6}, ARMOR_CLASS_FILE},
    {{"uring_cmd", 9}, ARMOR_CLASS_IO_URING},
    {{"uring_override", 14}, ARMOR_CLASS_IO_URING},
    {{"uring_sqpoll", 12}, ARMOR_CLASS_IO_URING},
    {{"userns_create", 13}, ARMOR_CLASS_USERNS},
};

enum { OPERATION_COUNT = sizeof operations / sizeof operations[0] };

static enum armor_class class_of_operation(struct armor_slice operation)
{
    static const struct armor_slice dbus = {"dbus_", 5};
    size_t low = 0;
    size_t high = OPERATION_COUNT;
    if (!operation.bytes) {
        return ARMOR_CLASS_OTHER;
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct armor_slice *name = &operations[middle].name;
        size_t shared = name->length < operation.length ? name->length : operation.length;
        int order = memcmp(operation.bytes, name->bytes, shared);
        if (order == 0 && name->length == operation.length) {
            return operations[middle].class;
        }
        if (order < 0 || (order == 0 && operation.length < name->length)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return armor_slice_starts(operation, dbus) ? ARMOR_CLASS_DBUS : ARMOR_CLASS_OTHER;
}

enum armor_class event_class(const struct armor_event *event)
{
    if (event->dbus_bus.bytes) {
        return ARMOR_CLASS_DBUS;
    }
    if (armor_slice_is(event->class_word, "posix_mqueue") ||
        armor_slice_is(event->class_word, "sysv_mqueue")) {
        return ARMOR_CLASS_MQUEUE;
    }
    if (event->verdict == ARMOR_VERDICT_STATUS) {
        return ARMOR_CLASS_POLICY;
    }
    enum armor_class class = class_of_operation(event->operation);
    if (event->family.bytes && (class == ARMOR_CLASS_FILE || class == ARMOR_CLASS_NETWORK)) {
        bool mediated = event->addr.bytes || event->peer_addr.bytes || event->peer.bytes;
        return armor_slice_is(event->family, "unix") && mediated ? ARMOR_CLASS_UNIX : ARMOR_CLASS_NETWORK;
    }
    return class;
}

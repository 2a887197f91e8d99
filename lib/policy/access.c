/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Access: what an event asks for, in the terms of rules. One small function for each class that rules can express; what
 * none can is skipped with its reason. See armor/learn.h.
 */
#include "armor/learn.h"
#include "armor/mask.h"
#include "words.h"

/* What info= says where no rule would have let the access pass (security/apparmor/domain.c, resource.c). */
static const struct armor_slice incurable[] = {
    {"no new privs", 12},          {"ptrace prevents transition", 26},
    {"change_profile onexec", 21}, {"no change_onexec valid for executable", 37},
    {"label not found", 15},       {"unconfined", 10},
    {"cap_sys_resource", 16},
};

static bool is_incurable(struct armor_slice info)
{
    for (size_t i = 0; i < sizeof incurable / sizeof incurable[0]; i++) {
        if (armor_slice_equal(info, incurable[i])) {
            return true;
        }
    }
    return false;
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
    /* before Linux 2.6.36, name= had it */
    struct armor_slice name = event->capability.bytes ? event->capability : event->name;
    if (!word_is_capability(name)) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_CAPABILITY, .name = name};
    return 1;
}

static size_t from_network(const struct armor_event *event, const char *self, struct armor_access *accesses,
                           enum armor_skip *ret_skip)
{
    (void)self;
    if (!word_is_family(event->family)) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_NETWORK, .name = event->family};
    if (word_is_sock_type(event->sock_type)) {
        accesses[0].detail = event->sock_type;
    }
    return 1;
}

/* Whether a rule can have the address WORD of a socket: none was said, "none", an abstract one; not one of a path. */
static bool is_address(struct armor_slice word)
{
    return !word.bytes || armor_slice_is(word, "none") || (word.length && word.bytes[0] == '@');
}

/* What a rule may say of the other side; the rest of a mask is about the socket alone. */
#define UNIX_PEER_BITS (ARMOR_UNIX_ACCEPT | ARMOR_UNIX_CONNECT | ARMOR_UNIX_SEND | ARMOR_UNIX_RECEIVE)

static size_t from_unix(const struct armor_event *event, const char *self, struct armor_access *accesses,
                        enum armor_skip *ret_skip)
{
    (void)self;
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_UNIX, &unknown);
    struct armor_access access = {.kind = ARMOR_RULE_UNIX,
                                  .mask = mask,
                                  .name = event->addr,
                                  .peer = event->peer,
                                  .options = event->peer_addr};
    if (!mask) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    if (!is_address(event->addr) || !is_address(event->peer_addr)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    if (word_is_sock_type(event->sock_type)) {
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
    bool named = word_is_signal(event->signal);
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
    if (event->flags.length && !word_is_mount_flags(event->flags)) {
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

/* Only where a profile has an rlimit rule is it mediated; with peer= it is about another process, and no rule helps. */
static size_t from_rlimit(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    (void)self;
    if (event->peer.bytes) {
        return skip(ARMOR_SKIP_INCURABLE, ret_skip);
    }
    if (!word_is_rlimit(event->rlimit) || !event->value.present || event->value.value < 0) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] =
        (struct armor_access){.kind = ARMOR_RULE_RLIMIT, .name = event->rlimit, .value = event->value.value};
    return 1;
}

/* Masks vary by kernel ("userns_create", "invalid"), and there is only this one thing to ask for. */
static size_t from_userns(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    (void)self;
    if (!event->requested.length && !event->denied.length) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_USERNS, .mask = ARMOR_USERNS_CREATE};
    return 1;
}

static size_t from_io_uring(const struct armor_event *event, const char *self, struct armor_access *accesses,
                            enum armor_skip *ret_skip)
{
    (void)self;
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_IO_URING, &unknown);
    if (!mask) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_IO_URING, .mask = mask, .peer = event->target};
    return 1;
}

static bool is_key(struct armor_slice word)
{
    for (size_t i = 0; i < word.length; i++) {
        if (word.bytes[i] < '0' || word.bytes[i] > '9') {
            return false;
        }
    }
    return word.length > 0;
}

/* POSIX queues have names, which begin with a slash, System V ones numbers. A rule without either would be for all. */
static size_t from_mqueue(const struct armor_event *event, const char *self, struct armor_access *accesses,
                          enum armor_skip *ret_skip)
{
    (void)self;
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_MQUEUE, &unknown);
    bool sysv = armor_slice_is(event->class_word, "sysv_mqueue");
    if (!mask) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    if (sysv ? !is_key(event->name) : !is_path(event, event->name)) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = ARMOR_RULE_MQUEUE,
                                        .mask = mask,
                                        .name = event->name,
                                        .detail = armor_slice_of(sysv ? "sysv" : "posix")};
    return 1;
}

/* What is bound is a name; who eavesdrops, does on the whole bus; all else goes by path, interface and member. */
static size_t from_dbus(const struct armor_event *event, const char *self, struct armor_access *accesses,
                        enum armor_skip *ret_skip)
{
    uint32_t unknown = 0;
    uint32_t mask = mask_of(event, ARMOR_RULE_DBUS, &unknown);
    struct armor_access access = {.kind = ARMOR_RULE_DBUS, .mask = mask, .detail = event->dbus_bus};
    if (!mask || !event->dbus_bus.length) {
        return skip(ARMOR_SKIP_MASK, ret_skip);
    }
    if (mask & ARMOR_DBUS_BIND) {
        access.mask = ARMOR_DBUS_BIND;
        access.name = event->name;
    } else if (!(mask & ARMOR_DBUS_EAVESDROP)) {
        bool own = armor_slice_is(event->peer_profile, self);
        access.name = event->dbus_path;
        access.options = event->dbus_interface;
        access.member = event->dbus_member;
        access.peer = own ? armor_slice_of(self) : event->peer_profile;
    }
    accesses[0] = access;
    return 1;
}

/* WORD without "PROFILE//" in front: the hat's own name. */
static struct armor_slice hat_of(struct armor_slice word)
{
    struct armor_label label = armor_label_split(word);
    return label.hat.bytes ? label.hat : word;
}

static size_t from_change_profile(const struct armor_event *event, const char *self,
                                  struct armor_access *accesses, enum armor_skip *ret_skip)
{
    (void)self;
    bool hat = armor_slice_is(event->operation, "change_hat");
    struct armor_slice target = event->target.length ? event->target : event->name;
    if (!target.length) {
        return skip(ARMOR_SKIP_NAMELESS, ret_skip);
    }
    accesses[0] = (struct armor_access){.kind = hat ? ARMOR_RULE_HAT : ARMOR_RULE_CHANGE_PROFILE,
                                        .name = hat ? hat_of(target) : target};
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
    [ARMOR_CLASS_CHANGE_PROFILE] = from_change_profile,
    [ARMOR_CLASS_RLIMIT] = from_rlimit,
    [ARMOR_CLASS_DBUS] = from_dbus,
    [ARMOR_CLASS_MQUEUE] = from_mqueue,
    [ARMOR_CLASS_IO_URING] = from_io_uring,
    [ARMOR_CLASS_USERNS] = from_userns,
};

size_t armor_access_from_event(const struct armor_event *event, const char *self,
                               struct armor_access ret_accesses[ARMOR_ACCESSES_MAX],
                               enum armor_skip *ret_skip)
{
    access_builder build = (unsigned)event->class < ARMOR_CLASS_COUNT ? builders[event->class] : NULL;
    if (!build) {
        return skip(ARMOR_SKIP_CLASS, ret_skip);
    }
    if (is_incurable(event->info)) {
        return skip(ARMOR_SKIP_INCURABLE, ret_skip);
    }
    return build(event, self, ret_accesses, ret_skip);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths that are guarded. The kernel reports a path with its symlinks resolved, so /var/run and /lib stand here for the
 * images in which they are directories of their own. A directory's name ends in a slash, and `DIR/` followed by two stars
 * is of it too.
 */
#include "guard_path.h"

#define WRITE ((uint32_t)(ARMOR_FILE_WRITE | ARMOR_FILE_APPEND | ARMOR_FILE_CREATE | ARMOR_FILE_DELETE))
#define MAP   ((uint32_t)ARMOR_FILE_MAP)
#define EXEC  ((uint32_t)ARMOR_FILE_EXEC)
#define ALL   UINT32_MAX

enum { GUARDED_MAX = 64 }; /* bytes of a path in the tables */

/* `*`: any bytes but a slash; two of them: any bytes. All else is itself. */
struct guarded {
    const char *path;
    uint32_t held;
};

static const struct guarded runtime_sockets[] = {
    {"/run/docker.sock", ALL},     {"/var/run/docker.sock", ALL}, {"/**/docker.sock", ALL},
    {"/run/docker/**", ALL},       {"/run/containerd/**", ALL},   {"/**/containerd.sock", ALL},
    {"/run/podman/**", ALL},       {"/**/podman.sock", ALL},      {"/run/crio/**", ALL},
    {"/**/crio.sock", ALL},        {"/run/buildkit/**", ALL},     {"/run/armord/**", ALL},
    {"/run/systemd/private", ALL},
};

static const struct guarded sysrq[] = {{"/proc/sysrq-trigger", ALL}};

static const struct guarded kernel_memory[] = {
    {"/proc/kcore", ALL},  {"/proc/kmem", ALL},   {"/proc/kallsyms", ALL},
    {"/proc/kpage*", ALL}, {"/proc/vmcore", ALL}, {"/dev/mem", ALL},
    {"/dev/kmem", ALL},    {"/dev/port", ALL},    {"/dev/cpu/**", ALL},
};

static const struct guarded disks[] = {
    {"/dev/sd*", ALL},       {"/dev/vd*", ALL},      {"/dev/xvd*", ALL},   {"/dev/hd*", ALL},
    {"/dev/nvme*", ALL},     {"/dev/mmcblk*", ALL},  {"/dev/dm-*", ALL},   {"/dev/md*", ALL},
    {"/dev/mapper/**", ALL}, {"/dev/loop*", ALL},    {"/dev/nbd*", ALL},   {"/dev/sr*", ALL},
    {"/dev/disk/**", ALL},   {"/dev/block/**", ALL}, {"/dev/raw/**", ALL}, {"/dev/sg*", ALL},
    {"/dev/bsg/**", ALL},    {"/dev/mtd*", ALL},
};

/* Not the writes of a process to its own files, /proc/PID/oom_score_adj and such. */
static const struct guarded kernel_settings[] = {
    {"/proc/*", WRITE},         {"/proc/sys/**", WRITE},      {"/proc/acpi/**", WRITE},
    {"/proc/asound/**", WRITE}, {"/proc/bus/**", WRITE},      {"/proc/driver/**", WRITE},
    {"/proc/fs/**", WRITE},     {"/proc/irq/**", WRITE},      {"/proc/scsi/**", ALL},
    {"/sys/**", WRITE},         {"/**/release_agent", WRITE},
};

static const struct guarded kernel_debug[] = {
    {"/sys/kernel/security/**", ALL},
    {"/sys/kernel/debug/**", ALL},
    {"/sys/kernel/tracing/**", ALL},
    {"/sys/firmware/**", ALL},
    {"/sys/fs/bpf/**", ALL},
    {"/sys/fs/pstore/**", ALL},
    {"/sys/devices/virtual/powercap/**", ALL},
    {"/proc/kmsg", ALL},
    {"/dev/kmsg", ALL},
};

static const struct guarded other_containers[] = {
    {"/var/lib/docker/**", ALL},  {"/var/lib/containerd/**", ALL}, {"/var/lib/containers/**", ALL},
    {"/var/lib/kubelet/**", ALL}, {"/etc/kubernetes/**", ALL},     {"/etc/apparmor.d/**", WRITE},
};

static const struct guarded user_namespaces[] = {
    {"/proc/*/uid_map", WRITE},
    {"/proc/*/gid_map", WRITE},
    {"/proc/*/projid_map", WRITE},
    {"/proc/*/setgroups", WRITE},
};

static const struct guarded other_profiles[] = {{"/proc/*/attr/**", WRITE},
                                                {"/proc/*/task/*/attr/**", WRITE}};

static const struct guarded process_memory[] = {
    {"/proc/*/mem", ALL},
    {"/proc/*/task/*/mem", ALL},
    {"/proc/*/pagemap", ALL},
    {"/dev/userfaultfd", ALL},
};

static const struct guarded devices[] = {
    {"/dev/fuse", ALL},          {"/dev/cuse", ALL},       {"/dev/net/tun", ALL},   {"/dev/kvm", ALL},
    {"/dev/vfio/**", ALL},       {"/dev/vhost-*", ALL},    {"/dev/vsock", ALL},     {"/dev/autofs", ALL},
    {"/dev/btrfs-control", ALL}, {"/dev/bus/usb/**", ALL}, {"/dev/usb/**", ALL},    {"/dev/hidraw*", ALL},
    {"/dev/input/**", ALL},      {"/dev/uinput", ALL},     {"/dev/watchdog*", ALL}, {"/dev/rtc*", ALL},
    {"/dev/tpm*", ALL},          {"/dev/nvram", ALL},      {"/dev/ipmi*", ALL},     {"/dev/vcs*", ALL},
    {"/dev/fb*", ALL},           {"/dev/mei*", ALL},
};

static const struct guarded loader[] = {
    {"/etc/ld.so.preload", ALL}, {"/etc/ld.so.conf", WRITE},     {"/etc/ld.so.conf.d/**", WRITE},
    {"/etc/ld.so.cache", WRITE}, {"/etc/ld-musl-*.path", WRITE},
};

static const struct guarded accounts[] = {
    {"/etc/passwd*", WRITE},       {"/etc/group*", WRITE},
    {"/etc/subuid*", WRITE},       {"/etc/subgid*", WRITE},
    {"/etc/sudoers", WRITE},       {"/etc/sudoers.d/**", WRITE},
    {"/etc/doas*", WRITE},         {"/etc/pam.d/**", WRITE},
    {"/etc/security/**", WRITE},   {"/etc/ssh/**", WRITE},
    {"/etc/nsswitch.conf", WRITE}, {"/etc/profile", WRITE},
    {"/etc/profile.d/**", WRITE},  {"/etc/bash.bashrc", WRITE},
    {"/etc/environment", WRITE},   {"/root/.profile", WRITE},
    {"/root/.bash*rc", WRITE},     {"/root/.bash_profile", WRITE},
    {"/root/.zshrc", WRITE},       {"/home/*/.profile", WRITE},
    {"/home/*/.bash*rc", WRITE},   {"/home/*/.bash_profile", WRITE},
    {"/home/*/.zshrc", WRITE},
};

static const struct guarded credentials[] = {
    {"/etc/shadow*", ALL},
    {"/etc/gshadow*", ALL},
    {"/etc/security/opasswd*", ALL},
    {"/run/secrets/**", ALL},
    {"/var/run/secrets/**", ALL},
    {"/etc/ssl/private/**", ALL},
    {"/etc/pki/tls/private/**", ALL},
    {"/etc/letsencrypt/**", ALL},
    {"/etc/wireguard/**", ALL},
    {"/etc/ssh/ssh_host_*key", ALL},
    {"/**/.ssh/**", ALL},
    {"/**/id_rsa", ALL},
    {"/**/id_dsa", ALL},
    {"/**/id_ecdsa", ALL},
    {"/**/id_ed25519", ALL},
    {"/**.key", ALL},
    {"/**key.pem", ALL},
    {"/**privkey*.pem", ALL},
    {"/**.p12", ALL},
    {"/**.pfx", ALL},
    {"/**.jks", ALL},
    {"/**.keystore", ALL},
    {"/**.keytab", ALL},
    {"/**.kdbx", ALL},
    {"/**/.aws/**", ALL},
    {"/**/.azure/**", ALL},
    {"/**/.config/gcloud/**", ALL},
    {"/**/.kube/**", ALL},
    {"/**/.docker/config.json", ALL},
    {"/**/.config/gh/**", ALL},
    {"/**/.gnupg/**", ALL},
    {"/**/.password-store/**", ALL},
    {"/**/.netrc", ALL},
    {"/**/.git-credentials", ALL},
    {"/**/.pgpass", ALL},
    {"/**/.vault-token", ALL},
};

static const struct guarded scheduled[] = {
    {"/etc/crontab", WRITE},    {"/etc/cron.*/**", WRITE},     {"/etc/crontabs/**", WRITE},
    {"/etc/anacrontab", WRITE}, {"/var/spool/cron/**", WRITE}, {"/var/spool/at/**", WRITE},
    {"/etc/systemd/**", WRITE}, {"/etc/init.d/**", WRITE},     {"/etc/rc*.d/**", WRITE},
    {"/etc/rc.local", WRITE},   {"/etc/inittab", WRITE},       {"/etc/udev/**", WRITE},
};

static const struct guarded programs[] = {
    {"/bin/**", WRITE},         {"/sbin/**", WRITE},          {"/usr/bin/**", WRITE},
    {"/usr/sbin/**", WRITE},    {"/usr/local/bin/**", WRITE}, {"/usr/local/sbin/**", WRITE},
    {"/usr/libexec/**", WRITE}, {"/usr/lib/**", WRITE},       {"/usr/lib32/**", WRITE},
    {"/usr/lib64/**", WRITE},   {"/usr/local/lib/**", WRITE}, {"/usr/local/libexec/**", WRITE},
    {"/lib/**", WRITE},         {"/lib32/**", WRITE},         {"/lib64/**", WRITE},
    {"/boot/**", WRITE},
};

/* Every user of the container may write there. */
static const struct guarded writable[] = {
    {"/tmp/**", EXEC | MAP},      {"/var/tmp/**", EXEC | MAP},    {"/dev/shm/**", EXEC | MAP},
    {"/run/user/**", EXEC | MAP}, {"/dev/mqueue/**", EXEC | MAP}, {"/dev/**", EXEC},
    {"/proc/**", EXEC},
};

static const struct guarded libraries[] = {{"/**.so", WRITE},
                                           {"/**.so.*", WRITE},
                                           {"/**.ko", WRITE},
                                           {"/**.ko.*", WRITE}};

static const struct guarded environments[] = {{"/proc/*/environ", ALL}, {"/proc/*/task/*/environ", ALL}};

/* Public halves of keys; and what a Python that runs as root compiles for itself, module by module. */
static const char *const harmless_credentials[] = {"/**.pub", "/**/.ssh/known_hosts*", "/**/.ssh/"};
static const char *const harmless_programs[] = {"/**/__pycache__/**"};

#define OF(table) table, sizeof(table) / sizeof((table)[0])

static const struct {
    enum guard guard;
    const struct guarded *paths;
    size_t count;
    const char *const *except; /* paths that aren't held after all */
    size_t except_count;
} tables[] = {
    {GUARD_RUNTIME_SOCKET, OF(runtime_sockets), NULL, 0},
    {GUARD_SYSRQ, OF(sysrq), NULL, 0},
    {GUARD_KERNEL_MEMORY, OF(kernel_memory), NULL, 0},
    {GUARD_DISK, OF(disks), NULL, 0},
    {GUARD_KERNEL_DEBUG, OF(kernel_debug), NULL, 0},
    {GUARD_KERNEL_SETTINGS, OF(kernel_settings), NULL, 0},
    {GUARD_OTHER_CONTAINERS, OF(other_containers), NULL, 0},
    {GUARD_USER_NAMESPACE, OF(user_namespaces), NULL, 0},
    {GUARD_OTHER_PROFILE, OF(other_profiles), NULL, 0},
    {GUARD_PROCESS_MEMORY, OF(process_memory), NULL, 0},
    {GUARD_DEVICE, OF(devices), NULL, 0},
    {GUARD_LOADER, OF(loader), NULL, 0},
    {GUARD_CREDENTIALS, OF(credentials), OF(harmless_credentials)},
    {GUARD_ACCOUNTS, OF(accounts), NULL, 0},
    {GUARD_SCHEDULED, OF(scheduled), NULL, 0},
    {GUARD_PROGRAMS, OF(programs), OF(harmless_programs)},
    {GUARD_EXEC_WRITABLE, OF(writable), NULL, 0},
    {GUARD_LIBRARY, OF(libraries), NULL, 0},
    {GUARD_ENVIRONMENT, OF(environments), NULL, 0},
};

/* Whether PATTERN, in the language of struct guarded, is of NAME. Goes down once for each star. */
static bool matches(const char *pattern, struct armor_slice name) // NOLINT(misc-no-recursion)
{
    size_t at = 0;
    for (; *pattern && *pattern != '*'; pattern++, at++) {
        if (at == name.length || name.bytes[at] != *pattern) {
            return false;
        }
    }
    if (!*pattern) {
        return at == name.length;
    }
    bool any = pattern[1] == '*';
    const char *rest = pattern + 1 + any;
    size_t length = strlen(rest);
    if (any && !strchr(rest, '*')) { /* most of them: the name's end is all that is left to look at */
        return name.length - at >= length && memcmp(name.bytes + name.length - length, rest, length) == 0;
    }
    for (; at < name.length; at++) {
        struct armor_slice tail = {name.bytes + at, name.length - at};
        if (*rest == name.bytes[at] && matches(rest, tail)) {
            return true;
        }
        if (!any && name.bytes[at] == '/') {
            return false;
        }
    }
    return !*rest;
}

static bool is_excepted(const char *const *except, size_t count, struct armor_slice path)
{
    for (size_t i = 0; i < count; i++) {
        if (matches(except[i], path)) {
            return true;
        }
    }
    return false;
}

enum guard guard_of_path(struct armor_slice path, uint32_t asked, uint32_t *ret_held)
{
    enum guard first = GUARD_COUNT;
    uint32_t held = 0;
    char second = '\0';
    if (path.length > 1) {
        second = path.bytes[1];
    }
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct guarded *guarded = &tables[t].paths[i];
            bool likely = guarded->path[1] == '*' || guarded->path[1] == second; /* rules out most at once */
            if (likely && (guarded->held & asked & ~held) && matches(guarded->path, path) &&
                !is_excepted(tables[t].except, tables[t].except_count, path)) {
                held |= guarded->held & asked;
                first = first == GUARD_COUNT ? tables[t].guard : first;
            }
        }
    }
    *ret_held = held;
    return first;
}

/* A name of PATTERN, in the language of struct guarded: each star stands for one byte. */
static struct armor_slice example_of(const char *pattern, char room[static GUARDED_MAX])
{
    size_t length = 0;
    for (; *pattern && length < GUARDED_MAX; pattern++) {
        room[length++] = (char)(*pattern == '*' ? 'x' : *pattern);
        pattern += pattern[0] == '*' && pattern[1] == '*';
    }
    return (struct armor_slice){room, length};
}

int guard_within(const struct armor_pattern *pattern, uint32_t asked, uint32_t *ret_held)
{
    char room[GUARDED_MAX];
    uint32_t held = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct guarded *guarded = &tables[t].paths[i];
            bool anywhere = guarded->path[1] == '*' && guarded->path[2] == '*';
            if (anywhere || !(guarded->held & asked & ~held)) {
                continue;
            }
            int code = armor_pattern_matches(pattern, example_of(guarded->path, room));
            if (code < 0) {
                return code;
            }
            held |= code > 0 ? guarded->held & asked : 0;
        }
    }
    *ret_held = held;
    return 0;
}

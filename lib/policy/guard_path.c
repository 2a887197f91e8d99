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
    uint32_t length; /* bytes of it */
    uint32_t held;
};

#define P(path) path, sizeof(path) - 1

static const struct guarded runtime_sockets[] = {
    {P("/run/docker.sock"), ALL},     {P("/var/run/docker.sock"), ALL}, {P("/**/docker.sock"), ALL},
    {P("/run/docker/**"), ALL},       {P("/run/containerd/**"), ALL},   {P("/**/containerd.sock"), ALL},
    {P("/run/podman/**"), ALL},       {P("/**/podman.sock"), ALL},      {P("/run/crio/**"), ALL},
    {P("/**/crio.sock"), ALL},        {P("/run/buildkit/**"), ALL},     {P("/run/armord/**"), ALL},
    {P("/run/systemd/private"), ALL},
};

static const struct guarded sysrq[] = {{P("/proc/sysrq-trigger"), ALL}};

static const struct guarded kernel_memory[] = {
    {P("/proc/kcore"), ALL},  {P("/proc/kmem"), ALL},   {P("/proc/kallsyms"), ALL},
    {P("/proc/kpage*"), ALL}, {P("/proc/vmcore"), ALL}, {P("/dev/mem"), ALL},
    {P("/dev/kmem"), ALL},    {P("/dev/port"), ALL},    {P("/dev/cpu/**"), ALL},
};

static const struct guarded disks[] = {
    {P("/dev/sd*"), ALL},       {P("/dev/vd*"), ALL},      {P("/dev/xvd*"), ALL},   {P("/dev/hd*"), ALL},
    {P("/dev/nvme*"), ALL},     {P("/dev/mmcblk*"), ALL},  {P("/dev/dm-*"), ALL},   {P("/dev/md*"), ALL},
    {P("/dev/mapper/**"), ALL}, {P("/dev/loop*"), ALL},    {P("/dev/nbd*"), ALL},   {P("/dev/sr*"), ALL},
    {P("/dev/disk/**"), ALL},   {P("/dev/block/**"), ALL}, {P("/dev/raw/**"), ALL}, {P("/dev/sg*"), ALL},
    {P("/dev/bsg/**"), ALL},    {P("/dev/mtd*"), ALL},
};

/* Not the writes of a process to its own files, /proc/PID/oom_score_adj and such. */
static const struct guarded kernel_settings[] = {
    {P("/proc/*"), WRITE},         {P("/proc/sys/**"), WRITE},      {P("/proc/acpi/**"), WRITE},
    {P("/proc/asound/**"), WRITE}, {P("/proc/bus/**"), WRITE},      {P("/proc/driver/**"), WRITE},
    {P("/proc/fs/**"), WRITE},     {P("/proc/irq/**"), WRITE},      {P("/proc/scsi/**"), ALL},
    {P("/sys/**"), WRITE},         {P("/**/release_agent"), WRITE},
};

static const struct guarded kernel_debug[] = {
    {P("/sys/kernel/security/**"), ALL},
    {P("/sys/kernel/debug/**"), ALL},
    {P("/sys/kernel/tracing/**"), ALL},
    {P("/sys/firmware/**"), ALL},
    {P("/sys/fs/bpf/**"), ALL},
    {P("/sys/fs/pstore/**"), ALL},
    {P("/sys/devices/virtual/powercap/**"), ALL},
    {P("/proc/kmsg"), ALL},
    {P("/dev/kmsg"), ALL},
};

static const struct guarded other_containers[] = {
    {P("/var/lib/docker/**"), ALL},  {P("/var/lib/containerd/**"), ALL}, {P("/var/lib/containers/**"), ALL},
    {P("/var/lib/kubelet/**"), ALL}, {P("/etc/kubernetes/**"), ALL},     {P("/etc/apparmor.d/**"), WRITE},
};

static const struct guarded user_namespaces[] = {
    {P("/proc/*/uid_map"), WRITE},
    {P("/proc/*/gid_map"), WRITE},
    {P("/proc/*/projid_map"), WRITE},
    {P("/proc/*/setgroups"), WRITE},
};

static const struct guarded other_profiles[] = {{P("/proc/*/attr/**"), WRITE},
                                                {P("/proc/*/task/*/attr/**"), WRITE}};

static const struct guarded process_memory[] = {
    {P("/proc/*/mem"), ALL},
    {P("/proc/*/task/*/mem"), ALL},
    {P("/proc/*/pagemap"), ALL},
    {P("/dev/userfaultfd"), ALL},
};

static const struct guarded devices[] = {
    {P("/dev/fuse"), ALL},       {P("/dev/cuse"), ALL},    {P("/dev/net/tun"), ALL},
    {P("/dev/kvm"), ALL},        {P("/dev/vfio/**"), ALL}, {P("/dev/vhost-*"), ALL},
    {P("/dev/vsock"), ALL},      {P("/dev/autofs"), ALL},  {P("/dev/btrfs-control"), ALL},
    {P("/dev/bus/usb/**"), ALL}, {P("/dev/usb/**"), ALL},  {P("/dev/hidraw*"), ALL},
    {P("/dev/input/**"), ALL},   {P("/dev/uinput"), ALL},  {P("/dev/watchdog*"), ALL},
    {P("/dev/rtc*"), ALL},       {P("/dev/tpm*"), ALL},    {P("/dev/nvram"), ALL},
    {P("/dev/ipmi*"), ALL},      {P("/dev/vcs*"), ALL},    {P("/dev/fb*"), ALL},
    {P("/dev/mei*"), ALL},
};

static const struct guarded loader[] = {
    {P("/etc/ld.so.preload"), ALL}, {P("/etc/ld.so.conf"), WRITE},     {P("/etc/ld.so.conf.d/**"), WRITE},
    {P("/etc/ld.so.cache"), WRITE}, {P("/etc/ld-musl-*.path"), WRITE},
};

static const struct guarded accounts[] = {
    {P("/etc/passwd*"), WRITE},       {P("/etc/group*"), WRITE},
    {P("/etc/subuid*"), WRITE},       {P("/etc/subgid*"), WRITE},
    {P("/etc/sudoers"), WRITE},       {P("/etc/sudoers.d/**"), WRITE},
    {P("/etc/doas*"), WRITE},         {P("/etc/pam.d/**"), WRITE},
    {P("/etc/security/**"), WRITE},   {P("/etc/ssh/**"), WRITE},
    {P("/etc/nsswitch.conf"), WRITE}, {P("/etc/profile"), WRITE},
    {P("/etc/profile.d/**"), WRITE},  {P("/etc/bash.bashrc"), WRITE},
    {P("/etc/environment"), WRITE},   {P("/root/.profile"), WRITE},
    {P("/root/.bash*rc"), WRITE},     {P("/root/.bash_profile"), WRITE},
    {P("/root/.zshrc"), WRITE},       {P("/home/*/.profile"), WRITE},
    {P("/home/*/.bash*rc"), WRITE},   {P("/home/*/.bash_profile"), WRITE},
    {P("/home/*/.zshrc"), WRITE},
};

static const struct guarded credentials[] = {
    {P("/etc/shadow*"), ALL},
    {P("/etc/gshadow*"), ALL},
    {P("/etc/security/opasswd*"), ALL},
    {P("/run/secrets/**"), ALL},
    {P("/var/run/secrets/**"), ALL},
    {P("/etc/ssl/private/**"), ALL},
    {P("/etc/pki/tls/private/**"), ALL},
    {P("/etc/letsencrypt/**"), ALL},
    {P("/etc/wireguard/**"), ALL},
    {P("/etc/ssh/ssh_host_*key"), ALL},
    {P("/**/.ssh/**"), ALL},
    {P("/**/id_rsa"), ALL},
    {P("/**/id_dsa"), ALL},
    {P("/**/id_ecdsa"), ALL},
    {P("/**/id_ed25519"), ALL},
    {P("/**.key"), ALL},
    {P("/**key.pem"), ALL},
    {P("/**privkey*.pem"), ALL},
    {P("/**.p12"), ALL},
    {P("/**.pfx"), ALL},
    {P("/**.jks"), ALL},
    {P("/**.keystore"), ALL},
    {P("/**.keytab"), ALL},
    {P("/**.kdbx"), ALL},
    {P("/**/.aws/**"), ALL},
    {P("/**/.azure/**"), ALL},
    {P("/**/.config/gcloud/**"), ALL},
    {P("/**/.kube/**"), ALL},
    {P("/**/.docker/config.json"), ALL},
    {P("/**/.config/gh/**"), ALL},
    {P("/**/.gnupg/**"), ALL},
    {P("/**/.password-store/**"), ALL},
    {P("/**/.netrc"), ALL},
    {P("/**/.git-credentials"), ALL},
    {P("/**/.pgpass"), ALL},
    {P("/**/.vault-token"), ALL},
};

static const struct guarded scheduled[] = {
    {P("/etc/crontab"), WRITE},    {P("/etc/cron.*/**"), WRITE},     {P("/etc/crontabs/**"), WRITE},
    {P("/etc/anacrontab"), WRITE}, {P("/var/spool/cron/**"), WRITE}, {P("/var/spool/at/**"), WRITE},
    {P("/etc/systemd/**"), WRITE}, {P("/etc/init.d/**"), WRITE},     {P("/etc/rc*.d/**"), WRITE},
    {P("/etc/rc.local"), WRITE},   {P("/etc/inittab"), WRITE},       {P("/etc/udev/**"), WRITE},
};

static const struct guarded programs[] = {
    {P("/bin/**"), WRITE},         {P("/sbin/**"), WRITE},          {P("/usr/bin/**"), WRITE},
    {P("/usr/sbin/**"), WRITE},    {P("/usr/local/bin/**"), WRITE}, {P("/usr/local/sbin/**"), WRITE},
    {P("/usr/libexec/**"), WRITE}, {P("/usr/lib/**"), WRITE},       {P("/usr/lib32/**"), WRITE},
    {P("/usr/lib64/**"), WRITE},   {P("/usr/local/lib/**"), WRITE}, {P("/usr/local/libexec/**"), WRITE},
    {P("/lib/**"), WRITE},         {P("/lib32/**"), WRITE},         {P("/lib64/**"), WRITE},
    {P("/boot/**"), WRITE},
};

/* Every user of the container may write there. */
static const struct guarded writable[] = {
    {P("/tmp/**"), EXEC | MAP},      {P("/var/tmp/**"), EXEC | MAP},    {P("/dev/shm/**"), EXEC | MAP},
    {P("/run/user/**"), EXEC | MAP}, {P("/dev/mqueue/**"), EXEC | MAP}, {P("/dev/**"), EXEC},
    {P("/proc/**"), EXEC},
};

static const struct guarded libraries[] = {{P("/**.so"), WRITE},
                                           {P("/**.so.*"), WRITE},
                                           {P("/**.ko"), WRITE},
                                           {P("/**.ko.*"), WRITE}};

static const struct guarded environments[] = {{P("/proc/*/environ"), ALL},
                                              {P("/proc/*/task/*/environ"), ALL}};

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
    size_t literal = strcspn(rest, "*");
    if (any && !rest[literal]) { /* most of them: the name's end is all that is left to look at */
        return name.length - at >= literal && memcmp(name.bytes + name.length - literal, rest, literal) == 0;
    }
    if (any && literal) {
        const char *end = name.bytes + name.length;
        const char *hit = name.bytes + at;
        while ((hit = memmem(hit, (size_t)(end - hit), rest, literal))) {
            if (matches(rest, (struct armor_slice){hit, (size_t)(end - hit)})) {
                return true;
            }
            hit++;
        }
        return false;
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
    char last = '\0';
    if (path.length > 1) {
        second = path.bytes[1];
        last = path.bytes[path.length - 1];
    }
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct guarded *guarded = &tables[t].paths[i];
            char begin = guarded->path[1];
            char end = guarded->path[guarded->length - 1];
            if ((begin != '*' && begin != second) || (end != '*' && end != last)) {
                continue; /* nearly all */
            }
            if ((guarded->held & asked & ~held) && matches(guarded->path, path) &&
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

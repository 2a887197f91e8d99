/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Zone: the tables of directories and of names that are never widened. See zone.h. */
#include "zone.h"

/* The longest prefix counts. */
static const struct {
    const char *path;
    enum zone zone;
} zones[] = {
    {"/bin/", ZONE_SYSTEM},        {"/boot/", ZONE_FIXED},   {"/dev/", ZONE_FIXED},
    {"/dev/shm/", ZONE_TEMPORARY}, {"/etc/", ZONE_CONFIG},   {"/lib/", ZONE_SYSTEM},
    {"/lib32/", ZONE_SYSTEM},      {"/lib64/", ZONE_SYSTEM}, {"/libx32/", ZONE_SYSTEM},
    {"/proc/", ZONE_FIXED},        {"/run/", ZONE_RUN},      {"/run/secrets/", ZONE_FIXED},
    {"/sbin/", ZONE_SYSTEM},       {"/sys/", ZONE_FIXED},    {"/sys/fs/cgroup/", ZONE_RUN},
    {"/tmp/", ZONE_TEMPORARY},     {"/usr/", ZONE_SYSTEM},   {"/var/lock/", ZONE_RUN},
    {"/var/log/", ZONE_LOG},       {"/var/run/", ZONE_RUN},  {"/var/run/secrets/", ZONE_FIXED},
    {"/var/tmp/", ZONE_TEMPORARY},
};

/* Directories that hold what doesn't belong together. */
static const char *const hierarchy[] = {
    "/",
    "/bin/",
    "/boot/",
    "/dev/",
    "/etc/",
    "/home/",
    "/lib/",
    "/lib64/",
    "/media/",
    "/mnt/",
    "/opt/",
    "/proc/",
    "/root/",
    "/run/",
    "/sbin/",
    "/srv/",
    "/sys/",
    "/tmp/",
    "/usr/",
    "/usr/bin/",
    "/usr/lib/",
    "/usr/libexec/",
    "/usr/local/",
    "/usr/sbin/",
    "/usr/share/",
    "/usr/src/",
    "/usr/local/bin/",
    "/usr/local/lib/",
    "/usr/local/share/",
    "/var/",
    "/var/cache/",
    "/var/lib/",
    "/var/local/",
    "/var/log/",
    "/var/opt/",
    "/var/spool/",
    "/usr/local/sbin/",
};

/* Names of files; a `*` at the end or at the start stands for anything. */
static const char *const secrets[] = {
    "*.asc",
    "*.gpg",
    "*.jks",
    "*.kdb",
    "*.kdbx",
    "*.key",
    "*.keystore",
    "*.keytab",
    "*.p12",
    "*.pem",
    "*.pfx",
    "*.ppk",
    "*.secret",
    "*_dsa",
    "*_ecdsa",
    "*_ed25519",
    "*_key",
    "*_rsa",
    ".env*",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    "authorized_keys*",
    "credential*",
    "gshadow*",
    "htpasswd",
    "id_*",
    "krb5.keytab",
    "kubeconfig",
    "passwd*",
    "password*",
    "secret*",
    "shadow*",
    "sudoers*",
    "token*",
    ".bash_history",
    ".erlang.cookie",
};

static const char *const secret_directories[] = {
    ".aws", ".azure", ".docker", ".gnupg", ".kube", ".password-store", ".ssh", "private", "secret", "secrets",
};

/* What is executed, mapped or read as code by a program that is found on most systems. */
static const char *const programs[] = {
    "bash", "bat", "bin", "cgi",  "class", "cjs", "com",  "dll", "elf",     "exe",     "jar",   "js",  "jsp",
    "ko",   "lua", "mjs", "phar", "php",   "pl",  "pm",   "ps1", "pth",     "py",      "pyc",   "pyo", "pyz",
    "rb",   "sh",  "so",  "tcl",  "ts",    "war", "wasm", "zsh", "desktop", "service", "phtml",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum zone zone_of(struct armor_slice path)
{
    enum zone zone = ZONE_DATA;
    size_t longest = 0;
    for (size_t i = 0; i < COUNT(zones); i++) {
        struct armor_slice prefix = armor_slice_of(zones[i].path);
        if (prefix.length > longest && armor_slice_starts(path, prefix)) {
            longest = prefix.length;
            zone = zones[i].zone;
        }
    }
    return zone;
}

/* Whether PATTERN, with at most one `*` at either end, matches NAME. */
static bool matches(struct armor_slice pattern, struct armor_slice name)
{
    if (pattern.bytes[0] == '*') {
        size_t rest = pattern.length - 1;
        return name.length > rest && memcmp(name.bytes + name.length - rest, pattern.bytes + 1, rest) == 0;
    }
    if (pattern.bytes[pattern.length - 1] == '*') {
        pattern.length--;
        return armor_slice_starts(name, pattern);
    }
    return armor_slice_equal(pattern, name);
}

static bool in_table(const char *const *table, size_t count, struct armor_slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (matches(armor_slice_of(table[i]), name)) {
            return true;
        }
    }
    return false;
}

bool zone_is_hierarchy(struct armor_slice path)
{
    static const struct armor_slice home = {"/home/", 6};
    if (armor_slice_starts(path, home) && path.length > home.length) {
        return memchr(path.bytes + home.length, '/', path.length - home.length - 1) == NULL;
    }
    return in_table(hierarchy, COUNT(hierarchy), path);
}

bool zone_is_secret(struct armor_slice name)
{
    return in_table(secrets, COUNT(secrets), name);
}

bool zone_is_secret_directory(struct armor_slice name)
{
    return in_table(secret_directories, COUNT(secret_directories), name);
}

bool zone_is_program(struct armor_slice extension)
{
    return in_table(programs, COUNT(programs), extension);
}

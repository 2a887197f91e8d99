/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keywords of profiles. See words.h. */
#include "words.h"

#include "armor/event.h"

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

/* not nosymfollow, which the kernel has and apparmor 3 hasn't */
static const char *const mount_flags[] = {
    "ro",     "rw",      "nosuid",     "nodev",       "noexec",   "sync",        "remount",
    "mand",   "dirsync", "noatime",    "nodiratime",  "bind",     "rbind",       "move",
    "silent", "acl",     "unbindable", "runbindable", "private",  "rprivate",    "slave",
    "rslave", "shared",  "rshared",    "relatime",    "iversion", "strictatime", "nouser",
};

/* Not nice, which apparmor_parser and the kernel count in opposite directions (3.0.8 compiles `nice <= 19` as 39). */
static const char *const rlimits[] = {
    "as",     "core",  "cpu", "data",   "fsize",  "locks",      "memlock", "msgqueue",
    "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
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

bool word_is_mount_flags(struct armor_slice list)
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

bool word_is_capability(struct armor_slice word)
{
    for (int64_t number = 0; number < ARMOR_CAPABILITY_COUNT; number++) {
        if (armor_slice_is(word, armor_capability_name(number))) {
            return true;
        }
    }
    return false;
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

bool word_is_family(struct armor_slice word)
{
    return KNOWN(word, families);
}

bool word_is_sock_type(struct armor_slice word)
{
    return KNOWN(word, sock_types);
}

bool word_is_rlimit(struct armor_slice word)
{
    return KNOWN(word, rlimits);
}

bool word_is_signal(struct armor_slice word)
{
    return KNOWN(word, signals) || is_realtime(word);
}

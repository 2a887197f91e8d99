/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rule: what a profile allows, one kind of access to one thing, and how we come to have it.
 *
 * A rule is known by its kind, its state and its four words; the table of kinds says what each word means. Its mask may grow as
 * evidence comes. A daemon holds hundreds of thousands: the enums take a byte each. Names of files are patterns as apparmor.d(5) writes them, already escaped (glob.h), without quotes.
 */
#pragma once

#include "armor/base.h"

enum armor_rule_kind {
    ARMOR_RULE_CAPABILITY = 0, /* name = "net_bind_service"; NULL: all of them */
    ARMOR_RULE_RLIMIT,         /* name = "nofile"; value = the most that was asked for */
    ARMOR_RULE_USERNS,         /* no words: one rule for all */
    ARMOR_RULE_IO_URING,       /* peer = label whose credentials are taken */
    ARMOR_RULE_NETWORK,        /* name = family or NULL, detail = socket type or NULL */
    ARMOR_RULE_UNIX, /* detail = socket type, name = own address, peer = label, options = peer address; "none": unnamed
                      */
    ARMOR_RULE_DBUS, /* detail = bus, name = path, or what is bound; options = INTERFACE.MEMBER, peer = label */
    ARMOR_RULE_MQUEUE, /* detail = "posix" or "sysv", name = of the queue */
    ARMOR_RULE_SIGNAL, /* name = "term", peer = label; NULL: any */
    ARMOR_RULE_PTRACE, /* peer = label; NULL: any */
    ARMOR_RULE_MOUNT,  /* name = mount point or NULL, detail = fstype, peer = source, options = "rw, bind" */
    ARMOR_RULE_UMOUNT, /* name = mount point or NULL */
    ARMOR_RULE_PIVOT_ROOT,     /* name = new root or NULL, peer = where the old one goes */
    ARMOR_RULE_CHANGE_PROFILE, /* name = label that a process asked to go on under */
    ARMOR_RULE_HAT,            /* name = of a hat that a process asked for */
    ARMOR_RULE_FILE,           /* name = path, options = "owner" or NULL */
    ARMOR_RULE_LINK, /* name = new path, peer = existing path, options = "owner", "subset", both or NULL */
    ARMOR_RULE_EXEC, /* name = path, options = "owner" or NULL; goes on under the same profile */
    ARMOR_RULE_KIND_COUNT,
} __attribute__((packed));

/* The bits of a mask. Which ones a kind has is in its table entry; kinds without any have mask 0. */
enum armor_mask {
    ARMOR_FILE_READ = 1U << 0,   /* r */
    ARMOR_FILE_WRITE = 1U << 1,  /* w; create, delete, chmod and chown too */
    ARMOR_FILE_APPEND = 1U << 2, /* a; the first write through such a descriptor asks w all the same */
    ARMOR_FILE_LOCK = 1U << 3,   /* k */
    ARMOR_FILE_LINK = 1U << 4,   /* l; in records only, a rule of kind link has it by itself */
    ARMOR_FILE_MAP = 1U << 5,    /* m: map executable */
    ARMOR_FILE_EXEC = 1U << 6,   /* x; in records only, a rule of kind exec has it by itself */
    ARMOR_FILE_CREATE = 1U << 7, /* c; evidence, always beside w: made by the container itself */
    ARMOR_FILE_DELETE = 1U << 8, /* d; evidence, always beside w: deleted, or renamed away */

    ARMOR_FILE_EVIDENCE =
        ARMOR_FILE_CREATE | ARMOR_FILE_DELETE, /* bits that no rule can grant by themselves */

    ARMOR_SIGNAL_SEND = 1U << 0,
    ARMOR_SIGNAL_RECEIVE = 1U << 1,

    ARMOR_PTRACE_TRACE = 1U << 0,
    ARMOR_PTRACE_READ = 1U << 1,
    ARMOR_PTRACE_TRACED_BY = 1U << 2,
    ARMOR_PTRACE_READ_BY = 1U << 3,

    ARMOR_UNIX_CREATE = 1U << 0,
    ARMOR_UNIX_BIND = 1U << 1,
    ARMOR_UNIX_LISTEN = 1U << 2,
    ARMOR_UNIX_ACCEPT = 1U << 3,
    ARMOR_UNIX_CONNECT = 1U << 4,
    ARMOR_UNIX_SHUTDOWN = 1U << 5,
    ARMOR_UNIX_SEND = 1U << 6,
    ARMOR_UNIX_RECEIVE = 1U << 7,
    ARMOR_UNIX_GETATTR = 1U << 8,
    ARMOR_UNIX_SETATTR = 1U << 9,
    ARMOR_UNIX_GETOPT = 1U << 10,
    ARMOR_UNIX_SETOPT = 1U << 11,

    ARMOR_DBUS_SEND = 1U << 0,
    ARMOR_DBUS_RECEIVE = 1U << 1,
    ARMOR_DBUS_BIND = 1U << 2,
    ARMOR_DBUS_EAVESDROP = 1U << 3,

    ARMOR_MQUEUE_READ = 1U << 0,
    ARMOR_MQUEUE_WRITE = 1U << 1,
    ARMOR_MQUEUE_CREATE = 1U << 2,
    ARMOR_MQUEUE_OPEN = 1U << 3,
    ARMOR_MQUEUE_DELETE = 1U << 4,
    ARMOR_MQUEUE_GETATTR = 1U << 5,
    ARMOR_MQUEUE_SETATTR = 1U << 6,

    ARMOR_IO_URING_OVERRIDE_CREDS = 1U << 0,
    ARMOR_IO_URING_SQPOLL = 1U << 1,

    ARMOR_USERNS_CREATE = 1U << 0,
};

/* How we come to have a rule. The first of these that brought it stays. */
enum armor_origin {
    ARMOR_ORIGIN_OBSERVED = 0, /* learned from events; comm says who asked first */
    ARMOR_ORIGIN_BASELINE,     /* what docker itself and each process need; reason says why (baseline.h) */
    ARMOR_ORIGIN_SEEDED,       /* static analysis; source says where it stands, reason why (seed.h) */
    ARMOR_ORIGIN_ACCEPTED,     /* an operator gave it; decided_by says who */
    ARMOR_ORIGIN_COUNT,
} __attribute__((packed));

/* What becomes of a rule. It is part of what a rule is known by: `/data r` may be active and `/data w` denied. */
enum armor_state {
    ARMOR_STATE_ACTIVE = 0,  /* stands in the learning profile and in the enforced one */
    ARMOR_STATE_EXPECTED,    /* seeded; stands in neither until an event asks for something of it */
    ARMOR_STATE_QUARANTINED, /* asked for; stands in neither without an operator's decision */
    ARMOR_STATE_DENIED, /* a deny rule of the enforced profile; never in learning, where it would block too */
    ARMOR_STATE_COUNT,
} __attribute__((packed));

/* Who the file of an access belonged to: bits of armor_rule.owners. */
enum {
    ARMOR_OWNER_SELF = 1U << 0,  /* the process's own user: fsuid and ouid were equal */
    ARMOR_OWNER_OTHER = 1U << 1, /* somebody else, or the record didn't say */
};

/* The options of rules of paths, which an operator alone gives: nothing is learned so. */
#define ARMOR_OPTION_OWNER        "owner"  /* of files of the process's own user alone */
#define ARMOR_OPTION_SUBSET       "subset" /* the new name may do no more than the existing one */
#define ARMOR_OPTION_OWNER_SUBSET "owner subset"

/* A limit that isn't one, as setrlimit(2) has it: RLIM_INFINITY. */
#define ARMOR_VALUE_UNLIMITED INT64_MAX

/*
 * What few rules have, apart so that all the others are small: files and programs have a name, and their evidence. Every word is interned in
 * the profile that holds the rule, or NULL.
 */
struct armor_rule_more {
    const char
        *detail; /* words of the key, beside the name; NULL: the kind has no such word, or any will do */
    const char *peer;
    const char *options;
    int64_t value; /* of an rlimit, in the kernel's unit; the largest that was seen. 0 for the other kinds */

    const char *reason; /* baseline, seeded: why, a sentence; otherwise NULL */
    const char *source; /* seeded: "docker-compose.yml:12:5"; otherwise NULL */
    const char *guard;  /* the guard rail that held it back, by name; NULL: none did */
    const char
        *sample; /* a literal name that it was seen with; NULL: the name is literal, or none was seen */
    const char *decided_by; /* the operator who accepted or denied it; NULL: nobody has */
    int64_t decided_usec;   /* when, since the epoch; 0: never */
    uint32_t
        made_by; /* bits 1 << enum armor_transformation, of those that made the name (generalise.h); 0: none */
    uint32_t pieces; /* rules of the evidence that it stands for; 0: it is evidence itself */
};

/* 64 bytes, for there are many. Names and comm are interned in the profile that holds the rule. */
struct armor_rule {
    enum armor_rule_kind kind;
    enum armor_state state;
    enum armor_origin origin;
    uint8_t owners; /* of ARMOR_OWNER_*: whose files they were; 0: the kind has none, or nothing was seen */
    uint32_t mask;  /* bits of enum armor_mask; the union of all that was seen */
    const char *name;
    struct armor_rule_more *more; /* owned by the profile; NULL: nothing of that, see armor_rule_more */
    const char *comm;             /* who asked first, as the process calls itself; NULL: not known */
    uint32_t runs;                /* of the container, in which it was seen; 0: none was counted */
    uint32_t last_run;            /* number of the last one; 0: none */
    uint64_t count;               /* events seen; 0 for a baseline rule that nobody asked for */
    int64_t first_usec;           /* of the first and last event, since the epoch; 0 while count is 0 */
    int64_t last_usec;
};

/* What RULE has more, for reading: never NULL. To write, armor_profile_more. */
static inline const struct armor_rule_more *armor_rule_more(const struct armor_rule *rule)
{
    static const struct armor_rule_more nothing = {0};
    return rule->more ? rule->more : &nothing;
}

/* What one event asks for, in the terms of rules: the words are slices of the event or of the caller's buffer. */
struct armor_access {
    enum armor_rule_kind kind;
    enum armor_state state; /* of the rule that it is for */
    uint32_t mask;
    struct armor_slice name;
    struct armor_slice detail;
    struct armor_slice peer;
    struct armor_slice options;
    struct armor_slice member; /* of D-Bus; behind the interface in options when it becomes a rule */
    int64_t value;
};

/* The bits of MASK that a rule of KIND grants, without those that are evidence only. */
static inline uint32_t armor_mask_granted(enum armor_rule_kind kind, uint32_t mask)
{
    return kind == ARMOR_RULE_FILE ? mask & ~(uint32_t)ARMOR_FILE_EVIDENCE : mask;
}

/* Whether rules of KIND are of paths: files, links, programs. */
static inline bool armor_rule_kind_is_path(enum armor_rule_kind kind)
{
    return kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_LINK || kind == ARMOR_RULE_EXEC;
}

/* Whether OPTIONS, of a rule of paths, say "owner". NULL: they don't. */
bool armor_options_owner(struct armor_slice options);

/* Whether they say "subset". */
bool armor_options_subset(struct armor_slice options);

/* "file", "pivot_root": as rules are called in JSON and in the store. "unknown" outside the enum. */
const char *armor_rule_kind_name(enum armor_rule_kind kind);

/* The kind of that name, or -EINVAL. */
int armor_rule_kind_from_name(struct armor_slice name);

/* "active", "expected", "quarantined", "denied". */
const char *armor_state_name(enum armor_state state);

/* The state of that name, or -EINVAL. */
int armor_state_from_name(struct armor_slice name);

/* "observed", "baseline", "seeded", "accepted". */
const char *armor_origin_name(enum armor_origin origin);

/* The origin of that name, or -EINVAL. */
int armor_origin_from_name(struct armor_slice name);

/* Canonical order: by kind, then by the bytes of the words, then by state. For qsort over rules by pointer, see profile.h. */
int armor_rule_compare(const struct armor_rule *a, const struct armor_rule *b);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Event: what AppArmor said in one record, decoded.
 *
 * The input is a record that record.h took out of its framing; the output is one event. No field order is relied on, keys
 * that aren't known are stepped over and counted. The input may be hostile: any bytes give a defined answer. No call
 * keeps state, reads a clock or allocates.
 *
 *     struct armor_event event;          // large: keep one and use it again
 *     switch (armor_event_parse(&record, &event, &err)) {
 *     case 1: use(&event); break;        // valid until record's bytes go or event is parsed into again
 *     case 0: break;                     // some other audit record
 *     default: report(&err);             // said to be ours, and malformed
 *     }
 */
#pragma once

#include "armor/limits.h"
#include "armor/record.h"

enum armor_verdict {
    ARMOR_VERDICT_NONE = 0, /* not after a successful parse */
    ARMOR_VERDICT_ALLOWED,  /* no rule allows it; complain mode let it pass */
    ARMOR_VERDICT_DENIED,   /* refused */
    ARMOR_VERDICT_AUDIT,    /* allowed by a rule that says `audit` */
    ARMOR_VERDICT_STATUS,   /* policy was loaded, replaced, removed, or failed to be */
    ARMOR_VERDICT_HINT,
    ARMOR_VERDICT_ERROR,
    ARMOR_VERDICT_KILLED,
    ARMOR_VERDICT_COUNT,
};

/* Which kind of access; decides which fields mean something. From class= where it is there, else from the operation. */
enum armor_class {
    ARMOR_CLASS_OTHER = 0,      /* an operation that isn't known: its words are kept */
    ARMOR_CLASS_FILE,           /* name, requested, denied, fsuid, ouid, target of a link */
    ARMOR_CLASS_EXEC,           /* name, target = the label it goes on under */
    ARMOR_CLASS_CAPABILITY,     /* capability */
    ARMOR_CLASS_NETWORK,        /* family, sock_type, protocol, addresses, masks */
    ARMOR_CLASS_UNIX,           /* family unix: addr, peer_addr, peer, masks */
    ARMOR_CLASS_SIGNAL,         /* signal, peer, masks */
    ARMOR_CLASS_PTRACE,         /* peer, masks */
    ARMOR_CLASS_MOUNT,          /* name = mount point, fs_type, src_name, flags */
    ARMOR_CLASS_UMOUNT,         /* name */
    ARMOR_CLASS_PIVOT_ROOT,     /* name = new root, src_name = where the old one goes */
    ARMOR_CLASS_CHANGE_PROFILE, /* name or target = wanted label */
    ARMOR_CLASS_RLIMIT,         /* rlimit, value */
    ARMOR_CLASS_DBUS,           /* dbus_*, peer_profile */
    ARMOR_CLASS_MQUEUE,         /* name, masks */
    ARMOR_CLASS_IO_URING,       /* masks, target */
    ARMOR_CLASS_USERNS,         /* masks, execpath */
    ARMOR_CLASS_POLICY,         /* STATUS: name = profile that was loaded, replaced or removed */
    ARMOR_CLASS_COUNT,
};

/*
 * Slices are decoded bytes, `bytes` NULL where the record has no such key; they point into the record or into `decoded`. A
 * path may hold any byte but NUL. Strings that a process chooses (name, comm, target, execpath, addresses) are for
 * matching and showing, not for belief.
 */
struct armor_event {
    enum armor_verdict verdict;
    enum armor_class class;
    struct armor_number time;   /* microseconds since the epoch, as in the record */
    struct armor_number serial; /* as in the record */
    uint32_t record_type;
    bool trusted;

    struct armor_slice operation;  /* operation= */
    struct armor_slice class_word; /* class=, since Linux 6.x */
    struct armor_slice info;       /* info=: why the kernel decided so */
    struct armor_slice namespace;  /* namespace=: of policy, absent in the root one */
    struct armor_slice profile;    /* profile= or label=: who acted, or received */
    struct armor_slice name;       /* name=: path, mount point or profile */
    struct armor_slice
        target;              /* target= or tcontext=: link target, label after exec or of other credentials */
    struct armor_slice comm; /* comm=: at most 15 bytes, chosen by the process */
    struct armor_slice requested;      /* requested_mask= or requested= */
    struct armor_slice denied;         /* denied_mask= or denied=; mask= of dbus */
    struct armor_slice family;         /* family= */
    struct armor_slice sock_type;      /* sock_type= */
    struct armor_slice local_addr;     /* laddr= or saddr= */
    struct armor_slice foreign_addr;   /* faddr= or daddr= */
    struct armor_slice addr;           /* addr=: of a unix socket, "@..." abstract, "none" unnamed */
    struct armor_slice peer_addr;      /* peer_addr= */
    struct armor_slice peer;           /* peer=: label of the other side */
    struct armor_slice peer_profile;   /* peer_profile= or peer_label=, of dbus */
    struct armor_slice capability;     /* capname=; the name of capability= where only that is there */
    struct armor_slice signal;         /* signal=: "term", "rtmin+3", "unknown(77)" */
    struct armor_slice fs_type;        /* fstype= */
    struct armor_slice src_name;       /* srcname= */
    struct armor_slice flags;          /* flags=: of a mount, "rw, nosuid" */
    struct armor_slice options;        /* options=: mount data; may hold passwords, so not for reports */
    struct armor_slice rlimit;         /* rlimit=: "nofile" */
    struct armor_slice dbus_bus;       /* bus= */
    struct armor_slice dbus_path;      /* path= */
    struct armor_slice dbus_interface; /* interface= */
    struct armor_slice dbus_member;    /* member= */
    struct armor_slice execpath;       /* execpath=: unescaped by the kernel */

    struct armor_number error; /* error=: negative errno that the kernel had, hidden from complain mode */
    struct armor_number pid;   /* pid=: thread group in the first pid namespace; may be reused by now */
    struct armor_number capability_number; /* capability= */
    struct armor_number fsuid;             /* fsuid=: of the process */
    struct armor_number ouid;              /* ouid=: of the file */
    struct armor_number protocol;          /* protocol= */
    struct armor_number local_port;        /* lport= or src= */
    struct armor_number foreign_port;      /* fport= or dest= */
    struct armor_number value; /* value=: of an rlimit; INT64_MAX: what doesn't fit, "no limit" among it */

    uint32_t unknown_fields;  /* keys that no entry of the table names */
    uint32_t repeated_fields; /* keys met again; the first value counts */

    size_t decoded_used; /* bytes of decoded */
    char
        decoded[ARMOR_RECORD_MAX / 2]; /* hex-decoded values; two digits make a byte, so it always suffices */
};

/*
 * Decode RECORD. Returns 1 and fills *RET_EVENT; 0 when it is sound but not AppArmor's (cheap: the common case on a shared
 * audit stream); -EBADMSG with the column (1 = first byte of the line) and the key, or -E2BIG. On 0 and on failure the
 * contents of *RET_EVENT are undefined.
 */
ARMOR_CHECKED int armor_event_parse(const struct armor_record *record, struct armor_event *ret_event,
                                    struct armor_error *err);

/* The name of a capability by its number, "chown" for 0; NULL: no such number. */
enum { ARMOR_CAPABILITY_COUNT = 41 };
const char *armor_capability_name(int64_t number);

/* The words of the enums, as `armorctl parse` shows them: "allowed", "pivot_root". "unknown" outside the enum. */
const char *armor_verdict_name(enum armor_verdict verdict);
const char *armor_class_name(enum armor_class class);

/*
 * The table of an event's text and number fields, for whoever walks them all (JSON, tests): name as in the JSON of
 * `armorctl parse`, the kernel's key, and where it is.
 */
enum armor_event_kind {
    ARMOR_EVENT_WORD,      /* slice; the kernel's constant, never hex */
    ARMOR_EVENT_UNTRUSTED, /* slice; without quotes it is hex */
    ARMOR_EVENT_NUMBER,    /* armor_number */
};

struct armor_event_field {
    const char *key;  /* as in the record */
    const char *name; /* as in JSON; NULL for a second spelling or what isn't shown */
    enum armor_event_kind kind;
    size_t offset; /* in struct armor_event */
};

/* Returns the table, sorted by length and bytes of key, and its length. */
const struct armor_event_field *armor_event_fields(size_t *ret_count);

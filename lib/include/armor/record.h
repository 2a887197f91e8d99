/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Record: one audit record, taken out of the framing that its transport put round it.
 *
 * Trust is a property of the record's type and transport, never of its text. Only the kernel can send the types 1400 and
 * 1500 to 1507; whoever has CAP_AUDIT_WRITE, which Docker gives each container, can send AUDIT_USER_* (1100-1199,
 * 2100-2999) with any text it likes, another container's `apparmor="ALLOWED" profile="..."` too. Such a record comes out
 * with `trusted` false, and nothing may be learned from it.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

enum {
    ARMOR_RECORD_AVC = 1400, /* AUDIT_AVC: what AppArmor uses since Linux 2.6.36 */
    ARMOR_RECORD_APPARMOR_MIN =
        1500, /* AUDIT_APPARMOR and the seven after it, one for each verdict: before that */
    ARMOR_RECORD_APPARMOR_MAX = 1507,
    ARMOR_RECORD_ENRICHMENT =
        0x1d,                     /* the byte between the kernel's text and auditd's own translation of it */
    ARMOR_RECORD_USER_AVC = 1107, /* from user space, dbus-daemon for one; anybody's text */
};

/* Every slice points into the bytes that were given; valid as long as they are. */
struct armor_record {
    struct armor_number time;   /* microseconds since the epoch; absent where the transport has none */
    struct armor_number serial; /* the kernel's, unique together with time until a reboot */
    uint32_t type;              /* audit message type; 0: the framing names none that we know */
    bool trusted;               /* written by the kernel, as far as the framing can tell */
    struct armor_slice
        body;      /* `apparmor="..." operation=...`, without framing, newline and auditd's enrichment */
    size_t column; /* where body starts in the line, from 0; errors in it count from here */
    struct armor_slice
        sender; /* AUDIT_USER_*: what the kernel wrote of the sender before the text, `pid=1 uid=0 ...
                                 * subj=LABEL`; absent otherwise */
};

/*
 * Take a message of the kernel's audit netlink: TYPE from nlmsg_type, PAYLOAD the bytes after the header, as
 * kernel/audit.c writes them: `audit(SECONDS.MILLIS:SERIAL): BODY`, perhaps with a NUL behind. Returns 1 and the record for
 * every well-formed message of any type; -EBADMSG with the column, or -E2BIG over ARMOR_RECORD_MAX.
 */
ARMOR_CHECKED int armor_record_from_netlink(uint32_t type, struct armor_slice payload,
                                            struct armor_record *ret_record, struct armor_error *err);

/*
 * Take one line of a log, without its newline, in any of the framings seen in the wild:
 *   type=AVC msg=audit(...): ...                       audit.log, with or without the 0x1d enrichment
 *   [   12.345] audit: type=1400 audit(...): ...       dmesg, with the prefixes of syslog (RFC 3164, 5424), kmsg, journal
 *   audit(...):  type=1503 ...                         kernels before 2.6.36
 *   audit[1883]: AVC apparmor=...                      journald's own rendering, without time and serial
 * Returns 1 and the record; 0 for a line that holds no audit record; -EBADMSG with the column for one that starts as an
 * audit record and is cut or bent; -E2BIG over ARMOR_RECORD_MAX. Log lines are never more than a file's owner made
 * them: `trusted` says that the framing is the kernel's own, not that nobody could have typed it.
 */
ARMOR_CHECKED int armor_record_from_line(struct armor_slice line, struct armor_record *ret_record,
                                         struct armor_error *err);

/*
 * Where the body starts in TEXT, if TEXT begins as most lines of most logs do: with auditd's head of an AVC or the
 * kernel's own, and a stamp, of which *RET_USEC is the time. armor_record_from_line makes a trusted record of type ARMOR_RECORD_AVC of
 * such a line, the body of which ends with the line, at auditd's enrichment, or before blanks at the end. 0: it begins otherwise. TEXT
 * may go on behind its first line; nothing behind that is looked at.
 */
size_t armor_record_usual(struct armor_slice text, int64_t *ret_usec);

/*
 * Where a second record begins in LINE, a newline having been lost; LINE's length where none does. Looks for a stamp outside
 * of quotes. The kernel writes no such thing, but the path in execpath= and what user processes send can hold it: nothing that
 * follows a record in its line is to be trusted, whatever armor_record_from_line says of it by itself.
 */
size_t armor_record_end(struct armor_slice line);

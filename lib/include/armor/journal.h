/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Journal: a record out of an entry of systemd's journal.
 *
 * journald keeps what the kernel says in two ways (measured on Debian 12, systemd 252): as _TRANSPORT=audit with the message's
 * type in _AUDIT_TYPE, and as _TRANSPORT=kernel with the whole line. Fields that begin with an underscore are journald's own. Who may
 * write to /dev/kmsg gets _TRANSPORT=kernel too, but never facility 0, which is the kernel's alone; all other transports carry
 * what a process chose to say.
 */
#pragma once

#include "armor/record.h"

/* The fields that matter here. */
enum armor_journal_field {
    ARMOR_JOURNAL_MESSAGE = 0, /* MESSAGE */
    ARMOR_JOURNAL_TRANSPORT,   /* _TRANSPORT */
    ARMOR_JOURNAL_FACILITY,    /* SYSLOG_FACILITY */
    ARMOR_JOURNAL_AUDIT_TYPE,  /* _AUDIT_TYPE: number of the message type */
    ARMOR_JOURNAL_AUDIT_ID,    /* _AUDIT_ID: the serial */
    ARMOR_JOURNAL_SOURCE_TIME, /* _SOURCE_REALTIME_TIMESTAMP: of an audit message, microseconds since the epoch */
    ARMOR_JOURNAL_FIELD_COUNT,
};

/* Values as they are in the journal; absent where the entry has none. */
struct armor_journal_entry {
    struct armor_slice fields[ARMOR_JOURNAL_FIELD_COUNT];
};

/* The field of that name, or -EINVAL for one that doesn't matter. */
int armor_journal_field(struct armor_slice name);

/* "MESSAGE": the name of FIELD. "unknown" outside the enum. */
const char *armor_journal_field_name(enum armor_journal_field field);

/*
 * The record that ENTRY's message holds. Returns as armor_record_from_line; columns count in the message. Slices of the
 * record point into ENTRY's.
 */
ARMOR_CHECKED int armor_record_from_journal(const struct armor_journal_entry *entry,
                                            struct armor_record *ret_record, struct armor_error *err);

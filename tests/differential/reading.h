/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading: what a parser makes of one log line, field by field as text, so that two parsers can be compared. */
#pragma once

#include "armor/base.h"

enum reading_field {
    READING_VERDICT = 0, /* "allowed"; absent: not a record of AppArmor's, and then nothing else is there */
    READING_OPERATION,
    READING_REQUESTED,
    READING_DENIED,
    READING_PROFILE,
    READING_NAMESPACE,
    READING_NAME,
    READING_TARGET,
    READING_COMM,
    READING_INFO,
    READING_ERROR, /* without its sign, which libapparmor's own test tool leaves out */
    READING_PID,
    READING_FSUID,
    READING_OUID,
    READING_FAMILY,
    READING_SOCK_TYPE,
    READING_LOCAL_ADDR,
    READING_LOCAL_PORT,
    READING_FOREIGN_ADDR,
    READING_FOREIGN_PORT,
    READING_DBUS_BUS,
    READING_DBUS_PATH,
    READING_DBUS_INTERFACE,
    READING_DBUS_MEMBER,
    READING_PEER_PROFILE,
    READING_SIGNAL,
    READING_PEER,
    READING_FS_TYPE,
    READING_FLAGS,
    READING_SRC_NAME,
    READING_EPOCH, /* seconds */
    READING_SERIAL,
    READING_COUNT,
};

enum { READING_VALUE_SIZE = 9000 };

struct reading {
    bool present[READING_COUNT];
    char values[READING_COUNT][READING_VALUE_SIZE];
    bool malformed; /* said to be AppArmor's, and refused with a position */
};

/* "verdict", "local_addr". */
const char *reading_field_name(enum reading_field field);

/* Set FIELD to VALUE; an absent slice leaves it absent. */
void reading_set(struct reading *reading, enum reading_field field, struct armor_slice value);
void reading_set_number(struct reading *reading, enum reading_field field, int64_t value);

/* What lib makes of LINE. */
void reading_ours(struct armor_slice line, struct reading *ret_reading);

/* What libapparmor's parse_record makes of LINE. */
void reading_theirs(struct armor_slice line, struct reading *ret_reading);

/* What TEXT, the output that libapparmor's own test expects, says. */
void reading_expected(const char *text, struct reading *ret_reading);

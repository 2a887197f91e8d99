/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reading.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const names[READING_COUNT] = {
    "verdict",   "operation",      "requested",   "denied",       "profile",      "namespace",    "name",
    "target",    "comm",           "info",        "error",        "pid",          "fsuid",        "ouid",
    "family",    "sock_type",      "local_addr",  "local_port",   "foreign_addr", "foreign_port", "dbus_bus",
    "dbus_path", "dbus_interface", "dbus_member", "peer_profile", "signal",       "peer",         "fs_type",
    "flags",     "src_name",       "epoch",       "serial",
};

const char *reading_field_name(enum reading_field field)
{
    return names[field];
}

void reading_set(struct reading *reading, enum reading_field field, struct armor_slice value)
{
    if (value.bytes) {
        reading->present[field] = true;
        (void)snprintf(reading->values[field], READING_VALUE_SIZE, "%.*s", (int)value.length, value.bytes);
    }
}

void reading_set_number(struct reading *reading, enum reading_field field, int64_t value)
{
    reading->present[field] = true;
    (void)snprintf(reading->values[field], READING_VALUE_SIZE, "%" PRId64, value);
}

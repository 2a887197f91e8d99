/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files NAME.out of libapparmor's tests: one `Key: value` a line. */
#include "reading.h"

static const struct {
    const char *key;
    enum reading_field field;
} keys[] = {
    {"Operation", READING_OPERATION},
    {"Mask", READING_REQUESTED},
    {"Denied Mask", READING_DENIED},
    {"Profile", READING_PROFILE},
    {"Namespace", READING_NAMESPACE},
    {"Name", READING_NAME},
    {"Name2", READING_TARGET},
    {"Command", READING_COMM},
    {"Info", READING_INFO},
    {"ErrorCode", READING_ERROR},
    {"PID", READING_PID},
    {"fsuid", READING_FSUID},
    {"ouid", READING_OUID},
    {"Network family", READING_FAMILY},
    {"Socket type", READING_SOCK_TYPE},
    {"Local addr", READING_LOCAL_ADDR},
    {"Local port", READING_LOCAL_PORT},
    {"Foreign addr", READING_FOREIGN_ADDR},
    {"Foreign port", READING_FOREIGN_PORT},
    {"DBus bus", READING_DBUS_BUS},
    {"DBus path", READING_DBUS_PATH},
    {"DBus interface", READING_DBUS_INTERFACE},
    {"DBus member", READING_DBUS_MEMBER},
    {"Peer profile", READING_PEER_PROFILE},
    {"Signal", READING_SIGNAL},
    {"Peer", READING_PEER},
    {"FS Type", READING_FS_TYPE},
    {"Flags", READING_FLAGS},
    {"Src name", READING_SRC_NAME},
    {"Epoch", READING_EPOCH},
    {"Audit subid", READING_SERIAL},
};

static const struct {
    const char *word, *verdict;
} verdicts[] = {
    {"AA_RECORD_AUDIT", "audit"}, {"AA_RECORD_ALLOWED", "allowed"}, {"AA_RECORD_DENIED", "denied"},
    {"AA_RECORD_HINT", "hint"},   {"AA_RECORD_STATUS", "status"},   {"AA_RECORD_ERROR", "error"},
};

static void set(struct reading *reading, struct armor_slice key, struct armor_slice value)
{
    if (armor_slice_is(key, "Event type")) {
        for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
            if (armor_slice_is(value, verdicts[i].word)) {
                reading_set(reading, READING_VERDICT, armor_slice_of(verdicts[i].verdict));
            }
        }
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (armor_slice_is(key, keys[i].key)) {
            reading_set(reading, keys[i].field, value);
        }
    }
}

void reading_expected(const char *text, struct reading *ret_reading)
{
    *ret_reading = (struct reading){0};
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *colon = memmem(text, length, ": ", 2);
        if (colon) {
            set(ret_reading, (struct armor_slice){text, (size_t)(colon - text)},
                (struct armor_slice){colon + 2, length - (size_t)(colon - text) - 2});
        }
        text += length + (text[length] == '\n');
    }
    if (!ret_reading->present[READING_VERDICT]) {
        *ret_reading = (struct reading){0}; /* not a record: what they filled in on the way doesn't count */
    }
}

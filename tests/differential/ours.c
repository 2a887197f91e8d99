/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reading.h"

#include "armor/event.h"

#include <stdlib.h>

static void set_number(struct reading *reading, enum reading_field field, struct armor_number number)
{
    if (number.present) {
        reading_set_number(reading, field, number.value);
    }
}

void reading_ours(struct armor_slice line, struct reading *ret_reading)
{
    static struct armor_event event;
    struct armor_record record;
    struct armor_error err = {0};
    struct reading *reading = ret_reading;
    *reading = (struct reading){0};
    int code = armor_record_from_line(line, &record, &err);
    code = code == 1 ? armor_event_parse(&record, &event, &err) : code;
    reading->malformed = code < 0;
    if (code != 1) {
        return;
    }
    const struct {
        enum reading_field field;
        struct armor_slice value;
    } slices[] = {
        {READING_VERDICT, armor_slice_of(armor_verdict_name(event.verdict))},
        {READING_OPERATION, event.operation},
        {READING_REQUESTED, event.requested},
        {READING_DENIED, event.denied},
        {READING_PROFILE, event.profile},
        {READING_NAMESPACE, event.namespace},
        {READING_NAME, event.name},
        {READING_TARGET, event.target},
        {READING_COMM, event.comm},
        {READING_INFO, event.info},
        {READING_FAMILY, event.family},
        {READING_SOCK_TYPE, event.sock_type},
        {READING_LOCAL_ADDR, event.local_addr},
        {READING_FOREIGN_ADDR, event.foreign_addr},
        {READING_DBUS_BUS, event.dbus_bus},
        {READING_DBUS_PATH, event.dbus_path},
        {READING_DBUS_INTERFACE, event.dbus_interface},
        {READING_DBUS_MEMBER, event.dbus_member},
        {READING_PEER_PROFILE, event.peer_profile},
        {READING_SIGNAL, event.signal},
        {READING_PEER, event.peer},
        {READING_FS_TYPE, event.fs_type},
        {READING_FLAGS, event.flags},
        {READING_SRC_NAME, event.src_name},
    };
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        reading_set(reading, slices[i].field, slices[i].value);
    }
    if (event.error.present) {
        reading_set_number(reading, READING_ERROR, llabs(event.error.value));
    }
    set_number(reading, READING_PID, event.pid);
    set_number(reading, READING_FSUID, event.fsuid);
    set_number(reading, READING_OUID, event.ouid);
    set_number(reading, READING_LOCAL_PORT, event.local_port);
    set_number(reading, READING_FOREIGN_PORT, event.foreign_port);
    if (event.time.present) {
        reading_set_number(reading, READING_EPOCH, event.time.value / 1000000);
    }
    set_number(reading, READING_SERIAL, event.serial);
}

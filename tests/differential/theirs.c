/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that sees aalogparse.h, whose names for fields are words that others may not use. */
#include "reading.h"

#include <aalogparse/aalogparse.h>
#include <stdlib.h>

static const char *const verdicts[] = {
    [AA_RECORD_INVALID] = NULL,      [AA_RECORD_ERROR] = "error",   [AA_RECORD_AUDIT] = "audit",
    [AA_RECORD_ALLOWED] = "allowed", [AA_RECORD_DENIED] = "denied", [AA_RECORD_HINT] = "hint",
    [AA_RECORD_STATUS] = "status",
};

static void set_number(struct reading *reading, enum reading_field field, unsigned long value,
                       unsigned long none)
{
    if (value != none) {
        reading_set_number(reading, field, (int64_t)value);
    }
}

/* libapparmor 3.0.8 forgets some strings of records that it refuses. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libapparmor";
}

void reading_theirs(struct armor_slice line, struct reading *ret_reading)
{
    struct reading *reading = ret_reading;
    *reading = (struct reading){0};
    char *text = strndup(line.bytes, line.length);
    aa_log_record *record = text ? parse_record(text) : NULL;
    if (record && record->event != AA_RECORD_INVALID) {
        const struct {
            enum reading_field field;
            const char *value;
        } strings[] = {
            {READING_VERDICT, verdicts[record->event]},
            {READING_OPERATION, record->operation},
            {READING_REQUESTED, record->requested_mask},
            {READING_DENIED, record->denied_mask},
            {READING_PROFILE, record->profile},
            {READING_NAMESPACE, record->namespace},
            {READING_NAME, record->name},
            {READING_TARGET, record->name2},
            {READING_COMM, record->comm},
            {READING_INFO, record->info},
            {READING_FAMILY, record->net_family},
            {READING_SOCK_TYPE, record->net_sock_type},
            {READING_LOCAL_ADDR, record->net_local_addr},
            {READING_FOREIGN_ADDR, record->net_foreign_addr},
            {READING_DBUS_BUS, record->dbus_bus},
            {READING_DBUS_PATH, record->dbus_path},
            {READING_DBUS_INTERFACE, record->dbus_interface},
            {READING_DBUS_MEMBER, record->dbus_member},
            {READING_PEER_PROFILE, record->peer_profile},
            {READING_SIGNAL, record->signal},
            {READING_PEER, record->peer},
            {READING_FS_TYPE, record->fs_type},
            {READING_FLAGS, record->flags},
            {READING_SRC_NAME, record->src_name},
        };
        for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
            reading_set(reading, strings[i].field, armor_slice_of(strings[i].value));
        }
        set_number(reading, READING_ERROR, (unsigned long)abs(record->error_code), 0);
        set_number(reading, READING_PID, record->pid, 0);
        set_number(reading, READING_FSUID, record->fsuid, (unsigned long)-1);
        set_number(reading, READING_OUID, record->ouid, (unsigned long)-1);
        set_number(reading, READING_LOCAL_PORT, record->net_local_port, 0);
        set_number(reading, READING_FOREIGN_PORT, record->net_foreign_port, 0);
        set_number(reading, READING_EPOCH, (unsigned long)record->epoch, 0);
        set_number(reading, READING_SERIAL, record->audit_sub_id, 0);
    }
    free_record(record);
    free(text);
}

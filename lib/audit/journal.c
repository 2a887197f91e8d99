/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Journal: which entries are the kernel's, and their records. See armor/journal.h. */
#include "armor/journal.h"

#include "record_parts.h"

#include "armor/limits.h"

#include <errno.h>

static const char *const names[ARMOR_JOURNAL_FIELD_COUNT] = {
    [ARMOR_JOURNAL_MESSAGE] = "MESSAGE",          [ARMOR_JOURNAL_TRANSPORT] = "_TRANSPORT",
    [ARMOR_JOURNAL_FACILITY] = "SYSLOG_FACILITY", [ARMOR_JOURNAL_AUDIT_TYPE] = "_AUDIT_TYPE",
    [ARMOR_JOURNAL_AUDIT_ID] = "_AUDIT_ID",       [ARMOR_JOURNAL_SOURCE_TIME] = "_SOURCE_REALTIME_TIMESTAMP",
};

int armor_journal_field(struct armor_slice name)
{
    for (int i = 0; i < ARMOR_JOURNAL_FIELD_COUNT; i++) {
        if (armor_slice_is(name, names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

const char *armor_journal_field_name(enum armor_journal_field field)
{
    return (unsigned)field < ARMOR_JOURNAL_FIELD_COUNT ? names[field] : "unknown";
}

/* FIELD of ENTRY where all of it is a number. */
static struct armor_number number_of(const struct armor_journal_entry *entry, enum armor_journal_field field)
{
    struct armor_slice text = entry->fields[field];
    struct armor_number number = {0};
    size_t used = text.bytes ? record_digits(text, 0, 18, &number.value) : 0;
    number.present = used > 0 && used == text.length;
    return number.present ? number : (struct armor_number){0};
}

/* "AVC apparmor=...": the type's name, which the number says better, and the body. */
static int from_audit(const struct armor_journal_entry *entry, struct armor_record *ret_record)
{
    struct armor_slice message = record_trim(entry->fields[ARMOR_JOURNAL_MESSAGE]);
    struct armor_number type = number_of(entry, ARMOR_JOURNAL_AUDIT_TYPE);
    const char *blank = message.length ? memchr(message.bytes, ' ', message.length) : NULL;
    if (!type.present || type.value > UINT16_MAX || !blank) {
        return 0;
    }
    struct armor_number time = number_of(entry, ARMOR_JOURNAL_SOURCE_TIME);
    struct armor_number serial = number_of(entry, ARMOR_JOURNAL_AUDIT_ID);
    struct record_stamp stamp = {time.present ? time.value : -1, serial.present ? serial.value : -1};
    record_make(&stamp, (uint32_t)type.value, record_type_is_kernel((uint32_t)type.value), message,
                (size_t)(blank - message.bytes), ret_record);
    return 1;
}

int armor_record_from_journal(const struct armor_journal_entry *entry, struct armor_record *ret_record,
                              struct armor_error *err)
{
    struct armor_slice message = entry->fields[ARMOR_JOURNAL_MESSAGE];
    if (message.length > ARMOR_RECORD_MAX) {
        return armor_error_set(err, -E2BIG, "a message of %zu bytes, more than %d", message.length,
                               ARMOR_RECORD_MAX);
    }
    if (armor_slice_is(entry->fields[ARMOR_JOURNAL_TRANSPORT], "audit")) {
        return from_audit(entry, ret_record);
    }
    struct armor_record record = {0};
    int code = armor_record_from_line(message, &record, err);
    if (code == 1) {
        record.trusted = record.trusted && armor_slice_is(entry->fields[ARMOR_JOURNAL_TRANSPORT], "kernel") &&
                         armor_slice_is(entry->fields[ARMOR_JOURNAL_FACILITY], "0");
        *ret_record = record;
    }
    return code;
}

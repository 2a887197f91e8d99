/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's export format. See export.h. */
#include "export.h"

#include <errno.h>

bool export_begins(struct armor_slice line)
{
    return armor_slice_starts(line, ARMOR_SLICE("__CURSOR="));
}

/* Copy VALUE into ENTRY, as FIELD if it is one that matters; of a field that is there twice the first counts. */
static void keep(struct export_entry *room, struct armor_journal_entry *entry, int field,
                 struct armor_slice value)
{
    if (field < 0 || !value.bytes || entry->fields[field].bytes) {
        return;
    }
    if (value.length) {
        memcpy(room->values[field], value.bytes, value.length);
    }
    entry->fields[field] = (struct armor_slice){room->values[field], value.length};
}

/* The value behind a line with just a field's name: its length, its bytes, a newline. */
static int read_binary(struct input *input, struct armor_slice *ret_value, struct armor_error *err)
{
    struct armor_slice length;
    int result = input_bytes(input, 8, &length, err);
    if (result < 0) {
        return result;
    }
    uint64_t count = 0;
    for (size_t i = 0; i < 8; i++) {
        count |= (uint64_t)(unsigned char)length.bytes[i] << (8 * i);
    }
    return input_bytes(input, count, ret_value, err);
}

int export_read(struct input *input, struct export_entry *room, struct armor_journal_entry *ret_entry,
                struct armor_error *err)
{
    struct armor_journal_entry entry = {0};
    struct armor_slice line;
    int result = 0;
    while ((result = input_line(input, &line, err)) == 1 && line.length > 0) {
        const char *equals = memchr(line.bytes, '=', line.length);
        struct armor_slice name = {line.bytes, equals ? (size_t)(equals - line.bytes) : line.length};
        int field = armor_journal_field(name);
        struct armor_slice value = {line.bytes + name.length + 1, equals ? line.length - name.length - 1 : 0};
        if (!equals) {
            result = read_binary(input, &value, err);
        }
        if (result < 0) {
            return result;
        }
        keep(room, &entry, field, value);
        if (!equals && (result = input_line(input, &line, err)) < 0) {
            return result; /* the newline behind the bytes */
        }
    }
    *ret_entry = entry;
    return result < 0 ? result : 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a line of JSON, and as the message of entries. Held: slices lie within the message; only the kernel's types are
 * trusted, and only from its transports; the record of a line that holds several ends within it, and not at its start.
 */
#include "armor/json.h"

#include "fuzz.h"

static void check(const struct armor_journal_entry *entry)
{
    struct armor_record record;
    struct armor_error err = {0};
    int result = armor_record_from_journal(entry, &record, &err);
    struct armor_slice message = entry->fields[ARMOR_JOURNAL_MESSAGE];
    struct armor_slice transport = entry->fields[ARMOR_JOURNAL_TRANSPORT];
    INVARIANT(result <= 1 && (result < 0) == (err.code < 0));
    if (result != 1) {
        return;
    }
    INVARIANT(!record.body.bytes || (record.body.bytes == message.bytes + record.column &&
                                     record.column + record.body.length <= message.length));
    INVARIANT(!record.trusted || record.type == 1400 || (record.type >= 1500 && record.type <= 1507));
    INVARIANT(
        !record.trusted || armor_slice_is(transport, "audit") ||
        (armor_slice_is(transport, "kernel") && armor_slice_is(entry->fields[ARMOR_JOURNAL_FACILITY], "0")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice bytes = {(const char *)data, size};
    struct armor_journal_json journal;
    struct armor_journal_entry entry;
    struct armor_error err = {0};
    armor_journal_json_init(&journal);
    int result = armor_journal_from_json(bytes, &journal, &entry, &err);
    INVARIANT(result <= 1 && (result < 0) == (err.code < 0) && err.column <= size);
    if (result == 1) {
        check(&entry);
    }
    armor_journal_json_done(&journal);

    static const char *const types[] = {"1400", "1107", "1502", NULL};
    static const char *const transports[] = {"audit", "kernel", "syslog", NULL};
    for (size_t i = 0; i < 16; i++) {
        struct armor_journal_entry made = {
            .fields = {[ARMOR_JOURNAL_MESSAGE] = bytes,
                       [ARMOR_JOURNAL_TRANSPORT] = armor_slice_of(transports[i / 4]),
                       [ARMOR_JOURNAL_FACILITY] = armor_slice_of(i % 2 ? "0" : "1"),
                       [ARMOR_JOURNAL_AUDIT_TYPE] = armor_slice_of(types[i % 4])}};
        check(&made);
    }
    size_t end = armor_record_end(bytes);
    INVARIANT(end <= size && (end > 0 || size == 0));
    return 0;
}

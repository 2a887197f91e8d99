/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a netlink message and as a log line. Held: the body lies within the bytes, at its column; only types of the
 * kernel's are trusted; an error has its code, and a position within the line or just behind it.
 */
#include "armor/limits.h"
#include "armor/record.h"

#include "fuzz.h"

static void check(int result, struct armor_slice bytes, const struct armor_record *record,
                  const struct armor_error *err)
{
    INVARIANT(result <= 1);
    if (result < 0) {
        INVARIANT(err->code == result && err->text[0] && err->column <= bytes.length + 1);
        return;
    }
    INVARIANT(err->code == 0);
    if (result == 0) {
        return;
    }
    INVARIANT(!record->body.bytes || (record->body.bytes == bytes.bytes + record->column &&
                                      record->column + record->body.length <= bytes.length));
    INVARIANT(!record->sender.bytes || (record->sender.bytes >= bytes.bytes &&
                                        record->sender.bytes + record->sender.length <= record->body.bytes));
    INVARIANT(!record->trusted || record->type == 1400 || (record->type >= 1500 && record->type <= 1507));
    INVARIANT(!record->trusted || !record->sender.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice bytes = {(const char *)data, size};
    struct armor_record record;
    struct armor_error err = {0};
    int result = armor_record_from_line(bytes, &record, &err);
    check(result, bytes, &record, &err);

    static const uint32_t types[] = {1400, 1107, 1502};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        armor_error_clear(&err);
        result = armor_record_from_netlink(types[i], bytes, &record, &err);
        INVARIANT(result != 0);
        check(result, bytes, &record, &err);
        INVARIANT(result != 1 || record.trusted == (types[i] != 1107));
    }
    return 0;
}

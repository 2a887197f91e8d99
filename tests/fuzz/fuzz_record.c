/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a netlink message and as a log line. Held: the body lies within the bytes, at its column; only types of the
 * kernel's are trusted; an error has its code, and a position within the line or just behind it. A head that is known
 * without a search is worth as much behind a priority, where it isn't.
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

/* LINE as it is, and behind `<5>`, the priority of the kernel's audit: RESULT and RECORD, if any, are the same. */
static void check_head(struct armor_slice line, int result, const struct armor_record *record)
{
    static char copy[ARMOR_RECORD_MAX];
    struct armor_record other;
    struct armor_error err = {0};
    bool known = armor_slice_starts(line, ARMOR_SLICE("type=AVC msg=audit(")) ||
                 armor_slice_starts(line, ARMOR_SLICE("audit: type=1400 audit(")) ||
                 armor_slice_starts(line, ARMOR_SLICE("type=1400 audit(")) ||
                 armor_slice_starts(line, ARMOR_SLICE("["));
    if (!known || line.length + 3 > sizeof copy) {
        return;
    }
    memcpy(copy, "<5>", 3);
    memcpy(copy + 3, line.bytes, line.length);
    INVARIANT(armor_record_from_line((struct armor_slice){copy, line.length + 3}, &other, &err) == result);
    INVARIANT(result != 1 ||
              (other.type == record->type && other.trusted == record->trusted &&
               other.time.value == record->time.value && other.serial.value == record->serial.value &&
               other.column == record->column + 3 && other.body.length == record->body.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice bytes = {(const char *)data, size};
    struct armor_record record;
    struct armor_error err = {0};
    int result = armor_record_from_line(bytes, &record, &err);
    check(result, bytes, &record, &err);
    check_head(bytes, result, &record);

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/json.h"
#include "armor/limits.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

#define LINE "audit: type=1400 audit(1700000000.001:7): apparmor=\"ALLOWED\" operation=\"open\""
#define USER "pid=1 uid=0 subj=armord-a msg='apparmor=\"ALLOWED\" operation=\"open\"'"
#define BODY "apparmor=\"ALLOWED\" operation=\"open\""

/* An entry, what is made of it, and whether it is the kernel's. */
static const struct {
    const char *message, *transport, *facility, *type;
    int result;
    bool trusted;
    uint32_t record_type;
    const char *body;
} entries[] = {
    {"AVC " BODY, "audit", "4", "1400", 1, true, 1400, BODY},
    {"UNKNOWN[1502] operation=\"open\"", "audit", "4", "1502", 1, true, 1502, "operation=\"open\""},
    {"USER_AVC " USER, "audit", "4", "1107", 1, false, 1107, BODY}, /* measured: a container's forgery */
    {"USER_AVC " BODY, "audit", "4", "1107", 1, false, 1107, BODY},
    {"AVC " BODY, "audit", "4", NULL, 0, false, 0, NULL},
    {"AVC " BODY, "audit", "4", "1400x", 0, false, 0, NULL},
    {"AVC " BODY, "audit", "4", "99999999999999999999", 0, false, 0, NULL},
    {"AVC", "audit", "4", "1400", 0, false, 0, NULL},
    {NULL, "audit", "4", "1400", 0, false, 0, NULL},
    {LINE, "kernel", "0", NULL, 1, true, 1400, BODY},
    {LINE, "kernel", "1", NULL, 1, false, 1400, BODY}, /* written to /dev/kmsg */
    {LINE, "kernel", NULL, NULL, 1, false, 1400, BODY},
    {LINE, "kernel", "00", NULL, 1, false, 1400, BODY},
    {LINE, "syslog", "0", NULL, 1, false, 1400, BODY},
    {LINE, "stdout", "0", "1400", 1, false, 1400, BODY},
    {LINE, "journal", "0", "1400", 1, false, 1400, BODY},
    {LINE, NULL, "0", "1400", 1, false, 1400, BODY},
    {"audit: type=1107 audit(1700000000.001:7): " USER, "kernel", "0", NULL, 1, false, 1107, BODY},
    {"audit: type=1400 audit(1700000000.001", "kernel", "0", NULL, -EBADMSG, false, 0, NULL},
    {"Started something.", "journal", "3", NULL, 0, false, 0, NULL},
    {NULL, NULL, NULL, NULL, 0, false, 0, NULL},
};

START_TEST(trust)
{
    struct armor_journal_entry entry = {.fields = {
                                            [ARMOR_JOURNAL_MESSAGE] = armor_slice_of(entries[_i].message),
                                            [ARMOR_JOURNAL_TRANSPORT] = armor_slice_of(entries[_i].transport),
                                            [ARMOR_JOURNAL_FACILITY] = armor_slice_of(entries[_i].facility),
                                            [ARMOR_JOURNAL_AUDIT_TYPE] = armor_slice_of(entries[_i].type),
                                            [ARMOR_JOURNAL_AUDIT_ID] = ARMOR_SLICE("7"),
                                            [ARMOR_JOURNAL_SOURCE_TIME] = ARMOR_SLICE("1700000000001000"),
                                        }};
    struct armor_record record = {0};
    struct armor_error err = {0};
    ck_assert_int_eq(armor_record_from_journal(&entry, &record, &err), entries[_i].result);
    ck_assert_int_eq(record.trusted, entries[_i].trusted);
    ck_assert_uint_eq(record.type, entries[_i].record_type);
    ck_assert_int_eq(err.code, entries[_i].result < 0 ? entries[_i].result : 0);
    if (entries[_i].body) {
        ck_assert_msg(armor_slice_is(record.body, entries[_i].body), "%.*s", (int)record.body.length,
                      record.body.bytes);
        ck_assert(record.time.present && record.time.value == 1700000000001000);
        ck_assert(record.serial.present && record.serial.value == 7);
    }
}
END_TEST

START_TEST(message_over_the_cap)
{
    static char message[ARMOR_RECORD_MAX + 1];
    memset(message, 'x', sizeof message);
    struct armor_journal_entry entry = {.fields = {[ARMOR_JOURNAL_MESSAGE] = {message, sizeof message},
                                                   [ARMOR_JOURNAL_TRANSPORT] = ARMOR_SLICE("audit")}};
    struct armor_record record;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_record_from_journal(&entry, &record, &err), -E2BIG);
    ck_assert_int_eq(err.code, -E2BIG);
}
END_TEST

/* Lines of JSON: the result, and what MESSAGE is. */
static const struct {
    const char *line;
    int result;
    struct armor_slice message;
} lines[] = {
    {"{\"MESSAGE\":\"a\\\"b\"}", 1, ARMOR_SLICE("a\"b")},
    {"{\"MESSAGE\":[97,255,10]}", 1, ARMOR_SLICE("a\xff\n")},
    {"{\"MESSAGE\":[\"first\",\"second\"]}", 1, ARMOR_SLICE("first")},
    {"{\"MESSAGE\":[[97],[98]]}", 1, ARMOR_SLICE("a")},
    {"{\"MESSAGE\":\"a\",\"SYSLOG_FACILITY\":0,\"_TRANSPORT\":null}", 1, ARMOR_SLICE("a")},
    {"{\"_TRANSPORT\":\"audit\"}", 0, {0}},
    {"{}", 0, {0}},
    {"[]", 0, {0}},
    {"{\"MESSAGE\":null}", -EBADMSG, {0}},
    {"{\"MESSAGE\":7}", -EBADMSG, {0}},
    {"{\"MESSAGE\":[]}", -EBADMSG, {0}},
    {"{\"MESSAGE\":[256]}", -EBADMSG, {0}},
    {"{\"MESSAGE\":[97,\"x\"]}", -EBADMSG, {0}},
    {"{\"MESSAGE\":\"a\",\"MESSAGE\":\"b\"}", -EBADMSG, {0}},
    {"{\"MESSAGE\":\"a\"", -EBADMSG, {0}},
    {"{\"MESSAGE\":\"a\"} x", -EBADMSG, {0}},
    {"{", -EBADMSG, {0}},
    {"", -EBADMSG, {0}},
};

START_TEST(json)
{
    struct armor_journal_json journal;
    armor_journal_json_init(&journal);
    for (int round = 0; round < 2; round++) {
        struct armor_journal_entry entry = {0};
        struct armor_error err = {0};
        ck_assert_int_eq(armor_journal_from_json(armor_slice_of(lines[_i].line), &journal, &entry, &err),
                         lines[_i].result);
        ck_assert_int_eq(err.code, lines[_i].result < 0 ? lines[_i].result : 0);
        ck_assert_uint_le(err.column, strlen(lines[_i].line));
        ck_assert(armor_slice_equal(entry.fields[ARMOR_JOURNAL_MESSAGE], lines[_i].message));
        ck_assert_ptr_null(entry.fields[ARMOR_JOURNAL_FACILITY].bytes);
    }
    armor_journal_json_done(&journal);
}
END_TEST

START_TEST(field_names)
{
    for (int i = 0; i < ARMOR_JOURNAL_FIELD_COUNT; i++) {
        const char *name = armor_journal_field_name((enum armor_journal_field)i);
        ck_assert_int_eq(armor_journal_field(armor_slice_of(name)), i);
    }
    ck_assert_int_eq(armor_journal_field(ARMOR_SLICE("message")), -EINVAL);
    ck_assert_int_eq(armor_journal_field((struct armor_slice){0}), -EINVAL);
    ck_assert_str_eq(armor_journal_field_name(ARMOR_JOURNAL_FIELD_COUNT), "unknown");
}
END_TEST

#define ONE "type=AVC msg=audit(1.000:1): apparmor=\"ALLOWED\" name=\"/a\""
#define TWO "type=1400 audit(1.000:2): apparmor=\"DENIED\""

/* A line, and where its first record ends. */
static const struct {
    const char *line;
    size_t end;
} splits[] = {
    {"", 0},
    {"nothing", 7},
    {ONE, sizeof ONE - 1},
    {ONE TWO, sizeof ONE - 1},
    {ONE "[ 1.5] audit: " TWO, sizeof ONE - 1 + 14},
    {ONE " ouid=0" TWO, sizeof ONE - 1 + 7},
    {ONE "audit(1.000:2): type=1503", sizeof ONE - 1},
    {ONE " comm=\"" TWO, sizeof ONE - 1 + 6 + 1 + sizeof TWO - 1}, /* a quote that doesn't end */
    {"type=AVC msg=audit(1.000:1): info=\"audit(2.000:2): x\"", 53},
    {"type=AVC msg=audit(1.000:1): execpath=\"/x\" " TWO, 43 + sizeof TWO - 1},
    {"type=USER_AVC msg=audit(1.000:1): msg='a " TWO "' x", 41 + sizeof TWO - 1 + 3},
};

START_TEST(record_ends)
{
    ck_assert_uint_eq(armor_record_end(armor_slice_of(splits[_i].line)), splits[_i].end);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = check_case(suite, "journal");
    tcase_add_loop_test(tcase, trust, 0, LENGTH(entries));
    tcase_add_test(tcase, message_over_the_cap);
    tcase_add_loop_test(tcase, json, 0, LENGTH(lines));
    tcase_add_test(tcase, field_names);
    tcase_add_loop_test(tcase, record_ends, 0, LENGTH(splits));
    return check_main(suite);
}

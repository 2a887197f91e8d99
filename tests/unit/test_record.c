/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/limits.h"
#include "armor/record.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static const struct {
    uint32_t type;
    const char *payload;
    int result;
    bool trusted;
    int64_t usec;
    int64_t serial;
    const char *body, *sender;
    size_t column; /* of the body, or of the error from 1 */
} messages[] = {
    {1400, "audit(1.002:3): apparmor=\"ALLOWED\"", 1, true, 1002000, 3, "apparmor=\"ALLOWED\"", NULL, 16},
    {1400, "audit(1.002:3): x\n", 1, true, 1002000, 3, "x", NULL, 16},
    {1400, "audit(1.002:3): x\035FSUID=\"root\"", 1, true, 1002000, 3, "x", NULL, 16},
    {1400, "audit(1.002:3):", 1, true, 1002000, 3, "", NULL, 15},
    {1502, "audit(0.000:0): x", 1, true, 0, 0, "x", NULL, 16},
    {1300, "audit(1.002:3): arch=c000003e", 1, false, 1002000, 3, "arch=c000003e", NULL, 16},
    {1107, "audit(1.002:3): pid=1 subj=a msg='apparmor=\"ALLOWED\" '", 1, false, 1002000, 3,
     "apparmor=\"ALLOWED\" ", "pid=1 subj=a ", 34},
    /* the kernel never ends the text itself: what the sender left open ends with the message */
    {1107, "audit(1.002:3): pid=1 msg='apparmor=\"ALLOWED\"", 1, false, 1002000, 3, "apparmor=\"ALLOWED\"",
     "pid=1 ", 27},
    {1400, "audit(1.002:3): apparmor=\"ALLOWED\" msg='y'", 1, true, 1002000, 3,
     "apparmor=\"ALLOWED\" msg='y'", NULL, 16},
    {1400, "audit(99999999999.999:999999999999999999): x", 1, true, 99999999999999000, 999999999999999999,
     "x", NULL, 43},
    {1400, "", -EBADMSG, false, 0, 0, NULL, NULL, 1},
    {1400, "audit", -EBADMSG, false, 0, 0, NULL, NULL, 1},
    {1400, " audit(1.002:3): x", -EBADMSG, false, 0, 0, NULL, NULL, 1},
    {1400, "audit(", -EBADMSG, false, 0, 0, NULL, NULL, 7},
    {1400, "audit(1", -EBADMSG, false, 0, 0, NULL, NULL, 8},
    {1400, "audit(1.", -EBADMSG, false, 0, 0, NULL, NULL, 9},
    {1400, "audit(1.02:3): x", -EBADMSG, false, 0, 0, NULL, NULL, 11},
    {1400, "audit(1.0022:3): x", -EBADMSG, false, 0, 0, NULL, NULL, 12},
    {1400, "audit(1.002:", -EBADMSG, false, 0, 0, NULL, NULL, 13},
    {1400, "audit(1.002:3", -EBADMSG, false, 0, 0, NULL, NULL, 14},
    {1400, "audit(-1.002:3): x", -EBADMSG, false, 0, 0, NULL, NULL, 7},
    {1400, "audit(999999999999.002:3): x", -EBADMSG, false, 0, 0, NULL, NULL, 18},
};

START_TEST(netlink)
{
    struct armor_record record = {.column = 12345};
    struct armor_error err = {0};
    struct armor_slice payload = armor_slice_of(messages[_i].payload);
    ck_assert_int_eq(armor_record_from_netlink(messages[_i].type, payload, &record, &err),
                     messages[_i].result);
    if (messages[_i].result < 0) {
        ck_assert_int_eq(err.code, messages[_i].result);
        ck_assert_uint_eq(err.column, messages[_i].column);
        ck_assert_str_ne(err.text, "");
        ck_assert_uint_eq(record.column, 12345); /* outputs are written on success only */
        return;
    }
    ck_assert_uint_eq(record.type, messages[_i].type);
    ck_assert_int_eq(record.trusted, messages[_i].trusted);
    ck_assert(record.time.present && record.serial.present);
    ck_assert_int_eq(record.time.value, messages[_i].usec);
    ck_assert_int_eq(record.serial.value, messages[_i].serial);
    check_slice(record.body, messages[_i].body, "body");
    check_slice(record.sender, messages[_i].sender, "sender");
    ck_assert_uint_eq(record.column, messages[_i].column);
}
END_TEST

/* Every type that user space may send, and everything unknown, is never trusted. */
START_TEST(only_kernel_types_are_trusted)
{
    struct armor_record record;
    struct armor_error err = {0};
    for (uint32_t type = 0; type < 3000; type++) {
        ck_assert_int_eq(armor_record_from_netlink(type, ARMOR_SLICE("audit(1.002:3): x"), &record, &err), 1);
        bool kernel = type == 1400 || (type >= 1500 && type <= 1507);
        ck_assert_msg(record.trusted == kernel, "type %u", (unsigned)type);
    }
}
END_TEST

START_TEST(netlink_with_terminator)
{
    struct armor_record record;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_record_from_netlink(1400, ARMOR_SLICE("audit(1.002:3): x\0"), &record, &err), 1);
    check_slice(record.body, "x", "body");
}
END_TEST

/* Whether TEXT is `DIGITS.DDD:DIGITS)` with at most 11 and 18 of them, byte by byte; its numbers if it is. */
static bool is_stamp(const char *text, int64_t *ret_usec, int64_t *ret_serial)
{
    const char *at = text;
    int64_t numbers[3] = {0};
    static const size_t most[] = {11, 3, 18};
    for (size_t i = 0; i < 3; i++) {
        size_t digits = strspn(at, "0123456789");
        if (digits < (i == 1 ? 3 : 1) || digits > most[i] || at[digits] != ".:)"[i]) {
            return false;
        }
        numbers[i] = strtoll(at, NULL, 10);
        at += digits + 1;
    }
    *ret_usec = numbers[0] * 1000000 + numbers[1] * 1000;
    *ret_serial = numbers[2];
    return true;
}

static void check_stamp(const char *stamp, size_t length)
{
    char text[64];
    struct armor_record record;
    struct armor_error err = {0};
    int64_t usec = 0;
    int64_t serial = 0;
    (void)snprintf(text, sizeof text, "audit(%.*s", (int)length, stamp);
    struct armor_slice payload = {text, strlen(text)};
    bool good = is_stamp(text + 6, &usec, &serial);
    char *exact = malloc(payload.length); /* so that a sanitizer sees who reads behind it */
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, payload.bytes, payload.length);
    payload.bytes = exact;
    ck_assert_msg((armor_record_from_netlink(1400, payload, &record, &err) == 1) == good, "%s", text);
    ck_assert_msg(!good || (record.time.value == usec && record.serial.value == serial), "%s", text);
    ck_assert(!good || (record.time.present && record.serial.present));
    free(exact);
}

/* Numbers of each length; and in the usual stamp, each byte replaced by each other one, and each end cut off. */
START_TEST(stamps)
{
    static const char usual[] = "1795303770.001:123456): x";
    char text[64];
    for (size_t seconds = 1; seconds <= 12; seconds++) {
        for (size_t serial = 1; serial <= 19; serial++) {
            (void)snprintf(text, sizeof text, "%.*s.%03zu:%.*s)", (int)seconds, "907856341298", serial * 52,
                           (int)serial, "9081726354908172635");
            check_stamp(text, strlen(text));
        }
    }
    for (size_t at = 0; at + 2 < sizeof usual; at++) {
        for (int byte = 1; byte < 256; byte++) {
            memcpy(text, usual, sizeof usual);
            text[at] = (char)byte;
            check_stamp(text, sizeof usual - 1);
        }
        check_stamp(usual, at);
    }
}
END_TEST

START_TEST(too_long)
{
    static char bytes[ARMOR_RECORD_MAX + 1];
    struct armor_record record;
    struct armor_error err = {0};
    int head = snprintf(bytes, sizeof bytes, "audit(1.002:3): ");
    memset(bytes + head, 'x', sizeof bytes - (size_t)head);
    ck_assert_int_eq(armor_record_from_netlink(1400, (struct armor_slice){bytes, sizeof bytes}, &record,
                                               &err),
                     -E2BIG);
    armor_error_clear(&err);
    ck_assert_int_eq(armor_record_from_line((struct armor_slice){bytes, sizeof bytes}, &record, &err),
                     -E2BIG);
    ck_assert_int_eq(err.code, -E2BIG);
    armor_error_clear(&err);
    ck_assert_int_eq(armor_record_from_line((struct armor_slice){bytes, sizeof bytes - 1}, &record, &err), 1);
    ck_assert_int_eq(err.code, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = check_case(suite, "netlink");
    tcase_add_loop_test(tcase, netlink, 0, LENGTH(messages));
    tcase_add_test(tcase, only_kernel_types_are_trusted);
    tcase_add_test(tcase, netlink_with_terminator);
    tcase_add_test(tcase, stamps);
    tcase_add_test(tcase, too_long);
    return check_main(suite);
}

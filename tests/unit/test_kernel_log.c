/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel log: frames of /dev/kmsg, and what in them is a record. The two first lines were recorded on Linux 6.12. */
#include "kernel_log.h"

#include "check_main.h"

#include <errno.h>

static const struct {
    const char *bytes;
    int result;
    uint32_t facility;
    uint64_t sequence;
    const char *caller;
    const char *text;
} frames[] = {
    {"5,525,523767627,-;audit: type=1400 audit(1.105:24): x\n", 0, 0, 525, NULL,
     "audit: type=1400 audit(1.105:24): x"},
    {"12,561,942124477,-;text\n SUBSYSTEM=acpi\n DEVICE=+acpi:x\n", 0, 1, 561, NULL, "text"},
    {"6,1,0,-,caller=T618;a;b", 0, 0, 1, "T618", "a;b"},
    {"6,1,0,c,later=1,caller=C2;", 0, 0, 1, "C2", ""},
    {"", -EBADMSG, 0, 0, NULL, NULL},
    {"5,525,5", -EBADMSG, 0, 0, NULL, NULL},
    {"5,525,5,-", -EBADMSG, 0, 0, NULL, NULL},
    {"5,,5,-;x", -EBADMSG, 0, 0, NULL, NULL},
    {"-5,1,5,-;x", -EBADMSG, 0, 0, NULL, NULL},
    {"99999,1,5,-;x", -EBADMSG, 0, 0, NULL, NULL},
    {"5,9999999999999999999,5,-;x", -EBADMSG, 0, 0, NULL, NULL},
};

START_TEST(frames_are_taken_apart)
{
    struct kernel_message message = {.sequence = 77};
    ck_assert_int_eq(kernel_message_parse(armor_slice_of(frames[_i].bytes), &message), frames[_i].result);
    if (frames[_i].result < 0) {
        ck_assert_uint_eq(message.sequence, 77);
        return;
    }
    ck_assert_uint_eq(message.facility, frames[_i].facility);
    ck_assert_uint_eq(message.sequence, frames[_i].sequence);
    check_slice(message.caller, frames[_i].caller, "caller");
    check_slice(message.text, frames[_i].text, "text");
}
END_TEST

static const struct {
    const char *text;
    const char *plain;
} escapes[] = {
    {"a", "a"}, {"\\x0ab\\x5c", "\nb\\"}, {"\\x0", "\\x0"}, {"\\xZZ\\", "\\xZZ\\"}, {"\\xc3\\xa4", "ä"}};

START_TEST(escapes_are_undone)
{
    char buffer[64];
    check_slice(kernel_text_unescape(armor_slice_of(escapes[_i].text), buffer), escapes[_i].plain, "text");
}
END_TEST

static const struct {
    const char *text;
    int result;
    uint32_t type;
    bool trusted;
    const char *body;
} texts[] = {
    {"audit: type=1400 audit(1.105:24): apparmor=\"ALLOWED\"", 1, 1400, true, "apparmor=\"ALLOWED\""},
    {"audit: type=1107 audit(1.105:24): pid=3 subj=a msg='apparmor=\"ALLOWED\"'", 1, 1107, false,
     "apparmor=\"ALLOWED\""},
    {"audit: type=1400 audit(1.105:24", -EBADMSG, 0, false, NULL},
    {"audit: type=70000 audit(1.105:24): x", -EBADMSG, 0, false, NULL},
    {"x audit: type=1400 audit(1.105:24): apparmor=\"ALLOWED\"", 0, 0, false, NULL},
    {"audit: backlog limit exceeded", 0, 0, false, NULL},
    {"", 0, 0, false, NULL},
};

START_TEST(records_in_the_kernels_own_messages)
{
    struct armor_record record;
    ck_assert_int_eq(kernel_text_record(armor_slice_of(texts[_i].text), &record), texts[_i].result);
    if (texts[_i].result > 0) {
        ck_assert_uint_eq(record.type, texts[_i].type);
        ck_assert(record.trusted == texts[_i].trusted);
        check_slice(record.body, texts[_i].body, "body");
    }
}
END_TEST

START_TEST(what_a_process_wrote_is_never_trusted)
{
    struct armor_record record;
    struct armor_slice sender = ARMOR_SLICE("pid=3");
    ck_assert_int_eq(kernel_text_forged(ARMOR_SLICE(
                                            "audit: type=1400 audit(1.100:1): apparmor=\"ALLOWED\" x"),
                                        sender, &record),
                     1);
    ck_assert(!record.trusted);
    check_slice(record.body, "apparmor=\"ALLOWED\" x", "body");
    check_slice(record.sender, "pid=3", "sender");
    ck_assert_int_eq(kernel_text_forged(ARMOR_SLICE("audit: type=1400 audit(1.100:1): avc"), sender, &record),
                     0);
}
END_TEST

START_TEST(the_rate_limit_says_what_it_left_out)
{
    ck_assert_uint_eq(kernel_text_suppressed(
                          ARMOR_SLICE("audit: kauditd_printk_skb: 21296 callbacks suppressed")),
                      21296);
    ck_assert_uint_eq(kernel_text_suppressed(ARMOR_SLICE("net_ratelimit: 3 callbacks suppressed")), 0);
    ck_assert_uint_eq(kernel_text_suppressed(ARMOR_SLICE("audit: kauditd_printk_skb: 21296")), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_log");
    TCase *all = check_case(suite, "kernel_log");
    tcase_add_loop_test(all, frames_are_taken_apart, 0, LENGTH(frames));
    tcase_add_loop_test(all, escapes_are_undone, 0, LENGTH(escapes));
    tcase_add_loop_test(all, records_in_the_kernels_own_messages, 0, LENGTH(texts));
    tcase_add_test(all, what_a_process_wrote_is_never_trusted);
    tcase_add_test(all, the_rate_limit_says_what_it_left_out);
    return check_main(suite);
}

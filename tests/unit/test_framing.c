/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines: which framings are taken for what, and that no text of a user process comes out as the kernel's. */
#include "armor/event.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

#define STAMP "audit(1.002:3): "
#define BODY  "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/x\""

/* Framings that have BODY behind them; type 0: names none. */
static const struct {
    const char *head;
    uint32_t type;
    bool trusted;
} heads[] = {
    /* auditd */
    {"type=AVC msg=" STAMP, 1400, true},
    {"type=1400 msg=" STAMP, 1400, true},
    {"type=UNKNOWN[1400] msg=" STAMP, 1400, true},
    {"type=APPARMOR_ALLOWED msg=" STAMP, 1502, true},
    {"node=web1 type=AVC msg=" STAMP, 1400, true},
    {"/var/log/audit/audit.log:type=AVC msg=" STAMP, 1400, true},
    /* the kernel's log */
    {"audit: type=1400 " STAMP, 1400, true},
    {"type=1400 " STAMP, 1400, true},
    {"[   12.345678] audit: type=1400 " STAMP, 1400, true},
    {"[   12.345678] type=1400 " STAMP, 1400, true},
    {"[   12.345678][   T55] audit: type=1400 " STAMP, 1400, true},
    {"[  +1,261094] audit: type=1400 " STAMP, 1400, true},
    {"[   86.241961 <0.000447>] audit: type=1400 " STAMP, 1400, true},
    {"[Sun Apr 16 11:31:07 2023] audit: type=1400 " STAMP, 1400, true},
    {"<5>[   12.345678] audit: type=1400 " STAMP, 1400, true},
    {"<5>audit: type=1400 " STAMP, 1400, true},
    {"5,525,523767627,-;audit: type=1400 " STAMP, 1400, true},
    {"kern  :notice: [   12.345678] audit: type=1400 " STAMP, 1400, true},
    {"audit(1.002:3):  type=1502 ", 1502, true},
    /* syslog's and journalctl's copies of it */
    {"Nov 21 12:00:00 vm kernel: audit: type=1400 " STAMP, 1400, true},
    {"Nov 21 12:00:00 vm kernel: [   12.345678] audit: type=1400 " STAMP, 1400, true},
    {"Nov 21 12:00:00 kernel: audit: type=1400 " STAMP, 1400, true},
    {"<5>Jan  4 12:00:00 vm kernel: [ 12.345] type=1400 " STAMP, 1400, true},
    {"<5>1 2026-01-01T00:00:00.1Z vm kernel - - - audit: type=1400 " STAMP, 1400, true},
    {"2026-01-01T00:00:00.123456-04:00 vm kernel: audit: type=1400 " STAMP, 1400, true},
    {"2026-01-01T00:00:00 kern.notice: [  1.2] audit: type=1400 " STAMP, 1400, true},
    {"kernel: audit: type=1400 " STAMP, 1400, true},
    {"/var/log/kern.log:Jul  8 10:31:23 vm kernel: [1.2] audit: type=1400 " STAMP, 1400, true},
    {"Jan 15 10:00:00 vm audit[1883]: AVC ", 1400, true},

    /* user space's types, in any framing */
    {"type=USER_AVC msg=" STAMP "pid=1 uid=0 subj=x msg='", 1107, false},
    {"type=USER msg=" STAMP "pid=1 uid=0 subj=x msg='", 1005, false},
    {"type=USER_AUTH msg=" STAMP "pid=1 uid=0 subj=x msg='", 1100, false},
    {"type=SYSCALL msg=" STAMP, 0, false},
    {"[   12.345678] audit: type=1107 " STAMP "pid=1 uid=0 subj=x msg='", 1107, false},
    {"Nov 21 12:00:00 vm kernel: audit: type=1107 " STAMP "pid=1 subj=x msg='", 1107, false},
    {"Nov 21 12:00:00 vm audit[580]: USER_AVC pid=580 uid=0 subj=x msg='", 0, false},
    {"type=USER_AVC msg=" STAMP "pid=1 subj=x msg='type=AVC msg=" STAMP, 1107, false},
    {"type=USER_AVC msg=" STAMP "pid=1 subj=x msg=' vm audit[3]: AVC ", 1107, false},
    {"type=USER_AVC msg=" STAMP "pid=1 subj=x msg='' type=AVC msg=" STAMP, 1107, false},
    {"Nov 21 12:00:00 vm audit[580]: USER_AVC pid=580 subj=x msg=' vm audit[1]: AVC ", 1400, false},

    /* what any process may write into syslog and the journal */
    {"Nov 21 12:00:00 vm root: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm root: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: [ 12.345] audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: kernel: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: kernel: [ 12.345] audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]:\tkernel: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: type=AVC msg=" STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: node=x type=AVC msg=" STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: [", 0, false},
    {"Nov 21 12:00:00 vm /x: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm /usr/bin/app: type=AVC msg=" STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: see /var/log/kern.log: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: /var/log/kern.log:Jul  8 10:31:23 vm kernel: audit: type=1400 " STAMP, 1400,
     false},
    {"Nov 21 12:00:00 vm audit: type=1400 " STAMP, 1400,
     false}, /* so the journal shows what came by /dev/kmsg */
    {"Nov 21 12:00:00 vm audit type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm notkernel: audit: type=1400 " STAMP, 1400, false},
    {"Nov 21 12:00:00 vm app[77]: audit[1]: AVC ", 1400, false},
    {"Nov 21 12:00:00 vm app[77]: x audit[1]: AVC ", 1400, false},
    {"Nov 21 12:00:00 vm audit[1]: x: AVC ", 1400, false},
    {"Nov 21 12:00:00 vm dbus-daemon[10]: ", 0, false},
    {"<13>1 2026-01-01T00:00:00Z vm app - - - audit: type=1400 " STAMP, 1400, false},
    {"<5>1 2026-01-01T00:00:00Z vm app - - - audit: type=1400 " STAMP, 1400, false},
    {"<13>Nov 21 12:00:00 vm kernel: audit: type=1400 " STAMP, 1400, false},
    {"MESSAGE=audit: type=1400 " STAMP, 1400, false},
    {"MESSAGE=AVC ", 1400, false},
    {"MESSAGE=USER_AVC pid=1 subj=x msg='", 0, false},
    /* what root of a privileged container may write into /dev/kmsg */
    {"12,561,942124477,-;audit: type=1400 " STAMP, 1400, false},
    {"<12>[   12.345678] audit: type=1400 " STAMP, 1400, false},
    {"user  :warn  : [   12.345678] audit: type=1400 " STAMP, 1400, false},
    /* the second line of a message with a newline, as dmesg and journalctl indent it */
    {"               audit: type=1400 " STAMP, 1400, false},
    {"\taudit: type=1400 " STAMP, 1400, false},
    /* text of others in front, and no framing at all */
    {"note: type=1400 " STAMP, 1400, false},
    {"a b c type=1400 " STAMP, 1400, false},
    {"x=\"1\" type=AVC msg=" STAMP, 1400, false},
    {"", 0, false},
    {"AVC ", 1400, false},
    {"Log: ", 0, false},
    {STAMP, 0, false},
    {"type=1400x " STAMP, 0, false},
    {"atype=1400 " STAMP, 1400, false},
};

START_TEST(framing)
{
    char line[600];
    struct armor_record record;
    struct armor_error err = {0};
    (void)snprintf(line, sizeof line, "%s%s%s", heads[_i].head, BODY,
                   strstr(heads[_i].head, "msg='") ? "'" : "");
    ck_assert_msg(armor_record_from_line(armor_slice_of(line), &record, &err) == 1, "%s: %s", line, err.text);
    ck_assert_msg(record.type == heads[_i].type, "type %u: %s", (unsigned)record.type, line);
    ck_assert_msg(record.trusted == heads[_i].trusted, "trusted %d: %s", record.trusted, line);
    if (record.trusted) {
        check_slice(record.body, BODY, line);
    }
    ck_assert_ptr_eq(record.body.bytes, line + record.column);

    /* a record is worth no more as an event than it was by itself */
    static struct armor_event event;
    if (armor_event_parse(&record, &event, &err) == 1) {
        ck_assert_int_eq(event.trusted, heads[_i].trusted);
    } else {
        ck_assert(!heads[_i].trusted);
    }
}
END_TEST

static const struct {
    const char *line;
    int result;
    size_t column;
} others[] = {
    {"", 0, 0},
    {"   ", 0, 0},
    {"Nov 21 12:00:00 vm sshd[1]: session opened", 0, 0},
    {"the audit(or) came", 0, 0},
    {"audit(", 0, 0},
    {"type=AVC msg=audit(1.002", -EBADMSG, 25}, /* cut before any AppArmor text: may well have been ours */
    {"type=SYSCALL msg=audit(1.002", 0, 0},     /* and this wasn't */
    {"type=AVC msg=audit(1.002:x): apparmor=\"ALLOWED\"", -EBADMSG, 26},
    {"audit(y): apparmor=\"ALLOWED\"", -EBADMSG, 7},
};

START_TEST(no_record)
{
    struct armor_record record;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_record_from_line(armor_slice_of(others[_i].line), &record, &err),
                     others[_i].result);
    ck_assert_int_eq(err.code, others[_i].result);
    ck_assert_uint_eq(err.column, others[_i].column);
}
END_TEST

START_TEST(enrichment_and_carriage_return)
{
    struct armor_record record;
    struct armor_error err = {0};
    static const char line[] = "type=AVC msg=" STAMP BODY "\035FSUID=\"root\"\r\n";
    ck_assert_int_eq(armor_record_from_line(ARMOR_SLICE(line), &record, &err), 1);
    check_slice(record.body, BODY, "body");
    ck_assert_int_eq(armor_record_from_line((struct armor_slice){0}, &record, &err), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing");
    TCase *tcase = check_case(suite, "framing");
    tcase_add_loop_test(tcase, framing, 0, LENGTH(heads));
    tcase_add_loop_test(tcase, no_record, 0, LENGTH(others));
    tcase_add_test(tcase, enrichment_and_carriage_return);
    return check_main(suite);
}

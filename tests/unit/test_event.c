/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/event.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static struct armor_event event;

static int parse(uint32_t type, const char *body, struct armor_error *err)
{
    bool trusted = type == 1400 || (type >= 1500 && type <= 1507);
    struct armor_record record = {.type = type,
                                  .trusted = trusted,
                                  .body = armor_slice_of(body),
                                  .column = 10};
    memset(&event, 0xa5, sizeof event); /* nothing may lean on what was in it */
    return armor_event_parse(&record, &event, err);
}

/* A body, its class and one field of it. The first few are as Linux 6.1 and 6.12 wrote them. */
static const struct {
    const char *body;
    enum armor_verdict verdict;
    enum armor_class class;
    size_t offset;     /* of a slice in the event */
    const char *value; /* NULL: absent */
} bodies[] = {
#define FIELD(member) offsetof(struct armor_event, member)
    {"apparmor=\"ALLOWED\" operation=\"open\" class=\"file\" profile=\"p\" name=\"/etc/passwd\" pid=7 "
     "comm=\"cat\" "
     "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE, FIELD(name), "/etc/passwd"},
    {"apparmor=\"ALLOWED\" operation=\"open\" profile=\"p\" name=2F6120620A pid=7", ARMOR_VERDICT_ALLOWED,
     ARMOR_CLASS_FILE, FIELD(name), "/a b\n"},
    {"apparmor=\"ALLOWED\" operation=\"open\" name=2f6120620a", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE,
     FIELD(name), "2f6120620a"}, /* the kernel writes upper case */
    {"apparmor=\"ALLOWED\" operation=\"open\" name=2F6", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE, FIELD(name),
     "2F6"},
    {"apparmor=\"ALLOWED\" operation=\"open\" name=\"2F61\"", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE,
     FIELD(name), "2F61"},
    {"apparmor=\"ALLOWED\" operation=\"open\" name=\"\"", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE,
     FIELD(name), ""},
    {"apparmor=\"ALLOWED\" operation=\"open\" requested_mask=AB", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE,
     FIELD(requested), "AB"}, /* a word of the kernel's is never hex */
    {"apparmor=\"ALLOWED\" operation=\"open\" name=\"/first\" name=\"/second\"", ARMOR_VERDICT_ALLOWED,
     ARMOR_CLASS_FILE, FIELD(name), "/first"},
    {"apparmor=\"AUDIT\" operation=\"exec\" profile=\"p\" name=\"/bin/xb\" comm=\"xa\" requested_mask=\"x\" "
     "target=\"p\"",
     ARMOR_VERDICT_AUDIT, ARMOR_CLASS_EXEC, FIELD(target), "p"},
    {"apparmor=\"DENIED\" operation=\"capable\" profile=\"p\" pid=1 comm=\"t\" capability=21  "
     "capname=\"sys_admin\"",
     ARMOR_VERDICT_DENIED, ARMOR_CLASS_CAPABILITY, FIELD(capability), "sys_admin"},
    {"apparmor=\"ALLOWED\" operation=\"create\" class=\"net\" family=\"inet\" sock_type=\"stream\" "
     "protocol=6",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_NETWORK, FIELD(sock_type), "stream"},
    {"apparmor=\"ALLOWED\" operation=\"bind\" family=\"inet6\" laddr=::1 lport=80", ARMOR_VERDICT_ALLOWED,
     ARMOR_CLASS_NETWORK, FIELD(local_addr), "::1"},
    {"apparmor=\"ALLOWED\" operation=\"create\" family=\"unix\" sock_type=\"stream\" requested=\"create\" "
     "denied=\"create\"",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_NETWORK, FIELD(denied), "create"},
    {"apparmor=\"ALLOWED\" operation=\"create\" family=\"unix\" sock_type=\"stream\" "
     "requested_mask=\"create\" addr=none",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_UNIX, FIELD(addr), "none"},
    {"apparmor=\"ALLOWED\" operation=\"connect\" profile=\"p\" name=\"/run/x.sock\" requested_mask=\"wr\"",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE, FIELD(requested), "wr"},
    {"apparmor=\"ALLOWED\" operation=\"signal\" requested_mask=\"send\" "
     "denied_mask=\"send\"signal=unknown(77) peer=\"q\"",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_SIGNAL, FIELD(signal), "unknown(77)"},
    {"apparmor=\"ALLOWED\" operation=\"mount\" info=\"failed mntpnt match\" error=-13 profile=\"p\" "
     "name=\"/tmp/m1/\" "
     "fstype=\"tmpfs\" srcname=\"none\" flags=\"rw, nosuid\"",
     ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_MOUNT, FIELD(flags), "rw, nosuid"},
    {"apparmor=\"STATUS\" operation=\"profile_replace\" info=\"same as current profile, skipping\" "
     "profile=\"unconfined\" "
     "name=\"lq\" pid=1 comm=\"apparmor_parser\"",
     ARMOR_VERDICT_STATUS, ARMOR_CLASS_POLICY, FIELD(info), "same as current profile, skipping"},
    {"apparmor=\"DENIED\" operation=\"userns_create\" class=\"namespace\" profile=\"p\" "
     "requested=\"userns_create\" "
     "denied=\"userns_create\" execpath=\"/a\" profile=\"q\" name=\"/b\"",
     ARMOR_VERDICT_DENIED, ARMOR_CLASS_USERNS, FIELD(name), NULL},
    {"apparmor=\"DENIED\" operation=\"open\" class=\"posix_mqueue\" name=\"/q\" requested=\"read\" "
     "denied=\"read\"",
     ARMOR_VERDICT_DENIED, ARMOR_CLASS_MQUEUE, FIELD(denied), "read"},
    {"apparmor=\"DENIED\" operation=\"invalid\" bus=\"session\" name=\"x\" mask=\"bind\" label=\"l\"",
     ARMOR_VERDICT_DENIED, ARMOR_CLASS_DBUS, FIELD(profile), "l"},
    {"apparmor=\"ALLOWED\" operation=\"open\" label=\"a//&b\"", ARMOR_VERDICT_ALLOWED, ARMOR_CLASS_FILE,
     FIELD(profile), "a//&b"},
    {"apparmor=\"HINT\" operation=\"fork\"", ARMOR_VERDICT_HINT, ARMOR_CLASS_OTHER, FIELD(operation), "fork"},
    {"apparmor=\"ERROR\"", ARMOR_VERDICT_ERROR, ARMOR_CLASS_OTHER, FIELD(operation), NULL},
    {"apparmor=\"KILLED\" operation=\"open\"", ARMOR_VERDICT_KILLED, ARMOR_CLASS_FILE, FIELD(operation),
     "open"},
};

START_TEST(field)
{
    struct armor_error err = {0};
    ck_assert_msg(parse(1400, bodies[_i].body, &err) == 1, "%s", err.text);
    ck_assert_int_eq(event.verdict, bodies[_i].verdict);
    ck_assert_str_eq(armor_class_name(event.class), armor_class_name(bodies[_i].class));
    struct armor_slice value;
    memcpy(&value, (const char *)&event + bodies[_i].offset, sizeof value);
    check_slice(value, bodies[_i].value, bodies[_i].body);
}
END_TEST

START_TEST(numbers)
{
    struct armor_error err = {0};
    ck_assert_int_eq(
        parse(
            1400,
            "apparmor=\"DENIED\" error=-13 pid=0 capability=0 fsuid=4294967295 ouid=0FSUID=\"root\" lport=1 "
            "fport=2 protocol=3 value=999999999999999999 pid=9 new=1 other=\"2\"",
            &err),
        1);
    ck_assert(event.error.present && event.error.value == -13);
    ck_assert(event.pid.present && event.pid.value == 0);
    ck_assert(event.capability_number.present && event.capability_number.value == 0);
    ck_assert(event.fsuid.present && event.fsuid.value == 4294967295);
    ck_assert(event.ouid.present && event.ouid.value == 0);
    ck_assert(event.local_port.value == 1 && event.foreign_port.value == 2 && event.protocol.value == 3);
    ck_assert(event.value.value == 999999999999999999);
    ck_assert_uint_eq(event.repeated_fields, 1);
    ck_assert_uint_eq(event.unknown_fields, 3); /* FSUID, new, other */
    ck_assert(!event.time.present && !event.serial.present);
}
END_TEST

static const struct {
    uint32_t type;
    const char *body;
    int result;
    unsigned column;
    const char *says;
} refused[] = {
    {1400, "", 0, 0, ""},
    {1400, "avc:  denied  { read }", 0, 0, ""},
    {1400, " apparmor=\"ALLOWED\"", 0, 0, ""}, /* the kernel never writes a blank there */
    {1400, "comm=\"x\" apparmor=\"ALLOWED\"", 0, 0, ""},
    {1300, "arch=c000003e", 0, 0, ""},
    {1107, "nothing", 0, 0, ""},
    {1107, "pid=1 apparmor=\"ALLOWED\"", 1, 0, ""},
    {1400, "apparmor=\"allowed\"", -EBADMSG, 11, "verdict"},
    {1400, "apparmor=\"\"", -EBADMSG, 11, "verdict"},
    {1400, "apparmor=\"ALLOWED\" name=\"/etc/pa", -EBADMSG, 35, "name="},
    {1400, "apparmor=\"ALLOWED\" name=2F0061", -EBADMSG, 30, "NUL"},
    {1400, "apparmor=\"ALLOWED\" pid=x", -EBADMSG, 30, "pid="},
    {1400, "apparmor=\"ALLOWED\" pid=", -EBADMSG, 30, "pid="},
    {1400, "apparmor=\"ALLOWED\" pid=-", -EBADMSG, 30, "pid="},
    {1400, "apparmor=\"ALLOWED\" ouid=9999999999999999999", -EBADMSG, 30, "ouid="},
    {1400, "apparmor=\"ALLOWED\" value=-9999999999999999999", -EBADMSG, 30, "value="},
};

START_TEST(refuses)
{
    struct armor_error err = {0};
    ck_assert_int_eq(parse(refused[_i].type, refused[_i].body, &err), refused[_i].result);
    ck_assert_uint_eq(err.column, refused[_i].column);
    ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
}
END_TEST

/* Before Linux 2.6.36 the message type was the verdict. */
START_TEST(old_types)
{
    static const enum armor_verdict verdicts[] = {ARMOR_VERDICT_AUDIT,  ARMOR_VERDICT_ALLOWED,
                                                  ARMOR_VERDICT_DENIED, ARMOR_VERDICT_HINT,
                                                  ARMOR_VERDICT_STATUS, ARMOR_VERDICT_ERROR,
                                                  ARMOR_VERDICT_KILLED};
    struct armor_error err = {0};
    for (uint32_t type = 1501; type <= 1507; type++) {
        ck_assert_int_eq(
            parse(type, "operation=\"inode_permission\" requested_mask=\"::r\" name=\"/x\" pid=1", &err), 1);
        ck_assert_int_eq(event.verdict, verdicts[type - 1501]);
    }
    ck_assert_int_eq(parse(1500, "operation=\"inode_permission\"", &err), 0);
}
END_TEST

/* As many bytes as can be are hex: they all fit. */
START_TEST(everything_hex)
{
    static char body[ARMOR_RECORD_MAX + 1];
    struct armor_error err = {0};
    int head = snprintf(body, sizeof body, "apparmor=\"ALLOWED\" name=");
    memset(body + head, '4', sizeof body - 1 - (size_t)head);
    ck_assert_int_eq(parse(1400, body, &err), 1);
    ck_assert_uint_eq(event.name.length, (ARMOR_RECORD_MAX - 24) / 2);
    ck_assert_int_eq(event.name.bytes[0], 0x44);

    static char longer[ARMOR_RECORD_MAX + 2];
    (void)snprintf(longer, sizeof longer, "%s4", body);
    ck_assert_int_eq(parse(1400, longer, &err), -E2BIG);
}
END_TEST

START_TEST(user_text_stays_untrusted)
{
    struct armor_error err = {0};
    ck_assert_int_eq(
        parse(1107, "apparmor=\"ALLOWED\" operation=\"open\" trusted=1 type=1400 profile=\"armord-web\"",
              &err),
        1);
    ck_assert(!event.trusted);
    ck_assert_uint_eq(event.record_type, 1107);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event");
    TCase *tcase = check_case(suite, "event");
    tcase_add_loop_test(tcase, field, 0, LENGTH(bodies));
    tcase_add_test(tcase, numbers);
    tcase_add_loop_test(tcase, refuses, 0, LENGTH(refused));
    tcase_add_test(tcase, old_types);
    tcase_add_test(tcase, everything_hex);
    tcase_add_test(tcase, user_text_stays_untrusted);
    return check_main(suite);
}

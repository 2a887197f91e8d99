/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a record's body to the rule that it gives, or to the reason why it gives none. */
#include "armor/learn.h"
#include "armor/render.h"

#include "check_main.h"

#include <stdio.h>

static struct armor_event event;

static const struct armor_event *parse(const char *body, bool trusted)
{
    struct armor_error err = {0};
    struct armor_record record = {.type = trusted ? 1400 : 1107,
                                  .trusted = trusted,
                                  .time = {1000, true},
                                  .body = armor_slice_of(body)};
    ck_assert_msg(armor_event_parse(&record, &event, &err) == 1, "%s: %s", body, err.text);
    return &event;
}

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

#define EVENT(rest) "apparmor=\"ALLOWED\" profile=\"armord-web\" comm=\"c\" " rest
#define FILE_EVENT(operation, mask, name)                                                                    \
    EVENT("operation=\"" operation "\" name=" name " requested_mask=\"" mask "\" denied_mask=\"" mask "\"")

static const struct {
    const char *body;
    const char *rules; /* as rendered, joined by a blank */
} learned[] = {
    {FILE_EVENT("open", "r", "\"/etc/passwd\""), "/etc/passwd r,"},
    {FILE_EVENT("mknod", "c", "\"/run/x\""), "/run/x w,"},
    {FILE_EVENT("open", "ac", "\"/log\""), "/log w,"},
    {FILE_EVENT("file_perm", "a", "\"/log\""), "/log a,"},
    {FILE_EVENT("file_lock", "wk", "\"/db\""), "/db wk,"},
    {FILE_EVENT("file_mmap", "rm", "\"/lib/x.so\""), "/lib/x.so rm,"},
    {FILE_EVENT("mkdir", "c", "\"/tmp/d/\""), "/tmp/d/ w,"},
    {FILE_EVENT("open", "r", "2F6120622C0A22"), "\"/a b\\,\\012\\042\" r,"},
    {FILE_EVENT("open", "r", "\"/proc/4242/status\""), "\"/proc/{[2-9],[1-9][0-9]*}/status\" r,"},
    {FILE_EVENT("open", "r", "\"/proc/4242/task/4243/comm\""),
     "\"/proc/{[2-9],[1-9][0-9]*}/task/[0-9]*/comm\" r,"},
    {FILE_EVENT("open", "r", "\"/proc/4242\""), "\"/proc/{[2-9],[1-9][0-9]*}\" r,"},
    {FILE_EVENT("open", "r", "\"/proc/42x/status\""), "/proc/42x/status r,"},
    {FILE_EVENT("open", "r", "\"/proc/sys/kernel/1\""), "/proc/sys/kernel/1 r,"},
    {FILE_EVENT("connect", "wr", "\"/run/x.sock\""), "/run/x.sock rw,"},
    {EVENT("operation=\"open\" name=\"/x\" requested_mask=\"rw\" denied_mask=\"w\""), "/x w,"},
    {EVENT("operation=\"open\" name=\"/x\" requested_mask=\"r\""),
     "/x r,"}, /* `audit` rules: no denied_mask */
    {EVENT("operation=\"link\" name=\"/new\" target=\"/old\" requested_mask=\"l\" denied_mask=\"l\""),
     "link /new -> /old,"},
    {EVENT("operation=\"link\" name=\"/new\" target=2F6F206C64 requested_mask=\"lr\" denied_mask=\"lr\""),
     "link /new -> \"/o ld\", /new r,"},
    {EVENT(
         "operation=\"exec\" name=\"/bin/ls\" requested_mask=\"x\" denied_mask=\"x\" target=\"armord-web\""),
     "/bin/ls px -> armord-web,"},
    {EVENT("operation=\"capable\" capability=21  capname=\"sys_admin\""), "capability sys_admin,"},
    {EVENT("operation=\"create\" family=\"inet\" sock_type=\"stream\" protocol=6 requested_mask=\"create\""),
     "network inet stream,"},
    {EVENT("operation=\"create\" family=\"netlink\" sock_type=\"unknown\" requested_mask=\"create\""),
     "network netlink,"},
    {EVENT("operation=\"create\" family=\"unix\" sock_type=\"dgram\" requested_mask=\"create\""),
     "network unix dgram,"},
    {EVENT("operation=\"signal\" requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"other\""),
     "signal (send) set=(term) peer=other,"},
    {EVENT("operation=\"signal\" requested_mask=\"receive\" denied_mask=\"receive\" signal=rtmin+32 peer=\"a "
           "b\""),
     "signal (receive) set=(rtmin+32) peer=\"a b\","},
    {EVENT("operation=\"signal\" requested_mask=\"send\" denied_mask=\"send\" signal=hup "
           "peer=\"armord-web//null-/bin/x\""),
     "signal (send) set=(hup) peer=armord-web,"},
    {EVENT("operation=\"ptrace\" requested_mask=\"readby\" denied_mask=\"readby\" peer=\"armord-web\""),
     "ptrace (readby) peer=armord-web,"},
    {EVENT("operation=\"mount\" info=\"failed mntpnt match\" error=-13 name=\"/tmp/m1/\" fstype=\"tmpfs\" "
           "srcname=\"none\""),
     "mount fstype=tmpfs none -> /tmp/m1/,"},
    {EVENT("operation=\"mount\" name=\"/\" flags=\"rw, rprivate\""), "mount options=(rw, rprivate) -> /,"},
    {EVENT("operation=\"mount\" name=\"/m/\" flags=\"\" srcname=\"fstype=ext4\""),
     "mount \"fstype=ext4\" -> /m/,"},
    {EVENT("operation=\"umount\" name=\"/tmp/m4/\""), "umount /tmp/m4/,"},
    {EVENT("operation=\"pivotroot\" name=\"/new/\" srcname=\"/new/old/\""),
     "pivot_root oldroot=/new/old/ /new/,"},
    {EVENT("operation=\"connect\" family=\"unix\" sock_type=\"stream\" requested_mask=\"send connect\" "
           "addr=none "
           "peer_addr=\"@x\" peer=\"q\""),
     "unix (connect, send) type=stream addr=none peer=(label=q,addr=\"@x\"),"},
    {EVENT("operation=\"create\" family=\"unix\" sock_type=\"stream\" requested_mask=\"create send\" "
           "addr=\"@x\" "
           "peer=\"q\""),
     "unix (create) type=stream addr=\"@x\", unix (send) type=stream addr=\"@x\" peer=(label=q),"},
    {EVENT("operation=\"bind\" family=\"unix\" sock_type=\"stream\" requested_mask=\"bind\" addr=\"@x\""),
     "unix (bind) type=stream addr=\"@x\","},
    {EVENT("operation=\"create\" family=\"unix\" sock_type=\"dgram\" requested=\"create\" addr=none"),
     "unix (create) type=dgram addr=none,"},
    {EVENT("operation=\"sendmsg\" family=\"unix\" requested=\"send\" addr=none peer_addr=none peer=\"q\""),
     "unix (send) addr=none peer=(label=q,addr=none),"},
    {EVENT("operation=\"capable\" capability=40"), "capability checkpoint_restore,"},
    {EVENT("operation=\"capable\" name=\"setuid\""), "capability setuid,"},
    {EVENT("operation=\"setrlimit\" rlimit=nofile value=7"), "set rlimit nofile <= 7,"},
    {EVENT("operation=\"setrlimit\" rlimit=core value=18446744073709551615"), "set rlimit core <= infinity,"},
    {EVENT("operation=\"userns_create\" class=\"namespace\" requested=\"userns_create\" denied=\"invalid\""),
     "userns create,"},
    {EVENT("operation=\"uring_sqpoll\" class=\"io_uring\" requested=\"sqpoll\" denied=\"sqpoll\""),
     "io_uring (sqpoll),"},
    {EVENT("operation=\"uring_override\" requested=\"override_creds\" denied=\"override_creds\" "
           "tcontext=612062"),
     "io_uring (override_creds) label=\"a b\","},
    {EVENT("operation=\"unlink\" name=\"/q\" requested=\"delete\" denied=\"delete\" class=\"posix_mqueue\""),
     "mqueue (delete) type=posix /q,"},
    {EVENT("operation=\"sysv_mqueue\" name=\"123\" requested=\"read write\" class=\"sysv_mqueue\""),
     "mqueue (read, write) type=sysv 123,"},
    {EVENT("operation=\"dbus_method_call\" bus=\"session\" path=\"/o/D\" interface=\"o.D\" member=\"Hi\" "
           "mask=\"send\" "
           "name=\"o.D\" peer_label=\"q\""),
     "dbus (send) bus=session path=/o/D interface=o.D member=Hi peer=(label=q),"},
    {EVENT("operation=\"dbus_signal\" bus=\"system\" path=\"/o\" member=\"Hi\" mask=\"receive\""),
     "dbus (receive) bus=system path=/o member=Hi,"},
    {EVENT("operation=\"dbus_bind\" bus=\"system\" name=\"o.D\" mask=\"bind\""),
     "dbus (bind) bus=system name=o.D,"},
    {EVENT(
         "operation=\"dbus_method_call\" bus=\"session\" path=\"/o\" mask=\"eavesdrop\" peer_profile=\"q\""),
     "dbus (eavesdrop) bus=session,"},
    {EVENT("operation=\"change_profile\" name=\"x\" target=\"/bin/y\""), "change_profile -> /bin/y,"},
    {EVENT("operation=\"change_onexec\" name=\"x\""), "change_profile -> x,"},
    {EVENT("operation=\"change_hat\" target=\"armord-web//h at\""), "hat \"h at\" {}"},
};

START_TEST(gives_rule)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    size_t count = 0;
    ck_assert_int_eq(armor_learn(profile, parse(learned[_i].body, true), &options, rules, &count), 1);
    for (size_t i = 0; i < count; i++) {
        armor_text_string(&text, i ? " " : "");
        armor_render_rule(profile, rules[i], &text);
        ck_assert_str_eq(rules[i]->comm, "c");
        ck_assert_uint_eq(rules[i]->count, 1);
        ck_assert_int_eq(rules[i]->first_usec, 1000);
    }
    ck_assert_str_eq(text.bytes, learned[_i].rules);
    ck_assert_int_eq(profile->last_novel_usec, 1000);

    /* the same again adds evidence and nothing else */
    size_t rule_count = profile->rule_count;
    event.time.value = 2000;
    ck_assert_int_eq(armor_learn(profile, &event, &options, rules, &count), 0);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(profile->rule_count, rule_count);
    ck_assert_uint_eq(profile->rules[0]->count, 2);
    ck_assert_int_eq(profile->rules[0]->first_usec, 1000);
    ck_assert_int_eq(profile->rules[0]->last_usec, 2000);
    ck_assert_int_eq(profile->last_novel_usec, 1000);
    ck_assert_uint_eq(profile->events, 2);
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

#define OTHER(verdict, rest) "apparmor=\"" verdict "\" profile=\"armord-web\" " rest

static const struct {
    const char *body;
    bool trusted;
    enum armor_skip reason;
} skipped[] = {
    {FILE_EVENT("open", "r", "\"/etc/passwd\""), false, ARMOR_SKIP_UNTRUSTED},
    {OTHER("STATUS", "operation=\"profile_replace\" name=\"/x\""), true, ARMOR_SKIP_STATUS},
    {OTHER("HINT", "operation=\"open\" name=\"/x\" requested_mask=\"r\""), true, ARMOR_SKIP_STATUS},
    {OTHER("ERROR", "operation=\"open\" name=\"/x\" requested_mask=\"r\""), true, ARMOR_SKIP_STATUS},
    {OTHER("DENIED", "operation=\"open\" name=\"/x\" requested_mask=\"r\" denied_mask=\"r\""), true,
     ARMOR_SKIP_DENIED},
    {OTHER("KILLED", "operation=\"open\" name=\"/x\" requested_mask=\"r\""), true, ARMOR_SKIP_DENIED},
    {FILE_EVENT("getattr", "r", "\"/x\""), true, ARMOR_SKIP_GETATTR},
    {FILE_EVENT("open", "r", "\"x\""), true, ARMOR_SKIP_NAMELESS},
    {FILE_EVENT("open", "r", "\"\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"open\" requested_mask=\"r\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"open\" info=\"Failed name lookup - disconnected path\" name=\"/x\" "
           "requested_mask=\"r\""),
     true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"link\" name=\"/new\" requested_mask=\"l\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"link\" name=\"/new\" target=\"old\" requested_mask=\"l\""), true,
     ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"exec\" requested_mask=\"x\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"umount\" name=\"m\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"mount\" name=\"m\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"mount\" name=\"/m\" fstype=2A"), true, ARMOR_SKIP_NAMELESS}, /* a type of "*" */
    {EVENT("operation=\"pivotroot\" name=\"/m\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"bind\" family=\"unix\" requested_mask=\"bind\" addr=\"/run/x\""), true,
     ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"bind\" family=\"unix\" requested_mask=\"bind\" addr=\"\""), true,
     ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"exec\" name=\"/\" requested_mask=\"x\""), true, ARMOR_SKIP_MEMFD},
    {EVENT("operation=\"change_profile\""), true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"change_onexec\" info=\"label not found\" error=-2 name=\"x\""), true,
     ARMOR_SKIP_INCURABLE},
    {EVENT("operation=\"exec\" info=\"no new privs\" error=-1 name=\"/x\" requested_mask=\"x\""), true,
     ARMOR_SKIP_INCURABLE},
    {EVENT("operation=\"setrlimit\" rlimit=nofile value=7 peer=\"q\""), true, ARMOR_SKIP_INCURABLE},
    {EVENT("operation=\"setrlimit\" rlimit=nofile"), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"setrlimit\" rlimit=nice value=30"), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"getattr\" class=\"posix_mqueue\" requested=\"getattr\" "
           "info=\"Failed name lookup - disconnected IPC path\""),
     true, ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"sysv_mqueue\" class=\"sysv_mqueue\" requested=\"read\" name=\"/q\""), true,
     ARMOR_SKIP_NAMELESS},
    {EVENT("operation=\"open\" class=\"posix_mqueue\" name=\"/q\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"uring_cmd\" requested=\"cmd\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"dbus_bind\" bus=\"system\" name=\"o.D\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"dbus_bind\" bus=2A name=\"o.D\" mask=\"bind\""), true,
     ARMOR_SKIP_NAMELESS}, /* a bus of "*" */
    {EVENT("operation=\"never heard of\""), true, ARMOR_SKIP_CLASS},
    {EVENT("operation=\"capable\" capname=\"new_thing\""), true,
     ARMOR_SKIP_CLASS}, /* the parser may not know it */
    {EVENT("operation=\"capable\" capability=99"), true, ARMOR_SKIP_CLASS},
    {EVENT("operation=\"create\" family=\"unknown(99)\" sock_type=\"raw\""), true, ARMOR_SKIP_CLASS},
    {FILE_EVENT("open", "Z", "\"/x\""), true, ARMOR_SKIP_MASK},
    {FILE_EVENT("file_mmap", "x", "\"/x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"mount\" name=\"/m\" flags=\"rw, nosymfollow\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"mount\" name=\"/m\" flags=\" \""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"mount\" name=\"/m\" flags=\"rw) /etc/shadow -> (\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=rtmin+33 peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=rtmin+ab peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=rtmin+ peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=unknown(77) peer=\"x\""), true,
     ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=lost peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"send\" signal=term"), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"signal\" requested_mask=\"x\" signal=term peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"ptrace\" requested_mask=\"read\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"ptrace\" peer=\"x\""), true, ARMOR_SKIP_MASK},
    {EVENT("operation=\"bind\" family=\"unix\" addr=\"@x\""), true, ARMOR_SKIP_MASK},
};

START_TEST(gives_none)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 9;
    int code = armor_learn(profile, parse(skipped[_i].body, skipped[_i].trusted), &options, rules, &count);
    ck_assert_int_eq(code, 0);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(profile->rule_count, 0);
    ck_assert_uint_eq(profile->events, 1);
    for (int i = 0; i < ARMOR_SKIP_COUNT; i++) {
        ck_assert_msg(profile->skipped[i] == (i == (int)skipped[_i].reason), "counted as %s",
                      armor_skip_name((enum armor_skip)i));
    }
    armor_profile_free(profile);
}
END_TEST

START_TEST(literal_generalises_nothing)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {.literal = true};
    size_t count = 0;
    ck_assert_int_eq(armor_learn(profile, parse(FILE_EVENT("open", "r", "\"/proc/42/st*\""), true), &options,
                                 rules, &count),
                     1);
    ck_assert_str_eq(rules[0]->name, "/proc/42/st\\*");
    armor_profile_free(profile);
}
END_TEST

START_TEST(null_child_is_noted)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    static const char body[] =
        "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web//null-/bin/x\" "
        "name=\"/x\" requested_mask=\"r\"";
    ck_assert_int_eq(armor_learn(profile, parse(body, false), &options, rules, &count), 0);
    ck_assert(!profile->null_child); /* nobody but the kernel may say so */
    ck_assert_int_eq(armor_learn(profile, parse(body, true), &options, rules, &count), 1);
    ck_assert(profile->null_child);
    armor_profile_free(profile);
}
END_TEST

/* A flood of new names: no more rules than the cap, and each refused event counted. */
START_TEST(flood_is_counted)
{
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    enum { OVER = 500 };
    for (int i = 0; i < ARMOR_RULES_MAX + OVER; i++) {
        char body[200];
        (void)snprintf(body, sizeof body, FILE_EVENT("open", "r", "\"/tmp/%d\""), i);
        ck_assert_int_eq(armor_learn(profile, parse(body, true), &options, rules, &count),
                         i < ARMOR_RULES_MAX);
    }
    ck_assert_uint_eq(profile->rule_count, ARMOR_RULES_MAX);
    ck_assert_uint_eq(profile->skipped[ARMOR_SKIP_FULL], OVER);
    ck_assert_uint_eq(profile->events, ARMOR_RULES_MAX + OVER);
    armor_profile_free(profile);
}
END_TEST

enum { FLOOD = ARMOR_WORDS_MAX / ARMOR_PATH_MAX + 300 }; /* long names, more than there is room for */

START_TEST(flood_of_long_names_is_counted)
{
    static char body[ARMOR_PATH_MAX + 200];
    static char name[ARMOR_PATH_MAX];
    struct armor_profile *profile = new_profile();
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    memset(name, 'n', sizeof name - 1);
    for (int i = 0; i < FLOOD; i++) {
        (void)snprintf(body, sizeof body, FILE_EVENT("open", "r", "\"/%d/%s\""), i, name + 100);
        ck_assert_int_ge(armor_learn(profile, parse(body, true), &options, rules, &count), 0);
    }
    ck_assert_uint_le(armor_profile_size(profile), ARMOR_WORDS_MAX);
    ck_assert_uint_gt(profile->skipped[ARMOR_SKIP_FULL], 0);
    ck_assert_uint_eq(profile->skipped[ARMOR_SKIP_FULL] + profile->rule_count, FLOOD);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *tcase = check_case(suite, "learn");
    tcase_add_loop_test(tcase, gives_rule, 0, LENGTH(learned));
    tcase_add_loop_test(tcase, gives_none, 0, LENGTH(skipped));
    tcase_add_test(tcase, literal_generalises_nothing);
    tcase_add_test(tcase, null_child_is_noted);
    tcase_add_test(tcase, flood_is_counted);
    tcase_add_test(tcase, flood_of_long_names_is_counted);
    return check_main(suite);
}

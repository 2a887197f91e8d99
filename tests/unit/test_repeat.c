/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common case on a busy host: a record whose access is known already. It costs no allocation at all. */
#include "armor/learn.h"
#include "armor/repeat.h"

#include "allocations.h"
#include "check_main.h"

#include <stdio.h>

static const char *const lines[] = {
    ("type=AVC msg=audit(1.001:1): apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" "
     "name=\"/etc/passwd\" pid=1 "
     "comm=\"cat\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0"),
    ("type=AVC msg=audit(1.001:2): apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" "
     "name=2F6120622A pid=1 "
     "comm=632061 requested_mask=\"rw\" denied_mask=\"rw\""),
    ("type=AVC msg=audit(1.001:3): apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" "
     "name=\"/proc/77/status\" "
     "comm=\"ps\" requested_mask=\"r\""),
    ("type=AVC msg=audit(1.001:4): apparmor=\"ALLOWED\" operation=\"link\" profile=\"armord-web\" "
     "name=\"/a*\" target=\"/b*\" "
     "comm=\"ln\" requested_mask=\"l\""),
    ("type=AVC msg=audit(1.001:5): apparmor=\"AUDIT\" operation=\"exec\" profile=\"armord-web\" "
     "name=\"/bin/ls\" comm=\"sh\" "
     "requested_mask=\"x\" target=\"armord-web\""),
    ("type=AVC msg=audit(1.001:6): apparmor=\"ALLOWED\" operation=\"capable\" profile=\"armord-web\" "
     "comm=\"x\" capability=0  "
     "capname=\"chown\""),
    ("type=AVC msg=audit(1.001:7): apparmor=\"ALLOWED\" operation=\"signal\" profile=\"armord-web\" "
     "comm=\"x\" "
     "requested_mask=\"send\" denied_mask=\"send\" signal=term peer=\"a b\""),
    ("type=AVC msg=audit(1.001:8): apparmor=\"ALLOWED\" operation=\"mount\" profile=\"armord-web\" "
     "comm=\"x\" "
     "name=\"/m[/\" "
     "fstype=\"tmpfs\" srcname=\"a*\" flags=\"rw, nosuid\""),
    ("type=AVC msg=audit(1.001:9): apparmor=\"DENIED\" operation=\"open\" profile=\"armord-web\" "
     "name=\"/etc/shadow\""),
    ("type=USER_AVC msg=audit(1.001:9): pid=1 msg='apparmor=\"ALLOWED\" operation=\"open\" name=\"/new\"'"),
};

START_TEST(no_allocation)
{
    static struct armor_event event;
    struct armor_profile *profile = NULL;
    struct armor_repeat *repeat = NULL;
    size_t known = 0;
    ck_assert_int_eq(armor_repeat_new(&repeat), 0);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
            struct armor_record record;
            struct armor_error err = {0};
            struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
            struct armor_learn_options options = {0};
            size_t count = 0;
            allocations_fail_at(0);
            bool parsed = armor_record_from_line(armor_slice_of(lines[i]), &record, &err) == 1 &&
                          armor_event_parse(&record, &event, &err) == 1;
            size_t parsing = allocations_count();
            int code = armor_learn(profile, &event, &options, rules, &count);
            size_t all = allocations_count();
            struct armor_profile *of = NULL;
            armor_repeat_keep(repeat, &record, &event, profile);
            known += armor_repeat_take(repeat, &record, &of);
            size_t with_repeat = allocations_count();
            ck_assert_msg(parsed && code >= 0, "%s", lines[i]);
            ck_assert_uint_eq(parsing, 0);
            ck_assert_msg(round == 0 || (code == 0 && all == 0), "%zu allocations: %s", all, lines[i]);
            ck_assert_uint_eq(with_repeat, all);
        }
    }
    ck_assert_uint_eq(profile->rule_count, 8);
    ck_assert_uint_gt(known, 0);
    armor_repeat_free(repeat);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repeat");
    tcase_add_test(check_case(suite, "repeat"), no_allocation);
    return check_main(suite);
}

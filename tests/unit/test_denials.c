/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Denials: one entry for each rule that would allow what was refused, bounded, and stored. */
#include "store_rig.h"

static struct container *web;

static void begin(void)
{
    make();
    web = add_container("web");
}

/* An access that was refused: REST follows the profile's name in the record. */
static int refuse(const char *rest)
{
    static int64_t clock = 1000;
    char body[8192];
    struct armor_record record = {0};
    struct armor_event event = {0};
    struct armor_error err = {0};
    (void)snprintf(body, sizeof body,
                   "audit(1700000000.123:%lld): apparmor=\"DENIED\" profile=\"armord-web\" %s",
                   (long long)++clock, rest);
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(body), &record, &err), 1);
    record.time.value += clock;
    ck_assert_int_eq(armor_event_parse(&record, &event, &err), 1);
    return denials_take(&web->denials, "web", 42, &event, "{}");
}

static int refuse_file(const char *file, const char *mask)
{
    char rest[8192];
    (void)snprintf(rest, sizeof rest,
                   "operation=\"open\" name=\"%s\" comm=\"cat\" requested_mask=\"%s\" denied_mask=\"%s\"",
                   file, mask, mask);
    return refuse(rest);
}

START_TEST(repeats_are_one_entry)
{
    ck_assert_int_eq(refuse_file("/etc/shadow", "r"), 1);
    ck_assert_int_eq(refuse_file("/etc/shadow", "r"), 0);
    ck_assert_int_eq(refuse_file("/etc/shadow", "w"), 1);
    ck_assert_int_eq(refuse_file("/etc/gshadow", "r"), 1);
    ck_assert_uint_eq(web->denials.count, 2);
    const struct denial *first = &web->denials.entries[0];
    ck_assert_uint_eq(first->id, 1);
    ck_assert_uint_eq(first->count, 3);
    ck_assert_uint_eq(first->rule->count, 3);
    ck_assert_int_lt(first->first_usec, first->last_usec);
    json_t *object = denial_to_json(&web->denials, first);
    ck_assert_str_eq(json_string_value(json_object_get(object, "rule")), "/etc/shadow rw,");
    ck_assert_str_eq(json_string_value(json_object_get(object, "comm")), "cat");
    ck_assert_ptr_null(json_object_get(object, "state"));
    json_decref(object);
    ck_assert_ptr_eq(denials_find(&web->denials, 2), &web->denials.entries[1]);
    ck_assert_ptr_null(denials_find(&web->denials, 3));
}
END_TEST

START_TEST(what_no_rule_can_allow_is_shown)
{
    ck_assert_int_eq(refuse("operation=\"exec\" name=\"/\" requested_mask=\"x\" denied_mask=\"x\""), 1);
    ck_assert_int_eq(refuse("operation=\"exec\" name=\"/\" requested_mask=\"x\" denied_mask=\"x\""), 0);
    ck_assert_uint_eq(web->denials.count, 1);
    ck_assert_ptr_null(web->denials.entries[0].rule);
    ck_assert_int_eq(web->denials.entries[0].skip, ARMOR_SKIP_MEMFD);
    ck_assert_uint_eq(web->denials.entries[0].count, 2);
}
END_TEST

START_TEST(a_flood_is_counted_and_pushes_nothing_out)
{
    ck_assert_int_eq(refuse_file("/etc/first", "r"), 1);
    for (int i = 0; i < 4 * DENIALS_MAX; i++) {
        char file[64];
        (void)snprintf(file, sizeof file, "/data/%d", i);
        ck_assert_int_ge(refuse_file(file, "r"), 0);
    }
    ck_assert_uint_le(web->denials.count, DENIALS_MAX);
    ck_assert_uint_eq(web->denials.profile->rule_count, web->denials.count);
    ck_assert_uint_eq(web->denials.count + web->denials.left_out, 4 * DENIALS_MAX + 1);
    ck_assert_str_eq(web->denials.entries[0].rule->name, "/etc/first");
    ck_assert_int_eq(refuse_file("/etc/first", "r"), 0);
    ck_assert_uint_eq(web->denials.entries[0].count, 2);
}
END_TEST

START_TEST(long_names_are_bounded)
{
    static char file[4000];
    for (int i = 0; i < DENIALS_MAX; i++) {
        memset(file, 'a', sizeof file - 1);
        (void)snprintf(file, 16, "/%d", i);
        file[strlen(file)] = '/';
        ck_assert_int_ge(refuse_file(file, "r"), 0);
    }
    ck_assert_uint_lt(armor_profile_size(web->denials.profile), DENIALS_BYTES_MAX + sizeof file);
    ck_assert_uint_gt(web->denials.left_out, 0);
}
END_TEST

START_TEST(what_is_decided_goes)
{
    ck_assert_int_eq(refuse_file("/etc/a", "rw"), 1);
    ck_assert_int_eq(refuse_file("/etc/b", "r"), 1);
    ck_assert_int_eq(refuse_file("/etc/c", "r"), 1);
    (void)add_rule(web, (struct armor_access){.kind = ARMOR_RULE_FILE,
                                              .mask = ARMOR_FILE_READ,
                                              .name = ARMOR_SLICE("/etc/a")});
    (void)add_rule(web, (struct armor_access){.kind = ARMOR_RULE_FILE,
                                              .mask = ARMOR_FILE_READ,
                                              .name = ARMOR_SLICE("/etc/b")});
    (void)add_rule(web, (struct armor_access){.kind = ARMOR_RULE_FILE,
                                              .mask = ARMOR_FILE_READ,
                                              .name = ARMOR_SLICE("/etc/c"),
                                              .state = ARMOR_STATE_DENIED});
    denials_settle(&web->denials, web->profile);
    ck_assert_uint_eq(web->denials.count, 1);
    ck_assert_str_eq(web->denials.entries[0].rule->name, "/etc/a");
    ck_assert(web->denials.removed);
    denials_remove(&web->denials, 0);
    ck_assert_uint_eq(web->denials.count, 0);
    ck_assert_uint_eq(web->denials.bytes, 0);
    ck_assert_ptr_null(web->denials.profile);
    ck_assert_int_eq(refuse_file("/etc/a", "r"), 1);
    ck_assert_uint_eq(web->denials.entries[0].id, 4);
}
END_TEST

static void put_denials(void)
{
    struct armor_error err = {0};
    ck_assert_msg(store_put_denials(store, web, &err) == 0, "%s", err.text);
    denials_saved(&web->denials);
}

START_TEST(they_outlive_a_restart)
{
    put_all(web);
    ck_assert_int_eq(refuse_file("/etc/shadow", "r"), 1);
    ck_assert_int_eq(refuse("operation=\"exec\" name=\"/\" requested_mask=\"x\" denied_mask=\"x\""), 1);
    ck_assert_int_eq(refuse_file("/etc/gone", "r"), 1);
    put_denials();
    ck_assert_int_eq(refuse_file("/etc/shadow", "r"), 0);
    denials_remove(&web->denials, 2);
    put_denials();

    (void)reopen();
    web = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(web->denials.count, 2);
    ck_assert_str_eq(web->denials.entries[0].rule->name, "/etc/shadow");
    ck_assert_str_eq(web->denials.entries[0].rule->comm, "cat");
    ck_assert_uint_eq(web->denials.entries[0].count, 2);
    ck_assert_uint_eq(web->denials.entries[0].rule->count, 2);
    ck_assert_ptr_null(web->denials.entries[1].rule);
    ck_assert_int_eq(web->denials.entries[1].skip, ARMOR_SKIP_MEMFD);
    ck_assert(!web->denials.removed);
}
END_TEST

START_TEST(damaged_rows_are_left_out)
{
    put_all(web);
    ck_assert_int_eq(refuse_file("/etc/a", "r"), 1);
    ck_assert_int_eq(refuse_file("/etc/b", "r"), 1);
    ck_assert_int_eq(refuse_file("/etc/c", "r"), 1);
    ck_assert_int_eq(refuse_file("/etc/d", "r"), 1);
    put_denials();
    plant(
        "UPDATE denial SET mask = -1 WHERE id = 1; UPDATE denial SET name = x'2f6574632f63' WHERE id = 2;"
        "UPDATE denial SET count = -5 WHERE id = 4;"
        "INSERT INTO denial SELECT container, 9, '', name, detail, peer, options, mask, value, 'nonsense', "
        "comm, owners,"
        " count, first, last, event FROM denial WHERE id = 3");
    (void)reopen();
    web = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(web->denials.count, 1);
    ck_assert_str_eq(web->denials.entries[0].rule->name, "/etc/c");
    ck_assert_uint_eq(web->denials.profile->rule_count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("denials");
    TCase *all = check_case(suite, "denials");
    tcase_add_checked_fixture(all, begin, drop);
    tcase_add_test(all, repeats_are_one_entry);
    tcase_add_test(all, what_no_rule_can_allow_is_shown);
    tcase_add_test(all, a_flood_is_counted_and_pushes_nothing_out);
    tcase_add_test(all, long_names_are_bounded);
    tcase_add_test(all, what_is_decided_goes);
    tcase_add_test(all, they_outlive_a_restart);
    tcase_add_test(all, damaged_rows_are_left_out);
    return check_main(suite);
}

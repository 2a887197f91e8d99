/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/baseline.h"
#include "armor/json.h"
#include "armor/learn.h"

#include "check_main.h"

#include <stdio.h>

/* Bytes, how they are shown, and their hex where they aren't UTF-8. */
static const struct {
    struct armor_slice bytes;
    const char *shown, *hex;
} texts[] = {
    {ARMOR_SLICE(""), "", NULL},
    {ARMOR_SLICE("/etc"), "/etc", NULL},
    {ARMOR_SLICE("a\n\"\\"), "a\n\"\\", NULL},
    {ARMOR_SLICE("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", NULL},
    {ARMOR_SLICE("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf", NULL},
    {ARMOR_SLICE("a\xff"), "a\\xff", "61ff"},
    {ARMOR_SLICE("\xc3"), "\\xc3", "c3"},
    {ARMOR_SLICE("\xc3("), "\\xc3(", "c328"},
    {ARMOR_SLICE("\xc0\xaf"), "\\xc0\\xaf", "c0af"},                       /* overlong */
    {ARMOR_SLICE("\xe0\x80\xaf"), "\\xe0\\x80\\xaf", "e080af"},            /* overlong */
    {ARMOR_SLICE("\xed\xa0\x80"), "\\xed\\xa0\\x80", "eda080"},            /* a surrogate */
    {ARMOR_SLICE("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", "f4908080"}, /* over U+10FFFF */
    {ARMOR_SLICE("\x80"), "\\x80", "80"},
    {ARMOR_SLICE("\xfe\xc3\xa4"), "\\xfe\xc3\xa4", "fec3a4"},
    {ARMOR_SLICE("a\0b"), "a\\x00b", "610062"},
};

START_TEST(bytes)
{
    json_t *object = json_object();
    ck_assert_int_eq(armor_json_set_bytes(object, "name", texts[_i].bytes), 0);
    ck_assert_str_eq(json_string_value(json_object_get(object, "name")), texts[_i].shown);
    const char *hex = json_string_value(json_object_get(object, "name_hex"));
    ck_assert_int_eq(hex != NULL, texts[_i].hex != NULL);
    ck_assert(!hex || strcmp(hex, texts[_i].hex) == 0);
    json_decref(object);
}
END_TEST

static struct armor_event event;

static void parse(const char *body, struct armor_number time)
{
    struct armor_error err = {0};
    struct armor_record record = {
        .type = 1400, .trusted = true, .time = time, .serial = {7, true}, .body = armor_slice_of(body)};
    ck_assert_msg(armor_event_parse(&record, &event, &err) == 1, "%s", err.text);
}

START_TEST(event_has_its_keys)
{
    parse(
        "apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"p\" name=2FFF pid=1 comm=\"c\" "
        "requested_mask=\"r\" "
        "denied_mask=\"r\" fsuid=0 ouid=0 options=\"password=secret\" capability=3 execpath=\"/x\"",
        (struct armor_number){1500000, true});
    json_t *object = armor_event_to_json(&event);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    ck_assert_str_eq(text,
                     "{\"capability\":\"fowner\",\"class\":\"file\",\"comm\":\"c\",\"denied\":\"r\","
                     "\"execpath\":\"/x\",\"fsuid\":0,\"name\":\"/"
                     "\\\\xff\",\"name_hex\":\"2fff\","
                     "\"operation\":\"open\",\"ouid\":0,\"pid\":1,\"profile\":\"p\",\"record_type\":1400,"
                     "\"requested\":\"r\","
                     "\"serial\":7,\"time\":1.5,\"trusted\":true,\"verdict\":\"denied\"}");
    free(text);
    json_decref(object);
}
END_TEST

START_TEST(event_without_time)
{
    parse("apparmor=\"AUDIT\"", (struct armor_number){0});
    json_t *object = armor_event_to_json(&event);
    ck_assert_ptr_null(json_object_get(object, "time"));
    ck_assert_ptr_null(json_object_get(object, "name"));
    ck_assert_str_eq(json_string_value(json_object_get(object, "class")), "other");
    json_decref(object);
}
END_TEST

/* Each key of the contract is in the table once, and under the name that the contract has. */
START_TEST(contract)
{
    static const char *const keys[] = {
        "operation",    "profile",    "namespace",    "name",           "target",      "peer",
        "peer_profile", "info",       "error",        "requested",      "denied",      "pid",
        "comm",         "fsuid",      "ouid",         "family",         "sock_type",   "protocol",
        "local_addr",   "local_port", "foreign_addr", "foreign_port",   "addr",        "peer_addr",
        "capability",   "signal",     "fs_type",      "src_name",       "flags",       "rlimit",
        "value",        "dbus_bus",   "dbus_path",    "dbus_interface", "dbus_member", "execpath",
    };
    size_t count = 0;
    size_t shown = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    for (size_t i = 0; i < count; i++) {
        shown += fields[i].name != NULL;
    }
    for (size_t key = 0; key < sizeof keys / sizeof keys[0]; key++) {
        int found = 0;
        for (size_t i = 0; i < count; i++) {
            found += fields[i].name && strcmp(fields[i].name, keys[key]) == 0;
        }
        ck_assert_msg(found == 1, "%s is there %d times", keys[key], found);
    }
    ck_assert_uint_eq(shown, sizeof keys / sizeof keys[0]);
}
END_TEST

START_TEST(rule_and_profile)
{
    struct armor_profile *profile = NULL;
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    ck_assert_int_eq(armor_baseline_add(profile), 0);
    parse(
        "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=2F20FF comm=FF "
        "requested_mask=\"r\"",
        (struct armor_number){1000001, true});
    ck_assert_int_eq(armor_learn(profile, &event, &options, rules, &count), 1);
    json_t *rule = armor_rule_to_json(profile, rules[0]);
    char *text = json_dumps(rule, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(
        text,
        "{\"comm\":\"\\\\xff\",\"comm_hex\":\"ff\",\"count\":1,\"first\":\"1970-01-01T00:00:01.000001Z\","
        "\"kind\":\"file\",\"last\":\"1970-01-01T00:00:01.000001Z\",\"origin\":\"observed\","
        "\"rule\":\"\\\"/ \\\\xff\\\" r,\",\"rule_hex\":\"222f20ff2220722c\","
        "\"state\":\"active\"}");
    free(text);
    json_decref(rule);

    rule = armor_rule_to_json(profile, profile->rules[0]);
    ck_assert_str_eq(json_string_value(json_object_get(rule, "origin")), "baseline");
    ck_assert_ptr_nonnull(json_object_get(rule, "reason"));
    ck_assert_ptr_null(json_object_get(rule, "first"));
    json_decref(rule);

    event.trusted = false;
    ck_assert_int_eq(armor_learn(profile, &event, &options, rules, &count), 0);
    json_t *state = armor_profile_to_json(profile);
    ck_assert_str_eq(json_string_value(json_object_get(state, "name")), "web");
    ck_assert_str_eq(json_string_value(json_object_get(state, "profile")), "armord-web");
    ck_assert_int_eq(json_integer_value(json_object_get(state, "events")), 2);
    json_t *kinds = json_object_get(state, "rules");
    ck_assert_int_eq(json_integer_value(json_object_get(kinds, "total")), (json_int_t)profile->rule_count);
    json_t *origins = json_object_get(kinds, "origins");
    ck_assert_int_eq(json_integer_value(json_object_get(origins, "observed")), 1);
    ck_assert_ptr_null(json_object_get(origins, "seeded"));
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(kinds, "kinds"), "file")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(kinds, "states"), "active")),
                     (json_int_t)profile->rule_count);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(state, "skipped"), "untrusted")), 1);
    ck_assert_uint_eq(json_object_size(json_object_get(state, "skipped")), 1);
    json_decref(state);
    armor_profile_free(profile);
}
END_TEST

/* The longest name that a record can carry, each byte shown as four: a rule's JSON isn't out of memory for that. */
START_TEST(longest_names)
{
    static char body[ARMOR_RECORD_MAX];
    struct armor_profile *profile = NULL;
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    int used = snprintf(
        body, sizeof body,
        "apparmor=\"ALLOWED\" profile=\"armord-web\" operation=\"open\" requested_mask=\"r\" name=2F");
    while (used + 4 < (int)sizeof body) {
        used += snprintf(body + used, sizeof body - (size_t)used, used % 3 ? "01" : "FF");
    }
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    parse(body, (struct armor_number){0});
    ck_assert_int_eq(armor_learn(profile, &event, &options, rules, &count), 1);
    json_t *rule = armor_rule_to_json(profile, rules[0]);
    ck_assert_ptr_nonnull(rule);
    ck_assert_ptr_nonnull(json_object_get(rule, "rule_hex"));
    json_decref(rule);
    json_t *object = armor_event_to_json(&event);
    ck_assert_ptr_nonnull(object);
    json_decref(object);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tcase = check_case(suite, "json");
    tcase_add_loop_test(tcase, bytes, 0, LENGTH(texts));
    tcase_add_test(tcase, event_has_its_keys);
    tcase_add_test(tcase, event_without_time);
    tcase_add_test(tcase, contract);
    tcase_add_test(tcase, rule_and_profile);
    tcase_add_test(tcase, longest_names);
    return check_main(suite);
}

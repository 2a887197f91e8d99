/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seed's JSON: what is written reads back as it was; what can't be a seed is refused with the element. */
#include "armor/limits.h"
#include "armor/seed_text.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static struct armor_seed *seed;
static struct armor_error err;

static void setup(void)
{
    ck_assert_int_eq(armor_seed_new(&seed), 0);
    armor_error_clear(&err);
}

static void teardown(void)
{
    armor_seed_free(seed);
}

static int read_seed(const char *text)
{
    json_t *object = json_loads(text, 0, NULL);
    ck_assert_msg(object != NULL, "no JSON: %s", text);
    int code = armor_seed_from_json(object, seed, &err);
    json_decref(object);
    return code;
}

START_TEST(reads_back_as_it_was_written)
{
    static const struct armor_seed_rule rules[] = {
        {.access = {.kind = ARMOR_RULE_FILE,
                    .mask = ARMOR_FILE_READ | ARMOR_FILE_LOCK,
                    .name = ARMOR_SLICE("/a\xff b/**")},
         .grant = ARMOR_SEED_DENIED,
         .source = {.file = "c.yml", .line = 3, .column = 5},
         .reason = "why"},
        {.access = {.kind = ARMOR_RULE_SIGNAL,
                    .mask = ARMOR_SIGNAL_SEND | ARMOR_SIGNAL_RECEIVE,
                    .name = ARMOR_SLICE("quit"),
                    .peer = ARMOR_SLICE("runc")},
         .grant = ARMOR_SEED_GRANTED,
         .source = {.file = "i.json", .pointer = "/Config"}},
        {.access = {.kind = ARMOR_RULE_NETWORK, .name = ARMOR_SLICE("inet"), .detail = ARMOR_SLICE("stream")},
         .grant = ARMOR_SEED_EXPECTED},
        {.access = {.kind = ARMOR_RULE_RLIMIT,
                    .name = ARMOR_SLICE("nofile"),
                    .value = ARMOR_VALUE_UNLIMITED}},
    };
    struct armor_seed *other = NULL;
    ck_assert_int_eq(armor_seed_new(&other), 0);
    for (size_t i = 0; i < LENGTH(rules); i++) {
        ck_assert_int_eq(armor_seed_add_rule(other, &rules[i]), 1);
    }
    json_t *object = armor_seed_to_json(other, ARMOR_SLICE("web"));
    ck_assert_msg(armor_seed_from_json(object, seed, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(seed->rule_count, LENGTH(rules));
    for (size_t i = 0; i < LENGTH(rules); i++) {
        const struct armor_seed_rule *rule = &seed->rules[i];
        ck_assert_int_eq(rule->access.kind, rules[i].access.kind);
        ck_assert_uint_eq(rule->access.mask, rules[i].access.mask);
        ck_assert_int_eq(rule->access.value, rules[i].access.value);
        ck_assert(armor_slice_equal(rule->access.name, rules[i].access.name));
        ck_assert(armor_slice_equal(rule->access.detail, rules[i].access.detail));
        ck_assert(armor_slice_equal(rule->access.peer, rules[i].access.peer));
        ck_assert_int_eq(rule->grant, rules[i].grant);
        ck_assert_uint_eq(rule->source.line, rules[i].source.line);
        ck_assert_uint_eq(rule->source.column, rules[i].source.column);
    }
    ck_assert_str_eq(seed->rules[0].reason, "why");
    ck_assert_str_eq(seed->rules[1].source.pointer, "/Config");
    json_decref(object);
    armor_seed_free(other);
}
END_TEST

#define RULE(text)                                                                                           \
    "{\"rules\":[{\"kind\":\"file\",\"mask\":\"r\",\"name\":\"/"                                             \
    "a\",\"grant\":\"granted\",\"source\":{}},{" text "}]}"
#define FILE_RULE   "\"kind\":\"file\",\"grant\":\"granted\",\"source\":{},"
#define NAMED(kind) "\"kind\":\"" kind "\",\"grant\":\"granted\",\"source\":{},\"name\":"

static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"[]", "a seed is an object"},
    {"{}", "a seed is an object"},
    {"{\"rules\":{}}", "a seed is an object"},
    {"{\"rules\":[],\"more\":1}", "\"more\" is no key of a seed"},
    {"{\"rules\":[1]}", "rule 1 of the seed is no object"},
    {RULE(""), "rule 2 of the seed: \"kind\" is no kind"},
    {RULE("\"kind\":1"), "\"kind\" is no string"},
    {RULE("\"kind\":\"file\",\"grant\":\"given\""), "\"grant\" is granted, expected or denied"},
    {RULE(NAMED("change_profile") "\"unconfined\""), "\"kind\" is no kind"},
    {RULE(NAMED("mount") "\"/a\""), "\"kind\" is no kind"},
    {RULE(FILE_RULE "\"mask\":\"r\""), "\"name\" is no absolute path"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"a\""), "no absolute path"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"\""), "no absolute path"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"@{HOME}/a\""), "rule 2 of the seed: \"name\""},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a{b,c\""), "rule 2 of the seed: \"name\""},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a[\""), "rule 2 of the seed: \"name\""},
    {RULE(FILE_RULE "\"mask\":\"rx\",\"name\":\"/a\""), "has `x` in its mask"},
    {RULE(FILE_RULE "\"mask\":\"rz\",\"name\":\"/a\""), "\"mask\" has what this kind doesn't"},
    {RULE(FILE_RULE "\"mask\":\"\",\"name\":\"/a\""), "allows nothing"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\",\"foo\":1"), "\"foo\" is no key"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\\nb\""), "\"name\" holds a control byte"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\",\"name_hex\":\"2f0\""), "\"name_hex\" isn't hex"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\",\"name_hex\":\"2f00\""), "\"name_hex\" isn't hex"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\",\"reason\":\"\\u001b[2J\""),
     "\"reason\" holds a control"},
    {RULE(FILE_RULE "\"mask\":\"r\",\"name\":\"/a\",\"value\":1"), "has a limit that can't be"},
    {RULE("\"kind\":\"file\",\"grant\":\"granted\",\"mask\":\"r\",\"name\":\"/a\""),
     "\"source\" is no object"},
    {RULE("\"kind\":\"file\",\"grant\":\"granted\",\"mask\":\"r\",\"name\":\"/a\",\"source\":{\"line\":-1}"),
     "\"line\" is no such number"},
    {RULE(
         "\"kind\":\"file\",\"grant\":\"granted\",\"mask\":\"r\",\"name\":\"/a\",\"source\":{\"url\":\"x\"}"),
     "\"url\" is no key"},
    {RULE(NAMED("capability") "\"chown, file\""), "AppArmor doesn't know"},
    {RULE(NAMED("capability") "\"chown\",\"mask\":\"r\""), "\"mask\" has what"},
    {RULE(NAMED("network") "\"inet,file\""), "AppArmor doesn't know"},
    {RULE(NAMED("network") "\"inet\",\"detail\":\"brook\""), "type of socket"},
    {RULE(NAMED("rlimit") "\"nofile <= 1, file\""), "AppArmor doesn't know"},
    {RULE(NAMED("rlimit") "\"nofile\",\"value\":-1"), "\"value\" is no such number"},
    {RULE(NAMED("signal") "\"term) peer=x, file,#\",\"mask\":\"send\""), "AppArmor doesn't know"},
    {RULE(NAMED("signal") "\"term\",\"mask\":\"send\",\"options\":\"(\""), "has options that can't be"},
};

START_TEST(what_cannot_be_is_refused)
{
    ck_assert_int_eq(read_seed(refused[_i].text), -EINVAL);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s: %s", refused[_i].text, err.text);
}
END_TEST

START_TEST(caps)
{
    json_t *rules = json_array();
    json_t *object = json_pack("{s:o}", "rules", rules);
    char name[ARMOR_PATH_MAX * 2];
    for (int i = 0; i <= ARMOR_SEED_LEARN_MAX; i++) {
        (void)snprintf(name, sizeof name, "/%d", i);
        ck_assert_int_eq(json_array_append_new(rules,
                                               json_pack("{s:s, s:s, s:s, s:s, s:{}}", "kind", "file", "mask",
                                                         "r", "name", name, "grant", "expected", "source")),
                         0);
    }
    ck_assert_int_eq(armor_seed_from_json(object, seed, &err), -E2BIG);
    ck_assert_uint_eq(seed->rule_count, 0);
    ck_assert_int_eq(json_array_remove(rules, 0), 0);
    armor_error_clear(&err);
    ck_assert_int_eq(armor_seed_from_json(object, seed, &err), 0);
    ck_assert_uint_eq(seed->rule_count, ARMOR_SEED_LEARN_MAX);
    json_decref(object);
}
END_TEST

START_TEST(words_over_the_cap)
{
    json_t *rules = json_array();
    json_t *object = json_pack("{s:o}", "rules", rules);
    char name[ARMOR_PATH_MAX * 2];
    memset(name, 'a', sizeof name);
    for (int i = 0; i < 400; i++) {
        (void)snprintf(name, 8, "/%06d", i);
        name[7] = 'a';
        name[sizeof name - 1] = '\0';
        ck_assert_int_eq(json_array_append_new(rules,
                                               json_pack("{s:s, s:s, s:s, s:s, s:{}}", "kind", "file", "mask",
                                                         "r", "name", name, "grant", "expected", "source")),
                         0);
    }
    ck_assert_int_eq(armor_seed_from_json(object, seed, &err), -E2BIG);
    ck_assert_ptr_nonnull(strstr(err.text, "words have over"));
    json_decref(object);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seed_json");
    TCase *tcase = check_case(suite, "seed_json");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, reads_back_as_it_was_written);
    tcase_add_loop_test(tcase, what_cannot_be_is_refused, 0, (int)LENGTH(refused));
    tcase_add_test(tcase, caps);
    tcase_add_test(tcase, words_over_the_cap);
    return check_main(suite);
}

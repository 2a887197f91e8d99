/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: what a file may say, and where a refusal points. */
#include "settings_json.h"

#include "api_body.h"
#include "check_main.h"
#include "scratch.h"
#include "source.h"

#include <errno.h>
#include <stdlib.h>

static const struct {
    const char *text;
    int64_t flush;
    int64_t backlog;
    const char *database;
} good[] = {
    {"", 30, 8192, "/var/lib/armord/armord.db"},
    {"# nothing\n", 30, 8192, "/var/lib/armord/armord.db"},
    {"---\n...\n", 30, 8192, "/var/lib/armord/armord.db"},
    {"flush-interval-seconds: 5\n", 5, 8192, "/var/lib/armord/armord.db"},
    {"backlog-limit: 0\ndatabase: /a b\n", 30, 0, "/a b"},
    {"{backlog-limit: \"64\", flush-interval-seconds: 3600}", 3600, 64, "/var/lib/armord/armord.db"},
};

START_TEST(good_files)
{
    struct settings settings;
    struct armor_error err = {0};
    ck_assert_int_eq(settings_parse(armor_slice_of(good[_i].text), &settings, &err), 0);
    ck_assert_int_eq(settings.flush_interval, good[_i].flush);
    ck_assert_int_eq(settings.backlog_limit, good[_i].backlog);
    ck_assert_str_eq(settings.database, good[_i].database);
    ck_assert_int_eq(settings.loader_timeout, 45);
}
END_TEST

static const struct {
    const char *text;
    int code;
    size_t line;
    size_t column;
} bad[] = {
    {"flush: 5\n", -EINVAL, 1, 1},
    {"\n  flush-interval-seconds: 0\n", -EINVAL, 2, 27},
    {"flush-interval-seconds: 3601\n", -EINVAL, 1, 25},
    {"flush-interval-seconds: -1\n", -EINVAL, 1, 25},
    {"flush-interval-seconds: 5s\n", -EINVAL, 1, 25},
    {"flush-interval-seconds: 99999999999999999999\n", -EINVAL, 1, 25},
    {"flush-interval-seconds:\n", -EINVAL, 1, 24},
    {"flush-interval-seconds: [5]\n", -EINVAL, 1, 25},
    {"backlog-limit: 64\nbacklog-limit: 64\n", -EINVAL, 2, 1},
    {"backlog-limit: 64\n---\nbacklog-limit: 64\n", -EINVAL, 3, 1},
    {"database: relative\n", -EINVAL, 1, 11},
    {"database: \"/a\\0b\"\n", -EINVAL, 1, 11},
    {"source: syslog\n", -EINVAL, 1, 9},
    {"source: \"netlink\\0\"\n", -EINVAL, 1, 9},
    {"source:\n", -EINVAL, 1, 8},
    {"- a\n", -EINVAL, 1, 1},
    {"a\n", -EINVAL, 1, 1},
    {"? {a: b}\n: c\n", -EINVAL, 1, 4},
    {"database: &x /a\nloader-socket: *x\n", -EINVAL, 2, 16},
    {"database: \"/a\n", -EINVAL, 2, 1},
    {"\xff\xfe", -EINVAL, 0, 0},
};

START_TEST(bad_files)
{
    struct settings settings = {.flush_interval = 77};
    struct armor_error err = {0};
    ck_assert_int_eq(settings_parse(armor_slice_of(bad[_i].text), &settings, &err), bad[_i].code);
    ck_assert_int_eq(err.code, bad[_i].code);
    ck_assert_int_ne(err.text[0], '\0');
    if (bad[_i].line) {
        ck_assert_uint_eq(err.line, bad[_i].line);
        ck_assert_uint_eq(err.column, bad[_i].column);
    }
    ck_assert_int_eq(settings.flush_interval, 77); /* nothing is written on failure */
}
END_TEST

START_TEST(sources_have_names)
{
    static const char *const texts[] = {
        "", "source: auto", "source: netlink", "source: audit-log", "source: journal", "source: kmsg"};
    struct settings settings;
    struct armor_error err = {0};
    ck_assert_int_eq(settings_parse(armor_slice_of(texts[_i]), &settings, &err), 0);
    ck_assert_int_eq(settings.source, _i < 2 ? 0 : _i - 1);
    if (settings.source > 0) {
        ck_assert_str_eq(source_name((enum source_kind)(settings.source - 1)),
                         texts[_i] + strlen("source: "));
    }
    ck_assert_str_eq(settings.audit_log, "/var/log/audit/audit.log");
}
END_TEST

START_TEST(without_names)
{
    struct settings settings;
    struct armor_error err = {0};
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("quiet: off\n"), &settings, &err), 0);
    ck_assert_uint_eq(settings.containers.generalise.without, 0);
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: family  read-back \n"), &settings, &err), 0);
    ck_assert_uint_eq(settings.containers.generalise.without,
                      (1U << ARMOR_MAKE_FAMILY) | (1U << ARMOR_MAKE_READ_BACK));
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: family famly\n"), &settings, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "famly"));
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: ids\n"), &settings, &err), -EINVAL);
}
END_TEST

START_TEST(none_is_a_word_of_its_own)
{
    struct settings settings;
    struct armor_error err = {0};
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: none\n"), &settings, &err), 0);
    ck_assert_uint_eq(settings.containers.generalise.without, 0);
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: none uuid\n"), &settings, &err), -EINVAL);
    armor_error_clear(&err);
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without:\n"), &settings, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "without: must be none, or some of uuid, hash, "));
    armor_error_clear(&err);
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: \"a\\e[31m\\xff\"\n"), &settings, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "\"a?[31m??\" is no transformation"));
}
END_TEST

/* Each row of the table: found by its name, in its order, with words on it; its default is one of its values. */
START_TEST(the_table_describes_each)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    struct settings defaults;
    struct settings read;
    uint32_t seen = 0;
    settings_default(&defaults);
    for (size_t i = 0; i < count; i++) {
        struct armor_error err = {0};
        char text[SETTING_TEXT_SIZE];
        char takes[SETTING_TEXT_SIZE];
        ck_assert(i == 0 || strcmp(table[i - 1].name, table[i].name) < 0);
        ck_assert_ptr_eq(setting_find(armor_slice_of(table[i].name)), &table[i]);
        ck_assert_uint_eq(seen & setting_bit(&table[i]), 0);
        seen |= setting_bit(&table[i]);
        ck_assert_uint_gt(strlen(table[i].help), 10);
        ck_assert_uint_lt(strlen(setting_takes(&table[i], takes)), SETTING_TEXT_SIZE - 1);
        ck_assert_ptr_null(strstr(takes, "unknown"));
        settings_default(&read);
        (void)setting_format(&table[i], settings_base(&defaults, &table[i]), text);
        ck_assert_msg(setting_parse(&table[i], armor_slice_of(text), settings_base(&read, &table[i]), &err) ==
                          0,
                      "%s", err.text);
        ck_assert_mem_eq(&read, &defaults, sizeof read);
        ck_assert_int_lt(setting_parse(&table[i], ARMOR_SLICE(""), settings_base(&read, &table[i]), &err), 0);
        ck_assert_ptr_eq(strstr(err.text, table[i].name), err.text);
        ck_assert_mem_eq(&read, &defaults, sizeof read);
    }
    ck_assert_ptr_null(setting_find(ARMOR_SLICE("watch")));
}
END_TEST

START_TEST(all_transformations_at_once)
{
    const struct setting *without = setting_find(ARMOR_SLICE("without"));
    struct choices choices = {.generalise.without = ARMOR_MAKE_ALL & ~(1U << ARMOR_MAKE_IDS)};
    struct choices read = {0};
    char text[SETTING_TEXT_SIZE];
    (void)setting_format(without, &choices, text);
    ck_assert_int_eq(setting_parse(without, armor_slice_of(text), &read, NULL), 0);
    ck_assert_uint_eq(read.generalise.without, choices.generalise.without);
}
END_TEST

START_TEST(its_own_before_the_files_before_the_default)
{
    struct settings settings;
    struct armor_error err = {0};
    struct own_settings own = {0};
    struct own_settings given = {.given = setting_bit(setting_find(ARMOR_SLICE("watch-limit"))),
                                 .choices = {.watch_limit = 5, .watch_seconds = 77}};
    uint32_t bit = given.given;
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("watch-limit: 9\nimage-change: learn\n"), &settings, &err),
                     0);
    ck_assert_uint_eq(settings.given, bit | setting_bit(setting_find(ARMOR_SLICE("image-change"))));
    ck_assert_int_eq(settings_choices(&settings, &own).watch_limit, 9);
    own.damaged = bit;
    own_settings_take(&own, &given, 0);
    ck_assert_uint_eq(own.damaged, 0);
    struct choices choices = settings_choices(&settings, &own);
    ck_assert_int_eq(choices.watch_limit, 5);
    ck_assert_int_eq(choices.image_change, SETTINGS_IMAGE_LEARN);
    ck_assert_int_eq(choices.watch_seconds, 600);
    given.given = 0;
    own_settings_take(&own, &given, bit);
    ck_assert_int_eq(settings_choices(&settings, &own).watch_limit, 9);
}
END_TEST

static const struct {
    const char *name;
    const char *value; /* JSON */
    const char *says;
} bad_changes[] = {
    {"watch", "5",
     "watch: a container has no such setting; it has image-change, quiet, ready-percent, watch-limit, "
     "watch-seconds, without"},
    {"", "5", "a name: a container has no such setting"},
    {"\xc3\xa9", "5", "a name: a container has no such setting"},
    {"database", "\"/a\"", "database: is armord's, not a container's"},
    {"database", "null", "database: is armord's, not a container's"},
    {"watch-limit", "-1", "watch-limit: must be a whole number from 0 to 1000000"},
    {"watch-limit", "1000001", "watch-limit: must be"},
    {"watch-limit", "9223372036854775807", "watch-limit: must be"},
    {"watch-limit", "5.0", "watch-limit: must be"},
    {"watch-limit", "true", "watch-limit: must be"},
    {"watch-limit", "[5]", "watch-limit: must be"},
    {"watch-limit", "\"\"", "watch-limit: must be"},
    {"watch-limit", "\"5\\u00005\"", "watch-limit: must be"},
    {"image-change", "\"kep\"", "image-change: must be one of ask, keep, learn"},
    {"image-change", "1", "image-change: must be one of ask, keep, learn"},
    {"quiet", "false", "quiet: must be one of on, off"},
    {"without", "[\"uuid\"]", "without: must be none, or some of uuid, "},
    {"without", "\"ids\"", "without: \"ids\" is no transformation"},
};

START_TEST(changes_that_are_refused)
{
    static const struct settings_change nothing;
    struct settings_change change = {0};
    struct armor_error err = {0};
    json_t *value = json_loads(bad_changes[_i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(settings_change_read(&change, bad_changes[_i].name, value, &err), -EINVAL);
    ck_assert_msg(strncmp(err.text, bad_changes[_i].says, strlen(bad_changes[_i].says)) == 0, "%s", err.text);
    ck_assert_mem_eq(&change, &nothing, sizeof change);
    json_decref(value);
}
END_TEST

static json_t *named(json_t *array, const char *name)
{
    json_t *setting = NULL;
    size_t i = 0;
    json_array_foreach(array, i, setting)
    {
        if (strcmp(json_string_value(json_object_get(setting, "name")), name) == 0) {
            return setting;
        }
    }
    ck_abort_msg("no setting %s", name);
}

static const char *said(json_t *array, const char *name, const char *key)
{
    return json_string_value(json_object_get(named(array, name), key));
}

START_TEST(json_says_from_where)
{
    struct settings settings;
    struct armor_error err = {0};
    struct settings_change change = {0};
    struct own_settings own = {.damaged = setting_bit(setting_find(ARMOR_SLICE("quiet")))};
    json_t *five = json_integer(5);
    json_t *names = json_string("uuid family");
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("watch-limit: 9\nwatch-seconds: 60\n"), &settings, &err), 0);
    ck_assert_ptr_null(own_settings_to_json(&own));
    ck_assert_int_eq(settings_change_read(&change, "watch-limit", five, &err), 0);
    ck_assert_int_eq(settings_change_read(&change, "without", names, &err), 0);
    own_settings_take(&own, &change.given, change.inherit);
    json_t *array = settings_to_json(&settings, &own);
    ck_assert_uint_eq(json_array_size(array), 6);
    ck_assert_int_eq(json_integer_value(json_object_get(named(array, "watch-limit"), "value")), 5);
    ck_assert_str_eq(said(array, "watch-limit", "from"), "container");
    ck_assert_int_eq(json_integer_value(json_object_get(named(array, "watch-limit"), "inherited")), 9);
    ck_assert_str_eq(said(array, "watch-limit", "inherited_from"), "armord.yaml");
    ck_assert_str_eq(said(array, "without", "value"), "uuid family");
    ck_assert_str_eq(said(array, "without", "inherited"), "none");
    ck_assert_str_eq(said(array, "without", "inherited_from"), "default");
    ck_assert_str_eq(said(array, "watch-seconds", "from"), "armord.yaml");
    ck_assert_str_eq(said(array, "image-change", "from"), "default");
    ck_assert_str_eq(said(array, "image-change", "value"), "ask");
    ck_assert_ptr_null(said(array, "image-change", "inherited"));
    ck_assert(json_is_true(json_object_get(named(array, "quiet"), "damaged")));
    json_decref(array);
    json_t *object = own_settings_to_json(&own);
    ck_assert_uint_eq(json_object_size(object), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "watch-limit")), 5);
    json_decref(object);
    json_decref(five);
    json_decref(names);
}
END_TEST

static size_t until_failure; /* allocations of jansson's until one fails; 0: none does */

static void *allocate(size_t size)
{
    if (until_failure > 0 && --until_failure == 0) {
        return NULL;
    }
    return malloc(size);
}

/* Each allocation fails once: there is no answer, or nothing of the request is taken; and the next try is whole. */
START_TEST(without_memory)
{
    struct settings settings;
    const struct own_settings own = {.given = setting_bit(setting_find(ARMOR_SLICE("watch-limit"))) |
                                              setting_bit(setting_find(ARMOR_SLICE("quiet")))};
    settings_default(&settings);
    json_set_alloc_funcs(allocate, free);
    unsigned failures[3] = {0};
    for (size_t i = 1; i < 2000; i++) {
        until_failure = i;
        json_t *array = settings_to_json(&settings, &own);
        failures[0] += !array;
        json_decref(array);
        until_failure = i;
        json_t *object = own_settings_to_json(&own);
        failures[1] += !object;
        json_decref(object);
        struct promote_request request = {.verb = PROMOTE_SETTINGS, .name = "web"};
        struct armor_error err = {0};
        until_failure = i;
        int r = api_body_read(PROMOTE_SETTINGS, ARMOR_SLICE("{\"quiet\": \"on\", \"watch-limit\": null}"),
                              &request, &err);
        failures[2] += r < 0;
        ck_assert(r == 0 || (request.settings.given.given | request.settings.inherit) == 0);
    }
    json_set_alloc_funcs(malloc, free);
    ck_assert_uint_gt(failures[0], 50);
    ck_assert_uint_gt(failures[1], 3);
    ck_assert_uint_gt(failures[2], 3);
    ck_assert_uint_lt(failures[0] + failures[2], 1900);
}
END_TEST

START_TEST(too_long)
{
    struct settings settings;
    struct armor_error err = {0};
    char text[SETTINGS_PATH_MAX + 32] = "database: /";
    memset(text + strlen(text), 'x', SETTINGS_PATH_MAX);
    ck_assert_int_eq(settings_parse(armor_slice_of(text), &settings, &err), -E2BIG);
    armor_error_clear(&err);
    static char file[SETTINGS_FILE_MAX + 1];
    memset(file, '#', sizeof file);
    ck_assert_int_eq(settings_parse((struct armor_slice){file, sizeof file}, &settings, &err), -E2BIG);
    armor_error_clear(&err);
    ck_assert_int_eq(settings_parse((struct armor_slice){file, sizeof file - 1}, &settings, &err), 0);
}
END_TEST

START_TEST(files)
{
    struct scratch scratch;
    struct settings settings;
    struct armor_error err = {0};
    char path[128];
    scratch_make(&scratch);
    scratch_path(&scratch, "armord.yaml", path);
    ck_assert_int_eq(settings_load(path, &settings, &err), -ENOENT);
    ck_assert_str_eq(err.source, path);

    FILE *file = fopen(path, "we");
    ck_assert_int_ge(fputs("audit-interval-seconds: x\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    armor_error_clear(&err);
    ck_assert_int_eq(settings_load(path, &settings, &err), -EINVAL);
    char text[512];
    const char *said = strrchr(armor_error_format(&err, text, sizeof text), '/');
    ck_assert_str_eq(said,
                     "/armord.yaml:1:25: audit-interval-seconds: must be a whole number from 1 to 3600");

    armor_error_clear(&err);
    ck_assert_int_eq(settings_load(scratch.directory, &settings, &err), -EISDIR);
    scratch_remove(&scratch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *all = check_case(suite, "settings");
    tcase_add_loop_test(all, good_files, 0, LENGTH(good));
    tcase_add_loop_test(all, bad_files, 0, LENGTH(bad));
    tcase_add_loop_test(all, sources_have_names, 0, 6);
    tcase_add_test(all, without_names);
    tcase_add_test(all, none_is_a_word_of_its_own);
    tcase_add_test(all, the_table_describes_each);
    tcase_add_test(all, all_transformations_at_once);
    tcase_add_test(all, its_own_before_the_files_before_the_default);
    tcase_add_loop_test(all, changes_that_are_refused, 0, LENGTH(bad_changes));
    tcase_add_test(all, json_says_from_where);
    tcase_add_test(all, without_memory);
    tcase_add_test(all, too_long);
    tcase_add_test(all, files);
    return check_main(suite);
}

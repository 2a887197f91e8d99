/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: what a file may say, and where a refusal points. */
#include "settings.h"

#include "check_main.h"
#include "scratch.h"
#include "source.h"

#include <errno.h>

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
    ck_assert_uint_eq(settings.generalise.without, 0);
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: family  read-back \n"), &settings, &err), 0);
    ck_assert_uint_eq(settings.generalise.without, (1U << ARMOR_MAKE_FAMILY) | (1U << ARMOR_MAKE_READ_BACK));
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: family famly\n"), &settings, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "famly"));
    ck_assert_int_eq(settings_parse(ARMOR_SLICE("without: ids\n"), &settings, &err), -EINVAL);
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
    tcase_add_test(all, too_long);
    tcase_add_test(all, files);
    return check_main(suite);
}

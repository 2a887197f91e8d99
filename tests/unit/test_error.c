/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/error.h"

#include "check_main.h"

#include <errno.h>

START_TEST(first_writer_wins)
{
    struct armor_error err = {0};
    ck_assert_int_eq(armor_error_set(&err, -EINVAL, "no %s", "such thing"), -EINVAL);
    ck_assert_int_eq(armor_error_at(&err, -EBADMSG, 3, 4, "later"), -EBADMSG);
    ck_assert_int_eq(err.code, -EINVAL);
    ck_assert_uint_eq(err.line, 0);
    ck_assert_str_eq(err.text, "no such thing");

    armor_error_clear(&err);
    ck_assert_int_eq(err.code, 0);
    ck_assert_int_eq(armor_error_at(&err, -EBADMSG, 3, 4, "now"), -EBADMSG);
    ck_assert_uint_eq(err.line, 3);
    ck_assert_uint_eq(err.column, 4);
    ck_assert_str_eq(err.text, "now");
}
END_TEST

START_TEST(nobody_listens)
{
    ck_assert_int_eq(armor_error_set(NULL, -E2BIG, "x"), -E2BIG);
    ck_assert_int_eq(armor_error_at(NULL, -E2BIG, 1, 1, "x"), -E2BIG);
    armor_error_prefix(NULL, "x");
    armor_error_source(NULL, "x");
    armor_error_clear(NULL);
}
END_TEST

START_TEST(context_goes_in_front)
{
    struct armor_error err = {0};
    armor_error_prefix(&err, "of nothing");
    ck_assert_str_eq(err.text, "");

    (void)armor_error_set(&err, -ENOENT, "gone");
    armor_error_prefix(&err, "file %d", 7);
    armor_error_prefix(&err, "load");
    ck_assert_str_eq(err.text, "load: file 7: gone");
}
END_TEST

START_TEST(text_is_cut_and_terminated)
{
    struct armor_error err;
    memset(&err, 'x', sizeof err);
    err.code = 0;
    char big[2000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';

    (void)armor_error_set(&err, -EINVAL, "%s", big);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    armor_error_prefix(&err, "%s", big);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

START_TEST(long_source_keeps_its_tail)
{
    struct armor_error err = {0};
    char name[300];
    memset(name, '/', sizeof name);
    memcpy(name + sizeof name - 9, "/log.txt", 9);
    armor_error_source(&err, name);
    ck_assert_uint_eq(strlen(err.source), sizeof err.source - 1);
    ck_assert_str_eq(err.source + strlen(err.source) - 8, "/log.txt");
    armor_error_source(&err, NULL);
    ck_assert_str_ne(err.source, "");
}
END_TEST

static const struct {
    const char *source;
    size_t line, column;
    const char *expected;
} formats[] = {
    {"", 0, 0, "why"},
    {"", 3, 0, "3: why"},
    {"", 3, 9, "3:9: why"},
    {"", 0, 9, "byte 9: why"},
    {"a.log", 0, 0, "a.log: why"},
    {"a.log", 3, 0, "a.log:3: why"},
    {"a.log", 3, 9, "a.log:3:9: why"},
    {"a.log", 0, 9, "a.log: byte 9: why"},
};

START_TEST(format)
{
    struct armor_error err = {0};
    char buffer[64];
    (void)armor_error_at(&err, -EBADMSG, formats[_i].line, formats[_i].column, "why");
    armor_error_source(&err, formats[_i].source);
    ck_assert_ptr_eq(armor_error_format(&err, buffer, sizeof buffer), buffer);
    ck_assert_str_eq(buffer, formats[_i].expected);

    char small[5];
    ck_assert_uint_lt(strlen(armor_error_format(&err, small, sizeof small)), sizeof small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tcase = check_case(suite, "error");
    tcase_add_test(tcase, first_writer_wins);
    tcase_add_test(tcase, nobody_listens);
    tcase_add_test(tcase, context_goes_in_front);
    tcase_add_test(tcase, text_is_cut_and_terminated);
    tcase_add_test(tcase, long_source_keeps_its_tail);
    tcase_add_loop_test(tcase, format, 0, LENGTH(formats));
    return check_main(suite);
}

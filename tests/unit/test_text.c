/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/text.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

START_TEST(appends)
{
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    armor_text_string(&text, "one");
    armor_text_char(&text, ' ');
    armor_text_slice(&text, ARMOR_SLICE("t\0wo"));
    armor_text_slice(&text, (struct armor_slice){NULL, 0});
    armor_text_format(&text, " %d%s", 3, "");
    armor_text_format(&text, "%s", "");
    ck_assert_int_eq(text.error, 0);
    ck_assert_uint_eq(text.length, 10);
    ck_assert_mem_eq(text.bytes, "one t\0wo 3", 11); /* the terminator too */
    armor_text_done(&text);
    ck_assert_ptr_null(text.bytes);
    ck_assert_uint_eq(text.limit, 1000);
}
END_TEST

START_TEST(grows_as_plain_concatenation)
{
    struct armor_text text = ARMOR_TEXT_INIT(100000);
    for (int i = 0; i < 10000; i++) {
        armor_text_format(&text, "%04d", i);
    }
    ck_assert_uint_eq(text.length, 40000);
    for (int i = 0; i < 10000; i++) {
        char expected[8];
        (void)snprintf(expected, sizeof expected, "%04d", i);
        ck_assert_mem_eq(text.bytes + (ptrdiff_t)i * 4, expected, 4);
    }
    armor_text_done(&text);
}
END_TEST

/* LIMIT bytes fit, one more doesn't, and then nothing more does, however small. */
START_TEST(cap_is_exact_and_sticky)
{
    struct armor_text text = ARMOR_TEXT_INIT(4);
    armor_text_string(&text, "1234");
    ck_assert_int_eq(text.error, 0);
    armor_text_char(&text, '5');
    ck_assert_int_eq(text.error, -E2BIG);
    ck_assert_uint_eq(text.length, 4);

    struct armor_text other = ARMOR_TEXT_INIT(4);
    armor_text_format(&other, "%s", "12345");
    armor_text_char(&other, '1');
    ck_assert_int_eq(other.error, -E2BIG);
    ck_assert_uint_eq(other.length, 0);

    char *string = NULL;
    ck_assert_int_eq(armor_text_take(&text, &string), -E2BIG);
    ck_assert_ptr_null(string);
    ck_assert_ptr_nonnull(text.bytes);
    armor_text_done(&text);
    armor_text_done(&other);
}
END_TEST

START_TEST(take)
{
    struct armor_text text = ARMOR_TEXT_INIT(16);
    char *string = NULL;
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    ck_assert_str_eq(string, "");
    free(string);

    armor_text_string(&text, "mine");
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    ck_assert_str_eq(string, "mine");
    ck_assert_ptr_null(text.bytes);
    ck_assert_uint_eq(text.length, 0);
    free(string);
    armor_text_string(&text, "again");
    ck_assert_str_eq(text.bytes, "again");
    armor_text_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = check_case(suite, "text");
    tcase_add_test(tcase, appends);
    tcase_add_test(tcase, grows_as_plain_concatenation);
    tcase_add_test(tcase, cap_is_exact_and_sticky);
    tcase_add_test(tcase, take);
    return check_main(suite);
}

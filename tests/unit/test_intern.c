/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/intern.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

enum { MANY = 20000 };

START_TEST(equal_words_are_one)
{
    struct armor_intern *table = NULL;
    const char *first = NULL;
    const char *second = NULL;
    char copy[] = "/etc/passwd";
    ck_assert_int_eq(armor_intern_new(1000, 42, &table), 0);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("/etc/passwd"), &first), 1);
    ck_assert_int_eq(armor_intern_add(table, (struct armor_slice){copy, 11}, &second), 0);
    ck_assert_ptr_eq(first, second);
    ck_assert_str_eq(first, "/etc/passwd");
    ck_assert_ptr_eq(armor_intern_find(table, ARMOR_SLICE("/etc/passwd")), first);
    ck_assert_ptr_null(armor_intern_find(table, ARMOR_SLICE("/etc/passw")));
    ck_assert_int_eq(armor_intern_add(table, (struct armor_slice){copy, 4}, &second), 1);
    ck_assert_str_eq(second, "/etc");
    ck_assert_uint_eq(armor_intern_size(table), 12 + 5);
    armor_intern_free(table);
    armor_intern_free(NULL);
}
END_TEST

START_TEST(strange_words)
{
    struct armor_intern *table = NULL;
    const char *empty = NULL;
    const char *word = NULL;
    ck_assert_int_eq(armor_intern_new(100, 0, &table), 0);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE(""), &empty), 1);
    ck_assert_str_eq(empty, "");
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE(""), &word), 0);
    ck_assert_ptr_eq(word, empty);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("a\0b"), &word), -EINVAL);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("\xff\n\""), &word), 1);
    ck_assert_str_eq(word, "\xff\n\"");
    armor_intern_free(table);
}
END_TEST

/* Words with their terminators fill the limit to the byte; what is over it changes nothing. */
START_TEST(limit_is_exact)
{
    struct armor_intern *table = NULL;
    const char *word = "untouched";
    ck_assert_int_eq(armor_intern_new(10, 1, &table), 0);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("0123456789"), &word), -E2BIG);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("1234"), &word), 1);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("12345"), &word), -E2BIG);
    ck_assert_str_eq(word, "1234");
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("abcd"), &word), 1);
    ck_assert_uint_eq(armor_intern_size(table), 10);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE(""), &word), -E2BIG);
    ck_assert_int_eq(armor_intern_add(table, ARMOR_SLICE("1234"), &word), 0);
    armor_intern_free(table);
}
END_TEST

/* Words keep their place while the table grows, those larger than a chunk too. */
START_TEST(words_never_move)
{
    struct armor_intern *table = NULL;
    static const char *words[MANY];
    static char large[40000];
    const char *word = NULL;
    ck_assert_int_eq(armor_intern_new((size_t)64 * 1024 * 1024, 7, &table), 0);
    memset(large, 'x', sizeof large);
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "/var/lib/file-%d", i);
        ck_assert_int_eq(armor_intern_add(table, armor_slice_of(name), &words[i]), 1);
        if (i % 5000 == 0) {
            struct armor_slice slice = {large, sizeof large - (size_t)i};
            ck_assert_int_eq(armor_intern_add(table, slice, &word), 1);
            ck_assert_uint_eq(strlen(word), slice.length);
        }
    }
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "/var/lib/file-%d", i);
        ck_assert_ptr_eq(armor_intern_find(table, armor_slice_of(name)), words[i]);
        ck_assert_str_eq(words[i], name);
    }
    armor_intern_free(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intern");
    TCase *tcase = check_case(suite, "intern");
    tcase_add_test(tcase, equal_words_are_one);
    tcase_add_test(tcase, strange_words);
    tcase_add_test(tcase, limit_is_exact);
    tcase_add_test(tcase, words_never_move);
    return check_main(suite);
}

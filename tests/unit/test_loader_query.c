/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries: lines to what the kernel is asked, and its answers. */
#include "query.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

START_TEST(lines_become_queries)
{
    struct armor_slice lines = ARMOR_SLICE("file 6 2f612062\nnet 2 3\nfile 1003 2fff\n");
    struct loader_query query;
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), 1);
    ck_assert_uint_eq(query.mask, LOADER_QUERY_READ | LOADER_QUERY_WRITE);
    ck_assert_uint_eq(query.length, 5);
    ck_assert_mem_eq(query.data, "\2/a b", 5);
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), 1);
    ck_assert_uint_eq(query.length, 5);
    ck_assert_mem_eq(query.data, "\16\0\2\0\3", 5);
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), -EBADMSG); /* a bit that isn't asked */
}
END_TEST

static const char *const bad[] = {
    "file 4 2f", /* no end */
    "file 4\n",     "file 4 2\n",    "file 4 2f2G\n",       "file 4 2F\n",
    "file 0 2f\n",  "file 4 61\n",   "file 4 2f00\n",       "file g 2f\n",
    "file  4 2f\n", "file 4 2f x\n", "file fffffffff 2f\n", "net 2\n",
    "net 256 1\n",  "net 2 1 1\n",   "net a 1\n",           "dbus 1 1\n",
    "\n",           "file 4 \n",
};

START_TEST(what_is_no_query_is_refused)
{
    struct armor_slice lines = armor_slice_of(bad[_i]);
    struct loader_query query;
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), -EBADMSG);
}
END_TEST

START_TEST(a_path_is_bounded)
{
    static char line[16 + 2 * (ARMOR_PATH_MAX + 1)];
    struct loader_query query;
    (void)snprintf(line, sizeof line, "file 4 2f");
    memset(line + 9, '6', 2 * (size_t)(ARMOR_PATH_MAX - 1));
    line[9 + 2 * (ARMOR_PATH_MAX - 1)] = '\n';
    struct armor_slice lines = armor_slice_of(line);
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), 1);
    ck_assert_uint_eq(query.length, ARMOR_PATH_MAX + 1);
    line[9 + 2 * (ARMOR_PATH_MAX - 1)] = '6';
    line[10 + 2 * (ARMOR_PATH_MAX - 1)] = '6';
    line[11 + 2 * (ARMOR_PATH_MAX - 1)] = '\n';
    lines = armor_slice_of(line);
    ck_assert_int_eq(loader_query_next(&lines, &query, NULL), -EBADMSG);
}
END_TEST

START_TEST(answers_are_read)
{
    const struct armor_slice answer =
        ARMOR_SLICE("allow 0x0000004f\ndeny 0x00000008\naudit 0x00000000\nquiet 0x00000000\n");
    ck_assert_int_eq(loader_query_read(answer, 4), 1);
    ck_assert_int_eq(loader_query_read(answer, 6), 1);
    ck_assert_int_eq(loader_query_read(answer, 8), 0); /* allowed, and denied */
    ck_assert_int_eq(loader_query_read(answer, 0x10000), 0);
    ck_assert_int_eq(loader_query_read(ARMOR_SLICE(""), 4), -EBADMSG);
    ck_assert_int_eq(loader_query_read(ARMOR_SLICE("label\0armord"), 4), -EBADMSG);
    ck_assert_int_eq(loader_query_read(ARMOR_SLICE("allow 0x4"), 4), -EBADMSG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader_query");
    TCase *all = check_case(suite, "query");
    tcase_add_test(all, lines_become_queries);
    tcase_add_loop_test(all, what_is_no_query_is_refused, 0, LENGTH(bad));
    tcase_add_test(all, a_path_is_bounded);
    tcase_add_test(all, answers_are_read);
    return check_main(suite);
}

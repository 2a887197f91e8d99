/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/time.h"

#include "check_main.h"

static const struct {
    int64_t usec;
    const char *expected;
} times[] = {
    {0, "1970-01-01T00:00:00.000000Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {1769860800000001, "2026-01-31T12:00:00.000001Z"},
    {951825600000000, "2000-02-29T12:00:00.000000Z"},
    {253402300799999999, "9999-12-31T23:59:59.999999Z"},
    {INT64_MAX, NULL}, /* a year that has no four digits: any answer of the right size */
    {INT64_MIN, NULL},
};

START_TEST(format)
{
    char buffer[ARMOR_TIME_SIZE];
    ck_assert_ptr_eq(armor_time_format(times[_i].usec, buffer), buffer);
    ck_assert_uint_eq(strlen(buffer), 27);
    if (times[_i].expected) {
        ck_assert_str_eq(buffer, times[_i].expected);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time");
    tcase_add_loop_test(check_case(suite, "time"), format, 0, LENGTH(times));
    return check_main(suite);
}

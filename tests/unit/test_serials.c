/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which numbers are missing, and when that is known. */
#include "serials.h"

#include "check_main.h"

enum { SECOND = 1000 * 1000 };

/* Take FROM to TO. Returns what is missing. */
static uint64_t take(struct serials *serials, uint32_t from, uint32_t to)
{
    uint64_t missing = 0;
    for (uint32_t serial = from; serial != to + 1; serial++) {
        missing += serials_take(serials, serial).count;
    }
    return missing;
}

START_TEST(none_is_missing)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1000, 20000), 0);
    ck_assert_uint_eq(serials_take(&serials, 20000).count, 0); /* another record of the same event */
    ck_assert_uint_eq(serials_settle(&serials, 10 * SECOND).count, 0);
    ck_assert_uint_eq(serials_settle(&serials, 20 * SECOND).count, 0);
}
END_TEST

START_TEST(order_does_not_matter_within_the_window)
{
    struct serials serials = {0};
    ck_assert_uint_eq(serials_take(&serials, 5).count, 0);
    ck_assert_uint_eq(serials_take(&serials, 3).count, 0); /* from before */
    for (uint32_t serial = 6; serial < 12000; serial += 4000) {
        ck_assert_uint_eq(take(&serials, serial + 1, serial + 3999), 0);
        ck_assert_uint_eq(serials_take(&serials, serial).count, 0);
    }
    ck_assert_uint_eq(serials_settle(&serials, 10 * SECOND).count, 0);
    ck_assert_uint_eq(serials_settle(&serials, 20 * SECOND).count, 0);
}
END_TEST

START_TEST(missing_behind_the_window)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    ck_assert_uint_eq(take(&serials, 14, 14 + SERIALS_WINDOW), 3);
    ck_assert_uint_eq(serials_take(&serials, 12).count, 0); /* too late to count, once */
    ck_assert_uint_eq(take(&serials, 15 + SERIALS_WINDOW, 3 * SERIALS_WINDOW), 0);
}
END_TEST

START_TEST(missing_after_a_while)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    ck_assert_uint_eq(serials_settle(&serials, 10 * SECOND).count, 0);
    ck_assert_uint_eq(take(&serials, 13, 20), 0);
    ck_assert_uint_eq(serials_settle(&serials, 12 * SECOND).count, 0);
    ck_assert_uint_eq(serials_settle(&serials, 15 * SECOND).count, 0); /* they had no time to come */
    ck_assert_uint_eq(serials_settle(&serials, 20 * SECOND).count, 2);
    ck_assert_uint_eq(serials_settle(&serials, 30 * SECOND).count, 0);
}
END_TEST

START_TEST(a_jump_over_many_windows)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    uint64_t missing = serials_take(&serials, 2000000000).count;
    missing += serials_settle(&serials, 10 * SECOND).count;
    missing += serials_settle(&serials, 20 * SECOND).count;
    ck_assert_uint_eq(missing, 2000000000 - 11);
}
END_TEST

START_TEST(numbers_wrap)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, UINT32_MAX - 100, UINT32_MAX), 0);
    ck_assert_uint_eq(take(&serials, 2, 2 * SERIALS_WINDOW), 2);
}
END_TEST

START_TEST(what_was_told_is_not_told_again)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    serials_excuse(&serials, 4);
    ck_assert_uint_eq(take(&serials, 14, 14 + SERIALS_WINDOW), 0);
    ck_assert_uint_eq(take(&serials, 17 + SERIALS_WINDOW, 3 * SERIALS_WINDOW), 1);
}
END_TEST

/* 12 and 13, and 17, are missing: told as one, from the first to what came after the last. */
START_TEST(between_which_numbers)
{
    static const uint32_t came[] = {10, 11, 14, 15, 16, 18, 19};
    struct serials serials = {0};
    for (int i = 0; i < LENGTH(came); i++) {
        (void)serials_take(&serials, came[i]);
    }
    (void)serials_settle(&serials, 10 * SECOND);
    const struct serials_gap gap = serials_settle(&serials, 20 * SECOND);
    ck_assert_uint_eq(gap.count, 3);
    ck_assert_uint_eq(gap.first, 12);
    ck_assert_uint_eq(gap.after, 18);
}
END_TEST

/* Only a part is behind the window: what came after it is still known. */
START_TEST(a_gap_that_is_judged_in_two_parts)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    const struct serials_gap none = serials_take(&serials, 20);
    ck_assert_uint_eq(none.count, 0);
    const struct serials_gap part = serials_take(&serials, 15 + SERIALS_WINDOW);
    ck_assert_uint_eq(part.count, 5);
    ck_assert_uint_eq(part.first, 11);
    ck_assert_uint_eq(part.after, 20);
    const struct serials_gap rest = serials_take(&serials, 18 + SERIALS_WINDOW);
    ck_assert_uint_eq(rest.count, 3);
    ck_assert_uint_eq(rest.first, 16);
    ck_assert_uint_eq(rest.after, 20);
}
END_TEST

START_TEST(a_gap_over_many_windows_ends_at_what_came)
{
    struct serials serials = {0};
    ck_assert_uint_eq(take(&serials, 1, 10), 0);
    const struct serials_gap gap = serials_take(&serials, 100000);
    ck_assert_uint_eq(gap.first, 11);
    ck_assert_uint_eq(gap.after, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("serials");
    TCase *all = check_case(suite, "serials");
    tcase_add_test(all, none_is_missing);
    tcase_add_test(all, between_which_numbers);
    tcase_add_test(all, a_gap_that_is_judged_in_two_parts);
    tcase_add_test(all, a_gap_over_many_windows_ends_at_what_came);
    tcase_add_test(all, order_does_not_matter_within_the_window);
    tcase_add_test(all, missing_behind_the_window);
    tcase_add_test(all, missing_after_a_while);
    tcase_add_test(all, a_jump_over_many_windows);
    tcase_add_test(all, numbers_wrap);
    tcase_add_test(all, what_was_told_is_not_told_again);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seen: what makes two records the same, and that the memory is bounded. */
#include "seen.h"

#include "check_main.h"

static struct seen seen;

static void make(void)
{
    seen = (struct seen){0};
}

START_TEST(time_serial_and_text_make_a_record)
{
    ck_assert(!seen_before(&seen, 1, 2, ARMOR_SLICE("a")));
    ck_assert(seen_before(&seen, 1, 2, ARMOR_SLICE("a")));
    ck_assert(seen_before(&seen, 1, 2, ARMOR_SLICE("a "))); /* as auditd writes it */
    ck_assert(!seen_before(&seen, 1, 2, ARMOR_SLICE("b"))); /* the same system call */
    ck_assert(!seen_before(&seen, 1, 3, ARMOR_SLICE("a")));
    ck_assert(!seen_before(&seen, 2, 2, ARMOR_SLICE("a")));
    ck_assert(!seen_before(&seen, 2, 1, ARMOR_SLICE("a")));
    ck_assert(!seen_before(&seen, 0, 0, (struct armor_slice){0}));
    ck_assert(seen_before(&seen, 0, 0, (struct armor_slice){0}));
}
END_TEST

START_TEST(the_newest_are_kept)
{
    enum { MANY = SEEN_SETS * SEEN_WAYS * 4, RECENT = SEEN_SETS / 4 };
    for (int64_t i = 0; i < MANY; i++) {
        ck_assert(!seen_before(&seen, i, i, ARMOR_SLICE("x")));
    }
    for (int64_t i = MANY - RECENT; i < MANY; i++) {
        ck_assert(seen_before(&seen, i, i, ARMOR_SLICE("x")));
    }
    ck_assert(!seen_before(&seen, 0, 0, ARMOR_SLICE("x")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seen");
    TCase *all = check_case(suite, "seen");
    tcase_add_checked_fixture(all, make, NULL);
    tcase_add_test(all, time_serial_and_text_make_a_record);
    tcase_add_test(all, the_newest_are_kept);
    return check_main(suite);
}

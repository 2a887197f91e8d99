/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A learning curve keeps its shape in a bounded number of points. */
#include "armor/curve.h"

#include "check_main.h"

START_TEST(only_changes_make_points)
{
    struct armor_curve curve = {0};
    ck_assert_int_eq(armor_curve_add(&curve, 10, 5), 0);
    ck_assert_int_eq(armor_curve_add(&curve, 20, 5), 0);
    ck_assert_int_eq(armor_curve_add(&curve, 30, 7), 0);
    ck_assert_int_eq(armor_curve_add(&curve, 25, 8), 0); /* a record that came late */
    ck_assert_uint_eq(curve.count, 3);
    ck_assert_int_eq(curve.points[0].usec, 10);
    ck_assert_int_eq(curve.points[1].usec, 30);
    ck_assert_int_eq(curve.points[2].usec, 30);
    ck_assert_uint_eq(curve.points[2].rules, 8);
    armor_curve_done(&curve);
}
END_TEST

/* Steep, then flat, with one step in the middle of the flat part. */
static uint32_t shape(int64_t x)
{
    return (uint32_t)(x < 1000 ? x : 1000 + x / 100000 + (x > 500000 ? 300 : 0));
}

/* The curve's value at X, by a line between its points. */
static double value_at(const struct armor_curve *curve, int64_t x)
{
    for (uint32_t i = 1; i < curve->count; i++) {
        const struct armor_point *a = &curve->points[i - 1];
        const struct armor_point *b = &curve->points[i];
        if (x >= a->usec && x <= b->usec && b->usec > a->usec) {
            return a->rules +
                   ((double)b->rules - a->rules) * (double)(x - a->usec) / (double)(b->usec - a->usec);
        }
    }
    return curve->points[curve->count - 1].rules;
}

START_TEST(thinning_keeps_the_shape)
{
    struct armor_curve curve = {0};
    for (int64_t x = 0; x < 1000000; x++) {
        ck_assert_int_eq(armor_curve_add(&curve, x, shape(x)), 0);
    }
    ck_assert_uint_eq(curve.count, ARMOR_CURVE_MAX);
    ck_assert_int_eq(curve.points[0].usec, 0);
    ck_assert_uint_eq(curve.points[curve.count - 1].rules, shape(999999));
    for (uint32_t i = 1; i < curve.count; i++) {
        ck_assert_int_lt(curve.points[i - 1].usec, curve.points[i].usec);
    }
    for (int64_t x = 0; x < 1000000; x += 997) {
        double off = value_at(&curve, x) - shape(x);
        ck_assert_msg(off < 20 && off > -20, "%f off at %lld", off, (long long)x);
    }
    armor_curve_done(&curve);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curve");
    TCase *all = check_case(suite, "curve");
    tcase_add_test(all, only_changes_make_points);
    tcase_add_test(all, thinning_keeps_the_shape);
    return check_main(suite);
}

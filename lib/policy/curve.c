/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Curve: points, thinned by the area that each adds (Visvalingam and Whyatt). See armor/curve.h. */
#include "armor/curve.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_POINTS = 8 }; /* ARMOR_CURVE_MAX is this, doubled some times */

/* Twice the area of the triangle of POINT and its neighbours. */
static double area(const struct armor_point *point)
{
    double before_x = (double)(point[0].usec - point[-1].usec);
    double before_y = (double)point[0].rules - (double)point[-1].rules;
    double whole_x = (double)(point[1].usec - point[-1].usec);
    double whole_y = (double)point[1].rules - (double)point[-1].rules;
    double twice = before_x * whole_y - whole_x * before_y;
    return twice < 0 ? -twice : twice;
}

static void thin(struct armor_curve *curve)
{
    uint32_t least = 1;
    for (uint32_t i = 2; i + 1 < curve->count; i++) {
        if (area(&curve->points[i]) < area(&curve->points[least])) {
            least = i;
        }
    }
    curve->count--;
    memmove(&curve->points[least], &curve->points[least + 1],
            (curve->count - least) * sizeof curve->points[0]);
}

/* Room for one more point. */
static int reserve(struct armor_curve *curve)
{
    if (curve->points && curve->count == ARMOR_CURVE_MAX) {
        thin(curve);
    }
    if (curve->points && curve->count < curve->capacity) {
        return 0;
    }
    uint32_t capacity = curve->capacity ? curve->capacity * 2 : FIRST_POINTS;
    struct armor_point *points = realloc(curve->points, capacity * sizeof *points);
    if (!points) {
        return -ENOMEM;
    }
    curve->points = points;
    curve->capacity = capacity;
    return 0;
}

int armor_curve_add(struct armor_curve *curve, int64_t usec, uint32_t rules)
{
    const struct armor_point *last = curve->count ? &curve->points[curve->count - 1] : NULL;
    if (last && last->rules == rules) {
        return 0;
    }
    const struct armor_point point = {.usec = last && usec < last->usec ? last->usec : usec, .rules = rules};
    int code = reserve(curve);
    if (code == 0) {
        curve->points[curve->count++] = point;
    }
    return code;
}

void armor_curve_done(struct armor_curve *curve)
{
    free(curve->points);
    *curve = (struct armor_curve){0};
}

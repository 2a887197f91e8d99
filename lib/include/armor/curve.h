/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Curve: how many rules there were at which time, in few points that keep its shape. */
#pragma once

#include "armor/base.h"
#include "armor/limits.h"

struct armor_point {
    int64_t usec;   /* since the epoch */
    uint32_t rules; /* from then on */
};

struct armor_curve {
    uint32_t count;
    struct armor_point points[ARMOR_CURVE_MAX]; /* in order of time */
};

/*
 * From USEC on there are RULES. The same number as before makes no point; a time before the last point's counts as that. When there is
 * no room, the point goes whose triangle with its neighbours is the smallest; never the first or the last one.
 */
void armor_curve_add(struct armor_curve *curve, int64_t usec, uint32_t rules);

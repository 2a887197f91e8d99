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
    uint32_t count;             /* at most ARMOR_CURVE_MAX */
    uint32_t capacity;          /* of points */
    struct armor_point *points; /* owned, in order of time; NULL: none yet */
};

/*
 * From USEC on there are RULES. The same number as before makes no point; a time before the last point's counts as that. When there is
 * no room, the point goes whose triangle with its neighbours is the smallest; never the first or the last one. Returns 0, or -ENOMEM
 * without the point.
 */
ARMOR_CHECKED int armor_curve_add(struct armor_curve *curve, int64_t usec, uint32_t rules);

/* Free what CURVE owns: it has no point then. */
void armor_curve_done(struct armor_curve *curve);

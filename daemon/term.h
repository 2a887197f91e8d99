/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Term: while a container learned, told by the numbers that the kernel gives its audit events. The kernel has one for each load of a profile, and
 * numbers it before the new text is in force; so what is missing before that of the load that learning began with isn't missing here.
 *
 * Known only as far as this armord saw those events; where it didn't, whatever is missing counts.
 */
#pragma once

#include "armor/base.h"
#include "armor/render.h"

struct serials_gap;

/* Which end of the term the load under way is. */
enum term_load { TERM_NO_LOAD = 0, TERM_BEGINS, TERM_ENDS };

struct term {
    struct armor_number from; /* of the load that learning began with; absent: not known */
    struct armor_number
        to; /* of the load that enforced it after that; absent: it wasn't, or it isn't known */
    enum term_load load;
};

/* A text is about to be loaded that brings the container into MODE, in which it isn't. */
void term_loading(struct term *term, enum armor_mode mode);

/* The kernel's event numbered SERIAL tells of a load of the container's profile. */
void term_loaded(struct term *term, uint32_t serial);

/* The change that a load was under way for is over, whatever came of it: the container is in MODE. */
void term_settle(struct term *term, enum armor_mode mode);

/* Whether what is missing in GAP may be of the term of a container that is in MODE now. */
bool term_meets(const struct term *term, enum armor_mode mode, const struct serials_gap *gap);

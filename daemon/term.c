/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Term: from one load's number to another's. See term.h. */
#include "term.h"

#include "serials.h"

/* Numbers wrap. */
static bool is_after(uint32_t serial, uint32_t other)
{
    return (int32_t)(serial - other) > 0;
}

void term_loading(struct term *term, enum armor_mode mode)
{
    bool begins = mode == ARMOR_MODE_LEARNING;
    *(begins ? &term->from : &term->to) = (struct armor_number){0};
    term->load = begins ? TERM_BEGINS : TERM_ENDS;
}

void term_loaded(struct term *term, uint32_t serial)
{
    if (term->load != TERM_NO_LOAD) {
        *(term->load == TERM_BEGINS ? &term->from : &term->to) = (struct armor_number){serial, true};
    }
}

void term_settle(struct term *term, enum armor_mode mode)
{
    term->load = TERM_NO_LOAD;
    if (mode == ARMOR_MODE_LEARNING) {
        term->to = (struct armor_number){0};
    }
}

bool term_meets(const struct term *term, enum armor_mode mode, const struct serials_gap *gap)
{
    bool learned = mode == ARMOR_MODE_LEARNING || term->to.present;
    bool too_early = term->from.present && !is_after(gap->after, (uint32_t)term->from.value);
    bool too_late = term->to.present && is_after(gap->first, (uint32_t)term->to.value);
    return learned && !too_early && !too_late;
}

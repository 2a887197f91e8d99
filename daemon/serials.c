/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serials: a window of bits that moves on. See serials.h. */
#include "serials.h"

/* The bit of SERIAL, in its word. */
static uint64_t *word_of(struct serials *serials, uint32_t serial, uint64_t *ret_bit)
{
    uint32_t place = serial % SERIALS_WINDOW;
    *ret_bit = UINT64_C(1) << (place % 64);
    return &serials->seen[place / 64];
}

/* Judge the numbers before UP_TO. Returns how many of them never came. */
static uint64_t judge(struct serials *serials, uint32_t up_to)
{
    uint64_t missing = 0;
    uint32_t count = up_to - serials->base;
    for (uint32_t i = 0; i < count && i < SERIALS_WINDOW; i++) {
        uint64_t bit;
        uint64_t *word = word_of(serials, serials->base + i, &bit);
        missing += (*word & bit) == 0;
        *word &= ~bit;
    }
    missing += count > SERIALS_WINDOW ? count - SERIALS_WINDOW : 0; /* none of them had room in the window */
    serials->base = up_to;
    uint64_t excused = missing < serials->excused ? missing : serials->excused;
    serials->excused -= excused;
    return missing - excused;
}

uint64_t serials_take(struct serials *serials, uint32_t serial)
{
    uint64_t missing = 0;
    if (!serials->begun) {
        *serials = (struct serials){.begun = true, .base = serial, .newest = serial, .settled = serial};
    }
    if ((int32_t)(serial - serials->base) < 0) {
        return 0; /* judged already, or from before the first one */
    }
    if (serial - serials->base >= SERIALS_WINDOW) {
        missing = judge(serials, serial - SERIALS_WINDOW + 1);
    }
    if ((int32_t)(serial - serials->newest) > 0) {
        serials->newest = serial;
    }
    uint64_t bit;
    *word_of(serials, serial, &bit) |= bit;
    return missing;
}

uint64_t serials_settle(struct serials *serials, int64_t now)
{
    uint64_t missing = 0;
    if (!serials->begun || now < serials->look_usec + (int64_t)SERIALS_SECONDS * 1000000) {
        return 0;
    }
    if ((int32_t)(serials->settled + 1 - serials->base) > 0) {
        missing = judge(serials, serials->settled + 1);
    }
    serials->settled = serials->newest;
    serials->look_usec = now;
    return missing;
}

void serials_excuse(struct serials *serials, uint64_t count)
{
    serials->excused += count;
}

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

/* The first number from FROM on that came. CAME did. */
static uint32_t next_seen(struct serials *serials, uint32_t from, uint32_t came)
{
    uint64_t bit;
    while (from != came && (*word_of(serials, from, &bit) & bit) == 0) {
        from++;
    }
    return from;
}

/* Judge the numbers before UP_TO; CAME, which isn't among them, did come. Returns those that didn't. */
static struct serials_gap judge(struct serials *serials, uint32_t up_to, uint32_t came)
{
    struct serials_gap gap = {0};
    uint32_t last = 0;
    uint32_t base = serials->base;
    uint32_t count = up_to - base;
    uint32_t known = count < SERIALS_WINDOW ? count : SERIALS_WINDOW;
    for (uint32_t i = 0; i < known; i++) {
        uint64_t bit;
        uint64_t *word = word_of(serials, base + i, &bit);
        if ((*word & bit) == 0) {
            gap.first = gap.count == 0 ? base + i : gap.first;
            gap.count++;
            last = base + i;
        }
        *word &= ~bit;
    }
    if (count > known) { /* none of them had room in the window */
        gap.first = gap.count == 0 ? base + known : gap.first;
        gap.count += count - known;
        last = up_to - 1;
    }
    if (gap.count > 0) {
        gap.after = last == up_to - 1 ? next_seen(serials, up_to, came) : last + 1;
    }
    serials->base = up_to;
    uint64_t excused = gap.count < serials->excused ? gap.count : serials->excused;
    serials->excused -= excused;
    gap.count -= excused;
    return gap;
}

struct serials_gap serials_take(struct serials *serials, uint32_t serial)
{
    struct serials_gap gap = {0};
    if (!serials->begun) {
        *serials = (struct serials){.begun = true, .base = serial, .newest = serial, .settled = serial};
    }
    if ((int32_t)(serial - serials->base) < 0) {
        return gap; /* judged already, or from before the first one */
    }
    if (serial - serials->base >= SERIALS_WINDOW) {
        gap = judge(serials, serial - SERIALS_WINDOW + 1, serial);
    }
    if ((int32_t)(serial - serials->newest) > 0) {
        serials->newest = serial;
    }
    uint64_t bit;
    *word_of(serials, serial, &bit) |= bit;
    return gap;
}

struct serials_gap serials_settle(struct serials *serials, int64_t now)
{
    struct serials_gap gap = {0};
    if (!serials->begun || now < serials->look_usec + (int64_t)SERIALS_SECONDS * 1000000) {
        return gap;
    }
    if ((int32_t)(serials->settled + 1 - serials->base) > 0) {
        gap = judge(serials, serials->settled + 1, serials->newest);
    }
    serials->settled = serials->newest;
    serials->look_usec = now;
    return gap;
}

void serials_excuse(struct serials *serials, uint64_t count)
{
    serials->excused += count;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serials: audit events are numbered without a gap, so a number that never comes is an event that was lost behind its numbering.
 *
 * They come out of order where there are several processors, so a number is missing only when the newest one is SERIALS_WINDOW
 * ahead, or SERIALS_SECONDS have passed. Events that the kernel's full backlog refused have no number: its lost counter has those.
 * Only for a source that gives every type of record: an event may be of several, which share its number, or of others than ours.
 */
#pragma once

#include "armor/base.h"

enum {
    SERIALS_WINDOW = 4096, /* a power of two; measured: out of order by 8 at most, with two processors */
    SERIALS_SECONDS = 5,
};

/* Numbers that never came. */
struct serials_gap {
    uint64_t count; /* how many; 0: none is missing */
    uint32_t first; /* the first of them */
    uint32_t after; /* one that came, and is greater than all of them: what is missing was sent before it */
};

struct serials {
    bool begun;
    uint32_t base;                      /* the first that isn't judged; numbers wrap, as the kernel's do */
    uint32_t newest;                    /* that was seen */
    uint32_t settled;                   /* the newest one when the time was last looked at */
    int64_t look_usec;                  /* CLOCK_MONOTONIC; when that was */
    uint64_t excused;                   /* missing ones that were told of in another way */
    uint64_t seen[SERIALS_WINDOW / 64]; /* a bit for each from base on, at its number modulo the window */
};

/* An event numbered SERIAL came, maybe not for the first time. Returns those that are now known to be missing. */
struct serials_gap serials_take(struct serials *serials, uint32_t serial);

/* It is NOW, CLOCK_MONOTONIC. Returns those that are now known to be missing. */
struct serials_gap serials_settle(struct serials *serials, int64_t now);

/* COUNT messages are known to be lost already: as many that turn out to be missing are no news. */
void serials_excuse(struct serials *serials, uint64_t count);

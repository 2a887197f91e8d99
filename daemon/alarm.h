/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alarm: one timer for whatever is due first. It goes off once; who set it looks again then. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct alarm {
    sd_event_source *timer; /* owned; NULL: nothing is due */
    int64_t due_usec;       /* CLOCK_MONOTONIC, when the timer comes */
};

/*
 * Have RING called at DUE (CLOCK_MONOTONIC) in the loop EVENT, unless the alarm comes earlier anyway. NAME: for debugging. Without memory it
 * stays unset, and the next call tries again.
 */
void alarm_by(struct alarm *alarm, sd_event *event, int64_t due_usec, const char *name,
              sd_event_time_handler_t ring, void *userdata);

/* Nothing is due any more: at its end, and when it has gone off. */
void alarm_clear(struct alarm *alarm);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alarm. See alarm.h. */
#include "alarm.h"

#include "manager.h"

void alarm_by(struct alarm *alarm, sd_event *event, int64_t due_usec, const char *name,
              sd_event_time_handler_t ring, void *userdata)
{
    if (alarm->timer && alarm->due_usec <= due_usec) {
        return;
    }
    alarm_clear(alarm);
    if (sd_event_add_time(event, &alarm->timer, CLOCK_MONOTONIC, (uint64_t)due_usec, 0, ring, userdata) >=
        0) {
        alarm->due_usec = due_usec;
        (void)sd_event_source_set_description(alarm->timer, name);
        (void)sd_event_source_set_priority(alarm->timer, MANAGER_PRIORITY_TIMER);
    }
}

void alarm_clear(struct alarm *alarm)
{
    alarm->timer = sd_event_source_disable_unref(alarm->timer);
}

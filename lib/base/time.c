/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as text. gmtime_r neither reads the environment nor keeps state. See armor/time.h. */
#include "armor/time.h"

#include <stdio.h>
#include <time.h>

const char *armor_time_format(int64_t usec, char buffer[static ARMOR_TIME_SIZE])
{
    int64_t fraction = usec % 1000000;
    time_t seconds = (time_t)(usec / 1000000);
    if (fraction < 0) {
        fraction += 1000000;
        seconds--;
    }
    struct tm parts = {0};
    char date[ARMOR_TIME_SIZE] = "";
    if (!gmtime_r(&seconds, &parts) || strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        (void)snprintf(date, sizeof date, "1970-01-01T00:00:00"); /* a year that no calendar has */
    }
    (void)snprintf(buffer, ARMOR_TIME_SIZE, "%.19s.%06dZ", date, (int)fraction);
    return buffer;
}

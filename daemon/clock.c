/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clock. See clock.h. */
#include "clock.h"

#include <time.h>

static int64_t now_of(clockid_t id)
{
    struct timespec now = {0};
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return now_of(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
    return now_of(CLOCK_MONOTONIC);
}

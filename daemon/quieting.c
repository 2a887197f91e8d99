/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quieting of one container: what others tell of it. See quieting.h. */
#include "quieting.h"

#include "container.h"

void quieting_reported(struct container *container, int64_t now)
{
    struct quieting *quieting = &container->quieting;
    quieting->newest_usec = now;
    if (quieting->first_usec == 0) {
        quieting->first_usec = now;
    }
}

void quieting_renew(struct container *container)
{
    container->quieting.urgent = true;
}

void quieting_sample(struct container *container, int64_t since)
{
    container->quieting.since_usec = since;
    container->quieting.sampled_usec = 0;
    container->quieting.urgent = true;
}

void quieting_restart(struct container *container)
{
    container->quieting = (struct quieting){.generation = container->quieting.generation};
}

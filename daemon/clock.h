/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clock: the one place where armord asks what time it is. */
#pragma once

#include <stdint.h>

/* Microseconds since the epoch: for what people read and the store keeps. May jump. */
int64_t clock_now(void);

/* Microseconds of CLOCK_MONOTONIC: for intervals. */
int64_t clock_monotonic(void);

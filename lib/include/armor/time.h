/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times are microseconds since the epoch, UTC; this is how people and JSON see them. The clock itself is the caller's. */
#pragma once

#include <stdint.h>

enum { ARMOR_TIME_SIZE = 32 }; /* of a buffer for one time, with the terminator */

/* Write USEC to BUFFER as RFC 3339 with microseconds: 2026-01-31T12:00:00.000001Z. Returns BUFFER. */
const char *armor_time_format(int64_t usec, char buffer[static ARMOR_TIME_SIZE]);

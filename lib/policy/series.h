/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Series: names that differ in their numbers alone, as one pattern. Private to lib/policy. */
#pragma once

#include "armor/text.h"

/*
 * The next run of digits of NAME, a pattern, from *AT on, that stands in no brackets, as a slice of it; *AT is behind it then. False: there
 * is none.
 */
bool series_next_digits(const char *name, size_t *at, struct armor_slice *ret_run);

/*
 * Write the pattern for NAME, a pattern, as one of a series: each of its first 32 runs of digits, as above, that VARY says by its bit is a
 * number. FIXED: likewise, those that have always as many digits as here.
 */
void series_shape(const char *name, uint32_t vary, uint32_t fixed, struct armor_text *pattern);

/*
 * Write NAME, a pattern, to TEXT, which is emptied first, with a byte that no name of a file needs in the place of each run of digits. Returns how
 * many there are.
 */
unsigned series_skeleton(const char *name, struct armor_text *text);

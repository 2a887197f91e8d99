/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole way from log lines to a profile's text. */
#pragma once

#include "armor/profile.h"

/* The profile state instead of its text, for armor_profile_free; NULL: out of memory. As learn_lines. */
struct armor_profile *learn_profile(struct armor_slice log, bool reversed, int rounds);

/*
 * Learn the container "web" from LOG, lines of any framing, with the baseline, taking them from the last to the first when
 * REVERSED and ROUNDS times over. Returns the learning profile's text, which the caller frees; NULL: out of memory.
 */
char *learn_lines(struct armor_slice log, bool reversed, int rounds);

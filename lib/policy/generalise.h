/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Generalisation: a literal path to the pattern that holds on the next run. Private to lib/policy; docs/learning.md has each
 * transformation with its reason.
 */
#pragma once

#include "armor/text.h"

/*
 * Write the pattern for the path LITERAL to PATTERN, which is emptied first. With ONLY_ESCAPE nothing is generalised. Returns 0
 * or PATTERN's sticky error.
 */
ARMOR_CHECKED int generalise_path(struct armor_slice literal, bool only_escape, struct armor_text *pattern);

/* True when LITERAL is its own pattern, so that no copy is needed: the common case, and cheap. */
bool generalise_is_identity(struct armor_slice literal, bool only_escape);

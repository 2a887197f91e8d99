/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The name of a piece of evidence: a literal path as a pattern, with the ids of processes as what they are. All else that varies
 * is found when policy is made of the evidence (armor/generalise.h). Private to lib/policy; docs/learning.md has the reasons.
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

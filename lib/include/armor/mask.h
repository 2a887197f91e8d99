/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Masks: the letters and words of requested_mask= and of rules, to bits and back.
 */
#pragma once

#include "armor/rule.h"
#include "armor/text.h"

/*
 * Read a mask as a record has it: letters for files ("rwc", "xm"; the old "r::w" form too), words for the others
 * ("send receive"). What a kind can't hold is left out and counted in *RET_UNKNOWN. Returns the bits.
 */
uint32_t armor_mask_parse(enum armor_rule_kind kind, struct armor_slice word, uint32_t *ret_unknown);

/* Write MASK as a rule has it: "rwk", or "send, receive". Nothing for 0. */
void armor_mask_render(enum armor_rule_kind kind, uint32_t mask, struct armor_text *text);

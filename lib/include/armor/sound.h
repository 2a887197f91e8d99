/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sound: what a rule must be so that a profile with it can be read, and means what the rule says. For rules that come from outside as words:
 * the store's file, a client's seed.
 */
#pragma once

#include "armor/limits.h"
#include "armor/rule.h"

/* Bytes of one word of a rule: a path with each byte escaped. */
enum { ARMOR_WORD_MAX = 2 * ARMOR_PATH_MAX };

/*
 * Why ACCESS, whose words are patterns and whose kind and state are in range, can't be a rule: the end of a sentence that begins with
 * the rule ("has no name"). NULL: it can.
 */
const char *armor_access_fault(const struct armor_access *access);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Covering of rules: whether one is for all that another is for. Private to lib/policy. */
#pragma once

#include "armor/profile.h"

/* The bits of a rule of KIND with MASK: of files and programs in one mask of files; of other kinds without bits 1. */
uint32_t rule_bits(enum armor_rule_kind kind, uint32_t mask);

/* What RULE, of the evidence, was seen as: of paths, with the option `owner` where all the files were the process's own user's. */
struct armor_access rule_seen(const struct armor_rule *rule);

/*
 * Whether RULE is for all that ACCESS, whose words are patterns, is for but its bits and state; a program's is covered by a file's and the other way
 * round. Returns 1, 0 or -ENOMEM.
 */
ARMOR_CHECKED int rule_covers(const struct armor_rule *rule, const struct armor_access *access);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Baseline: the rules that each profile has from the start, because docker stop, restart, kill and exec, and what
 * processes do among themselves, need them and learning would see them too late or never.
 */
#pragma once

#include "armor/profile.h"

/* Merge the baseline into PROFILE, with origin baseline and each rule's reason. Returns 0, or negative as merge. */
ARMOR_CHECKED int armor_baseline_add(struct armor_profile *profile);

/*
 * Whether RULE is the baseline's for signals of the container runtime to the profile LABEL: docker stop, restart and kill send one. While
 * learning they are reported, for a container's end is where its next start can be seen from its first access on.
 */
bool armor_baseline_ends(const struct armor_rule *rule, const char *label);

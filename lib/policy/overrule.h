/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operator's word on a pattern is one on each name of it: evidence that a decided rule covers is that rule's. Private to lib/policy;
 * armor_guard_review has it for everybody.
 */
#pragma once

#include "armor/profile.h"

/*
 * EVIDENCE with what decided rules cover in their place: what a denied one does is denied, and what an accepted one does waits no more. Rules
 * that were decided themselves stay as they are. Returns 1 and a new profile state for armor_profile_free; 0 when they cover nothing, and then
 * there is no copy; -ENOMEM.
 */
ARMOR_CHECKED int profile_overrule(const struct armor_profile *evidence,
                                   struct armor_profile **ret_overruled);

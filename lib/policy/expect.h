/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Expectation: what a source said to be likely, and what was seen of it. Private to lib/policy; docs/static-analysis.md has the three kinds
 * of statement.
 */
#pragma once

#include "armor/profile.h"

/*
 * Make active in POLICY, which was made of EVIDENCE, what EVIDENCE shows of its expected rules: an expected rule stands in the policy, with the bits that
 * some access inside its words asked for; the others wait on. Where a guard rail holds something inside its pattern, one access says nothing
 * of the rest, and the bits that it holds wait too. Returns 0 or -ENOMEM.
 */
ARMOR_CHECKED int profile_expect(const struct armor_profile *evidence, struct armor_profile *policy);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reseed: a seed into a profile state. Granted becomes active, expected expected (unless it is granted as well), denied denied; each with its
 * source and its reason.
 */
#pragma once

#include "armor/profile.h"
#include "armor/seed.h"

/*
 * A new state with the rules and counts of PROFILE, but for the seeded rules that were never seen and that nobody decided on; and with those of
 * SEED. A rule that is there already stays as it is, unless SEED allows more: then it is the seed's from now on. PROFILE isn't changed.
 * HASH as the seed of armor_intern_new. Returns 0 and a state for armor_profile_free; -E2BIG over ARMOR_RULES_MAX or ARMOR_WORDS_MAX, -EINVAL for a word
 * with NUL, -ENOMEM.
 */
ARMOR_CHECKED int armor_profile_reseed(const struct armor_profile *profile, const struct armor_seed *seed,
                                       uint64_t hash, struct armor_profile **ret_profile);

/*
 * Add to SEED the rules of PROFILE that armor_profile_reseed would leave out, so that reseeding with it brings them back. Returns as
 * armor_seed_add_rule.
 */
ARMOR_CHECKED int armor_seed_from_profile(const struct armor_profile *profile, struct armor_seed *seed);

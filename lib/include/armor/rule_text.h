/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules as text, the other way round from render.h: which rule a text names, and what a text says that may stand in no profile yet.
 */
#pragma once

#include "armor/profile.h"
#include "armor/read.h"

/*
 * The rule of PROFILE that TEXT reads as, however it is blanked, with or without its comma and the words `audit` and `deny`. With `deny` a
 * denied rule is meant, without it rather another one. Returns 1 and the rule, 0 for none, -ENOMEM.
 */
ARMOR_CHECKED int armor_rule_find_text(const struct armor_profile *profile, struct armor_slice text,
                                       const struct armor_rule **ret_rule);

/*
 * Read TEXT, a rule or several as apparmor.d(5) has them, the last comma may be missing, as those of the profile LABEL. Nothing is included, no variable known.
 * SEED as for armor_intern_new. Returns 0 and a reading with one section for armor_reading_free; -EBADMSG for what is no rule, with its line and
 * column in TEXT; -E2BIG, -ENOMEM.
 */
ARMOR_CHECKED int armor_rules_read(struct armor_slice text, const char *label, uint64_t seed,
                                   struct armor_reading **ret_reading, struct armor_error *err);

enum { ARMOR_CLAUSE_ACCESSES_MAX = 2 };

/*
 * What a rule of the profile LABEL would be that says what CLAUSE does, which stands in a profile called SELF: programs that go on under
 * SELF, and peers that are it, are LABEL's. Returns how many accesses, 1 or 2 (`ix` maps too), active or denied, with slices of CLAUSE's words or of LABEL; 0 when
 * rules here can't say it, and then *RET_WHY is why, a sentence's end for people.
 */
size_t armor_clause_accesses(const struct armor_clause *clause, const char *self, const char *label,
                             struct armor_access ret_accesses[ARMOR_CLAUSE_ACCESSES_MAX],
                             const char **ret_why);

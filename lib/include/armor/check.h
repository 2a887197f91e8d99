/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Check: what a profile says of one access: allowed, denied, and by which clause. As the kernel decides it: what several clauses
 * allow adds up, a deny refuses whatever allows, a higher priority counts before both.
 *
 * Answers are found by names' beginnings, so that they cost about as much for 5,000 clauses as for 50.
 */
#pragma once

#include "armor/profile.h"
#include "armor/read.h"

struct armor_check;

enum armor_answer {
    ARMOR_ANSWER_ALLOWED = 0,
    ARMOR_ANSWER_DENIED,     /* a deny clause refuses it */
    ARMOR_ANSWER_MISSING,    /* no clause allows it, or not all of it */
    ARMOR_ANSWER_CONDITIONS, /* one does under conditions that a record doesn't tell: it can't be said */
    ARMOR_ANSWER_COUNT,
};

struct armor_ruling {
    enum armor_answer answer;
    uint32_t
        missing; /* bits of the access that aren't allowed; 0 for allowed ones and for kinds without a mask */
    /* Which one allows, denies or has the conditions; of a missing one, the clause that comes nearest. NULL: none. */
    const struct armor_clause *clause;
};

/*
 * The COUNT clauses at CLAUSES, made ready; they must outlive it. HATS: names of its hats, HAT_COUNT of them. Returns 0, -EBADMSG for a pattern that can't be, -ENOMEM.
 */
ARMOR_CHECKED int armor_check_new(const struct armor_clause *clauses, size_t count, const char *const *hats,
                                  size_t hat_count, struct armor_check **ret_check);

/* SECTION of READING, ready, with its hats. Both must outlive it. Returns as armor_check_new. */
ARMOR_CHECKED int armor_check_section(const struct armor_reading *reading,
                                      const struct armor_section *section, struct armor_check **ret_check);

/*
 * What is said of ACCESS, whose words are literal bytes. OWNERS: ARMOR_OWNER_SELF when the file belongs to the process's user, otherwise
 * ARMOR_OWNER_OTHER. Returns 0, or -ENOMEM.
 */
ARMOR_CHECKED int armor_check_access(const struct armor_check *check, const struct armor_access *access,
                                     uint32_t owners, struct armor_ruling *ret_ruling);

/* "allowed", "denied", "missing", "conditions". */
const char *armor_answer_name(enum armor_answer answer);

/* RULE of PROFILE as the clause that it is rendered as; its words are RULE's. A denied rule becomes a deny clause. */
struct armor_clause armor_clause_of_rule(const struct armor_profile *profile, const struct armor_rule *rule);

/* NULL is fine. */
void armor_check_free(struct armor_check *check);

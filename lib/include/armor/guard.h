/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guard rails: accesses that are never learned by themselves. What one of them holds is kept as a quarantined rule, with its
 * evidence, until an operator accepts or denies it; what else the same access asked for is learned.
 *
 * A guard rail looks at one access alone, so what it holds doesn't depend on the order of events. One looks at two, a file's write and its
 * run, and is asked about evidence as a whole, when policy is made of it. docs/learning.md has all of them.
 */
#pragma once

#include "armor/profile.h"

/* What an attacker gains by the access. */
enum armor_risk {
    ARMOR_RISK_LOW = 0, /* knowledge, or a step of a longer way */
    ARMOR_RISK_MEDIUM,  /* a foothold in the container, or secrets of the service */
    ARMOR_RISK_HIGH,    /* the host, its kernel, or other containers */
    ARMOR_RISK_COUNT,
};

struct armor_guard {
    const char *name; /* "runtime-socket": as in JSON, in the store and in docs/learning.md */
    enum armor_risk risk;
    const char *reason; /* a sentence for people, without its full stop */
};

/*
 * The guard rail that holds something of ACCESS, of which the names are literal bytes, or NULL. SELF is the container's full profile name.
 * *RET_HELD has the bits that are held, by this or a later one; UINT32_MAX for a kind without bits: all of it.
 */
const struct armor_guard *armor_guard_of(const struct armor_access *access, const char *self,
                                         uint32_t *ret_held);

/*
 * EVIDENCE with what `written-and-run` holds in quarantine too, and with what an operator decided by a pattern decided of all that it covers: 1 and a new profile state for armor_profile_free. 0 when it holds
 * nothing, and then there is no copy. -ENOMEM. A pure function of the set of evidence: which of the two accesses armord heard of first
 * changes nothing.
 */
ARMOR_CHECKED int armor_guard_review(const struct armor_profile *evidence,
                                     struct armor_profile **ret_reviewed);

/* The guard rail called NAME, or NULL. */
const struct armor_guard *armor_guard_find(struct armor_slice name);

/* All of them, the gravest first. */
const struct armor_guard *armor_guards(size_t *ret_count);

/* "low", "medium", "high". */
const char *armor_risk_name(enum armor_risk risk);

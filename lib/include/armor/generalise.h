/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Generalisation: from evidence, one rule for each access as it came, to policy, the rules that hold on the next run and still
 * bite. docs/learning.md has each transformation with its evidence, its bound and its reason.
 *
 * A pure function of the set of evidence: the order in which events came changes nothing, more evidence never gives
 * a policy that allows less, policy allows all that the evidence has, and policy is its own policy. But for what
 * runs: of a file that was both written and run one of the two waits in quarantine (armor_guard_review), and where a wider name
 * would make something writable that runs, narrower ones stand in its place.
 */
#pragma once

#include "armor/profile.h"

/* Each can be switched off by itself. */
enum armor_transformation {
    ARMOR_MAKE_IDS =
        0, /* process and thread ids below /proc; the one that is done as names come, in learn.c */

    /* of one name by itself: shape.c */
    ARMOR_MAKE_UUID,
    ARMOR_MAKE_HASH,      /* hexadecimal digits, also a container's own host name */
    ARMOR_MAKE_TOKEN,     /* long random words */
    ARMOR_MAKE_DATE,      /* dates and times */
    ARMOR_MAKE_NUMBER,    /* long numbers: times in seconds, ids, O_TMPFILE's #123 */
    ARMOR_MAKE_TEMPORARY, /* what mkstemp(3) and its like made up */
    ARMOR_MAKE_COUNTER,   /* a short number in a name that the container made */

    /* of several names together: collapse.c */
    ARMOR_MAKE_SERIES,    /* siblings that differ in numbers alone */
    ARMOR_MAKE_SHARD,     /* directories that hashes are spread over */
    ARMOR_MAKE_SCRATCH,   /* all below a temporary directory with a random name */
    ARMOR_MAKE_LIBRARY,   /* versions of a shared object; others of its directory, to be read */
    ARMOR_MAKE_EXTENSION, /* *.ext */
    ARMOR_MAKE_CONTENT,   /* a tree that is read: extensions at any depth */
    ARMOR_MAKE_FAMILY,    /* extensions of one kind: jpg and png, csv and json */
    ARMOR_MAKE_TWINS,     /* directories beside each other that hold the same */
    ARMOR_MAKE_READ_BACK, /* what the container made and kept, it may read */
    ARMOR_MAKE_ROTATED,   /* the logs beside one that is rotated, by number or by date */
    ARMOR_MAKE_COUNT,
};

/* Every transformation: names as they were seen. */
#define ARMOR_MAKE_ALL ((1U << ARMOR_MAKE_COUNT) - 1)

struct armor_generalise_options {
    uint32_t without; /* bits 1 << enum armor_transformation: not to be used */
};

/*
 * The policy that EVIDENCE supports, as a new profile state of the same name for armor_profile_free: rendered, loaded, proved
 * and compared. EVIDENCE isn't changed. Rules that no transformation applies to are in it as they are, in their states. Each
 * rule tells by made_by, pieces and sample what it was made of. Counters of events stay with the evidence. Returns 0 or
 * -ENOMEM.
 */
ARMOR_CHECKED int armor_generalise(const struct armor_profile *evidence,
                                   const struct armor_generalise_options *options,
                                   struct armor_profile **ret_policy);

/* "ids": as it is called on the command line, in settings and in JSON. "unknown" outside the enum. */
const char *armor_transformation_name(enum armor_transformation transformation);

/* The transformation of that name, or -EINVAL. */
int armor_transformation_from_name(struct armor_slice name);

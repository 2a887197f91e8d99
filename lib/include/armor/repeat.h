/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repeat: most records say what an earlier one said, of another process at another time. Such a record is known by its bytes,
 * and needs no second parse.
 *
 * What is kept of a body are its bytes but for the digits of its field `pid=`, and the rules that it was merged into. A
 * record whose body has the same bytes round other digits would be read, field by field, into the same event with another pid,
 * and no rule tells of a pid: so it is counted for those rules at once. All bytes are compared; the hash only says where to
 * look. Bounded: a later body takes the place of an earlier one.
 *
 *     if (!armor_repeat_take(repeat, &record, &profile)) {
 *         ... armor_event_parse, armor_learn with options that are always the same ...
 *         armor_repeat_keep(repeat, &record, &event, profile);
 *     }
 */
#pragma once

#include "armor/bodies.h"
#include "armor/profile.h"

struct armor_repeat;

enum { ARMOR_KNOWN_RULES_MAX = 2 }; /* few records are for more, and these aren't kept */

/* What is known of a body. */
struct armor_known {
    struct armor_profile *profile;                   /* neither owned, nor are these: */
    struct armor_rule *rules[ARMOR_KNOWN_RULES_MAX]; /* that it counts for; NULL behind the last */
    enum armor_verdict verdict;
    uint32_t turn; /* of the profile, when it learned; for armor_known_holds */
};

/*
 * What the last call of armor_learn on PROFILE came to, for an event of that VERDICT. False: something was skipped or stays open, and a
 * record that says the same is to be learned again.
 */
ARMOR_CHECKED bool armor_known_make(struct armor_profile *profile, enum armor_verdict verdict,
                                    struct armor_known *ret_known);

/*
 * Whether KNOWN (of no profile: it doesn't) is what armor_learn would still do: not once a rule of its profile was removed or moved, or one
 * of the same words came to another state.
 */
ARMOR_CHECKED bool armor_known_holds(const struct armor_known *known);

/* Count KNOWN, which holds, in its profile and rules as armor_learn would have, for a record of that TIME. */
void armor_known_count(const struct armor_known *known, struct armor_number time);

/* Returns 0 and an empty memory of 5.8 MB, for armor_repeat_free; -ENOMEM. */
ARMOR_CHECKED int armor_repeat_new(struct armor_repeat **ret_repeat);

/* What is known of the body of RECORD and holds, or NULL. Valid until the next call. */
const struct armor_known *armor_repeat_find(struct armor_repeat *repeat, const struct armor_record *record);

/* Find and count: true and its profile if the body of RECORD is known and was counted. False: it isn't, and nothing happened. Never allocates. */
ARMOR_CHECKED bool armor_repeat_take(struct armor_repeat *repeat, const struct armor_record *record,
                                     struct armor_profile **ret_profile);

/*
 * Count the lines at the start of LOG that armor_bodies_skim finds, for as long as what is known of them holds. Returns how many lines it
 * were, and *RET_BYTES with their newlines. armor_record_from_line and armor_repeat_take would have come to the same for each of
 * them; the line that follows goes that way. Never allocates.
 */
ARMOR_CHECKED size_t armor_repeat_skim(struct armor_repeat *repeat, struct armor_slice log,
                                       size_t *ret_bytes);

/*
 * Keep RECORD, of which EVENT was parsed, and PROFILE has learned just now: the last call of armor_learn on PROFILE was for it and didn't
 * fail. Does nothing where something of it was skipped or not understood, or it is too long, or has no pid. PROFILE is to be forgotten before
 * it is freed.
 */
void armor_repeat_keep(struct armor_repeat *repeat, const struct armor_record *record,
                       const struct armor_event *event, struct armor_profile *profile);

/* Drop all that is kept of PROFILE. */
void armor_repeat_forget(struct armor_repeat *repeat, const struct armor_profile *profile);

/* NULL is fine. */
void armor_repeat_free(struct armor_repeat *repeat);

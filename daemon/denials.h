/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Denials: what was refused to one container, an entry for each rule that would allow it, and for each reason why no rule can. An
 * entry waits for an operator's decision; a repeat only makes it grow, so that a flood of one access takes no room.
 *
 * Bounded: when there is no room, an access that is new is counted and not kept. So nobody can push out what stands there.
 */
#pragma once

#include "armor/learn.h"

#include <jansson.h>

enum {
    DENIALS_MAX = 256, /* entries of one container */
    DENIALS_BYTES_MAX =
        128 *
        1024, /* of their events and of the rules' words, each; a flood of long names can't fill memory */
};

struct denial {
    uint64_t id; /* from 1, in the order they came; not used again while there are others */
    struct armor_rule
        *rule; /* owned by the denials' profile: the one rule that would allow it; NULL: no rule can */
    enum armor_skip skip; /* without a rule: why */
    uint64_t count;       /* refused accesses */
    int64_t first_usec;   /* of the first and last one, since the epoch */
    int64_t last_usec;
    char *event;  /* owned; the newest of them, a JSON object on one line */
    bool unsaved; /* differs from the store's */
};

struct denials {
    struct armor_profile
        *profile; /* owned; the rules that would allow it all, as learned; NULL: there was nothing yet */
    struct denial *entries; /* owned; room for DENIALS_MAX, oldest first; NULL likewise */
    size_t count;
    size_t bytes;      /* of all events, with terminators */
    uint64_t newest;   /* id of the newest one ever; 0: none */
    uint64_t left_out; /* accesses that found no room since armord started */
    bool removed;      /* entries are gone that the store still has */
};

/*
 * EVENT was refused to the container NAME; LINE is its JSON, copied. SEED as for armor_intern_new. Returns 1 when that is a new
 * entry, or an entry's rule grew; 0 when it was counted only, or left out; -ENOMEM.
 */
ARMOR_CHECKED int denials_take(struct denials *denials, const char *name, uint64_t seed,
                               const struct armor_event *event, const char *line);

/* The entry of that id, or of RULE; NULL: there is none. */
struct denial *denials_find(const struct denials *denials, uint64_t id);
struct denial *denials_of_rule(const struct denials *denials, const struct armor_rule *rule);

/*
 * Add an entry as the store has it: RULE, of the denials' profile, or NULL with SKIP; EVENT is copied. The caller fills
 * counts and times. Returns 0, -E2BIG for one too many, -ENOMEM.
 */
ARMOR_CHECKED int denials_add(struct denials *denials, uint64_t id, struct armor_rule *rule,
                              enum armor_skip skip, const char *event, struct denial **ret_denial);

/* Have a profile for the rules. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int denials_prepare(struct denials *denials, const char *name, uint64_t seed);

/* Take the entry at INDEX out, with its rule. */
void denials_remove(struct denials *denials, size_t index);

/* Take out what PROFILE allows or denies by now. */
void denials_settle(struct denials *denials, const struct armor_profile *profile);

/* The store has them all as they are. */
void denials_saved(struct denials *denials);

/* DENIAL as docs/api.md has it. NULL: out of memory. */
json_t *denial_to_json(const struct denials *denials, const struct denial *denial);

enum { DENIALS_SHOWN = 20 }; /* rules that denials_rules_to_json gives */

/* The first rules that would allow what was refused, as `accept` takes them. NULL: out of memory. */
json_t *denials_rules_to_json(const struct denials *denials);

/* Free what DENIALS owns; it is empty after it. */
void denials_done(struct denials *denials);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals: what a profile would deny, each access once, with how often it was asked for. */
#pragma once

#include "armor/check.h"
#include "armor/event.h"
#include "armor/intern.h"

#include <jansson.h>

/* One access that is denied. The words are the table's. */
struct refusal {
    struct armor_access access;
    uint32_t owners;
    struct armor_ruling ruling;
    const struct armor_section *section; /* of the profile that denies it */
    const char *comm;                    /* who asked first; NULL: not known */
    uint64_t count;
    int64_t first_usec, last_usec; /* 0: no record had a time */
};

struct refusals {
    struct refusal *list; /* owned; as they came */
    size_t count, capacity;
    uint32_t *slots; /* owned: open addressing, number from 1 */
    size_t slot_count;
    struct armor_intern *words; /* owned */
    uint64_t over;              /* events over the cap, counted and no more */
};

/* SEED as for armor_intern_new. Returns 0 or -ENOMEM; refusals_done in any case. */
ARMOR_CHECKED int refusals_init(struct refusals *refusals, uint64_t seed);

/* ACCESS of EVENT is denied by SECTION, as RULING says. Returns 0 or -ENOMEM; over the cap, it is counted. */
ARMOR_CHECKED int refusals_add(struct refusals *refusals, const struct armor_section *section,
                               const struct armor_access *access, uint32_t owners,
                               const struct armor_ruling *ruling, const struct armor_event *event);

/* Most often asked for first. */
void refusals_sort(struct refusals *refusals);

/* Append the rule that would allow REFUSAL in a profile of its own: `/etc/shadow r,`. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int refusal_rule(const struct refusal *refusal, struct armor_text *text);

/* Append why, and where: "no rule; nearest is `/etc/passwd r,` (web:7)". */
void refusal_reason(const struct refusal *refusal, struct armor_text *text);

/* REFUSAL as an object. NULL: out of memory. */
json_t *refusal_to_json(const struct refusal *refusal);

void refusals_done(struct refusals *refusals);

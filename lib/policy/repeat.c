/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repeat: what the bodies that were learned from came to. See armor/repeat.h. */
#include "armor/repeat.h"

#include "profile_index.h"

#include <errno.h>
#include <stdlib.h>

enum { BATCH = 64 }; /* lines that are found before they are counted: less than what is kept near */

_Static_assert((int)ARMOR_KNOWN_RULES_MAX == (int)ARMOR_RULES_TOUCHED_MAX, "as many rules");

struct armor_repeat {
    struct armor_bodies *bodies;                /* owned */
    struct armor_known known[ARMOR_BODIES_MAX]; /* by the bodies' places; of no profile: nothing is known */
};

int armor_repeat_new(struct armor_repeat **ret_repeat)
{
    struct armor_repeat *repeat = calloc(1, sizeof *repeat);
    int result = repeat ? armor_bodies_new(&repeat->bodies) : -ENOMEM;
    if (result < 0) {
        free(repeat);
        return result;
    }
    *ret_repeat = repeat;
    return 0;
}

bool armor_known_make(struct armor_profile *profile, enum armor_verdict verdict,
                      struct armor_known *ret_known)
{
    const struct armor_profile_index *index = profile->index;
    if (!index->touched[0]) {
        return false;
    }
    *ret_known = (struct armor_known){.profile = profile, .verdict = verdict, .turn = index->turn};
    memcpy((void *)ret_known->rules, (void *)index->touched, sizeof ret_known->rules);
    return true;
}

bool armor_known_holds(const struct armor_known *known)
{
    return known->profile && known->profile->index->turn == known->turn;
}

void armor_known_count(const struct armor_known *known, struct armor_number time)
{
    known->profile->events++;
    for (size_t i = 0; i < ARMOR_KNOWN_RULES_MAX && known->rules[i]; i++) {
        profile_note(known->profile, known->rules[i], time);
    }
}

const struct armor_known *armor_repeat_find(struct armor_repeat *repeat, const struct armor_record *record)
{
    int place = armor_bodies_find(repeat->bodies, record);
    return place >= 0 && armor_known_holds(&repeat->known[place]) ? &repeat->known[place] : NULL;
}

bool armor_repeat_take(struct armor_repeat *repeat, const struct armor_record *record,
                       struct armor_profile **ret_profile)
{
    const struct armor_known *known = armor_repeat_find(repeat, record);
    if (known) {
        armor_known_count(known, record->time);
        *ret_profile = known->profile;
    }
    return known != NULL;
}

size_t armor_repeat_skim(struct armor_repeat *repeat, struct armor_slice log, size_t *ret_bytes)
{
    struct armor_found found[BATCH];
    size_t lines = 0;
    size_t bytes = 0;
    for (size_t count = BATCH; count == BATCH;) {
        const struct armor_slice rest = {log.bytes + bytes, log.length - bytes};
        size_t found_bytes = 0;
        count = armor_bodies_skim(repeat->bodies, rest, found, BATCH, &found_bytes);
        for (size_t i = 0; i < count; i++) {
            const struct armor_known *known = &repeat->known[found[i].place];
            if (!armor_known_holds(known)) {
                *ret_bytes = (size_t)(found[i].line - log.bytes);
                return lines + i;
            }
            armor_known_count(known, found[i].time);
        }
        lines += count;
        bytes += found_bytes;
    }
    *ret_bytes = bytes;
    return lines;
}

void armor_repeat_keep(struct armor_repeat *repeat, const struct armor_record *record,
                       const struct armor_event *event, struct armor_profile *profile)
{
    struct armor_known known;
    int place = armor_known_make(profile, event->verdict, &known)
                    ? armor_bodies_keep(repeat->bodies, record, event)
                    : -EINVAL;
    if (place >= 0) {
        repeat->known[place] = known;
    }
}

void armor_repeat_forget(struct armor_repeat *repeat, const struct armor_profile *profile)
{
    for (size_t place = 0; place < ARMOR_BODIES_MAX; place++) {
        if (repeat->known[place].profile == profile) {
            repeat->known[place].profile = NULL;
        }
    }
}

void armor_repeat_free(struct armor_repeat *repeat)
{
    if (repeat) {
        armor_bodies_free(repeat->bodies);
    }
    free(repeat);
}

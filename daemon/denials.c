/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Denials: an array in the order they came, beside a profile state of what would allow them. See denials.h. */
#include "denials.h"

#include "armor/json.h"
#include "armor/limits.h"
#include "armor/render.h"
#include "armor/text.h"
#include "armor/time.h"

#include <errno.h>
#include <stdlib.h>

int denials_prepare(struct denials *denials, const char *name, uint64_t seed)
{
    if (!denials->entries) {
        denials->entries = calloc(DENIALS_MAX, sizeof *denials->entries);
    }
    int r = denials->entries ? 0 : -ENOMEM;
    if (r == 0 && !denials->profile) {
        r = armor_profile_new(armor_slice_of(name), seed, &denials->profile);
    }
    return r;
}

struct denial *denials_find(const struct denials *denials, uint64_t id)
{
    for (size_t i = 0; i < denials->count; i++) {
        if (denials->entries[i].id == id) {
            return &denials->entries[i];
        }
    }
    return NULL;
}

/* The entry of RULE, or, without one, of SKIP; NULL: there is none. */
static struct denial *entry_of(const struct denials *denials, const struct armor_rule *rule,
                               enum armor_skip skip)
{
    for (size_t i = 0; i < denials->count; i++) {
        struct denial *denial = &denials->entries[i];
        if (denial->rule == rule && (rule || denial->skip == skip)) {
            return denial;
        }
    }
    return NULL;
}

struct denial *denials_of_rule(const struct denials *denials, const struct armor_rule *rule)
{
    return entry_of(denials, rule, ARMOR_SKIP_COUNT);
}

/* Make LINE the event of DENIAL, where there is room for it. */
static int set_event(struct denials *denials, struct denial *denial, const char *line)
{
    size_t size = strlen(line) + 1;
    size_t old = denial->event ? strlen(denial->event) + 1 : 0;
    if (denials->bytes - old + size > DENIALS_BYTES_MAX) {
        return -E2BIG;
    }
    char *copy = strdup(line);
    if (!copy) {
        return -ENOMEM;
    }
    free(denial->event);
    denial->event = copy;
    denials->bytes = denials->bytes - old + size;
    return 0;
}

int denials_add(struct denials *denials, uint64_t id, struct armor_rule *rule, enum armor_skip skip,
                const char *event, struct denial **ret_denial)
{
    if (denials->count == DENIALS_MAX) {
        return -E2BIG;
    }
    struct denial *denial = &denials->entries[denials->count];
    *denial = (struct denial){.id = id, .rule = rule, .skip = skip};
    int r = set_event(denials, denial, event);
    if (r < 0) {
        return r;
    }
    denials->newest = id > denials->newest ? id : denials->newest;
    denials->count++;
    *ret_denial = denial;
    return 0;
}

/* Count the access for its entry, which is made where there is none. Returns 1 for a new one, 0, or negative. */
static int note(struct denials *denials, struct armor_rule *rule, enum armor_skip skip,
                const struct armor_event *event, const char *line)
{
    struct denial *denial = entry_of(denials, rule, skip);
    int r = 0;
    if (!denial) {
        r = denials_add(denials, denials->newest + 1, rule, skip, line, &denial);
        if (r < 0) {
            return r;
        }
        r = 1;
    } else {
        (void)set_event(denials, denial, line); /* without room the older event stays */
    }
    int64_t now = event->time.present ? event->time.value : 0;
    denial->first_usec = denial->count && denial->first_usec < now ? denial->first_usec : now;
    denial->last_usec = denial->last_usec > now ? denial->last_usec : now;
    denial->count++;
    denial->unsaved = true;
    return r;
}

static bool has_room(const struct denials *denials)
{
    return denials->count + ARMOR_LEARN_RULES_MAX <= DENIALS_MAX && denials->bytes < DENIALS_BYTES_MAX &&
           armor_profile_size(denials->profile) < DENIALS_BYTES_MAX;
}

int denials_take(struct denials *denials, const char *name, uint64_t seed, const struct armor_event *event,
                 const char *line)
{
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX] = {0};
    size_t count = 0;
    enum armor_skip skip = ARMOR_SKIP_FULL;
    int r = denials_prepare(denials, name, seed);
    int changed =
        r < 0 ? r : armor_learn_refused(denials->profile, event, has_room(denials), rules, &count, &skip);
    if (changed < 0) {
        return changed;
    }
    if (count == 0 && skip != ARMOR_SKIP_FULL) {
        r = note(denials, NULL, skip, event, line);
        changed = r > 0;
    } else if (count == 0) {
        r = -E2BIG;
    }
    for (size_t i = 0; i < count; i++) {
        int noted = note(denials, rules[i], skip, event, line);
        if (noted < 0) {
            r = noted;
            armor_profile_remove(denials->profile, rules[i]); /* a new one, or it would have its entry */
        }
    }
    if (r == -E2BIG) {
        denials->left_out++;
        return 0;
    }
    return r < 0 ? r : changed;
}

static void drop(struct denials *denials, size_t index)
{
    struct denial *denial = &denials->entries[index];
    denials->bytes -= strlen(denial->event) + 1;
    free(denial->event);
    if (denial->rule) {
        armor_profile_remove(denials->profile, denial->rule);
    }
    denials->count--;
    memmove(denial, denial + 1, (denials->count - index) * sizeof *denial);
    denials->removed = true;
}

/* Words of rules that are gone are freed with the whole profile state only. */
static void tidy(struct denials *denials)
{
    bool any = false;
    for (size_t i = 0; i < denials->count; i++) {
        any = any || denials->entries[i].rule;
    }
    if (!any) {
        armor_profile_free(denials->profile);
        denials->profile = NULL;
    }
}

void denials_remove(struct denials *denials, size_t index)
{
    drop(denials, index);
    tidy(denials);
}

void denials_saved(struct denials *denials)
{
    for (size_t i = 0; i < denials->count; i++) {
        denials->entries[i].unsaved = false;
    }
    denials->removed = false;
}

void denials_settle(struct denials *denials, const struct armor_profile *profile)
{
    for (size_t i = denials->count; i-- > 0;) {
        const struct armor_rule *rule = denials->entries[i].rule;
        if (rule && armor_profile_settles(profile, rule) == 1) { /* without memory it waits on */
            drop(denials, i);
        }
    }
    tidy(denials);
}

static int set_time(json_t *object, const char *key, int64_t usec)
{
    char buffer[ARMOR_TIME_SIZE];
    return json_object_set_new(object, key, json_string(armor_time_format(usec, buffer)));
}

json_t *denial_to_json(const struct denials *denials, const struct denial *denial)
{
    json_t *object = denial->rule ? armor_rule_to_json(denials->profile, denial->rule) : json_object();
    int failed = object ? 0 : -1;
    if (denial->rule) { /* it is of no profile: only what would allow it is meant */
        failed |= json_object_del(object, "state") | json_object_del(object, "origin");
    } else {
        failed |= json_object_set_new(object, "no_rule", json_string(armor_skip_name(denial->skip)));
    }
    failed |= json_object_set_new(object, "id", json_integer((json_int_t)denial->id));
    failed |= json_object_set_new(object, "count", json_integer((json_int_t)denial->count));
    failed |= set_time(object, "first", denial->first_usec);
    failed |= set_time(object, "last", denial->last_usec);
    failed |= json_object_set_new(object, "event", json_loads(denial->event, 0, NULL));
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *denials_rules_to_json(const struct denials *denials)
{
    json_t *rules = json_array();
    struct armor_text text ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    for (size_t i = 0; rules && i < denials->count && json_array_size(rules) < DENIALS_SHOWN; i++) {
        if (!denials->entries[i].rule) {
            continue;
        }
        text.length = 0;
        armor_render_rule(denials->profile, denials->entries[i].rule, &text);
        if (text.error || json_array_append_new(rules, json_stringn_nocheck(text.bytes, text.length)) < 0) {
            json_decref(rules);
            rules = NULL;
        }
    }
    return rules;
}

void denials_done(struct denials *denials)
{
    for (size_t i = 0; i < denials->count; i++) {
        free(denials->entries[i].event);
    }
    free(denials->entries);
    armor_profile_free(denials->profile);
    *denials = (struct denials){0};
}

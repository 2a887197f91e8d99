/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of rules and of a profile state's counts. See armor/json.h. */
#include "armor/generalise.h"
#include "armor/json.h"

#include "armor/burst.h"
#include "armor/floor.h"
#include "armor/guard.h"
#include "armor/mask.h"
#include "armor/render.h"
#include "armor/time.h"
#include "json_parts.h"

#include <errno.h>
#include <stdlib.h>

/* OBJECT[KEY] = USEC in RFC 3339; nothing for 0, which is no time. */
static int set_time(json_t *object, const char *key, int64_t usec)
{
    char buffer[ARMOR_TIME_SIZE];
    return usec ? json_set_string(object, key, armor_time_format(usec, buffer)) : 0;
}

/* OBJECT["made_by"] = the names of the transformations, and of how many rules of the evidence; nothing for evidence itself. */
static int set_making(json_t *object, const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    json_t *made_by = more->made_by ? json_array() : NULL;
    int code = more->made_by && !made_by ? -ENOMEM : 0;
    for (int i = 0; i < ARMOR_MAKE_COUNT && code == 0; i++) {
        json_t *name = more->made_by & (1U << i)
                           ? json_string(armor_transformation_name((enum armor_transformation)i))
                           : NULL;
        code = name ? json_array_append_new(made_by, name) : 0;
    }
    if (made_by && (code < 0 || json_object_set(object, "made_by", made_by) < 0)) {
        code = -ENOMEM;
    }
    json_decref(made_by);
    return code || !more->pieces ? code : json_set_number(object, "pieces", more->pieces);
}

static int set_evidence(json_t *object, const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    int code = json_set_string(object, "origin", armor_origin_name(rule->origin));
    const struct {
        const char *key;
        const char *word; /* bytes of whoever wrote them */
    } words[] = {
        {"reason", more->reason}, {"source", more->source}, {"guard", more->guard},
        {"sample", more->sample}, {"comm", rule->comm},     {"decided_by", more->decided_by},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0] && code == 0; i++) {
        code = words[i].word ? armor_json_set_bytes(object, words[i].key, armor_slice_of(words[i].word)) : 0;
    }
    const struct armor_guard *guard = armor_guard_find(armor_slice_of(more->guard));
    code = code || !guard ? code : json_set_string(object, "risk", armor_risk_name(guard->risk));
    code = code || !guard ? code : json_set_string(object, "guard_reason", guard->reason);
    code = code ? code : set_time(object, "decided", more->decided_usec);
    code = code ? code : set_making(object, rule);
    code = code || !rule->runs ? code : json_set_number(object, "runs", rule->runs);
    code = code ? code : json_set_number(object, "count", (int64_t)rule->count);
    code = code ? code : set_time(object, "first", rule->first_usec);
    return code ? code : set_time(object, "last", rule->last_usec);
}

json_t *armor_rule_to_json(const struct armor_profile *profile, const struct armor_rule *rule)
{
    json_t *object = json_object();
    int code = object ? json_set_string(object, "kind", armor_rule_kind_name(rule->kind)) : -ENOMEM;
    code = code ? code : json_set_rule(object, "rule", profile, rule);
    code = code ? code : json_set_string(object, "state", armor_state_name(rule->state));
    const char *left_out = armor_render_left_out(rule);
    code = code || !left_out ? code : json_set_string(object, "left_out", left_out);
    code = code ? code : set_evidence(object, rule);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* OBJECT[KEY] = {name: count, ...} without the zeros; NAME_OF says how the I-th is called. */
static int set_counts(json_t *object, const char *key, const size_t *counts, size_t count,
                      const char *(*name_of)(size_t i))
{
    json_t *named = json_object();
    int code = named ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = counts[i] ? json_set_number(named, name_of(i), (int64_t)counts[i]) : 0;
    }
    if (code < 0) {
        json_decref(named);
        return code;
    }
    return json_object_set_new(object, key, named) < 0 ? -ENOMEM : 0;
}

static const char *kind_name(size_t i)
{
    return armor_rule_kind_name((enum armor_rule_kind)i);
}

static const char *origin_name(size_t i)
{
    return armor_origin_name((enum armor_origin)i);
}

static const char *state_name(size_t i)
{
    return armor_state_name((enum armor_state)i);
}

static const char *skip_name(size_t i)
{
    return armor_skip_name((enum armor_skip)i);
}

/* How many rules there are of each kind, origin and state. */
static json_t *count_rules(const struct armor_profile *profile)
{
    size_t kinds[ARMOR_RULE_KIND_COUNT] = {0};
    size_t origins[ARMOR_ORIGIN_COUNT] = {0};
    size_t states[ARMOR_STATE_COUNT] = {0};
    for (size_t i = 0; i < profile->rule_count; i++) {
        kinds[profile->rules[i]->kind]++;
        origins[profile->rules[i]->origin]++;
        states[profile->rules[i]->state]++;
    }
    json_t *object = json_object();
    int code = object ? json_set_number(object, "total", (int64_t)profile->rule_count) : -ENOMEM;
    code = code ? code : set_counts(object, "kinds", kinds, ARMOR_RULE_KIND_COUNT, kind_name);
    code = code ? code : set_counts(object, "origins", origins, ARMOR_ORIGIN_COUNT, origin_name);
    code = code ? code : set_counts(object, "states", states, ARMOR_STATE_COUNT, state_name);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int set_skips(json_t *object, const struct armor_profile *profile)
{
    size_t counts[ARMOR_SKIP_COUNT];
    for (size_t i = 0; i < ARMOR_SKIP_COUNT; i++) {
        counts[i] = (size_t)profile->skipped[i];
    }
    return set_counts(object, "skipped", counts, ARMOR_SKIP_COUNT, skip_name);
}

/* Denials that an enforced profile doesn't have, since they would break the container; nothing for none. */
static int set_conflicts(json_t *object, const struct armor_profile *profile)
{
    struct armor_conflict *conflicts = NULL;
    size_t count = 0;
    int code = armor_floor_conflicts(profile, &conflicts, &count);
    json_t *array = code == 0 && count ? json_array() : NULL;
    for (size_t i = 0; i < count && code == 0; i++) {
        json_t *conflict = json_object();
        code = json_set_rule(conflict, "denial", profile, conflicts[i].denial);
        code = code ? code : json_set_rule(conflict, "rule", profile, conflicts[i].rule);
        code = json_array_append_new(array, conflict) < 0 ? -ENOMEM : code;
    }
    free(conflicts);
    if (code == 0 && array) {
        return json_object_set_new(object, "conflicts", array);
    }
    json_decref(array);
    return code;
}

/* Far more new rules within a minute than services bring; nothing when there weren't. */
static int set_burst(json_t *object, const struct armor_profile *profile)
{
    struct armor_burst burst;
    int code = armor_burst_find(profile, &burst);
    if (code <= 0) {
        return code;
    }
    json_t *told = json_object();
    code = json_set_number(told, "rules", (int64_t)burst.rules);
    code = code ? code : set_time(told, "from", burst.from_usec);
    if (code < 0) {
        json_decref(told);
        return code;
    }
    return json_object_set_new(object, "burst", told);
}

json_t *armor_profile_to_json(const struct armor_profile *profile)
{
    json_t *object = json_object();
    int code = object ? json_set_string(object, "name", profile->name) : -ENOMEM;
    code = code ? code : json_set_string(object, "profile", profile->label);
    code = code ? code : json_set_number(object, "events", (int64_t)profile->events);
    struct armor_profile *reviewed = NULL;
    code = code ? code : armor_guard_review(profile, &reviewed);
    code = code < 0 ? code : json_object_set_new(object, "rules", count_rules(reviewed ? reviewed : profile));
    armor_profile_free(reviewed);
    code = code ? code : set_skips(object, profile);
    code = code ? code : set_time(object, "last_new_rule", profile->last_novel_usec);
    code = code ? code : json_object_set_new(object, "null_child", json_boolean(profile->null_child));
    code = code ? code : set_conflicts(object, profile);
    code = code ? code : set_burst(object, profile);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of rules and of a profile state's counts. See armor/json.h. */
#include "armor/json.h"

#include "armor/mask.h"
#include "armor/render.h"
#include "armor/time.h"
#include "json_parts.h"

#include <errno.h>

/* OBJECT[KEY] = USEC in RFC 3339; nothing for 0, which is no time. */
static int set_time(json_t *object, const char *key, int64_t usec)
{
    char buffer[ARMOR_TIME_SIZE];
    return usec ? json_set_string(object, key, armor_time_format(usec, buffer)) : 0;
}

static int set_evidence(json_t *object, const struct armor_rule *rule)
{
    int code = json_set_string(object, "origin", armor_origin_name(rule->origin));
    code = code || !rule->reason ? code : json_set_string(object, "reason", rule->reason);
    code = code ? code : json_set_number(object, "count", (int64_t)rule->count);
    code = code ? code : set_time(object, "first", rule->first_usec);
    code = code ? code : set_time(object, "last", rule->last_usec);
    return code || !rule->comm ? code : armor_json_set_bytes(object, "comm", armor_slice_of(rule->comm));
}

json_t *armor_rule_to_json(const struct armor_profile *profile, const struct armor_rule *rule)
{
    struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX); /* each byte at most as \ooo */
    json_t *object = json_object();
    armor_render_rule(profile, rule, &text);
    int code =
        !object || text.error ? -ENOMEM : json_set_string(object, "kind", armor_rule_kind_name(rule->kind));
    code = code ? code : armor_json_set_bytes(object, "rule", (struct armor_slice){text.bytes, text.length});
    code = code ? code : json_set_string(object, "state", armor_state_name(rule->state));
    const char *left_out = armor_render_left_out(rule);
    code = code || !left_out ? code : json_set_string(object, "left_out", left_out);
    code = code ? code : set_evidence(object, rule);
    armor_text_done(&text);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* How many rules there are of each kind and origin. */
static json_t *count_rules(const struct armor_profile *profile)
{
    size_t kinds[ARMOR_RULE_KIND_COUNT] = {0};
    size_t observed = 0;
    size_t quarantined = 0;
    for (size_t i = 0; i < profile->rule_count; i++) {
        kinds[profile->rules[i]->kind]++;
        observed += profile->rules[i]->origin == ARMOR_ORIGIN_OBSERVED;
        quarantined += profile->rules[i]->state == ARMOR_STATE_QUARANTINED;
    }
    json_t *object = json_object();
    int code = object ? json_set_number(object, "total", (int64_t)profile->rule_count) : -ENOMEM;
    code = code ? code : json_set_number(object, "observed", (int64_t)observed);
    code = code ? code : json_set_number(object, "quarantined", (int64_t)quarantined);
    for (size_t i = 0; i < ARMOR_RULE_KIND_COUNT && code == 0; i++) {
        const char *name = armor_rule_kind_name((enum armor_rule_kind)i);
        code = kinds[i] ? json_set_number(object, name, (int64_t)kinds[i]) : 0;
    }
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *count_skips(const struct armor_profile *profile)
{
    json_t *object = json_object();
    int code = object ? 0 : -ENOMEM;
    for (size_t i = 0; i < ARMOR_SKIP_COUNT && code == 0; i++) {
        const char *name = armor_skip_name((enum armor_skip)i);
        code = profile->skipped[i] ? json_set_number(object, name, (int64_t)profile->skipped[i]) : 0;
    }
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *armor_profile_to_json(const struct armor_profile *profile)
{
    json_t *object = json_object();
    int code = object ? json_set_string(object, "name", profile->name) : -ENOMEM;
    code = code ? code : json_set_string(object, "profile", profile->label);
    code = code ? code : json_set_number(object, "events", (int64_t)profile->events);
    code = code ? code : json_object_set_new(object, "rules", count_rules(profile));
    code = code ? code : json_object_set_new(object, "skipped", count_skips(profile));
    code = code ? code : set_time(object, "last_new_rule", profile->last_novel_usec);
    code = code ? code : json_object_set_new(object, "null_child", json_boolean(profile->null_child));
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

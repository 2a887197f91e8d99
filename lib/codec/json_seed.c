/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of a seed. See armor/seed_text.h. */
#include "armor/json.h"
#include "armor/label.h"
#include "armor/limits.h"
#include "armor/mask.h"
#include "armor/seed_text.h"
#include "json_parts.h"

#include <errno.h>

static int set_bytes(json_t *object, const char *key, const char *string)
{
    return string ? armor_json_set_bytes(object, key, armor_slice_of(string)) : 0;
}

static json_t *source_json(const struct armor_seed_source *source)
{
    json_t *object = json_object();
    int code = object ? set_bytes(object, "file", source->file) : -ENOMEM;
    code = code || !source->line ? code : json_set_number(object, "line", (int64_t)source->line);
    code = code || !source->column ? code : json_set_number(object, "column", (int64_t)source->column);
    code = code ? code : set_bytes(object, "pointer", source->pointer);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The words and the mask of RULE, from which armor_seed_from_json makes it again; the text is for people. */
static int set_access(json_t *object, const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    const struct {
        const char *key;
        const char *word;
    } words[] = {{"name", rule->name},
                 {"detail", more->detail},
                 {"peer", more->peer},
                 {"options", more->options}};
    struct armor_text mask = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    armor_mask_render(rule->kind, rule->mask, &mask);
    int code = mask.error;
    code = code || !mask.length ? code : json_set_string(object, "mask", mask.bytes);
    armor_text_done(&mask);
    for (size_t i = 0; i < sizeof words / sizeof words[0] && code == 0; i++) {
        code = set_bytes(object, words[i].key, words[i].word);
    }
    return code || !more->value ? code : json_set_number(object, "value", more->value);
}

static json_t *rule_json(const struct armor_profile *profile, const struct armor_seed_rule *rule)
{
    struct armor_rule_more more;
    const struct armor_rule plain = armor_seed_plain_rule(rule, &more);
    struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    json_t *object = json_object();
    armor_render_rule(profile, &plain, &text);
    int code =
        !object || text.error ? -ENOMEM : json_set_string(object, "kind", armor_rule_kind_name(plain.kind));
    code = code ? code : armor_json_set_bytes(object, "rule", (struct armor_slice){text.bytes, text.length});
    code = code ? code : set_access(object, &plain);
    code = code ? code : json_set_string(object, "grant", armor_seed_grant_name(rule->grant));
    code = code ? code : set_bytes(object, "reason", rule->reason);
    code = code ? code : json_object_set_new(object, "source", source_json(&rule->source));
    armor_text_done(&text);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *finding_json(const struct armor_finding *finding)
{
    json_t *object = json_object();
    int code = object ? json_set_string(object, "severity", armor_severity_name(finding->severity)) : -ENOMEM;
    code = code ? code : json_set_string(object, "code", finding->code);
    code = code ? code : set_bytes(object, "text", finding->text);
    code = code ? code : set_bytes(object, "fix", finding->fix);
    code = code ? code : set_bytes(object, "suppressed", finding->suppressed);
    code = code ? code : json_object_set_new(object, "source", source_json(&finding->source));
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *armor_seed_to_json(const struct armor_seed *seed, struct armor_slice name)
{
    struct armor_profile *profile = NULL;
    if (armor_profile_new(name, 0, &profile) < 0) {
        return NULL;
    }
    json_t *object = json_object();
    json_t *rules = json_array();
    json_t *findings = json_array();
    int code = object ? json_set_string(object, "name", profile->name) : -ENOMEM;
    code = code ? code : json_set_string(object, "profile", profile->label);
    for (size_t i = 0; i < seed->rule_count && code == 0; i++) {
        code = json_array_append_new(rules, rule_json(profile, &seed->rules[i]));
    }
    for (size_t i = 0; i < seed->finding_count && code == 0; i++) {
        code = json_array_append_new(findings, finding_json(&seed->findings[i]));
    }
    code = code ? code : json_object_set(object, "rules", rules);
    code = code ? code : json_object_set(object, "findings", findings);
    json_decref(rules);
    json_decref(findings);
    armor_profile_free(profile);
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of stated rules. See armor/stated.h. */
#include "armor/stated.h"

#include "armor/limits.h"
#include "armor/render.h"
#include "armor/rule_text.h"

#include <errno.h>
#include <stdlib.h>

/* JSON is text; in a rule any byte may stand as \ooo, and what isn't ASCII stands in quotes. */
static void put_ascii(struct armor_text *text, struct armor_slice bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.bytes[i];
        if (byte < 0x80) {
            armor_text_char(text, bytes.bytes[i]);
        } else {
            armor_text_format(text, "\\%03o", (unsigned)byte);
        }
    }
}

static json_t *rule_to_json(const struct armor_profile *stated, const struct armor_rule *rule)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text ascii = ARMOR_TEXT_INIT((size_t)32 * ARMOR_RECORD_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    bool gives_way = rule->state == ARMOR_STATE_DENIED && rule->origin == ARMOR_ORIGIN_SEEDED;
    armor_text_string(&text, gives_way ? "audit " : "");
    armor_render_rule(stated, rule, &text);
    put_ascii(&ascii, (struct armor_slice){text.bytes, text.length});
    return text.error || ascii.error
               ? NULL
               : json_pack("{s:s, s:s}", "rule", ascii.bytes, "source", armor_rule_more(rule)->source);
}

json_t *armor_stated_to_json(const struct armor_profile *stated)
{
    const struct armor_rule **rules = NULL;
    json_t *array = armor_profile_sorted(stated, &rules) < 0 ? NULL : json_array();
    for (size_t i = 0; i < stated->rule_count && array; i++) {
        if (json_array_append_new(array, rule_to_json(stated, rules[i])) < 0) {
            json_decref(array);
            array = NULL;
        }
    }
    free((void *)rules);
    return array;
}

/* What is shown later: a place, no control bytes. */
static bool is_source(const json_t *value)
{
    const char *source = json_string_value(value);
    size_t length = json_string_length(value);
    bool sound = source && length > 0 && length < ARMOR_PATH_MAX && strlen(source) == length;
    for (; sound && *source; source++) {
        sound = (unsigned char)*source >= ' ' && *source != 0x7f;
    }
    return sound;
}

/* Where a rule says that it comes from, instead of where armord read it. */
static int set_source(struct armor_profile *stated, size_t first, const char *source)
{
    for (size_t i = first; i < stated->rule_count; i++) {
        struct armor_rule_more *more = NULL;
        int code = armor_profile_more(stated, stated->rules[i], &more);
        code = code < 0 ? code : armor_profile_word(stated, armor_slice_of(source), &more->source);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

/* Add the rules that element NUMBER, from 1, has as text. */
static int read_rules(const char *text, size_t number, uint64_t seed, struct armor_profile *stated,
                      struct armor_error *err)
{
    struct armor_reading *reading = NULL;
    struct armor_error inner = {0};
    char line[sizeof inner.text + 64];
    int code = armor_rules_read(armor_slice_of(text), stated->label, seed, &reading, &inner);
    if (code < 0) {
        return code == -ENOMEM ? code
                               : armor_error_set(err, -EINVAL, "rule %zu can't be read: %s", number,
                                                 armor_error_format(&inner, line, sizeof line));
    }
    const struct armor_section *section = &reading->sections[0];
    for (size_t i = 0; i < section->clause_count && code >= 0; i++) {
        const char *why = NULL;
        code = armor_stated_add(stated, &section->clauses[i], stated->label, &why);
        if (code == 0) {
            code = armor_error_set(err, -EINVAL, "rule %zu can't be one here: %s", number, why);
        }
    }
    armor_reading_free(reading);
    return code < 0 ? code : 0;
}

static int read_element(const json_t *element, size_t number, uint64_t seed, struct armor_profile *stated,
                        struct armor_error *err)
{
    const json_t *rule = json_object_get(element, "rule");
    const json_t *source = json_object_get(element, "source");
    const char *text = json_string_value(rule);
    if (json_object_size(element) != 2 || !text || strlen(text) != json_string_length(rule) ||
        !is_source(source)) {
        return armor_error_set(
            err, -EINVAL, "rule %zu isn't an object of \"rule\" and \"source\", texts without control bytes",
            number);
    }
    size_t first = stated->rule_count;
    int code = read_rules(text, number, seed, stated, err);
    return code < 0 ? code : set_source(stated, first, json_string_value(source));
}

int armor_stated_from_json(const json_t *array, struct armor_slice name, uint64_t seed,
                           struct armor_profile **ret_stated, struct armor_error *err)
{
    struct armor_profile *stated = NULL;
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count == 0) {
        return armor_error_set(err, -EINVAL, "\"rules\" is an array of rules");
    }
    if (count > ARMOR_STATED_MAX) {
        return armor_error_set(err, -E2BIG, "\"rules\" has more than %d rules", ARMOR_STATED_MAX);
    }
    int code = armor_profile_new(name, seed, &stated);
    for (size_t i = 0; i < count && code == 0; i++) {
        code = read_element(json_array_get(array, i), i + 1, seed, stated, err);
    }
    if (code < 0) {
        armor_profile_free(stated);
        return err && err->code
                   ? err->code
                   : armor_error_set(err, code, code == -E2BIG ? "too many words" : "out of memory");
    }
    armor_stated_join(stated);
    *ret_stated = stated;
    return 0;
}

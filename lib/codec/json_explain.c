/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of explanations and differences. See armor/json.h. */
#include "armor/json.h"

#include "armor/mask.h"
#include "json_parts.h"

#include <errno.h>

/* OBJECT[KEY] = ARRAY, which is taken. */
static int set_array(json_t *object, const char *key, json_t *array)
{
    return array && json_object_set_new(object, key, array) == 0 ? 0 : -ENOMEM;
}

/* The kind whose words BITS of EXPLANATION's access are: files and programs are told alike. */
static enum armor_rule_kind kind_of(const struct armor_explanation *explanation)
{
    bool exec = explanation->kind == ARMOR_RULE_EXEC;
    return exec ? ARMOR_RULE_FILE : explanation->kind;
}

/* OBJECT[KEY] = BITS in letters or words; nothing for none, or for a kind without bits. */
static int set_bits(json_t *object, const char *key, const struct armor_explanation *explanation,
                    uint32_t bits)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(256);
    armor_mask_render(kind_of(explanation), bits, &text);
    return text.error ? text.error : text.length ? json_set_string(object, key, text.bytes) : 0;
}

static json_t *witness_to_json(const struct armor_view *view, const struct armor_explanation *explanation,
                               const struct armor_witness *witness)
{
    json_t *object = armor_rule_to_json(view->policy, witness->rule);
    int code = object ? set_bits(object, "bits", explanation, witness->bits) : -ENOMEM;
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *witnesses_to_json(const struct armor_view *view, const struct armor_explanation *explanation)
{
    json_t *array = json_array();
    for (size_t i = 0; i < explanation->witness_count && array; i++) {
        json_t *object = witness_to_json(view, explanation, &explanation->witnesses[i]);
        if (json_array_append_new(array, object) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *evidence_to_json(const struct armor_view *view, const struct armor_explanation *explanation)
{
    json_t *array = json_array();
    for (size_t i = 0; i < explanation->evidence_count && i < ARMOR_EXPLAIN_EVIDENCE_MAX && array; i++) {
        if (json_array_append_new(array, armor_rule_to_json(view->evidence, explanation->evidence[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *conflicts_to_json(const struct armor_view *view, const struct armor_explanation *explanation)
{
    json_t *array = json_array();
    int code = array ? 0 : -ENOMEM;
    for (size_t i = 0; i < explanation->conflict_count && code == 0; i++) {
        json_t *object = json_object();
        code = json_set_rule(object, "denial", view->policy, explanation->conflicts[i]->denial);
        code = code ? code : json_set_rule(object, "rule", view->policy, explanation->conflicts[i]->rule);
        code = json_array_append_new(array, object) < 0 ? -ENOMEM : code;
    }
    if (code < 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *remedies_to_json(const struct armor_explanation *explanation)
{
    json_t *array = json_array();
    int code = array ? 0 : -ENOMEM;
    for (size_t i = 0; i < 2 && code == 0; i++) {
        const struct armor_text *remedy = &explanation->remedies[i];
        if (remedy->length) {
            json_t *object = json_object();
            code = armor_json_set_bytes(object, "rule", (struct armor_slice){remedy->bytes, remedy->length});
            code = json_array_append_new(array, object) < 0 ? -ENOMEM : code;
        }
    }
    if (code < 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static int set_guard(json_t *object, const struct armor_guard *guard)
{
    int code = guard ? json_set_string(object, "guard", guard->name) : 0;
    code = code || !guard ? code : json_set_string(object, "risk", armor_risk_name(guard->risk));
    return code || !guard ? code : json_set_string(object, "guard_reason", guard->reason);
}

json_t *armor_explanation_to_json(const struct armor_view *view, const struct armor_explanation *explanation)
{
    json_t *object = json_object();
    int code =
        object ? json_set_string(object, "standing", armor_standing_name(explanation->standing)) : -ENOMEM;
    code = code ? code : json_set_string(object, "kind", armor_rule_kind_name(explanation->kind));
    code = code ? code : set_bits(object, "asked", explanation, explanation->asked);
    code = code ? code : set_bits(object, "allowed", explanation, explanation->allowed);
    code = code ? code : set_bits(object, "missing", explanation, explanation->missing);
    if (code == 0 && explanation->rule) {
        code = json_object_set_new(object, "rule", armor_rule_to_json(view->policy, explanation->rule)) < 0
                   ? -ENOMEM
                   : json_set_number(object, "pieces", (int64_t)explanation->evidence_count);
        code = code ? code : set_array(object, "evidence", evidence_to_json(view, explanation));
    }
    code = code ? code : set_array(object, "rules", witnesses_to_json(view, explanation));
    code = code || !explanation->conflict_count
               ? code
               : set_array(object, "conflicts", conflicts_to_json(view, explanation));
    code = code ? code : set_guard(object, explanation->guard);
    code = code || !explanation->remedies[0].length
               ? code
               : set_array(object, "remedies", remedies_to_json(explanation));
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *armor_difference_to_json(const struct armor_difference *difference)
{
    const struct armor_clause *from = difference->from;
    const struct armor_clause *to = difference->to;
    json_t *object = json_object();
    int code = object ? json_set_string(object, "change", armor_change_name(difference->change)) : -ENOMEM;
    code = code || !from ? code : armor_json_set_bytes(object, "from", armor_slice_of(from->text));
    code = code || !to ? code : armor_json_set_bytes(object, "to", armor_slice_of(to->text));
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

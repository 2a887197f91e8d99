/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about a profile: why it has a rule or allows an access, and how one revision differs from another. */
#include "api_private.h"
#include "store.h"

#include "armor/explain.h"
#include "armor/json.h"
#include "armor/render.h"

#include <errno.h>
#include <stdlib.h>

/* The container's name and mode in front of what EXPLANATION says. NULL: out of memory. */
static json_t *answer_of(const struct container *container, const struct armor_view *view,
                         const struct armor_explanation *explanation)
{
    json_t *told = armor_explanation_to_json(view, explanation);
    json_t *object =
        json_pack("{s:s, s:s}", "name", container->profile->name, "mode", armor_mode_name(container->mode));
    if (!told || !object || json_object_update_missing(object, told) < 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(told);
    return object;
}

void get_explain(struct request *request)
{
    const char *rule = request->queries[API_QUERY_RULE];
    const char *path = request->queries[API_QUERY_PATH];
    const char *access = request->queries[API_QUERY_ACCESS];
    if (!rule == !path || (rule && access)) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, "Escape what URLs do: curl --get --data-urlencode.",
                       "One of the keys rule and path says what is asked; access goes with path.");
        return;
    }
    const struct container *container = request_container(request);
    const struct manager *manager = request->api->manager;
    struct armor_view view = {0};
    if (!container) {
        return;
    }
    const struct choices choices = request_choices(request, container);
    if (armor_view_open(container->profile, &choices.generalise, &view) < 0) {
        return;
    }
    struct armor_explanation explanation = {0};
    struct armor_error err = {0};
    char text[sizeof err.text + 64];
    int code = rule ? armor_explain_text(&view, armor_slice_of(rule), manager->seed, &explanation, &err)
                    : armor_explain_path(&view, armor_slice_of(path), armor_slice_of(access ? access : ""),
                                         &explanation, &err);
    if (code == 0) {
        request_json(request, 200, answer_of(container, &view, &explanation));
        armor_explanation_done(&explanation);
    } else if (code != -ENOMEM) {
        request_refuse(request, PROBLEM_REQUEST_INVALID,
                       "Give a rule as `armorctl rules` prints it, or a path from the container's root.",
                       "That can't be asked: %s.", armor_error_format(&err, text, sizeof text));
    }
    armor_view_done(&view);
}

/* One side of a comparison. */
struct side {
    char name[32]; /* "revision 3", "now" */
    struct armor_text text;
    struct armor_reading *reading;
};

static void side_done(struct side *side)
{
    armor_reading_free(side->reading);
    armor_text_done(&side->text);
}

/* The text of revision NUMBER. Returns 0, or negative after an answer; -ENOMEM without one. */
static int take_revision(struct request *request, const struct container *container, uint32_t number,
                         struct side *side)
{
    struct armor_error err = {0};
    char *text = NULL;
    int code = store_revision_text(request->api->manager->store, container, number, &text, &err);
    if (code == -ENOENT) {
        request_refuse(request, PROBLEM_PATH_UNKNOWN, "GET .../revisions lists those that are kept.",
                       "Revision %u of %s isn't kept.", number, request->name);
    } else if (code < 0) {
        request_refuse(request, PROBLEM_INTERNAL, "See journalctl -u armord.", "The store can't be read: %s.",
                       err.text);
    }
    if (code < 0) {
        return code;
    }
    (void)snprintf(side->name, sizeof side->name, "revision %u", number);
    armor_text_string(&side->text, text);
    free(text);
    return side->text.error;
}

/* What would be loaded if it were enforced now. */
static int take_now(const struct request *request, const struct container *container, struct side *side)
{
    struct armor_profile *policy = NULL;
    const struct choices choices = request_choices(request, container);
    int code = armor_generalise(container->profile, &choices.generalise, &policy);
    code = code < 0 ? code : armor_floor_lay(container->profile, policy);
    code = code < 0 ? code : armor_render(policy, ARMOR_MODE_ENFORCED, NULL, &side->text);
    armor_profile_free(policy);
    (void)snprintf(side->name, sizeof side->name, "now");
    return code;
}

/* The number that WORD is; 0: it is none. */
static uint32_t number_of(const char *word)
{
    char *end = NULL;
    unsigned long number = word[0] >= '1' && word[0] <= '9' ? strtoul(word, &end, 10) : 0;
    return end && !*end && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* Take the side that WORD names. Returns 0, or negative after an answer; -ENOMEM without one. */
static int take_side(struct request *request, const struct container *container, const char *word,
                     struct side *side)
{
    if (strcmp(word, "now") == 0) {
        return take_now(request, container, side);
    }
    bool loaded = strcmp(word, "loaded") == 0;
    uint32_t number = loaded ? container->revision : number_of(word);
    if (number == 0) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, "GET .../revisions lists those that are kept.",
                       "The keys from and to are loaded, now, or a revision's number.");
        return -EINVAL;
    }
    return take_revision(request, container, number, side);
}

/*
 * Leave what is only how a mode logs out of the comparison: the word audit, and the rule by which a learning profile has each exec
 * logged.
 */
static void leave_logging_out(struct armor_section *section)
{
    size_t kept = 0;
    for (size_t i = 0; i < section->clause_count; i++) {
        struct armor_clause *clause = &section->clauses[i];
        bool logging = clause->kind == ARMOR_RULE_EXEC && (clause->flags & ARMOR_CLAUSE_AUDIT) &&
                       strcmp(clause->name, "/**") == 0 && clause->target &&
                       strcmp(clause->target, section->name) == 0;
        clause->flags &= ~(uint32_t)ARMOR_CLAUSE_AUDIT;
        if (!logging) {
            section->clauses[kept++] = *clause;
        }
    }
    section->clause_count = kept;
}

/* Read SIDE's text. It is armord's own, so it can be read, or the store was tampered with. */
static int read_side(struct request *request, struct side *side)
{
    struct armor_error err = {0};
    char text[sizeof err.text + sizeof err.source + 48];
    int code = armor_read((struct armor_slice){side->text.bytes, side->text.length}, side->name, NULL,
                          request->api->manager->seed, &side->reading, &err);
    if (code == 0 && side->reading->section_count != 1) {
        armor_error_source(&err, side->name);
        code = armor_error_set(&err, -EBADMSG, "has %zu profiles", side->reading->section_count);
    }
    if (code < 0 && code != -ENOMEM) {
        request_refuse(request, PROBLEM_INTERNAL, "See journalctl -u armord.",
                       "The profile's text can't be read: %s.", armor_error_format(&err, text, sizeof text));
    }
    if (code == 0) {
        leave_logging_out(&side->reading->sections[0]);
    }
    return code;
}

static void answer_differences(struct request *request, const struct side sides[2],
                               const struct armor_difference *list, size_t count)
{
    json_t *array = json_array();
    int failed = array ? 0 : -1;
    for (size_t i = 0; i < count && !failed; i++) {
        failed = json_array_append_new(array, armor_difference_to_json(&list[i]));
    }
    json_t *object = failed ? NULL
                            : json_pack("{s:s, s:s, s:s, s:O}", "name", request->name, "from", sides[0].name,
                                        "to", sides[1].name, "differences", array);
    json_decref(array);
    request_json(request, 200, object);
}

void get_diff(struct request *request)
{
    const char *from = request->queries[API_QUERY_FROM];
    const char *to = request->queries[API_QUERY_TO];
    const struct container *container = request_container(request);
    if (!container) {
        return;
    }
    struct side sides[2] = {{.text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX)},
                            {.text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX)}};
    struct armor_difference *list = NULL;
    size_t count = 0;
    int code = take_side(request, container, from ? from : "loaded", &sides[0]);
    code = code < 0 ? code : take_side(request, container, to ? to : "now", &sides[1]);
    code = code < 0 ? code : read_side(request, &sides[0]);
    code = code < 0 ? code : read_side(request, &sides[1]);
    code = code < 0
               ? code
               : armor_diff(&sides[0].reading->sections[0], &sides[1].reading->sections[0], &list, &count);
    if (code == 0) {
        answer_differences(request, sides, list, count);
    }
    free(list);
    side_done(&sides[0]);
    side_done(&sides[1]);
}

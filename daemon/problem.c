/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that say no. See problem.h. */
#include "problem.h"

#include "gate.h"

static const struct {
    const char *name;
    unsigned status;
    const char *title;
} problems[PROBLEM_CODE_COUNT] = {
    [PROBLEM_NAME_INVALID] = {"name-invalid", 400, "Not a container's name"},
    [PROBLEM_REQUEST_INVALID] = {"request-invalid", 400, "The request can't be understood"},
    [PROBLEM_SETTING_INVALID] = {"setting-invalid", 400, "No such setting, or not such a value"},
    [PROBLEM_FORBIDDEN] = {"forbidden", 403, "Not permitted"},
    [PROBLEM_CONTAINER_UNKNOWN] = {"container-unknown", 404, "No such container"},
    [PROBLEM_PATH_UNKNOWN] = {"path-unknown", 404, "No such resource"},
    [PROBLEM_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405, "Not with this method"},
    [PROBLEM_CONTAINER_EXISTS] = {"container-exists", 409, "The container is there already"},
    [PROBLEM_MODE_CONFLICT] = {"mode-conflict", 409, "Not in this mode"},
    [PROBLEM_BUSY] = {"busy", 409, "Another change is under way"},
    [PROBLEM_IN_USE] = {"in-use", 409, "Processes run under the profile"},
    [PROBLEM_GATE_REFUSED] = {"gate-refused", 409, "Not ready to be enforced"},
    [PROBLEM_RULE_UNKNOWN] = {"rule-unknown", 404, "No such rule or denial"},
    [PROBLEM_RULE_GUARDED] = {"rule-guarded", 409, "A guard rail holds it"},
    [PROBLEM_REVISION_UNKNOWN] = {"revision-unknown", 404, "No such revision"},
    [PROBLEM_REQUEST_TOO_LARGE] = {"request-too-large", 413, "The request is too large"},
    [PROBLEM_TOO_MANY] = {"too-many", 429, "A cap is reached"},
    [PROBLEM_INTERNAL] = {"internal", 500, "armord failed"},
    [PROBLEM_LOADER_REFUSED] = {"loader-refused", 502, "armor-loader refused it"},
    [PROBLEM_LOADER_UNREACHABLE] = {"loader-unreachable", 503, "armor-loader can't be reached"},
};

static const enum problem_code failures[PROMOTE_FAILURE_COUNT] = {
    [PROMOTE_OK] = PROBLEM_INTERNAL, /* isn't asked */
    [PROMOTE_NAME_INVALID] = PROBLEM_NAME_INVALID,
    [PROMOTE_CONTAINER_UNKNOWN] = PROBLEM_CONTAINER_UNKNOWN,
    [PROMOTE_CONTAINER_EXISTS] = PROBLEM_CONTAINER_EXISTS,
    [PROMOTE_MODE_CONFLICT] = PROBLEM_MODE_CONFLICT,
    [PROMOTE_BUSY] = PROBLEM_BUSY,
    [PROMOTE_IN_USE] = PROBLEM_IN_USE,
    [PROMOTE_GATE_REFUSED] = PROBLEM_GATE_REFUSED,
    [PROMOTE_RULE_UNKNOWN] = PROBLEM_RULE_UNKNOWN,
    [PROMOTE_RULE_GUARDED] = PROBLEM_RULE_GUARDED,
    [PROMOTE_REVISION_UNKNOWN] = PROBLEM_REVISION_UNKNOWN,
    [PROMOTE_TOO_MANY] = PROBLEM_TOO_MANY,
    [PROMOTE_LOADER_REFUSED] = PROBLEM_LOADER_REFUSED,
    [PROMOTE_LOADER_UNREACHABLE] = PROBLEM_LOADER_UNREACHABLE,
    [PROMOTE_INTERNAL] = PROBLEM_INTERNAL,
};

const char *problem_name(enum problem_code code)
{
    return problems[code].name;
}

unsigned problem_status(enum problem_code code)
{
    return problems[code].status;
}

enum problem_code problem_of_failure(enum promote_failure failure)
{
    return failures[failure];
}

json_t *problem_to_json(const struct problem *problem)
{
    json_t *object = json_pack("{s:i, s:s, s:s, s:s}", "status", (int)problem_status(problem->code), "code",
                               problem_name(problem->code), "title", problems[problem->code].title, "detail",
                               problem->detail);
    if (object && problem->advice && problem->advice[0] &&
        json_object_set_new(object, "advice", json_string(problem->advice)) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *problem_of_result(const struct promote_result *result)
{
    const struct problem problem = {problem_of_failure(result->failure), result->detail, result->advice};
    json_t *object = problem_to_json(&problem);
    int failed = object ? 0 : -1;
    if (!failed && result->left[0]) {
        failed = json_object_set_new(object, "left", json_string(result->left));
    }
    if (!failed && result->stage[0]) {
        failed = json_object_set_new(object, "stage", json_string(result->stage));
    }
    if (!failed && result->gates_asked) {
        failed = json_object_set_new(object, "gates", gate_to_json(result->gates));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

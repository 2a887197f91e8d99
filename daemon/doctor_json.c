/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor found, as JSON. See docs/api.md. */
#include "doctor.h"

static json_t *finding_to_json(const struct doctor_finding *finding)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", finding->code, "subject", finding->subject,
                     "what", finding->what, "why", finding->why, "next", finding->next, "repairable",
                     finding->mend != DOCTOR_MEND_NONE);
}

static json_t *repair_to_json(const struct doctor_repair *repair)
{
    json_t *object =
        json_pack("{s:s, s:s, s:b}", "subject", repair->subject, "action",
                  repair->mend == DOCTOR_MEND_REMOVE ? "remove" : "restore", "done", repair->done);
    if (object && repair->detail[0] &&
        json_object_set_new(object, "detail", json_string(repair->detail)) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *doctor_to_json(const struct doctor_result *result)
{
    json_t *findings = json_array();
    json_t *repairs = json_array();
    int failed = 0;
    for (size_t i = 0; i < result->count; i++) {
        failed |= json_array_append_new(findings, finding_to_json(&result->findings[i]));
    }
    for (size_t i = 0; i < result->repair_count; i++) {
        failed |= json_array_append_new(repairs, repair_to_json(&result->repairs[i]));
    }
    json_t *object = json_pack("{s:b, s:I, s:o, s:o, s:I}", "healthy", result->count + result->left_out == 0,
                               "containers", (json_int_t)result->containers, "findings", findings, "repairs",
                               repairs, "left_out", (json_int_t)result->left_out);
    if (object && failed) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

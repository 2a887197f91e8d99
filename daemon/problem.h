/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Problem: an answer that says no, as RFC 9457 has it. One table of codes for all of the API; docs/api.md
 * lists the same.
 */
#pragma once

#include "promote.h"

#include <jansson.h>

enum problem_code {
    PROBLEM_NAME_INVALID = 0,
    PROBLEM_REQUEST_INVALID,
    PROBLEM_SETTING_INVALID,
    PROBLEM_FORBIDDEN,
    PROBLEM_CONTAINER_UNKNOWN,
    PROBLEM_PATH_UNKNOWN,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_CONTAINER_EXISTS,
    PROBLEM_MODE_CONFLICT,
    PROBLEM_BUSY,
    PROBLEM_IN_USE,
    PROBLEM_GATE_REFUSED,
    PROBLEM_RULE_UNKNOWN,
    PROBLEM_RULE_GUARDED,
    PROBLEM_REVISION_UNKNOWN,
    PROBLEM_REQUEST_TOO_LARGE,
    PROBLEM_TOO_MANY,
    PROBLEM_INTERNAL,
    PROBLEM_LOADER_REFUSED,
    PROBLEM_LOADER_UNREACHABLE,
    PROBLEM_CODE_COUNT,
};

struct problem {
    enum problem_code code;
    const char *detail; /* a sentence: what happened and why */
    const char *advice; /* what to do next; NULL or "": nothing */
};

/* "name-invalid", and the HTTP status that goes with it. */
const char *problem_name(enum problem_code code);
unsigned problem_status(enum problem_code code);

/* The code for a failed job. FAILURE isn't PROMOTE_OK. */
enum problem_code problem_of_failure(enum promote_failure failure);

/* PROBLEM as application/problem+json. NULL: out of memory. */
json_t *problem_to_json(const struct problem *problem);

/* A failed job, with its gates and the loader's stage where it has them. NULL: out of memory. */
json_t *problem_of_result(const struct promote_result *result);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at how things stand, and its repairs: the connection waits for the doctor as for a job. */
#include "api_private.h"

#include "doctor.h"

#include <errno.h>

static void on_looked(const struct doctor_result *result, void *userdata)
{
    struct request *request = userdata;
    request_json(request, 200, doctor_to_json(result));
    request_resume(request);
}

static void start(struct request *request, bool repair)
{
    int result = doctor_start(request->api->manager, repair, on_looked, request);
    if (result == -EBUSY) {
        request_refuse(request, PROBLEM_BUSY, "Try again in a moment.",
                       "Somebody else has it look just now.");
    } else if (result == 0) {
        request_suspend(request);
    }
}

void get_doctor(struct request *request)
{
    start(request, false);
}

void post_repair(struct request *request)
{
    if (request->body.length > 0) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, NULL,
                       "A repair takes no body; this one has %zu bytes.", request->body.length);
        return;
    }
    start(request, true);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers: JSON, text and problems. What clients haven't read yet is counted, so that many slow readers of
 * long answers can't fill memory.
 */
#include "api_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

/* The bytes of an answer, from when it is made until it is sent or dropped. */
struct answer_bytes {
    struct api *api;
    size_t length;
    char *bytes; /* owned */
};

static void answer_bytes_free(void *userdata)
{
    struct answer_bytes *bytes = userdata;
    bytes->api->answer_bytes -= bytes->length;
    free(bytes->bytes);
    free(bytes);
}

static bool add_headers(struct MHD_Response *response, const struct request *request, unsigned status,
                        const char *type)
{
    bool fine = MHD_add_response_header(response, "Content-Type", type) == MHD_YES &&
                MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
                MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES;
    if (fine && status == problem_status(PROBLEM_METHOD_NOT_ALLOWED)) {
        fine = MHD_add_response_header(response, "Allow", request->allowed) == MHD_YES;
    }
    if (fine && request->client->refused) {
        fine = MHD_add_response_header(response, "Connection", "close") == MHD_YES;
    }
    return fine;
}

/* Take BYTES, malloc'ed, as REQUEST's answer. */
static void answer(struct request *request, unsigned status, const char *type, char *bytes, size_t length)
{
    struct answer_bytes *kept = bytes ? malloc(sizeof *kept) : NULL;
    if (!kept) {
        free(bytes);
        return;
    }
    *kept = (struct answer_bytes){request->api, length, bytes};
    request->api->answer_bytes += length;
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(length, bytes, answer_bytes_free, kept);
    if (!response) {
        answer_bytes_free(kept);
        return;
    }
    if (!add_headers(response, request, status, type)) {
        MHD_destroy_response(response);
        return;
    }
    request->status = status;
    request->response = response;
}

void request_json(struct request *request, unsigned status, json_t *value)
{
    char *bytes = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    answer(request, status, "application/json", bytes, bytes ? strlen(bytes) : 0);
}

void request_text(struct request *request, unsigned status, const char *type, struct armor_text *text)
{
    if (text->error == -E2BIG || request->api->answer_bytes + text->length > API_ANSWERS_MAX) {
        armor_text_done(text);
        request_refuse(request, PROBLEM_TOO_MANY, "Try again when other clients have read theirs.",
                       "The answers that clients haven't read yet take too much memory.");
        return;
    }
    char *bytes = NULL;
    size_t length = text->length;
    if (armor_text_take(text, &bytes) < 0) {
        armor_text_done(text);
        return;
    }
    answer(request, status, type, bytes, length);
}

void request_problem(struct request *request, enum problem_code code, json_t *problem)
{
    char *bytes = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
    json_decref(problem);
    request->refused = true;
    request->api->counters.problems++;
    answer(request, problem_status(code), "application/problem+json", bytes, bytes ? strlen(bytes) : 0);
}

void request_refuse(struct request *request, enum problem_code code, const char *advice, const char *format,
                    ...)
{
    char detail[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    const struct problem problem = {code, detail, advice};
    request_problem(request, code, problem_to_json(&problem));
}

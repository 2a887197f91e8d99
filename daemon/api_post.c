/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs that change something. Each starts a job of promote.c; the connection is suspended until the job
 * is done, so a client that goes away meanwhile changes nothing for it, and finds out, as we do, when the
 * answer is sent.
 */
#include "api_body.h"
#include "api_private.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

/*
 * "root (uid 0)", by the host's own file of users: a name service over a network would make everybody wait.
 */
static void write_author(uid_t uid, char *author, size_t size)
{
    FILE *file = fopen("/etc/passwd", "re");
    const struct passwd *user = NULL;
    while (file && (user = fgetpwent(file)) && user->pw_uid != uid) {
    }
    if (user) {
        (void)snprintf(author, size, "%.32s (uid %u)", user->pw_name, (unsigned)uid);
    } else {
        (void)snprintf(author, size, "uid %u", (unsigned)uid);
    }
    if (file) {
        (void)fclose(file);
    }
}

/* The container as it is now, with the advice that came with success. NULL: out of memory. */
static json_t *success_to_json(const struct promote_result *result)
{
    json_t *object = container_to_json(result->container);
    const struct promote_verification *found = &result->verification;
    if (result->gates_asked && (json_object_set_new(object, "gates", gate_to_json(result->gates)) < 0 ||
                                json_object_set_new(object, "open", json_boolean(result->open)) < 0)) {
        json_decref(object);
        return NULL;
    }
    if (found->asked &&
        json_object_set_new(object, "verification",
                            json_pack("{s:I, s:I, s:I, s:I}", "processes", (json_int_t)found->processes,
                                      "children", (json_int_t)found->null_processes, "outside",
                                      (json_int_t)found->outside, "outside_pid",
                                      (json_int_t)found->outside_pid)) < 0) {
        json_decref(object);
        return NULL;
    }
    if (result->advice[0] && json_object_set_new(object, "advice", json_string(result->advice)) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

void request_suspend(struct request *request)
{
    request->suspended = true;
    request->client->waiting = request;
    MHD_suspend_connection(request->connection);
}

void request_resume(struct request *request)
{
    request->suspended = false;
    request->client->waiting = NULL;
    api_resume(request->api, request->connection);
}

static void on_done(const struct promote_result *result, void *userdata)
{
    struct request *request = userdata;
    if (result->failure != PROMOTE_OK) {
        request_problem(request, problem_of_failure(result->failure), problem_of_result(result));
    } else if (request->verb == PROMOTE_SETTINGS) {
        request_settings(request, result->container, result->advice);
    } else if (result->container) {
        request_json(request, result->created ? 201 : 200, success_to_json(result));
    } else {
        request_json(request, 200, json_pack("{s:s}", "forgotten", request->name));
    }
    if (request->suspended) {
        request_resume(request);
    } else {
        request->started = false;
    }
}

static void start(struct request *request, enum promote_verb verb)
{
    struct promote_request job = {.verb = verb, .hash = request->api->manager->seed};
    struct armor_error err = {0};
    char text[sizeof err.text + 64];
    struct armor_slice body = {request->body.bytes, request->body.length};
    memcpy(job.name, request->name, sizeof job.name);
    int result = api_body_read(verb, body, &job, &err);
    if (result == -ENOMEM) {
        return;
    }
    if (result == -E2BIG) {
        request_refuse(request, PROBLEM_REQUEST_TOO_LARGE, "Leave out what the container doesn't need.",
                       "The body says too much: %s.", armor_error_format(&err, text, sizeof text));
        return;
    }
    if (result == -EINVAL && verb == PROMOTE_SETTINGS) {
        request_refuse(request, PROBLEM_SETTING_INVALID,
                       "Nothing was changed. GET .../settings lists them, each with what it takes.",
                       "That can't be set: %s.", armor_error_format(&err, text, sizeof text));
        return;
    }
    if (result < 0) {
        request_refuse(request, PROBLEM_REQUEST_INVALID,
                       "Send a JSON object of the keys that this verb knows, or no body.",
                       "The body can't be read: %s.", armor_error_format(&err, text, sizeof text));
        return;
    }
    int named = (job.rule != NULL) + (job.denial != 0) + job.all_denials + (job.stated != NULL);
    if (job.seed && job.stated) {
        armor_seed_free(job.seed);
        armor_profile_free(job.stated);
        request_refuse(request, PROBLEM_REQUEST_INVALID,
                       "Learn with the one, then accept or learn with the other.",
                       "A body has seed or rules.");
        return;
    }
    if ((verb == PROMOTE_ACCEPT || verb == PROMOTE_DENY) && named != 1) {
        free(job.rule);
        armor_profile_free(job.stated);
        request_refuse(request, PROBLEM_REQUEST_INVALID,
                       "GET .../rules and .../denials list what can be decided.",
                       "One of the keys rule, denial, all_denials and rules says what is meant.");
        return;
    }
    write_author(request->client->uid, job.author, sizeof job.author);
    request->verb = verb;
    request->started = true;
    promote_start(request->api->manager, &job, on_done, request);
    if (request->started) { /* not done yet */
        request_suspend(request);
    }
}

void post_learn(struct request *request)
{
    start(request, PROMOTE_LEARN);
}

void post_enforce(struct request *request)
{
    start(request, PROMOTE_ENFORCE);
}

void post_complain(struct request *request)
{
    start(request, PROMOTE_COMPLAIN);
}

void post_accept(struct request *request)
{
    start(request, PROMOTE_ACCEPT);
}

void post_deny(struct request *request)
{
    start(request, PROMOTE_DENY);
}

void post_rollback(struct request *request)
{
    start(request, PROMOTE_ROLLBACK);
}

void post_forget(struct request *request)
{
    start(request, PROMOTE_FORGET);
}

void post_started(struct request *request)
{
    start(request, PROMOTE_STARTED);
}

void post_settings(struct request *request)
{
    start(request, PROMOTE_SETTINGS);
}

void post_keep(struct request *request)
{
    start(request, PROMOTE_KEEP);
}

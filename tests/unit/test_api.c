/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API as clients meet it: answers, refusals, jobs, caps. Streams have a file of their own. */
#include "api_rig.h"
#include "problem.h"

#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

START_TEST(status_tells_the_counters)
{
    rig.pipeline.records = 1200;
    rig.source.overruns = 7;
    (void)rig_container(&rig, "web");
    const char *const paths[] = {rig.control, rig.read};
    for (size_t i = 0; i < 2; i++) {
        struct answer answer = rig_request(&rig, paths[i], "GET", "/v1/status", NULL);
        ck_assert_int_eq(answer.status, 200);
        ck_assert_str_eq(json_string_value(rig_member(&answer, "started")), "2026-01-01T00:00:00.000000Z");
        ck_assert_int_eq(json_integer_value(json_object_get(rig_member(&answer, "source"), "records")), 1200);
        ck_assert_int_eq(json_integer_value(json_object_get(rig_member(&answer, "source"), "overruns")), 7);
        ck_assert_str_eq(json_string_value(json_object_get(rig_member(&answer, "source"), "name")),
                         "netlink");
        ck_assert_str_eq(json_string_value(json_object_get(rig_member(&answer, "source"), "self_test")),
                         "passed");
        ck_assert_ptr_null(json_object_get(rig_member(&answer, "source"), "advice"));
        ck_assert_int_eq(json_integer_value(json_object_get(rig_member(&answer, "containers"), "learning")),
                         1);
        ck_assert_ptr_null(json_object_get(rig_member(&answer, "audit"), "lost"));
        answer_done(&answer);
    }
}
END_TEST

START_TEST(head_has_no_body)
{
    struct answer answer = rig_request(&rig, rig.read, "HEAD", "/v1/status", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.length, 0);
    answer_done(&answer);
}
END_TEST

START_TEST(containers_are_listed_and_shown)
{
    struct container *web = rig_container(&rig, "web");
    (void)rig_container(&rig, "db");
    container_mark(web, CONTAINER_GAP_LOST, "3 records were lost");
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/containers", NULL);
    ck_assert_uint_eq(json_array_size(rig_member(&answer, "containers")), 2);
    answer_done(&answer);

    answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web", NULL);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "profile")), "armord-web");
    ck_assert_str_eq(json_string_value(rig_member(&answer, "mode")), "learning");
    ck_assert_str_eq(json_string_value(json_array_get(rig_member(&answer, "incomplete"), 0)),
                     "3 records were lost");
    answer_done(&answer);

    answer = rig_request(&rig, rig.read, "GET", "/v1/containers/db", NULL);
    ck_assert_ptr_null(rig_member(&answer, "incomplete"));
    answer_done(&answer);

    answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web/rules", NULL);
    ck_assert_uint_eq(json_array_size(rig_member(&answer, "rules")), web->profile->rule_count);
    answer_done(&answer);
}
END_TEST

START_TEST(profiles_and_revisions_are_text)
{
    (void)rig_container(&rig, "web");
    const struct {
        const char *target;
        const char *part;
    } cases[] = {
        {"/v1/containers/web/profile", "profile x {}"},
        {"/v1/containers/web/revisions/1", "profile x {}"},
        {"/v1/containers/web/profile?mode=learning", "complain"},
        {"/v1/containers/web/profile?mode=enforced", "profile armord-web"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = rig_request(&rig, rig.read, "GET", cases[i].target, NULL);
        ck_assert_int_eq(answer.status, 200);
        ck_assert_ptr_nonnull(strstr(answer.head, "Content-Type: text/plain"));
        ck_assert_msg(strstr(answer.body, cases[i].part), "%s", answer.body);
        answer_done(&answer);
    }
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web/revisions", NULL);
    const json_t *revision = json_array_get(rig_member(&answer, "revisions"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(revision, "author")), "root (uid 0)");
    answer_done(&answer);
}
END_TEST

START_TEST(denials_have_their_number)
{
    struct container *web = rig_container(&rig, "web");
    struct denial *added = NULL;
    ck_assert_int_eq(denials_prepare(&web->denials, "web", 42), 0);
    ck_assert_int_eq(denials_add(&web->denials, 1, NULL, ARMOR_SKIP_MEMFD,
                                 "{\"container\":\"web\",\"name\":\"/etc/shadow\"}", &added),
                     0);
    added->count = 3;
    web->denials.left_out = 7;
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web/denials", NULL);
    const json_t *denial = json_array_get(rig_member(&answer, "denials"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(denial, "event"), "name")),
                     "/etc/shadow");
    ck_assert_str_eq(json_string_value(json_object_get(denial, "no_rule")), "memfd");
    ck_assert_int_eq(json_integer_value(json_object_get(denial, "id")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(denial, "count")), 3);
    ck_assert_int_eq(json_integer_value(rig_member(&answer, "left_out")), 7);
    answer_done(&answer);
}
END_TEST

START_TEST(metrics_are_openmetrics)
{
    (void)rig_container(&rig, "web");
    struct answer answer = rig_request(&rig, rig.read, "GET", "/metrics", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_nonnull(strstr(answer.head, "application/openmetrics-text"));
    ck_assert_ptr_nonnull(strstr(answer.body, "\narmord_container_enforced{container=\"web\"} 0\n"));
    ck_assert_str_eq(answer.body + answer.length - strlen("# EOF\n"), "# EOF\n");
    answer_done(&answer);
}
END_TEST

START_TEST(bad_requests_are_refused_by_code)
{
    (void)rig_container(&rig, "web");
    rig_refused(&rig, rig.read, "GET", "/", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/status/", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/status%00x", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/web/revisions/0", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/web/revisions/2", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/web/revisions/99999999999", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/web/revisions/1x", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/nobody", NULL, 404, "container-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/nobody/rules", NULL, 404, "container-unknown");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/", NULL, 400, "name-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/.hidden", NULL, 400, "name-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/a%2Fb", NULL, 404, "path-unknown");
    rig_refused(&rig, rig.read, "GET",
                "/v1/containers/"
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                NULL, 400, "name-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/status?x=1", NULL, 400, "request-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/events?follow", NULL, 400, "request-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/events?follow=2", NULL, 400, "request-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/events?follow=0&follow=0", NULL, 400, "request-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/events?container=-", NULL, 400, "name-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/containers/web/profile?mode=x", NULL, 400, "request-invalid");
    rig_refused(&rig, rig.read, "GET", "/v1/status", "{}", 400, "request-invalid");
    rig_refused(&rig, rig.control, "DELETE", "/v1/status", NULL, 405, "method-not-allowed");
    rig_refused(&rig, rig.control, "GET", "/v1/containers/web/learn", NULL, 405, "method-not-allowed");
    rig_refused(&rig, rig.control, "POST", "/v1/containers", "{}", 405, "method-not-allowed");
    rig_refused(&rig, rig.read, "POST", "/v1/containers/web/learn", "{}", 403, "forbidden");
    ck_assert_uint_eq(rig.asked_count, 0);
}
END_TEST

START_TEST(method_not_allowed_says_which_is)
{
    struct answer answer = rig_request(&rig, rig.control, "GET", "/v1/containers/web/learn", NULL);
    ck_assert_ptr_nonnull(strstr(answer.head, "Allow: POST\r\n"));
    answer_done(&answer);
    answer = rig_request(&rig, rig.control, "PUT", "/v1/containers/web/rules", NULL);
    ck_assert_ptr_nonnull(strstr(answer.head, "Allow: GET, HEAD\r\n"));
    answer_done(&answer);
    answer = rig_request(&rig, rig.control, "PUT", "/v1/containers/web/settings", NULL);
    ck_assert_ptr_nonnull(strstr(answer.head, "Allow: GET, HEAD, POST\r\n"));
    answer_done(&answer);
}
END_TEST

START_TEST(bodies_are_read_strictly)
{
    static const char *const bodies[] = {
        "x",
        "[]",
        "1",
        "{",
        "{} {}",
        "{\"a\":1}",
        "{\"override\":1}",
        "{\"override\":[1]}",
        "{\"override\":[\"x\"]}",
        "{\"override\":[],\"override\":[]}",
        "{\"override\":[\"complete\\u0000\"]}",
        "[[[[[[[[[[",
        "{\"over\xffride\":[]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        rig_refused(&rig, rig.control, "POST", "/v1/containers/web/enforce", bodies[i], 400,
                    "request-invalid");
    }
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/learn", "{\"override\":[]}", 400,
                "request-invalid");
    ck_assert_uint_eq(rig.asked_count, 0);
    struct answer answer =
        rig_request(&rig, rig.control, "POST", "/v1/containers/web/enforce", "{\n \"a\" 1}");
    ck_assert_msg(strstr(answer.body, "2:") != NULL, "no position: %s", answer.body);
    answer_done(&answer);
}
END_TEST

START_TEST(decisions_say_what_they_are_of)
{
    static const struct {
        const char *verb;
        const char *body;
    } bad[] = {
        {"accept", NULL},
        {"accept", "{}"},
        {"accept", "{\"rule\":\"\"}"},
        {"accept", "{\"rule\":7}"},
        {"accept", "{\"rule\":\"/a r,\",\"denial\":1}"},
        {"accept", "{\"rule\":\"/a r,\",\"x\":1}"},
        {"accept", "{\"denial\":0}"},
        {"accept", "{\"denial\":1.5}"},
        {"accept", "{\"all_denials\":false}"},
        {"accept", "{\"rule\":\"/a r,\",\"reason\":\"two\\nlines\"}"},
        {"deny", "{\"all_denials\":true}"},
        {"rollback", "{\"revision\":-1}"},
        {"rollback", "{\"revision\":\"1\"}"},
        {"learn", "{\"rule\":\"/a r,\"}"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/v1/containers/web/%s", bad[i].verb);
        rig_refused(&rig, rig.control, "POST", path, bad[i].body, 400, "request-invalid");
    }
    ck_assert_uint_eq(rig.asked_count, 0);
}
END_TEST

START_TEST(every_failure_has_its_code)
{
    static const struct {
        enum promote_failure failure;
        long status;
        const char *code;
    } cases[] = {
        {PROMOTE_NAME_INVALID, 400, "name-invalid"},
        {PROMOTE_CONTAINER_UNKNOWN, 404, "container-unknown"},
        {PROMOTE_CONTAINER_EXISTS, 409, "container-exists"},
        {PROMOTE_MODE_CONFLICT, 409, "mode-conflict"},
        {PROMOTE_BUSY, 409, "busy"},
        {PROMOTE_IN_USE, 409, "in-use"},
        {PROMOTE_GATE_REFUSED, 409, "gate-refused"},
        {PROMOTE_RULE_UNKNOWN, 404, "rule-unknown"},
        {PROMOTE_RULE_GUARDED, 409, "rule-guarded"},
        {PROMOTE_REVISION_UNKNOWN, 404, "revision-unknown"},
        {PROMOTE_TOO_MANY, 429, "too-many"},
        {PROMOTE_LOADER_REFUSED, 502, "loader-refused"},
        {PROMOTE_LOADER_UNREACHABLE, 503, "loader-unreachable"},
        {PROMOTE_INTERNAL, 500, "internal"},
    };
    ck_assert_uint_eq(sizeof cases / sizeof cases[0], PROMOTE_FAILURE_COUNT - 1);
    rig.at_once = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig.result = (struct promote_result){.failure = cases[i].failure,
                                             .detail = "it failed",
                                             .advice = "do better"};
        rig_refused(&rig, rig.control, "POST", "/v1/containers/web/enforce", NULL, cases[i].status,
                    cases[i].code);
    }
}
END_TEST

START_TEST(gates_and_stage_are_told)
{
    rig.at_once = true;
    rig.result = (struct promote_result){.failure = PROMOTE_GATE_REFUSED,
                                         .detail = "no",
                                         .gates_asked = true,
                                         .stage = "check"};
    rig.result.gates[GATE_COMPLETE] = (struct gate_result){.reason = "3 records lost"};
    struct answer answer =
        rig_request(&rig, rig.control, "POST", "/v1/containers/web/enforce", "{\"override\":[\"observed\"]}");
    ck_assert_uint_eq(json_array_size(rig_member(&answer, "gates")), GATE_COUNT);
    const json_t *gate = json_array_get(rig_member(&answer, "gates"), GATE_COMPLETE);
    ck_assert_str_eq(json_string_value(json_object_get(gate, "gate")), "complete");
    ck_assert_str_eq(json_string_value(json_object_get(gate, "reason")), "3 records lost");
    ck_assert_str_eq(json_string_value(rig_member(&answer, "stage")), "check");
    answer_done(&answer);
    ck_assert(rig.asked.override[GATE_OBSERVED] && !rig.asked.override[GATE_COMPLETE]);
    ck_assert_str_eq(rig.asked.name, "web");
}
END_TEST

START_TEST(a_seed_comes_with_learn)
{
    static const char good[] =
        "{\"seed\":{\"rules\":[{\"kind\":\"exec\",\"name\":\"/a\",\"grant\":\"expected\","
        "\"source\":{\"file\":\"c.yml\",\"line\":3}}]}}";
    rig.at_once = true;
    rig.result.container = rig_container(&rig, "web");
    struct answer answer = rig_request(&rig, rig.control, "POST", "/v1/containers/web/learn", good);
    ck_assert_int_eq(answer.status, 200); /* of one that was there */
    ck_assert_uint_eq(rig.asked_rules, 1);
    answer_done(&answer);
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/learn", "{\"seed\":{\"rules\":[{}]}}", 400,
                "request-invalid");
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/enforce", good, 400, "request-invalid");
    char *many = malloc(8 * ARMOR_SEED_LEARN_MAX + 64);
    size_t length = (size_t)sprintf(many, "{\"seed\":{\"rules\":[");
    for (int i = 0; i <= ARMOR_SEED_LEARN_MAX; i++) {
        length += (size_t)sprintf(many + length, "{},");
    }
    (void)sprintf(many + length - 1, "]}}");
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/learn", many, 413, "request-too-large");
    free(many);
    ck_assert_uint_eq(rig.asked_count, 1);
}
END_TEST

START_TEST(a_profile_is_taken_over)
{
    static const char good[] = "{\"rules\":[{\"rule\":\"/a rix,\",\"source\":\"web.profile:3\"}]}";
    rig.at_once = true;
    rig.result.container = rig_container(&rig, "web");
    const char *const verbs[] = {"/v1/containers/web/learn", "/v1/containers/web/accept"};
    for (size_t i = 0; i < 2; i++) {
        struct answer answer = rig_request(&rig, rig.control, "POST", verbs[i], good);
        ck_assert_int_eq(answer.status, 200);
        ck_assert_uint_eq(rig.asked_rules, 2); /* the file's, with m; and the program's */
        answer_done(&answer);
        rig_refused(&rig, rig.control, "POST", verbs[i],
                    "{\"rules\":[{\"rule\":\"/a ux,\",\"source\":\"web.profile:3\"}]}", 400,
                    "request-invalid");
        rig_refused(&rig, rig.control, "POST", verbs[i], "{\"rules\":[]}", 400, "request-invalid");
    }
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/deny", good, 400, "request-invalid");
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/accept",
                "{\"denial\":1,\"rules\":[{\"rule\":\"/a r,\",\"source\":\"x:1\"}]}", 400, "request-invalid");
    rig_refused(&rig, rig.control, "POST", "/v1/containers/web/learn",
                "{\"seed\":{\"rules\":[]},\"rules\":[{\"rule\":\"/a r,\",\"source\":\"x:1\"}]}", 400,
                "request-invalid");
    ck_assert_uint_eq(rig.asked_count, 2);
}
END_TEST

/* Send a POST and leave it waiting for its job. */
static int begin_job(const char *verb)
{
    char head[256];
    size_t before = rig.asked_count;
    int length =
        snprintf(head, sizeof head,
                 "POST /v1/containers/web/%s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", verb);
    int fd = rig_connect(rig.control);
    rig_send(fd, head, (size_t)length);
    for (int i = 0; i < 100 && rig.asked_count == before; i++) {
        (void)rig_turn(&rig, 10);
    }
    ck_assert_uint_eq(rig.asked_count, before + 1);
    return fd;
}

START_TEST(others_are_served_while_a_job_runs)
{
    int fd = begin_job("learn");
    ck_assert_uint_eq(rig_turn(&rig, 100), 0); /* and nobody turns in circles */
    struct answer other = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
    ck_assert_int_eq(other.status, 200);
    answer_done(&other);
    rig.result = (struct promote_result){.container = rig_container(&rig, "web"),
                                         .created = true,
                                         .advice = "restart it"};
    rig_finish(&rig);
    struct answer answer = rig_answer(&rig, fd, false);
    ck_assert_int_eq(answer.status, 201);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "advice")), "restart it");
    ck_assert_str_eq(json_string_value(rig_member(&answer, "name")), "web");
    answer_done(&answer);
    (void)close(fd);
}
END_TEST

START_TEST(a_job_is_answered_when_nothing_else_happens)
{
    int fd = begin_job("complain");
    rig.result.container = rig_container(&rig, "web");
    rig_finish(&rig);
    struct answer answer = rig_answer(&rig, fd, false);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
    (void)close(fd);
}
END_TEST

START_TEST(author_is_who_connected)
{
    rig.at_once = true;
    struct answer answer = rig_request(&rig, rig.control, "POST", "/v1/containers/web/forget", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "forgotten")), "web");
    answer_done(&answer);
    char uid[32];
    (void)snprintf(uid, sizeof uid, "uid %u", (unsigned)getuid());
    ck_assert_ptr_nonnull(strstr(rig.asked.author, uid));
}
END_TEST

START_TEST(a_client_may_leave_before_its_job_is_done)
{
    (void)close(begin_job("enforce"));
    (void)rig_turn(&rig, 50);
    rig.result = (struct promote_result){.failure = PROMOTE_BUSY, .detail = "x"};
    rig_finish(&rig);
    (void)rig_turn(&rig, 50);
    struct answer answer = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
}
END_TEST

START_TEST(the_api_may_end_before_a_job)
{
    int fd = begin_job("enforce"); /* teardown frees the API now */
    (void)close(fd);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        status_tells_the_counters,
        head_has_no_body,
        containers_are_listed_and_shown,
        profiles_and_revisions_are_text,
        denials_have_their_number,
        metrics_are_openmetrics,
        bad_requests_are_refused_by_code,
        method_not_allowed_says_which_is,
        bodies_are_read_strictly,
        decisions_say_what_they_are_of,
        every_failure_has_its_code,
        gates_and_stage_are_told,
        a_seed_comes_with_learn,
        a_profile_is_taken_over,
        others_are_served_while_a_job_runs,
        a_job_is_answered_when_nothing_else_happens,
        author_is_who_connected,
        a_client_may_leave_before_its_job_is_done,
        the_api_may_end_before_a_job,
    };
    return rig_main("api", tests, sizeof tests / sizeof tests[0], setup, teardown);
}

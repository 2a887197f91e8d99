/* SPDX-License-Identifier: GPL-2.0-or-later */
/* API: the doctor's look and its repairs, with a stand-in for the doctor. */
#include "api_rig.h"

static struct rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct doctor_finding found = {.code = "kernel-mode",
                                      .subject = "web",
                                      .what = "The kernel has it in mode complain.",
                                      .why = "somebody",
                                      .next = "--repair",
                                      .mend = DOCTOR_MEND_RESTORE};

START_TEST(the_doctor_is_asked)
{
    struct doctor_repair repair = {.subject = "web", .mend = DOCTOR_MEND_RESTORE, .detail = "no disk"};
    rig.at_once = true;
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/doctor", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(json_is_true(rig_member(&answer, "healthy")));
    ck_assert_uint_eq(json_array_size(rig_member(&answer, "findings")), 0);
    ck_assert(!rig.repair);
    answer_done(&answer);
    rig.looked = (struct doctor_result){
        .findings = &found, .count = 1, .containers = 3, .repairs = &repair, .repair_count = 1};
    answer = rig_request(&rig, rig.control, "POST", "/v1/repair", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(rig.repair);
    ck_assert(json_is_false(rig_member(&answer, "healthy")));
    ck_assert_int_eq(json_integer_value(rig_member(&answer, "containers")), 3);
    const json_t *finding = json_array_get(rig_member(&answer, "findings"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(finding, "code")), "kernel-mode");
    ck_assert(json_is_true(json_object_get(finding, "repairable")));
    const json_t *done = json_array_get(rig_member(&answer, "repairs"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(done, "action")), "restore");
    ck_assert_str_eq(json_string_value(json_object_get(done, "detail")), "no disk");
    ck_assert(json_is_false(json_object_get(done, "done")));
    answer_done(&answer);
    rig_refused(&rig, rig.read, "POST", "/v1/repair", NULL, 403, "forbidden");
    rig_refused(&rig, rig.control, "POST", "/v1/repair", "{}", 400, "request-invalid");
    rig_refused(&rig, rig.control, "GET", "/v1/repair", NULL, 405, "method-not-allowed");
}
END_TEST

/* Ask for a look, and wait until it is under way. Returns the connection. */
static int begin_look(void)
{
    static const char get[] = "GET /v1/doctor HTTP/1.1\r\nHost: armord\r\n\r\n";
    int fd = rig_connect(rig.read);
    rig_send(fd, get, sizeof get - 1);
    while (!rig.looking) {
        (void)rig_turn(&rig, 10);
    }
    return fd;
}

START_TEST(one_look_at_a_time)
{
    int fd = begin_look();
    rig_refused(&rig, rig.control, "POST", "/v1/repair", NULL, 409, "busy");
    (void)close(fd); /* and whoever asked may leave */
    (void)rig_turn(&rig, 50);
    rig_look(&rig);
    (void)rig_turn(&rig, 50);
    rig.at_once = true;
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/doctor", NULL);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
}
END_TEST

START_TEST(the_api_may_end_before_a_look)
{
    (void)close(begin_look()); /* teardown frees the API now */
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_doctor_is_asked, one_look_at_a_time, the_api_may_end_before_a_look};
    return rig_main("api doctor", tests, sizeof tests / sizeof tests[0], setup, teardown);
}

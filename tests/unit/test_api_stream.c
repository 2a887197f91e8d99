/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GET /v1/events: followers that are new, come back, are slow, go away. */
#include "api_rig.h"

#include "armor/limits.h"

#include <stdlib.h>
#include <sys/socket.h>
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

static void push(const char *container, const char *data)
{
    ring_push(rig.manager.ring, RING_RULE, container, data);
}

/* Follow TARGET, with HEADERS ("Last-Event-ID: 3\r\n" or ""). */
static int follow(const char *target, const char *headers)
{
    char head[256];
    int fd = rig_connect(rig.read);
    int length = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", target, headers);
    rig_send(fd, head, (size_t)length);
    return fd;
}

/* FD must go on to say TEXT. Returns all that it said since. */
static const char *hears(int fd, const char *text)
{
    static char buffer[256 * 1024];
    buffer[0] = '\0';
    ck_assert_msg(rig_expect(&rig, fd, buffer, sizeof buffer, text), "never came: %s\nbut: %s", text, buffer);
    return buffer;
}

START_TEST(what_is_kept_comes_first_then_news)
{
    push("web", "{\"n\":1}");
    int fd = follow("/v1/events", "");
    const char *said = hears(fd, "id: 1\nevent: rule\ndata: {\"n\":1}\n\n");
    ck_assert_ptr_nonnull(strstr(said, "200 OK"));
    ck_assert_ptr_nonnull(strstr(said, "Content-Type: text/event-stream"));
    push("web", "{\"n\":2}");
    push("web", "{\"n\":3}");
    (void)hears(fd, "id: 3\nevent: rule\ndata: {\"n\":3}\n\n");
    (void)close(fd);
}
END_TEST

START_TEST(two_followers_hear_the_same)
{
    int one = follow("/v1/events", "");
    int two = follow("/v1/events", "");
    (void)hears(one, "retry:");
    (void)hears(two, "retry:");
    push("web", "{\"n\":1}");
    (void)hears(one, "{\"n\":1}");
    (void)hears(two, "{\"n\":1}");
    (void)close(one);
    push("web", "{\"n\":2}");
    (void)hears(two, "{\"n\":2}");
    (void)close(two);
}
END_TEST

START_TEST(one_container_only)
{
    int fd = follow("/v1/events?container=web", "");
    push("db", "{\"n\":1}");
    push("web", "{\"n\":2}");
    ck_assert_ptr_null(strstr(hears(fd, "{\"n\":2}"), "{\"n\":1}"));
    (void)close(fd);
}
END_TEST

START_TEST(follow_0_ends)
{
    push("web", "{\"n\":1}");
    push("web", "{\"n\":2}");
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/events?follow=0", NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_nonnull(strstr(answer.body, "{\"n\":1}"));
    ck_assert_ptr_nonnull(strstr(answer.body, "{\"n\":2}"));
    answer_done(&answer);
}
END_TEST

START_TEST(last_event_id_resumes)
{
    push("web", "{\"n\":1}");
    push("web", "{\"n\":2}");
    int fd = follow("/v1/events?follow=0", "Last-Event-ID: 1\r\n");
    const char *said = hears(fd, "{\"n\":2}");
    ck_assert_ptr_null(strstr(said, "{\"n\":1}"));
    ck_assert_ptr_null(strstr(said, "gap"));
    (void)close(fd);
}
END_TEST

START_TEST(what_is_gone_is_told)
{
    for (int i = 0; i < ARMOR_EVENT_RING + 10; i++) {
        push("web", "{}");
    }
    int fd = follow("/v1/events?follow=0", "Last-Event-ID: 4\r\n");
    (void)hears(fd, "id: 10\nevent: gap\ndata: {\"missed\":6}\n\nid: 11\n");
    (void)close(fd);
    fd = follow("/v1/events?follow=0", ""); /* who never asked before misses nothing */
    ck_assert_ptr_null(strstr(hears(fd, "id: 11\n"), "gap"));
    (void)close(fd);
}
END_TEST

START_TEST(a_number_from_before_a_restart_is_told)
{
    push("web", "{\"n\":1}");
    int fd = follow("/v1/events", "Last-Event-ID: 5000\r\n");
    (void)hears(fd, "event: gap\ndata: {\"restarted\":true}\n\nid: 1\n");
    (void)close(fd);
}
END_TEST

START_TEST(bad_numbers_are_refused)
{
    const char *const bad[] = {"Last-Event-ID: x\r\n", "Last-Event-ID: -1\r\n",
                               "Last-Event-ID: 99999999999999999999\r\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int fd = follow("/v1/events", bad[i]);
        (void)hears(fd, "\"request-invalid\"");
        (void)close(fd);
    }
}
END_TEST

START_TEST(a_slow_follower_costs_nobody_and_is_told)
{
    static char line[2048];
    memset(line, 'x', sizeof line - 1);
    int slow = follow("/v1/events", "");
    for (int round = 0; round < 8; round++) { /* twice the ring, and far more than a socket holds */
        for (int i = 0; i < ARMOR_EVENT_RING / 4; i++) {
            push("web", line);
        }
        (void)rig_turn(&rig, 10);
        struct answer answer = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
        ck_assert_int_eq(answer.status, 200);
        answer_done(&answer);
    }
    static char all[4 * 1024 * 1024];
    ck_assert(rig_expect(&rig, slow, all, sizeof all, "event: gap\ndata: {\"missed\":"));
    (void)close(slow);
}
END_TEST

START_TEST(a_follower_that_hangs_up_frees_its_place)
{
    for (int i = 0; i < 4 * ARMOR_CLIENTS_PER_USER_MAX; i++) {
        int fd = follow("/v1/events", "");
        (void)hears(fd, "retry:");
        (void)close(fd);
        (void)rig_turn(&rig, 10);
    }
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/status", NULL);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
}
END_TEST

START_TEST(a_silent_stream_wakes_nobody)
{
    int fd = follow("/v1/events", "");
    (void)hears(fd, "retry: 3000\n\n");
    (void)rig_turn(&rig, 20);
    ck_assert_uint_eq(rig_turn(&rig, 300), 0);
    (void)close(fd);
}
END_TEST

START_TEST(half_closed_followers_still_hear)
{
    int fd = follow("/v1/events", "");
    (void)hears(fd, "retry:");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    (void)rig_turn(&rig, 20);
    push("web", "{\"n\":1}");
    (void)hears(fd, "{\"n\":1}");
    (void)close(fd);
}
END_TEST

START_TEST(the_api_may_end_before_its_followers)
{
    int fd = follow("/v1/events", "");
    (void)hears(fd, "retry:");
    (void)close(fd); /* teardown frees the API with the stream still there */
    (void)follow("/v1/events", "");
    (void)rig_turn(&rig, 20);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_is_kept_comes_first_then_news,
        two_followers_hear_the_same,
        one_container_only,
        follow_0_ends,
        last_event_id_resumes,
        what_is_gone_is_told,
        a_number_from_before_a_restart_is_told,
        bad_numbers_are_refused,
        a_slow_follower_costs_nobody_and_is_told,
        a_follower_that_hangs_up_frees_its_place,
        a_silent_stream_wakes_nobody,
        half_closed_followers_still_hear,
        the_api_may_end_before_its_followers,
    };
    return rig_main("api-stream", tests, sizeof tests / sizeof tests[0], setup, teardown);
}

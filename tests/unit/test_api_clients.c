/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API and clients that are slow, large, many, bent, or somebody else. */
#include "api_rig.h"
#include "problem.h"

#include <check.h>
#include <errno.h>
#include <grp.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

START_TEST(large_bodies_are_refused)
{
    int fd = rig_connect(rig.control);
    static const char declared[] =
        "POST /v1/containers/web/enforce HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n";
    rig_send(fd, declared, sizeof declared - 1);
    struct answer answer = rig_answer(&rig, fd, false);
    ck_assert_int_eq(answer.status, 413);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "code")), "request-too-large");
    answer_done(&answer);
    (void)close(fd);

    fd = rig_connect(rig.control);
    static const char chunked[] =
        "POST /v1/containers/web/enforce HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    static char chunk[4096 + 8] = "1000\r\n";
    memset(chunk + 6, 'x', 4096);
    memcpy(chunk + 6 + 4096, "\r\n", 2);
    rig_send(fd, chunked, sizeof chunked - 1);
    for (int i = 0; i < 300; i++) { /* 1.2 MB */
        rig_send(fd, chunk, sizeof chunk);
        (void)rig_turn(&rig, 0);
    }
    rig_send(fd, "0\r\n\r\n", 5);
    answer = rig_answer(&rig, fd, false);
    ck_assert_int_eq(answer.status, 413);
    answer_done(&answer);
    (void)close(fd);
    ck_assert_uint_eq(rig.asked_count, 0);
}
END_TEST

START_TEST(nonsense_ends_only_its_own_connection)
{
    static char header[64 * 1024];
    memset(header, 'a', sizeof header);
    memcpy(header, "GET /v1/status HTTP/1.1\r\nX: ", 28);
    const struct armor_slice cases[] = {
        ARMOR_SLICE("\r\n\r\n\r\n"),
        ARMOR_SLICE("\0\0\0\0\r\n\r\n"),
        ARMOR_SLICE("GET\r\n\r\n"),
        ARMOR_SLICE("GET / HTTP/9.9\r\n\r\n"),
        ARMOR_SLICE("GET /v1/status HTTP/1.1\r\n\r\n"), /* no Host */
        ARMOR_SLICE("POST /v1/containers/web/learn HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
        ARMOR_SLICE("POST /v1/containers/web/learn HTTP/1.1\r\nHost: a\r\nContent-Length: "
                    "9\r\n\r\n{}"), /* and no more */
        {header, 16 * 1024 + 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = rig_connect(rig.control);
        rig_send(fd, cases[i].bytes, cases[i].length);
        (void)rig_turn(&rig, 20);
        (void)close(fd);
        struct answer answer = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
        ck_assert_int_eq(answer.status, 200);
        answer_done(&answer);
    }
    ck_assert_uint_eq(rig.asked_count, 0);
}
END_TEST

START_TEST(a_slow_client_keeps_nobody_waiting)
{
    int slow = rig_connect(rig.control);
    rig_send(slow, "GET /v1/sta", 11);
    (void)rig_turn(&rig, 20);
    ck_assert_uint_eq(rig_turn(&rig, 100), 0);
    struct answer answer = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
    rig_send(slow, "tus HTTP/1.1\r\nHost: a\r\n\r\n", 26);
    answer = rig_answer(&rig, slow, false);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
    (void)close(slow);
}
END_TEST

START_TEST(a_half_closed_client_gets_its_answer)
{
    static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int fd = rig_connect(rig.read);
    rig_send(fd, request, sizeof request - 1);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    struct answer answer = rig_answer(&rig, fd, false);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
    (void)close(fd);
}
END_TEST

START_TEST(requests_may_come_in_a_pipeline)
{
    static const char both[] =
        "GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/containers HTTP/1.1\r\nHost: a\r\n\r\n";
    int fd = rig_connect(rig.read);
    rig_send(fd, both, sizeof both - 1);
    struct answer first = rig_answer(&rig, fd, false);
    struct answer second = rig_answer(&rig, fd, false);
    ck_assert_ptr_nonnull(rig_member(&first, "version"));
    ck_assert_ptr_nonnull(rig_member(&second, "containers"));
    answer_done(&first);
    answer_done(&second);
    (void)close(fd);
}
END_TEST

START_TEST(connections_are_capped_per_user)
{
    int fds[ARMOR_CLIENTS_PER_USER_MAX];
    for (size_t i = 0; i < ARMOR_CLIENTS_PER_USER_MAX; i++) {
        fds[i] = rig_connect(rig.control);
    }
    (void)rig_turn(&rig, 20);
    rig_refused(&rig, rig.control, "GET", "/v1/status", NULL, 429, "too-many");
    struct answer answer =
        rig_request(&rig, rig.read, "GET", "/v1/status", NULL); /* the other door has its own count */
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
    int flood[200]; /* far over what is told so */
    for (size_t i = 0; i < sizeof flood / sizeof flood[0]; i++) {
        flood[i] = rig_connect(rig.control);
        (void)rig_turn(&rig, 0);
    }
    ck_assert(rig_closed(&rig, flood[199]));
    for (size_t i = 0; i < sizeof flood / sizeof flood[0]; i++) {
        (void)close(flood[i]);
    }
    for (size_t i = 0; i < ARMOR_CLIENTS_PER_USER_MAX; i++) {
        (void)close(fds[i]);
    }
    (void)rig_turn(&rig, 50);
    answer = rig_request(&rig, rig.control, "GET", "/v1/status", NULL);
    ck_assert_int_eq(answer.status, 200);
    answer_done(&answer);
}
END_TEST

/*
 * Connect to the control socket as nobody, of GROUP besides; SO_PEERCRED is what connect(2) finds. Needs
 * root.
 */
static int connect_as_nobody(const gid_t *group)
{
    enum { NOBODY = 65534 };
    gid_t groups[128];
    int count = getgroups(128, groups);
    ck_assert_int_ge(count, 0);
    ck_assert_int_eq(setgroups(group ? 1 : 0, group), 0);
    ck_assert_int_eq(setegid(NOBODY) | seteuid(NOBODY), 0);
    int fd = rig_connect(rig.control);
    ck_assert_int_eq(seteuid(0) | setegid(0), 0);
    ck_assert_int_eq(setgroups((size_t)count, groups), 0);
    return fd;
}

START_TEST(only_the_sockets_owner_and_group_may_change)
{
    static const char request[] =
        "POST /v1/containers/web/learn HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
    if (geteuid() != 0) {
        (void)fputs("SKIP only_the_sockets_owner_and_group_may_change: needs root, to become somebody else\n",
                    stderr);
        return;
    }
    rig.at_once = true;
    rig.result = (struct promote_result){.failure = PROMOTE_BUSY, .detail = "x"};
    ck_assert_int_eq(chmod(rig.scratch.directory, 0755) | chmod(rig.control, 0666), 0);
    const gid_t root = 0;
    const struct {
        const gid_t *group;
        long status;
    } cases[] = {{NULL, 403}, {&root, 409}};
    for (size_t i = 0; i < 2; i++) {
        int fd = connect_as_nobody(cases[i].group);
        rig_send(fd, request, sizeof request - 1);
        struct answer answer = rig_answer(&rig, fd, false);
        ck_assert_int_eq(answer.status, cases[i].status);
        answer_done(&answer);
        (void)close(fd);
        ck_assert_uint_eq(rig.asked_count, i);
    }
    ck_assert_ptr_nonnull(strstr(rig.asked.author, "65534"));
}
END_TEST

START_TEST(only_listening_sockets_are_taken)
{
    struct api *api = NULL;
    struct armor_error err = {0};
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(api_new(&rig.manager, pair[0], pair[1], &api, &err), -EINVAL);
    ck_assert_ptr_null(api);
    ck_assert_int_eq(close(pair[0]) | close(pair[1]), 0); /* still ours */
}
END_TEST

START_TEST(idle_means_no_wake_ups)
{
    int kept = rig_connect(rig.read); /* connected, and silent */
    (void)rig_turn(&rig, 20);
    ck_assert_uint_eq(rig_turn(&rig, 300), 0);
    (void)close(kept);
    (void)rig_turn(&rig, 20);
    ck_assert_uint_eq(rig_turn(&rig, 300), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        large_bodies_are_refused,
        nonsense_ends_only_its_own_connection,
        a_slow_client_keeps_nobody_waiting,
        a_half_closed_client_gets_its_answer,
        requests_may_come_in_a_pipeline,
        connections_are_capped_per_user,
        only_the_sockets_owner_and_group_may_change,
        only_listening_sockets_are_taken,
        idle_means_no_wake_ups,
    };
    return rig_main("api-clients", tests, sizeof tests / sizeof tests[0], setup, teardown);
}

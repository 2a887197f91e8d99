/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real API to test. See api_rig.h. */
#include "api_rig.h"

#include "check_main.h"
#include "loader_client.h"
#include "store.h"

#include "armor/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE = 300 }; /* turns of 10 ms that a test waits for anything */

/* The stand-ins: the API asks nothing else of these parts. */

const struct pipeline_counters *pipeline_counters(const struct pipeline *pipeline)
{
    return (const struct pipeline_counters *)pipeline;
}

const struct intake_state *intake_state(const struct intake *intake)
{
    return (const struct intake_state *)intake;
}

const char *intake_test_name(enum intake_test test)
{
    return test == INTAKE_TEST_PASSED ? "passed" : "failed";
}

enum loader_reach loader_client_reach(const struct loader_client *client)
{
    (void)client;
    return LOADER_REACH_YES;
}

void promote_start(struct manager *manager, const struct promote_request *request, promote_done done,
                   void *userdata)
{
    struct rig *rig = (struct rig *)manager;
    rig->asked = *request;
    rig->asked_count++;
    rig->asked_rules = request->seed     ? request->seed->rule_count
                       : request->stated ? request->stated->rule_count
                                         : 0;
    armor_seed_free(rig->asked.seed);
    armor_profile_free(rig->asked.stated);
    rig->asked.seed = NULL;
    rig->asked.stated = NULL;
    if (rig->judge) {
        rig->judge(rig);
    }
    if (rig->at_once) {
        done(&rig->result, userdata);
        return;
    }
    rig->done = done;
    rig->userdata = userdata;
}

static int on_look(sd_event_source *source, void *userdata)
{
    struct rig *rig = userdata;
    (void)source;
    rig_look(rig);
    return 0;
}

int doctor_start(struct manager *manager, bool repair, doctor_done done, void *userdata)
{
    struct rig *rig = (struct rig *)manager;
    if (rig->looking) {
        return -EBUSY;
    }
    rig->repair = repair;
    rig->looking = done;
    rig->looking_for = userdata;
    return rig->at_once ? sd_event_add_defer(manager->event, NULL, on_look, rig) : 0;
}

void rig_look(struct rig *rig)
{
    doctor_done done = rig->looking;
    ck_assert_ptr_nonnull(done);
    rig->looking = NULL;
    done(&rig->looked, rig->looking_for);
}

const char *promote_verb_name(enum promote_verb verb)
{
    static const char *const names[PROMOTE_VERB_COUNT] = {
        [PROMOTE_LEARN] = "learn",   [PROMOTE_ENFORCE] = "enforce", [PROMOTE_COMPLAIN] = "complain",
        [PROMOTE_FORGET] = "forget", [PROMOTE_SEED] = "seed",       [PROMOTE_SETTINGS] = "settings"};
    return names[verb];
}

void rig_finish(struct rig *rig)
{
    ck_assert_ptr_nonnull(rig->done);
    rig->done(&rig->result, rig->userdata);
    rig->done = NULL;
}

/* Blocking, as systemd passes it. */
static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 128), 0);
    return fd;
}

void rig_open(struct rig *rig)
{
    struct armor_error err = {0};
    *rig = (struct rig){0};
    scratch_make(&rig->scratch);
    (void)scratch_path(&rig->scratch, "armord.sock", rig->control);
    (void)scratch_path(&rig->scratch, "read.sock", rig->read);
    (void)scratch_path(&rig->scratch, "armord.db", rig->database);

    struct manager *manager = &rig->manager;
    settings_default(&manager->settings);
    ck_assert_int_ge(sd_event_new(&manager->event), 0);
    ck_assert_int_eq(registry_new(&manager->containers), 0);
    ck_assert_int_eq(ring_new(&manager->ring), 0);
    ck_assert_int_eq(store_open(rig->database, &manager->store, &err), 0);
    manager->pipeline = (struct pipeline *)&rig->pipeline;
    rig->intake = (struct intake_state){.counters = &rig->source,
                                        .name = "netlink",
                                        .reason = "the first one that can be used",
                                        .test = INTAKE_TEST_PASSED};
    manager->intake = (struct intake *)&rig->intake;
    manager->started_usec = INT64_C(1767225600000000);
    int result = api_new(manager, listen_at(rig->control), listen_at(rig->read), &manager->api, &err);
    ck_assert_msg(result == 0, "%s", err.text);
}

void rig_close(struct rig *rig)
{
    struct manager *manager = &rig->manager;
    api_free(manager->api);
    store_free(manager->store);
    ring_free(manager->ring);
    registry_free(manager->containers);
    sd_event_unref(manager->event);
    scratch_remove(&rig->scratch);
}

unsigned rig_turn(struct rig *rig, int msec)
{
    unsigned ran = 0;
    int result = 0;
    do {
        result = sd_event_run(rig->manager.event, ran ? 0 : (uint64_t)msec * 1000);
        ck_assert_int_ge(result, 0);
        ran += result > 0;
    } while (result > 0 && ran < 10000);
    return ran;
}

struct container *rig_container(struct rig *rig, const char *name)
{
    struct armor_error err = {0};
    struct container *container = NULL;
    struct revision revision = {.number = 1,
                                .time_usec = INT64_C(1767225600000000),
                                .reason = "learn",
                                .author = "root (uid 0)"};
    ck_assert_int_eq(container_new(armor_slice_of(name), INT64_C(1767225600000000), 1, &container), 0);
    ck_assert_int_eq(armor_baseline_add(container->profile), 0);
    container->revision = 1;
    ck_assert_int_eq(registry_add(rig->manager.containers, container), 0);
    ck_assert_int_eq(store_begin(rig->manager.store, &err), 0);
    ck_assert_int_eq(store_put_container(rig->manager.store, container, &err), 0);
    ck_assert_int_eq(store_add_revision(rig->manager.store, container, &revision,
                                        ARMOR_SLICE("profile x {}\n"), &err),
                     0);
    ck_assert_int_eq(store_commit(rig->manager.store, &err), 0);
    return container;
}

int rig_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void rig_send(int fd, const char *bytes, size_t length)
{
    size_t sent = 0;
    while (sent < length) {
        ssize_t part = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        ck_assert_int_gt(part, 0);
        sent += (size_t)part;
    }
}

/* One more byte, turning the loop while there is none. Returns false at the end or when patience is. */
static bool next_byte(struct rig *rig, int fd, char *ret_byte)
{
    for (int i = 0; i < PATIENCE; i++) {
        ssize_t got = recv(fd, ret_byte, 1, MSG_DONTWAIT);
        if (got >= 0) {
            return got == 1;
        }
        if (errno != EAGAIN) {
            return false;
        }
        (void)rig_turn(rig, 10);
    }
    return false;
}

bool rig_expect(struct rig *rig, int fd, char *buffer, size_t size, const char *text)
{
    size_t wanted = strlen(text);
    size_t length = strlen(buffer);
    while (length < wanted || memcmp(buffer + length - wanted, text, wanted) != 0) {
        if (length + 1 >= size || !next_byte(rig, fd, &buffer[length])) {
            return false;
        }
        buffer[++length] = '\0';
    }
    return true;
}

bool rig_closed(struct rig *rig, int fd)
{
    char byte = 0;
    for (int i = 0; i < PATIENCE; i++) {
        ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            return true;
        }
        (void)rig_turn(rig, 10);
    }
    return false;
}

static void append(struct answer *answer, struct rig *rig, int fd, size_t count)
{
    char byte = 0;
    answer->body = realloc(answer->body, answer->length + count + 1);
    ck_assert_ptr_nonnull(answer->body);
    for (size_t i = 0; i < count && next_byte(rig, fd, &byte); i++) {
        answer->body[answer->length++] = byte;
    }
    answer->body[answer->length] = '\0';
}

/* Read the line that ends in CRLF to BUFFER. */
static void read_line(struct rig *rig, int fd, char *buffer, size_t size)
{
    buffer[0] = '\0';
    (void)rig_expect(rig, fd, buffer, size, "\r\n");
}

struct answer rig_answer(struct rig *rig, int fd, bool head_only)
{
    struct answer answer = {0};
    append(&answer, rig, fd, 0);
    if (!rig_expect(rig, fd, answer.head, sizeof answer.head, "\r\n\r\n")) {
        answer.closed = true;
        return answer;
    }
    (void)sscanf(answer.head, "HTTP/1.%*d %ld", &answer.status);
    const char *length = strstr(answer.head, "Content-Length: ");
    if (!head_only && length) {
        append(&answer, rig, fd, strtoul(length + strlen("Content-Length: "), NULL, 10));
    } else if (!head_only && strstr(answer.head, "chunked")) {
        char line[32];
        size_t size = 0;
        do {
            read_line(rig, fd, line, sizeof line);
            size = strtoul(line, NULL, 16);
            append(&answer, rig, fd, size);
            read_line(rig, fd, line, sizeof line);
        } while (size > 0);
    }
    answer.closed = strstr(answer.head, "Connection: close") != NULL;
    return answer;
}

void answer_done(struct answer *answer)
{
    free(answer->body);
    *answer = (struct answer){0};
}

struct answer rig_request(struct rig *rig, const char *path, const char *method, const char *target,
                          const char *body)
{
    char head[1024];
    int fd = rig_connect(path);
    int length =
        body ? snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: armord\r\nContent-Length: %zu\r\n\r\n",
                        method, target, strlen(body))
             : snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: armord\r\n\r\n", method, target);
    rig_send(fd, head, (size_t)length);
    rig_send(fd, body ? body : "", body ? strlen(body) : 0);
    struct answer answer = rig_answer(rig, fd, strcmp(method, "HEAD") == 0);
    (void)close(fd);
    return answer;
}

json_t *rig_member(const struct answer *answer, const char *key)
{
    static json_t *object;
    json_decref(object);
    object = json_loadb(answer->body, answer->length, 0, NULL);
    ck_assert_msg(json_is_object(object), "no JSON object: %s", answer->body);
    return json_object_get(object, key);
}

void rig_refused(struct rig *rig, const char *path, const char *method, const char *target, const char *body,
                 long status, const char *code)
{
    struct answer answer = rig_request(rig, path, method, target, body);
    ck_assert_msg(answer.status == status, "%s %s: %ld %s", method, target, answer.status, answer.body);
    ck_assert_ptr_nonnull(strstr(answer.head, "Content-Type: application/problem+json"));
    ck_assert_str_eq(json_string_value(rig_member(&answer, "code")), code);
    ck_assert_int_eq(json_integer_value(rig_member(&answer, "status")), status);
    ck_assert_ptr_nonnull(json_string_value(rig_member(&answer, "title")));
    ck_assert_ptr_nonnull(json_string_value(rig_member(&answer, "detail")));
    answer_done(&answer);
}

int rig_main(const char *name, const TTest *const *tests, size_t count, void (*setup)(void),
             void (*teardown)(void))
{
    Suite *suite = suite_create(name);
    TCase *all = check_case(suite, name);
    tcase_add_checked_fixture(all, setup, teardown);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(all, tests[i]);
    }
    return check_main(suite);
}

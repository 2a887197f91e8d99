/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stand-in for armor-loader. See fake_loader.h. */
#include "fake_loader.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void answer(struct fake_loader *loader, int connection, const struct loader_request *request)
{
    struct loader_reply reply = loader->world;
    reply.magic = LOADER_MAGIC;
    reply.version = LOADER_VERSION;
    reply.operation = request->operation;
    reply.code = loader->refuse[request->operation];
    if (reply.code < 0) {
        reply.stage = loader->stage[request->operation];
        (void)snprintf(reply.text, sizeof reply.text, "the test said no");
        if (reply.stage < LOADER_STAGE_VERIFY) {
            reply.mode = LOADER_MODE_NONE; /* it isn't looked at before the load */
        }
    } else if (request->operation == LOADER_PROVE) {
        const struct fake_request *taken = &loader->requests[loader->count - 1];
        for (uint32_t i = request->text_length - request->value; i < request->text_length; i++) {
            reply.asked += taken->text[i] == '\n';
        }
    } else if (request->operation == LOADER_COMPARE && request->mode == LOADER_MODE_COMPLAIN) {
        reply.policy = LOADER_MATCH_UNKNOWN; /* not looked at */
    } else if (request->operation == LOADER_QUIET) {
        reply.mode = LOADER_MODE_COMPLAIN;
    } else if (request->operation == LOADER_LOAD) {
        reply.mode = loader->world.mode = request->mode;
        loader->world.policy = loader->world.file = LOADER_MATCH_SAME;
    } else if (request->operation == LOADER_REMOVE) {
        reply.mode = loader->world.mode = LOADER_MODE_NONE;
    } else if (request->operation == LOADER_AUDIT_BACKLOG) {
        reply.audit_backlog_limit = loader->world.audit_backlog_limit = request->value;
    }
    ck_assert_int_eq(loader_send(connection, &reply, sizeof reply, -1), 0);
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    (void)source;
    (void)events;
    struct fake_loader *loader = userdata;
    int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(connection, 0);
    char message[sizeof(struct loader_request)];
    int text_fd = -1;
    int length = loader_receive(connection, message, sizeof message, &text_fd);
    ck_assert_int_gt(length, 0);
    ck_assert_uint_lt(loader->count, FAKE_REQUESTS_MAX);
    struct fake_request *taken = &loader->requests[loader->count++];
    struct armor_error err = {0};
    ck_assert_msg(loader_request_check(message, (size_t)length, text_fd >= 0, &taken->request, &err) == 0,
                  "%s", err.text);
    if (text_fd >= 0) {
        ck_assert_msg(loader_text_read(text_fd, taken->request.text_length, &taken->text, &err) == 0, "%s",
                      err.text);
        (void)close(text_fd);
    }
    if (loader->hook) {
        loader->hook(&taken->request, loader->userdata);
    }
    if (loader->silent) {
        loader->held = connection;
        return 0;
    }
    if (!loader->hang_up) {
        answer(loader, connection, &taken->request);
    }
    (void)close(connection);
    return 0;
}

void fake_loader_open(struct fake_loader *loader, sd_event *event, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *loader = (struct fake_loader){.held = -1,
                                   .world = {.audit_backlog_limit = 64,
                                             .policy = LOADER_MATCH_SAME,
                                             .file = LOADER_MATCH_SAME}};
    loader->event = sd_event_ref(event);
    loader->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_eq(bind(loader->socket, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(loader->socket, 8), 0);
    ck_assert_int_ge(sd_event_add_io(event, &loader->accept, loader->socket, EPOLLIN, on_connection, loader),
                     0);
}

void fake_loader_close(struct fake_loader *loader)
{
    (void)sd_event_source_disable_unref(loader->accept);
    (void)sd_event_unref(loader->event);
    (void)close(loader->socket);
    if (loader->held >= 0) {
        (void)close(loader->held);
    }
    for (size_t i = 0; i < loader->count; i++) {
        free(loader->requests[i].text);
    }
}

void fake_loader_expect(const struct fake_loader *loader, size_t index, enum loader_operation operation,
                        const char *name)
{
    ck_assert_msg(index < loader->count, "request %zu of %zu was expected", index + 1, loader->count);
    ck_assert_uint_eq(loader->requests[index].request.operation, operation);
    ck_assert_str_eq(loader->requests[index].request.name, name);
}

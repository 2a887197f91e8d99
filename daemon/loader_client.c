/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loader client: a queue, one connection at a time, one timer. See loader_client.h. */
#include "loader_client.h"

#include "armor/limits.h"
#include "manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A request that waits, or the one under way, which is the first. */
struct exchange {
    struct loader_request request;
    int text_fd; /* owned; sealed; -1: none */
    loader_done done;
    void *userdata;
    struct exchange *next; /* owned */
};

struct loader_client {
    sd_event *event; /* owned, one reference */
    struct sockaddr_un address;
    int64_t timeout; /* seconds */
    enum loader_reach reach;
    struct exchange *first; /* owned; under way when socket >= 0 */
    size_t count;
    int socket;                /* owned; -1: none */
    sd_event_source *readable; /* owned; of socket */
    sd_event_source *timer;    /* owned; of the exchange under way */
    bool pumping;              /* pump is on the stack: a callback asked for more */
};

static void exchange_free(struct exchange *exchange)
{
    if (!exchange) {
        return;
    }
    if (exchange->text_fd >= 0) {
        (void)close(exchange->text_fd);
    }
    free(exchange);
}

int loader_client_new(sd_event *event, const char *path, int64_t timeout, struct loader_client **ret_client)
{
    struct loader_client *client = calloc(1, sizeof *client);
    if (!client) {
        return -ENOMEM;
    }
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof client->address.sun_path) {
        free(client);
        return -EINVAL;
    }
    client->event = sd_event_ref(event);
    client->address.sun_family = AF_UNIX;
    memcpy(client->address.sun_path, path, length + 1);
    client->timeout = timeout;
    client->socket = -1;
    *ret_client = client;
    return 0;
}

void loader_client_set_timeout(struct loader_client *client, int64_t timeout)
{
    client->timeout = timeout;
}

enum loader_reach loader_client_reach(const struct loader_client *client)
{
    return client->reach;
}

static void hang_up(struct loader_client *client)
{
    client->readable = sd_event_source_disable_unref(client->readable);
    client->timer = sd_event_source_disable_unref(client->timer);
    if (client->socket >= 0) {
        (void)close(client->socket);
        client->socket = -1;
    }
}

/* End the exchange under way and tell who asked. */
static void finish(struct loader_client *client, int code, const struct loader_reply *reply,
                   const struct armor_error *err)
{
    struct exchange *exchange = client->first;
    client->first = exchange->next;
    client->count--;
    hang_up(client);
    client->reach = reply ? LOADER_REACH_YES : LOADER_REACH_NO;
    exchange->done(code, reply, err, exchange->userdata);
    exchange_free(exchange);
}

static void pump(struct loader_client *client);

static int on_readable(sd_event_source *readable, int fd, uint32_t events, void *userdata)
{
    (void)readable;
    (void)events;
    struct loader_client *client = userdata;
    struct armor_error err = {0};
    struct loader_reply reply = {0};
    char message[sizeof reply];
    int stray = -1;
    int r = loader_receive(fd, message, sizeof message, &stray);
    if (r == -EAGAIN || r == -EINTR) {
        return 0;
    }
    if (r >= 0 && stray >= 0) {
        (void)close(stray);
    }
    if (r == 0) {
        r = armor_error_set(&err, -ECONNRESET, "armor-loader hung up without an answer");
    } else if (r < 0) {
        (void)armor_error_set(&err, r, "armor-loader's answer can't be read: %s", strerror(-r));
    } else {
        r = loader_reply_check(message, (size_t)r, &reply, &err);
    }
    if (r == 0 && reply.operation != client->first->request.operation && reply.operation != 0) {
        r = armor_error_set(&err, -EBADMSG, "armor-loader answered another question");
    }
    if (r < 0) {
        finish(client, r, NULL, &err);
    } else {
        finish(client, reply.code, &reply, &err);
    }
    pump(client);
    return 0;
}

static int on_timeout(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct loader_client *client = userdata;
    struct armor_error err = {0};
    int r = armor_error_set(&err, -ETIMEDOUT, "armor-loader didn't answer within %lld seconds",
                            (long long)client->timeout);
    finish(client, r, NULL, &err);
    pump(client);
    return 0;
}

/* Connect and send the first request. Returns 0 when an answer is to come, or negative. */
static int dial(struct loader_client *client, struct armor_error *err)
{
    const struct exchange *exchange = client->first;
    client->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->socket < 0) {
        int code = -errno;
        return armor_error_set(err, code, "no socket for armor-loader: %s", strerror(-code));
    }
    if (connect(client->socket, (const struct sockaddr *)&client->address, sizeof client->address) < 0) {
        int code = -errno;
        return armor_error_set(err, code, "armor-loader can't be reached at %s: %s", client->address.sun_path,
                               strerror(-code));
    }
    int r = loader_send(client->socket, &exchange->request, sizeof exchange->request, exchange->text_fd);
    if (r < 0) {
        return armor_error_set(err, r, "armor-loader didn't take the request: %s", strerror(-r));
    }
    r = sd_event_add_io(client->event, &client->readable, client->socket, EPOLLIN, on_readable, client);
    if (r >= 0) {
        r = sd_event_add_time_relative(client->event, &client->timer, CLOCK_MONOTONIC,
                                       (uint64_t)client->timeout * 1000000, 0, on_timeout, client);
    }
    if (r >= 0) {
        (void)sd_event_source_set_description(client->readable, "armor-loader's answer");
        (void)sd_event_source_set_description(client->timer, "armor-loader's timeout");
        r = sd_event_source_set_priority(client->readable, MANAGER_PRIORITY_LOADER);
    }
    return r < 0 ? armor_error_set(err, r, "armor-loader's answer can't be waited for: %s", strerror(-r)) : 0;
}

/* Start what waits, until one exchange is under way or nothing waits. */
static void pump(struct loader_client *client)
{
    if (client->pumping) {
        return;
    }
    client->pumping = true;
    while (client->first && client->socket < 0) {
        struct armor_error err = {0};
        int r = dial(client, &err);
        if (r < 0) {
            finish(client, r, NULL, &err);
        }
    }
    client->pumping = false;
}

static int exchange_new(const struct loader_call *call, loader_done done, void *userdata,
                        struct exchange **ret_exchange, struct armor_error *err)
{
    const char *name = call->name ? call->name : "";
    if (strlen(name) >= LOADER_NAME_SIZE) {
        return armor_error_set(err, -EINVAL, "the profile's name is too long for armor-loader");
    }
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    exchange->done = done;
    exchange->userdata = userdata;
    exchange->text_fd = -1;
    exchange->request = (struct loader_request){.magic = LOADER_MAGIC,
                                                .version = LOADER_VERSION,
                                                .operation = call->operation,
                                                .mode = call->mode,
                                                .value = call->value};
    (void)snprintf(exchange->request.name, sizeof exchange->request.name, "%s", name);
    if (call->text.length > 0) {
        int fd = loader_text_seal(call->text, err);
        if (fd < 0) {
            exchange_free(exchange);
            return fd;
        }
        exchange->text_fd = fd;
        exchange->request.text_length = (uint32_t)call->text.length;
    }
    *ret_exchange = exchange;
    return 0;
}

void loader_client_call(struct loader_client *client, const struct loader_call *call, loader_done done,
                        void *userdata)
{
    struct armor_error err = {0};
    struct exchange *exchange = NULL;
    int r = client->count < LOADER_QUEUE_MAX
                ? exchange_new(call, done, userdata, &exchange, &err)
                : armor_error_set(&err, -E2BIG, "%d requests wait for armor-loader already; try again later",
                                  LOADER_QUEUE_MAX);
    if (r < 0) {
        done(r, NULL, &err, userdata);
        return;
    }
    struct exchange **last = &client->first;
    while (*last) {
        last = &(*last)->next;
    }
    *last = exchange;
    client->count++;
    pump(client);
}

void loader_client_free(struct loader_client *client)
{
    if (!client) {
        return;
    }
    hang_up(client);
    while (client->first) {
        struct exchange *next = client->first->next;
        exchange_free(client->first);
        client->first = next;
    }
    (void)sd_event_unref(client->event);
    free(client);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libmicrohttpd on the manager's event loop: one MHD daemon without listening socket or thread, its epoll
 * descriptor and its next time-out as event sources. Before each sleep of the loop the time-out is asked for
 * anew, so whatever changed inside libmicrohttpd in between is seen, and nothing has to be polled. What it
 * doesn't tell by either is that a connection was resumed: api_resume does.
 */
#include "api_private.h"

#include <errno.h>
#include <stdlib.h>

int api_source_set(sd_event_source *source, const char *description)
{
    int result = sd_event_source_set_description(source, description);
    return result < 0 ? result : sd_event_source_set_priority(source, MANAGER_PRIORITY_API);
}

void api_resume(struct api *api, struct MHD_Connection *connection)
{
    MHD_resume_connection(connection);
    api->resumed = true;
}

static int run_http(struct api *api)
{
    api->resumed = false;
    (void)MHD_run(api->http);
    return 0;
}

static int on_http(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    (void)source;
    (void)fd;
    (void)events;
    return run_http(userdata);
}

static int on_http_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)source;
    (void)usec;
    return run_http(userdata);
}

/*
 * Before the loop sleeps: arm the timer for libmicrohttpd's next time-out, at once where work is left over.
 */
static int on_prepare(sd_event_source *source, void *userdata)
{
    struct api *api = userdata;
    MHD_UNSIGNED_LONG_LONG left = 0;
    (void)source;
    if (!api->resumed && MHD_get_timeout(api->http, &left) != MHD_YES) {
        return sd_event_source_set_enabled(api->http_timer, SD_EVENT_OFF);
    }
    int result = sd_event_source_set_time_relative(api->http_timer, left * 1000);
    return result < 0 ? result : sd_event_source_set_enabled(api->http_timer, SD_EVENT_ONESHOT);
}

static void on_connection(void *userdata, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    const struct api *api = userdata;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context =
            client_find(api,
                        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else {
        client_free(*context);
        *context = NULL;
    }
}

/*
 * A `%00` stays as it stands, so that it can't end a string early and make it another; all else is decoded.
 */
static size_t on_unescape(void *userdata, struct MHD_Connection *connection, char *string)
{
    (void)userdata;
    (void)connection;
    return strstr(string, "%00") ? strlen(string) : MHD_http_unescape(string);
}

static struct request *request_new(struct api *api, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct request *request = info->socket_context ? calloc(1, sizeof *request) : NULL;
    if (request) {
        request->api = api;
        request->connection = connection;
        request->client = info->socket_context;
        request->body = ARMOR_TEXT_INIT(ARMOR_REQUEST_MAX);
        api->counters.requests++;
    }
    return request;
}

static void request_free(struct request *request)
{
    if (request) {
        armor_text_done(&request->body);
        if (request->response) {
            MHD_destroy_response(request->response);
        }
        free(request);
    }
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)userdata;
    (void)connection;
    (void)code;
    request_free(*context);
    *context = NULL;
}

static enum MHD_Result answer(struct request *request)
{
    return request->response ? MHD_queue_response(request->connection, request->status, request->response)
                             : MHD_NO;
}

/* The first call for a request: its line and headers are there. What can be refused now costs no body. */
static enum MHD_Result begin(struct request *request, const char *method, const char *path)
{
    if (request->client->refused) {
        request_refuse(request, PROBLEM_TOO_MANY, "Close connections that aren't needed, or try again later.",
                       "At most %d connections at one time, and %d per user, are served on this socket.",
                       ARMOR_CLIENTS_MAX, ARMOR_CLIENTS_PER_USER_MAX);
    } else {
        route_request(request, method, path);
    }
    const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Content-Length");
    if (!request->refused && length && strtoull(length, NULL, 10) > ARMOR_REQUEST_MAX) {
        request_refuse(request, PROBLEM_REQUEST_TOO_LARGE, NULL, "The body is over %d bytes.",
                       ARMOR_REQUEST_MAX);
    }
    return request->refused ? answer(request) : MHD_YES;
}

/* A piece of the body. One without a length that goes on and on is cut off, as nobody reads it. */
static enum MHD_Result collect(struct request *request, struct armor_slice piece)
{
    armor_text_slice(&request->body, piece);
    if (request->body.error == -E2BIG) {
        request->body_over += piece.length;
    }
    return request->body_over > ARMOR_REQUEST_MAX || request->body.error == -ENOMEM ? MHD_NO : MHD_YES;
}

static void handle(struct request *request)
{
    if (request->body_over > 0) {
        request_refuse(request, PROBLEM_REQUEST_TOO_LARGE, NULL, "The body is over %d bytes.",
                       ARMOR_REQUEST_MAX);
    } else if (request->body.length > 0 && !request->route->changes) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, NULL, "GET takes no body; this one has %zu bytes.",
                       request->body.length);
    } else {
        request->route->handle(request);
    }
}

/*
 * libmicrohttpd calls this for each request first with its headers, then with pieces of the body, then at its
 * end.
 */
static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    struct request *request = *context;
    (void)version;
    if (!request) {
        request = *context = request_new(userdata, connection);
        return request ? begin(request, method, path) : MHD_NO;
    }
    if (*upload_size > 0) {
        struct armor_slice piece = {upload, *upload_size};
        *upload_size = 0;
        return collect(request, piece);
    }
    if (!request->handled) {
        request->handled = true;
        handle(request);
    }
    return request->suspended ? MHD_YES : answer(request);
}

static int start_http(struct api *api)
{
    api->http =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                         on_request, api, MHD_OPTION_NOTIFY_CONNECTION, on_connection, api,
                         MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK,
                         on_unescape, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)(API_DOOR_COUNT * ARMOR_CLIENTS_MAX + API_REFUSED_MAX),
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)API_IDLE_SECONDS,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)API_MEMORY, MHD_OPTION_END);
    if (!api->http) {
        return errno ? -errno : -ENOMEM;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(api->http, MHD_DAEMON_INFO_EPOLL_FD);
    sd_event *event = api->manager->event;
    int result = sd_event_add_io(event, &api->http_io, info->epoll_fd, EPOLLIN, on_http, api);
    result = result < 0 ? result : api_source_set(api->http_io, "http");
    result = result < 0 ? result : sd_event_source_set_prepare(api->http_io, on_prepare);
    if (result >= 0) {
        result =
            sd_event_add_time_relative(event, &api->http_timer, CLOCK_MONOTONIC, 0, 1000, on_http_timer, api);
    }
    result = result < 0 ? result : api_source_set(api->http_timer, "http-timeout");
    return result < 0 ? result : sd_event_source_set_enabled(api->http_timer, SD_EVENT_OFF);
}

int api_new(struct manager *manager, int control_fd, int read_fd, struct api **ret_api,
            struct armor_error *err)
{
    struct api *api = calloc(1, sizeof *api);
    if (!api) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    api->manager = manager;
    LIST_INIT(&api->clients);
    LIST_INIT(&api->streams);
    api->doors[API_DOOR_CONTROL].fd = api->doors[API_DOOR_READ].fd = -1;
    int result = start_http(api);
    result = result < 0 ? result : streams_new(api);
    if (result < 0) {
        (void)armor_error_set(err, result, "the HTTP server can't be started: %s", strerror(-result));
    }
    result = result < 0 ? result : door_open(api, API_DOOR_CONTROL, control_fd, err);
    result = result < 0 ? result : door_open(api, API_DOOR_READ, read_fd, err);
    if (result < 0) {
        api->doors[API_DOOR_CONTROL].fd = api->doors[API_DOOR_READ].fd = -1; /* stay the caller's */
        api_free(api);
        return result;
    }
    *ret_api = api;
    return 0;
}

void api_free(struct api *api)
{
    if (!api) {
        return;
    }
    for (int i = 0; i < API_DOOR_COUNT; i++) {
        door_close(&api->doors[i]);
    }
    sd_event_source_disable_unref(api->http_io);
    sd_event_source_disable_unref(api->http_timer);
    streams_stop(api);
    const struct client *client = NULL;
    LIST_FOREACH(client, &api->clients, link)
    {
        if (client->waiting) {
            api_resume(api, client->waiting->connection);
        }
    }
    if (api->http) {
        MHD_stop_daemon(api->http); /* completes every request and closes every connection */
    }
    streams_free(api);
    free(api);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GET /v1/events: the ring as server-sent events (WHATWG HTML, section 9.2).
 *
 * A stream holds the number of the last message that it has sent, and at most one message being sent; all
 * else stays in the ring. So a slow follower costs nothing but its place: it finds messages gone and is told
 * how many. While there is nothing to send its connection is suspended; the ring's news, a heartbeat or the
 * client's hanging up resume it.
 */
#include "api_private.h"

#include <errno.h>
#include <stdlib.h>

enum {
    STREAM_BLOCK = 4096,              /* bytes that libmicrohttpd asks for at a time */
    STREAM_MESSAGE_MAX = 1024 * 1024, /* bytes of one message; a record's JSON is far below */
    STREAM_RETRY_MSEC = 3000,         /* until a browser that lost the connection tries again */
};

struct stream {
    struct api *api;
    struct MHD_Connection *connection;
    char container[ARMOR_NAME_MAX + 1]; /* keep to this one; "": all */
    uint64_t last;                      /* number of the last message sent or passed over */
    bool resumed;                       /* the client said what it had, so a gap is news to it */
    bool follow;                        /* go on when everything that is kept is sent */
    bool suspended;
    bool beat;                 /* a heartbeat is due */
    bool gone;                 /* the client hung up, or the API stops */
    sd_event_source *hangup;   /* owned; armed while suspended */
    struct armor_text message; /* being sent */
    size_t sent;               /* bytes of it that are */
    LIST_ENTRY(stream) link;
};

static void resume(struct stream *stream)
{
    if (stream->suspended) {
        stream->suspended = false;
        stream->hangup = sd_event_source_disable_unref(stream->hangup);
        api_resume(stream->api, stream->connection);
    }
}

/*
 * libmicrohttpd doesn't look at a suspended connection, so its end would be seen at the next heartbeat only.
 */
static int on_hangup(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct stream *stream = userdata;
    (void)source;
    (void)fd;
    (void)events;
    stream->gone = true;
    resume(stream);
    return 0;
}

static void suspend(struct stream *stream)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(stream->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    stream->suspended = true;
    MHD_suspend_connection(stream->connection);
    /* no event asked for: EPOLLHUP and EPOLLERR come unasked. If it fails, the heartbeat finds out. */
    if (sd_event_add_io(stream->api->manager->event, &stream->hangup, info->connect_fd, 0, on_hangup,
                        stream) >= 0 &&
        api_source_set(stream->hangup, "events-hangup") < 0) {
        stream->hangup = sd_event_source_disable_unref(stream->hangup);
    }
}

static void write_message(struct stream *stream, uint64_t id, const char *topic, const char *data)
{
    armor_text_format(&stream->message, "id: %llu\nevent: %s\ndata: %s\n\n", (unsigned long long)id, topic,
                      data);
}

static bool is_wanted(const struct stream *stream, const struct ring_entry *entry)
{
    return !stream->container[0] || strcmp(stream->container, entry->container) == 0;
}

/* Put the next thing to say into the message. Returns false when there is none now. */
static bool next_message(struct stream *stream)
{
    const struct ring *ring = stream->api->manager->ring;
    const struct ring_entry *entry = NULL;
    char data[64];
    if (stream->beat) {
        stream->beat = false;
        armor_text_string(&stream->message, ":\n\n");
        return true;
    }
    while ((entry = ring_after(ring, stream->last))) {
        uint64_t missed = entry->id - stream->last - 1;
        if (missed > 0 && stream->resumed) {
            stream->last = entry->id - 1;
            (void)snprintf(data, sizeof data, "{\"missed\":%llu}", (unsigned long long)missed);
            write_message(stream, stream->last, "gap", data);
            return true;
        }
        stream->resumed = true;
        stream->last = entry->id;
        if (is_wanted(stream, entry)) {
            write_message(stream, entry->id, ring_topic_name(entry->topic), entry->data);
            return true;
        }
    }
    return false;
}

/* Fill libmicrohttpd's buffer with what there is; suspend the connection when there is nothing. */
static ssize_t on_read(void *userdata, uint64_t position, char *buffer, size_t size)
{
    struct stream *stream = userdata;
    size_t used = 0;
    (void)position;
    if (stream->gone) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    while (used < size) {
        size_t left = stream->message.length - stream->sent;
        if (left == 0) {
            armor_text_done(&stream->message);
            stream->sent = 0;
            if (!next_message(stream)) {
                break;
            }
            if (stream->message.error) {
                return MHD_CONTENT_READER_END_WITH_ERROR; /* no memory: the client comes back */
            }
            continue;
        }
        size_t part = left < size - used ? left : size - used;
        memcpy(buffer + used, stream->message.bytes + stream->sent, part);
        stream->sent += part;
        used += part;
    }
    if (used > 0) {
        return (ssize_t)used;
    }
    if (!stream->follow) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    suspend(stream);
    return 0;
}

static void stream_free(void *userdata)
{
    struct stream *stream = userdata;
    sd_event_source_disable_unref(stream->hangup);
    armor_text_done(&stream->message);
    LIST_REMOVE(stream, link);
    free(stream);
}

/* The loop's turn after the ring had news, once however much it was. */
static int on_wake(sd_event_source *source, void *userdata)
{
    struct api *api = userdata;
    struct stream *stream = NULL;
    (void)source;
    LIST_FOREACH(stream, &api->streams, link)
    {
        resume(stream);
    }
    return 0;
}

static void on_push(void *userdata)
{
    struct api *api = userdata;
    if (!LIST_EMPTY(&api->streams)) {
        (void)sd_event_source_set_enabled(api->wake, SD_EVENT_ONESHOT);
    }
}

static void arm_heartbeat(struct api *api)
{
    (void)sd_event_source_set_time_relative(api->heartbeat, API_HEARTBEAT_SECONDS * UINT64_C(1000000));
    (void)sd_event_source_set_enabled(api->heartbeat, SD_EVENT_ONESHOT);
}

static int on_heartbeat(sd_event_source *source, uint64_t usec, void *userdata)
{
    struct api *api = userdata;
    struct stream *stream = NULL;
    (void)source;
    (void)usec;
    if (LIST_EMPTY(&api->streams)) {
        return 0;
    }
    arm_heartbeat(api);
    LIST_FOREACH(stream, &api->streams, link)
    {
        stream->beat = stream->suspended;
        resume(stream);
    }
    return 0;
}

/*
 * Read the number that the client had last into STREAM; without one, all that is kept is sent. Returns false:
 * no number.
 */
static bool take_last_id(struct stream *stream, const char *word)
{
    uint64_t newest = ring_newest(stream->api->manager->ring);
    uint64_t id = 0;
    if (!word) {
        return true;
    }
    for (const char *at = word; *at; at++) {
        unsigned digit = (unsigned)(unsigned char)*at - '0';
        if (digit > 9 || id > (UINT64_MAX - digit) / 10) {
            return false;
        }
        id = id * 10 + digit;
    }
    stream->resumed = true;
    stream->last = id;
    if (id > newest) { /* of an earlier armord: the numbers began anew */
        stream->last = 0;
        stream->resumed = false;
        write_message(stream, 0, "gap", "{\"restarted\":true}");
    }
    return *word != '\0';
}

static struct MHD_Response *stream_response(struct stream *stream)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, stream, stream_free);
    if (!response) {
        stream_free(stream);
        return NULL;
    }
    if (MHD_add_response_header(response, "Content-Type", "text/event-stream") != MHD_YES ||
        MHD_add_response_header(response, "Cache-Control", "no-store") != MHD_YES) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

void get_events(struct request *request)
{
    struct api *api = request->api;
    const char *follow = request->queries[API_QUERY_FOLLOW];
    const char *container = request->queries[API_QUERY_CONTAINER];
    const char *last = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Last-Event-ID");
    if (follow && strcmp(follow, "0") != 0 && strcmp(follow, "1") != 0) {
        request_refuse(request, PROBLEM_REQUEST_INVALID, NULL, "The key follow is 0 or 1.");
        return;
    }
    if (container && !armor_name_valid(armor_slice_of(container))) {
        request_refuse(request, PROBLEM_NAME_INVALID, NULL,
                       "A container's name has 1 to %d of [a-zA-Z0-9_.-], the first a letter or digit.",
                       ARMOR_NAME_MAX);
        return;
    }
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        return;
    }
    stream->api = api;
    stream->connection = request->connection;
    stream->follow = !follow || *follow == '1';
    stream->message = ARMOR_TEXT_INIT(STREAM_MESSAGE_MAX);
    memcpy(stream->container, container ? container : "", container ? strlen(container) + 1 : 1);
    armor_text_format(&stream->message, "retry: %d\n\n", STREAM_RETRY_MSEC);
    if (LIST_EMPTY(&api->streams)) {
        arm_heartbeat(api);
    }
    LIST_INSERT_HEAD(&api->streams, stream, link);
    if (!take_last_id(stream, last)) {
        stream_free(stream);
        request_refuse(request, PROBLEM_REQUEST_INVALID, NULL, "Last-Event-ID is the number of a message.");
        return;
    }
    request->status = 200;
    request->response = stream_response(stream);
}

int streams_new(struct api *api)
{
    sd_event *event = api->manager->event;
    int result = sd_event_add_defer(event, &api->wake, on_wake, api);
    result = result < 0 ? result : sd_event_source_set_enabled(api->wake, SD_EVENT_OFF);
    result = result < 0 ? result : api_source_set(api->wake, "events-wake");
    if (result >= 0) {
        result = sd_event_add_time_relative(event, &api->heartbeat, CLOCK_MONOTONIC, 0, UINT64_C(1000000),
                                            on_heartbeat, api);
    }
    result = result < 0 ? result : sd_event_source_set_enabled(api->heartbeat, SD_EVENT_OFF);
    result = result < 0 ? result : api_source_set(api->heartbeat, "events-heartbeat");
    if (result >= 0) {
        ring_watch(api->manager->ring, on_push, api);
    }
    return result;
}

void streams_stop(struct api *api)
{
    struct stream *stream = NULL;
    ring_watch(api->manager->ring, NULL, NULL);
    LIST_FOREACH(stream, &api->streams, link)
    {
        stream->gone = true;
        resume(stream);
    }
}

void streams_free(struct api *api)
{
    sd_event_source_disable_unref(api->wake);
    sd_event_source_disable_unref(api->heartbeat);
}

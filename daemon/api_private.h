/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nouns inside the API: a door (listening socket), a client (one connection), a request, a route.
 *
 *     api_client.c   door -> client: who it is, and whether there is room
 *     api.c          client -> request: libmicrohttpd on the event loop
 *     api_route.c    request -> handler: the table of routes
 *     api_get.c, api_explain.c, api_settings.c, api_post.c, stream.c, metrics.c   handler -> answer
 */
#pragma once

#include "api.h"
#include "manager.h"
#include "problem.h"

#include "armor/text.h"

#include <microhttpd.h>
#include <sys/queue.h>

enum {
    API_REFUSED_MAX = 16,   /* connections over the caps that are told so; those beyond are just closed */
    API_IDLE_SECONDS = 30,  /* a connection without any byte for so long is closed */
    API_MEMORY = 16 * 1024, /* bytes per connection for request line, headers and output */
    API_ANSWER_MAX = 32 * 1024 * 1024,  /* bytes of one answer */
    API_ANSWERS_MAX = 64 * 1024 * 1024, /* bytes of all answers that clients haven't read yet */
    API_HEARTBEAT_SECONDS = 15, /* a follower hears something so often, and one that is gone is found out */
    API_RETRY_SECONDS = 1,      /* until accepting is tried again after descriptors or memory ran out */
};

enum api_door {
    API_DOOR_CONTROL = 0,
    API_DOOR_READ,
    API_DOOR_COUNT,
};

struct door {
    int fd;                    /* owned; listening */
    sd_event_source *accept;   /* owned */
    sd_event_source *retry;    /* owned; armed while accepting had to pause */
    struct armor_number owner; /* uid and gid of the socket's file: who may change; absent: only root */
    struct armor_number group;
    size_t clients; /* connected and not refused, at most ARMOR_CLIENTS_MAX */
    struct api *api;
};

/* One connection. */
struct request;

struct client {
    struct api *api;
    enum api_door door;
    int fd;    /* libmicrohttpd's, which closes it; tells one client from another */
    uid_t uid; /* SO_PEERCRED: as it was when it connected */
    pid_t pid;
    bool
        may_change; /* came through the control door, and is root, the socket file's owner, or of its group */
    bool refused;   /* over a cap: its request is answered with too-many */
    struct request *waiting; /* suspended until its job is done; NULL: none */
    LIST_ENTRY(client) link;
};

LIST_HEAD(client_list, client);
LIST_HEAD(stream_list, stream);

struct api_counters {
    uint64_t connections; /* accepted, refused ones included */
    uint64_t refused;     /* of these, over a cap */
    uint64_t requests;    /* that came to a route */
    uint64_t problems;    /* answered with a problem */
};

struct api {
    struct manager *manager; /* not owned */
    struct door doors[API_DOOR_COUNT];
    struct client_list clients; /* all that are connected */
    size_t refused;             /* of them, over a cap */
    size_t answer_bytes;        /* of answers not read yet, at most API_ANSWERS_MAX */
    struct api_counters counters;

    struct MHD_Daemon *http;     /* owned; serves both doors */
    sd_event_source *http_io;    /* owned; its epoll descriptor */
    sd_event_source *http_timer; /* owned; its next time-out */
    bool resumed;                /* a connection was, so it has work at once */

    struct stream_list streams; /* followers of /v1/events */
    sd_event_source *wake;      /* owned; armed when the ring has news for them */
    sd_event_source *heartbeat; /* owned; armed while there are followers */
};

enum api_query {
    API_QUERY_MODE = 0,
    API_QUERY_CONTAINER,
    API_QUERY_FOLLOW,
    API_QUERY_RULE,
    API_QUERY_PATH,
    API_QUERY_ACCESS,
    API_QUERY_FROM,
    API_QUERY_TO,
    API_QUERY_COUNT,
};

struct route {
    const char *method;                      /* "GET", which is HEAD too, or "POST" */
    const char *pattern;                     /* "*" is a container's name, "#" a number */
    void (*handle)(struct request *request); /* answers by one of request_..., or suspends */
    uint32_t queries;                        /* bit 1 << enum api_query for each key that may be given */
    bool changes;                            /* needs the control door, and may have a body */
};

struct request {
    struct api *api;
    struct MHD_Connection *connection;
    struct client *client;
    const struct route *route;            /* NULL: none fits, and the answer is there already */
    const char *allowed;                  /* the methods that its path takes, where its own isn't one */
    char name[ARMOR_NAME_MAX + 1];        /* the pattern's "*"; "": it has none */
    uint32_t number;                      /* the pattern's "#" */
    const char *queries[API_QUERY_COUNT]; /* values; NULL: not given; valid as long as the request */
    struct armor_text body;
    size_t body_over;              /* bytes of the body beyond ARMOR_REQUEST_MAX, dropped */
    bool handled;                  /* the handler was called */
    enum promote_verb verb;        /* of its job */
    bool started;                  /* its job is under way and didn't end at once */
    bool suspended;                /* waits for its job; see client's waiting */
    bool refused;                  /* its answer is a problem, or there was no memory for one */
    unsigned status;               /* of the answer */
    struct MHD_Response *response; /* owned; NULL: no answer yet */
};

/*
 * api.c: name a new source and give it the API's place among the others. Returns as
 * sd_event_source_set_priority.
 */
ARMOR_CHECKED int api_source_set(sd_event_source *source, const char *description);

/* Go on with a suspended CONNECTION in the loop's next turn. */
void api_resume(struct api *api, struct MHD_Connection *connection);

/* api_client.c: open and close the doors, let a client go. */
ARMOR_CHECKED int door_open(struct api *api, enum api_door which, int fd, struct armor_error *err);
void door_close(struct door *door);
void client_free(struct client *client);

/* The client whose connection is FD, or NULL. */
struct client *client_find(const struct api *api, int fd);

/*
 * api_route.c: find REQUEST's route, check name, query and the client's right. On failure the answer is a
 * problem. Takes nothing but the request line, so that a refusal costs no body.
 */
void route_request(struct request *request, const char *method, const char *path);

/* api_answer.c: give REQUEST its answer. Without memory it has none, and the connection is closed. */
void request_json(struct request *request, unsigned status, json_t *value); /* takes VALUE; NULL: no memory */
void request_text(struct request *request, unsigned status, const char *type,
                  struct armor_text *text); /* takes it */
void request_refuse(struct request *request, enum problem_code code, const char *advice, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
void request_problem(struct request *request, enum problem_code code, json_t *problem); /* takes PROBLEM */

/* REQUEST's container; NULL after an answer that says there is none. */
struct container *request_container(struct request *request);

/* What CONTAINER's settings are now. */
struct choices request_choices(const struct request *request, const struct container *container);

/* api_settings.c: answer with CONTAINER's settings, and ADVICE ("": none). */
void request_settings(struct request *request, const struct container *container, const char *advice);

/* CONTAINER as docs/api.md has it. NULL: out of memory. */
json_t *container_to_json(const struct container *container);

/* api_post.c: REQUEST's answer is to come, or came, from a callback of the loop. */
void request_suspend(struct request *request);
void request_resume(struct request *request);

/* The handlers. */
void get_status(struct request *request);
void get_containers(struct request *request);
void get_container(struct request *request);
void get_profile(struct request *request);
void get_rules(struct request *request);
void get_revisions(struct request *request);
void get_revision(struct request *request);
void get_denials(struct request *request);
void get_explain(struct request *request);
void get_diff(struct request *request);
void get_settings(struct request *request);
void get_events(struct request *request);
void get_metrics(struct request *request);
void get_doctor(struct request *request);
void post_repair(struct request *request);
void post_learn(struct request *request);
void post_enforce(struct request *request);
void post_complain(struct request *request);
void post_accept(struct request *request);
void post_deny(struct request *request);
void post_rollback(struct request *request);
void post_started(struct request *request);
void post_keep(struct request *request);
void post_settings(struct request *request);
void post_forget(struct request *request);

/* stream.c: set up and take down what followers need. */
ARMOR_CHECKED int streams_new(struct api *api);
void streams_stop(struct api *api); /* resume all, each to end; then MHD_stop_daemon may come */
void streams_free(struct api *api);

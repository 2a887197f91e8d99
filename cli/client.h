/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client: one request to armord over its Unix sockets, by libcurl, and what its answer means for the exit
 * code.
 *
 * The control socket is tried first. Where the user may not use that, a GET goes to the read socket. --socket
 * names the only one to try.
 */
#pragma once

#include "cli.h"

#include <jansson.h>

#define CLIENT_CONTROL_SOCKET "/run/armord/armord.sock"
#define CLIENT_READ_SOCKET    "/run/armord/read.sock"

enum { CLIENT_ANSWER_MAX = 64 * 1024 * 1024 }; /* bytes of an answer: 20,000 rules take a tenth of it */

struct client_answer {
    long status;  /* of HTTP */
    char *text;   /* owned; the body, terminated; "" for none */
    json_t *json; /* owned; the body where it is JSON, else NULL */
};

/*
 * METHOD ("GET" or "POST") of PATH ("/v1/status"), with BODY as JSON unless it is NULL. Returns CLI_DONE and
 * an answer of status 2xx, whose advice, if any, has been said on err; anything else has been said on err,
 * with what to do next, and is the exit code.
 */
int client_call(struct cli *cli, const char *method, const char *path, const json_t *body,
                struct client_answer *ret_answer);

/*
 * The same, whatever the status is, and nothing said of it; where no answer came, that has been said and is the exit code. client_explain says what
 * an answer that isn't 2xx has to say, and gives its exit code.
 */
int client_ask(struct cli *cli, const char *method, const char *path, const json_t *body,
               struct client_answer *ret_answer);
int client_explain(struct cli *cli, const struct client_answer *answer);

/* Write GATES, as armord's answers have them, a line each with its evidence below. */
void client_print_gates(FILE *out, const json_t *gates);

/* Free what ANSWER owns. */
void client_answer_done(struct client_answer *answer);

/* One message of an event stream; the slices are valid during the call. */
struct client_message {
    struct armor_slice id;
    struct armor_slice topic; /* "access", "gap", ... */
    struct armor_slice data;  /* one line of JSON */
};

/*
 * GET PATH as text/event-stream and give each message to TAKE until it returns false or the stream ends.
 * Returns CLI_DONE, also when TAKE ended it; otherwise as client_call.
 */
int client_follow(struct cli *cli, const char *path,
                  bool (*take)(const struct client_message *message, void *userdata), void *userdata);

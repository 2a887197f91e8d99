/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loader client: armord's end of the line to armor-loader. Requests wait in a queue and go one at a time, each over a
 * connection of its own; the event loop never waits. What comes back is checked (wire.h) before anybody sees it.
 */
#pragma once

#include "armor/error.h"
#include "loader/wire.h"

#include <systemd/sd-event.h>

enum {
    LOADER_QUEUE_MAX = 256, /* requests that may wait; more are refused with -E2BIG */
};

struct loader_call {
    enum loader_operation operation;
    enum loader_mode mode;   /* LOADER_LOAD */
    uint32_t value;          /* LOADER_AUDIT_BACKLOG, LOADER_PROVE */
    const char *name;        /* profile name; NULL for the audit operations; copied */
    struct armor_slice text; /* LOADER_LOAD, LOADER_QUIET; copied */
};

/* Whether armor-loader answered when it was last asked. */
enum loader_reach {
    LOADER_REACH_UNKNOWN = 0, /* not asked yet */
    LOADER_REACH_YES,
    LOADER_REACH_NO,
};

/*
 * How a call ended. CODE 0: done, and REPLY says what; negative with a REPLY: the loader refused, as REPLY's stage and text say;
 * negative without one (NULL): the loader couldn't be reached or didn't answer, as ERR says; for -ETIMEDOUT and
 * -ECONNRESET nobody knows whether it did what it was asked. Pointers are valid during the call.
 */
typedef void (*loader_done)(int code, const struct loader_reply *reply, const struct armor_error *err,
                            void *userdata);

struct loader_client;

/* PATH: the socket, copied. TIMEOUT: seconds until an answer is given up. Returns 0 or -ENOMEM, -EINVAL. */
ARMOR_CHECKED int loader_client_new(sd_event *event, const char *path, int64_t timeout,
                                    struct loader_client **ret_client);

/* From now on wait TIMEOUT seconds for an answer. */
void loader_client_set_timeout(struct loader_client *client, int64_t timeout);

/* Ask. DONE is called once, maybe before this returns, and never after the client is freed. */
void loader_client_call(struct loader_client *client, const struct loader_call *call, loader_done done,
                        void *userdata);

enum loader_reach loader_client_reach(const struct loader_client *client);

/* Drop what is asked and waits, without calling anybody. NULL is fine. */
void loader_client_free(struct loader_client *client);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for armor-loader, on the test's own event loop: it checks requests as the real one does (wire.h), writes them down,
 * and answers what the test says. Its kernel is a few numbers.
 */
#pragma once

#include "loader/wire.h"

#include <systemd/sd-event.h>

enum { FAKE_REQUESTS_MAX = 64 };

struct fake_request {
    struct loader_request request;
    char *text; /* owned; of a LOADER_LOAD or LOADER_QUIET; otherwise NULL */
};

struct fake_loader {
    int socket; /* listening */
    sd_event_source *accept;
    sd_event *event;
    struct fake_request requests[FAKE_REQUESTS_MAX];
    size_t count;

    struct loader_reply
        world; /* what status, inspect and compare answer; the mode is that of the last load */
    int refuse[LOADER_OPERATION_END];              /* code to refuse that operation with; 0: do it */
    enum loader_stage stage[LOADER_OPERATION_END]; /* and where */
    bool silent;                                   /* take requests, never answer */
    bool hang_up;                                  /* take requests, close */
    int held;                                      /* connection that a silent one holds; -1: none */
    void (*hook)(const struct loader_request *request,
                 void *userdata); /* called before each answer; NULL: nothing */
    void *userdata;
};

/* Listen at PATH. */
void fake_loader_open(struct fake_loader *loader, sd_event *event, const char *path);
void fake_loader_close(struct fake_loader *loader);

/* The request at INDEX was OPERATION on NAME, as far as the counting goes; else the test fails. */
void fake_loader_expect(const struct fake_loader *loader, size_t index, enum loader_operation operation,
                        const char *name);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real API on two sockets in a directory of its own, with a real registry, ring and store behind it; jobs,
 * pipeline, source and loader are stand-ins that the test steers. Server and clients share the test's thread:
 * whoever waits turns the event loop meanwhile.
 */
#pragma once

#include "api.h"
#include "doctor.h"
#include "intake.h"
#include "manager.h"
#include "pipeline.h"
#include "promote.h"
#include "scratch.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>

struct rig {
    struct manager manager; /* first: promote_start finds the rig by it */
    struct scratch scratch;
    char control[128], read[128], database[128]; /* paths */
    struct pipeline_counters pipeline;
    struct intake_state intake;
    struct source_counters source;

    /* Jobs: what the next one is to end in, and the one that waits. */
    bool at_once;                   /* end within promote_start */
    void (*judge)(struct rig *rig); /* makes result of asked, which just came; NULL: it stays as it is */
    struct promote_result result;
    struct promote_request asked; /* the last one */
    size_t asked_count;
    size_t asked_rules; /* of its seed, which the rig frees; 0: it had none */
    promote_done done;  /* of the job that waits; NULL: none */
    void *userdata;

    /* The doctor: what it finds; with at_once in the loop's next turn, otherwise by rig_look. */
    struct doctor_result looked;
    bool repair;         /* was asked for, the last time */
    doctor_done looking; /* NULL: nobody has it look */
    void *looking_for;
};

void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* Turn the loop while it has work, and for MSEC of waiting at most. Returns how many sources it ran. */
unsigned rig_turn(struct rig *rig, int msec);

/* End the job that waits with rig->result. */
void rig_finish(struct rig *rig);

/* End the look that waits with rig->looked. */
void rig_look(struct rig *rig);

/* Add a container with its baseline and a first revision, stored. */
struct container *rig_container(struct rig *rig, const char *name);

/* Connect to PATH. Never fails. */
int rig_connect(const char *path);
void rig_send(int fd, const char *bytes, size_t length);

/* One answer of HTTP, whole or as far as the server sent before it closed. */
struct answer {
    long status; /* 0: none came */
    char head[4096];
    char *body; /* owned; chunks joined; terminated */
    size_t length;
    bool closed; /* the server closed after it */
};

/*
 * Receive one answer from FD; HEAD answers have no body. BUFFERED: bytes left over of an answer before, or
 * NULL.
 */
struct answer rig_answer(struct rig *rig, int fd, bool head_only);
void answer_done(struct answer *answer);

/* Connect to PATH, send METHOD TARGET with BODY (NULL: none), receive, close. */
struct answer rig_request(struct rig *rig, const char *path, const char *method, const char *target,
                          const char *body);

/* The member KEY of ANSWER, which must be a JSON object; valid until the next call. */
json_t *rig_member(const struct answer *answer, const char *key);

/* METHOD TARGET with BODY over PATH must be refused with STATUS and CODE, by a whole problem. */
void rig_refused(struct rig *rig, const char *path, const char *method, const char *target, const char *body,
                 long status, const char *code);

/* Run TESTS as the program NAME. Returns the exit status. */
int rig_main(const char *name, const TTest *const *tests, size_t count, void (*setup)(void),
             void (*teardown)(void));

/* Receive to the end of BUFFER's string until that ends in TEXT. False: it never came. */
bool rig_expect(struct rig *rig, int fd, char *buffer, size_t size, const char *text);

/* True when the server has closed FD, after at most a second. */
bool rig_closed(struct rig *rig, int fd);

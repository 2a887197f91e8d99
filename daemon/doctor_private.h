/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look under way, as the files of doctor see it; nobody else includes this. */
#pragma once

#include "container.h"
#include "doctor.h"
#include "host.h"
#include "loader_client.h"
#include "manager.h"

struct doctor {
    struct manager *manager; /* not owned */
    doctor_done done;
    void *userdata;
    bool repair; /* is still to come */
    struct doctor_result result;
    struct host_profiles profiles; /* as seen at the begin of this look; none when they couldn't be read */
    bool profiles_seen;
    char name[ARMOR_NAME_MAX + 1]; /* of the container that is looked at, "" before the first */
    uint32_t revision;             /* and its revision when the loader was asked */
    size_t repair_next;            /* index of the repair under way */
    sd_event_source *begin;        /* owned; the first step is one of the loop's */
};

/* Add a finding on SUBJECT; WHAT is a format of the sentence that says what is wrong. Too many are counted. */
void doctor_find(struct doctor *doctor, const char *code, const char *subject, enum doctor_mend mend,
                 const char *why, const char *next, const char *what, ...)
    __attribute__((format(printf, 7, 8)));

/* doctor_host.c: what can be said without the loader; and which profiles nobody owns. */
void doctor_look_host(struct doctor *doctor);
void doctor_look_strays(struct doctor *doctor);

/* doctor_container.c: the findings in what the loader said of CONTAINER. */
void doctor_look_container(struct doctor *doctor, const struct container *container,
                           const struct loader_reply *reply);

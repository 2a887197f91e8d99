/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An operation under way, as the files of operation see it; nobody else includes this. */
#pragma once

#include "operation.h"
#include "process.h"

#include "armor/text.h"

/* What an operation works with. It sets reply->stage before each step, so that a failure knows where it was. */
struct loader_job {
    const struct loader_roots *roots;
    const struct loader_request *request;
    const char *name;      /* the request's, or LOADER_CANDIDATE */
    int fd;                /* LOADER_LOAD, LOADER_QUIET: the text; otherwise -1 */
    enum loader_mode mode; /* LOADER_LOAD: as asked; LOADER_QUIET: complain */
    struct loader_reply *reply;
    struct armor_error *err;
};

/*
 * From the request's descriptor to a checked policy: what may be refused without a trace. *RET_BYTES is the text, both are
 * the caller's to free.
 */
ARMOR_CHECKED int loader_job_compile(struct loader_job *job, char **ret_bytes, struct armor_text *ret_policy);

/* Fill the reply's counts of processes, and the caller's copy with the example. */
ARMOR_CHECKED int loader_job_count(const struct loader_job *job, struct loader_processes *ret_processes);

/* operation_look.c: the operations that change nothing. */
ARMOR_CHECKED int loader_job_inspect(struct loader_job *job);
ARMOR_CHECKED int loader_job_compare(struct loader_job *job);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is there: the kernel's list and policy, the file, the processes. Nothing here changes anything. */
#include "operation_private.h"

#include "kernel.h"
#include "persist.h"

#include <errno.h>
#include <stdlib.h>

static void free_text(char **text)
{
    free(*text);
}

int loader_job_count(const struct loader_job *job, struct loader_processes *ret_processes)
{
    struct loader_reply *reply = job->reply;
    int r = loader_processes_find(job->roots, job->request->name, ret_processes, job->err);
    if (r >= 0) {
        reply->processes = ret_processes->own;
        reply->null_processes = ret_processes->child;
        reply->started_usec = ret_processes->started_usec;
        reply->outside = ret_processes->outside;
        reply->outside_pid = (uint32_t)ret_processes->outside_pid;
    }
    return r;
}

/* The kernel's list and /proc. */
static int look(struct loader_job *job, struct loader_processes *ret_processes)
{
    struct loader_loaded loaded;
    job->reply->stage = LOADER_STAGE_VERIFY;
    int r = loader_kernel_find(job->roots, job->request->name, &loaded, job->err);
    r = r < 0 ? r : loader_job_count(job, ret_processes);
    if (r == 0) {
        job->reply->mode = loaded.mode;
        job->reply->null_children = loaded.null_children;
    }
    return r;
}

int loader_job_inspect(struct loader_job *job)
{
    struct loader_processes processes;
    return look(job, &processes);
}

/* How the kernel's policy is beside POLICY. */
static int compare_policy(struct loader_job *job, const struct armor_text *policy)
{
    int r = loader_kernel_compare(job->roots, job->name, (struct armor_slice){policy->bytes, policy->length},
                                  job->err);
    job->reply->policy = r == 0          ? LOADER_MATCH_SAME
                         : r == -EBADMSG ? LOADER_MATCH_DIFFERENT
                         : r == -ENOENT  ? LOADER_MATCH_NONE
                                         : LOADER_MATCH_UNKNOWN;
    return job->reply->policy != LOADER_MATCH_UNKNOWN ? 0 : r;
}

/*
 * The text of a profile that complains is in the file alone: the kernel may have a later one of its container's (LOADER_QUIET). The
 * other's is compiled, as it would be for a load.
 */
int loader_job_compare(struct loader_job *job)
{
    char *bytes ARMOR_CLEANUP(free_text) = NULL;
    struct armor_text policy ARMOR_CLEANUP(armor_text_done) = {0};
    struct loader_processes processes = {0};
    struct loader_reply *reply = job->reply;

    job->mode = (enum loader_mode)job->request->mode;
    bool enforce = job->mode == LOADER_MODE_ENFORCE;
    reply->stage = LOADER_STAGE_REQUEST;
    int r = enforce ? loader_job_compile(job, &bytes, &policy)
                    : loader_text_read(job->fd, job->request->text_length, &bytes, job->err);
    r = r < 0 ? r : look(job, &processes);
    if (r < 0) {
        return r;
    }
    memcpy(reply->strangers, processes.strangers, sizeof reply->strangers);
    reply->stranger_count = processes.stranger_count;
    if (enforce) {
        r = compare_policy(job, &policy);
    }
    if (r == 0) {
        reply->stage = LOADER_STAGE_PERSIST;
        r = loader_persist_compare(job->roots, job->name,
                                   (struct armor_slice){bytes, job->request->text_length}, job->err);
    }
    if (r < 0) {
        return r;
    }
    reply->file = (uint32_t)r;
    return 0;
}

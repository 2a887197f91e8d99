/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations, each as its stages in order. See operation.h. */
#include "operation_private.h"

#include "audit.h"
#include "blob.h"
#include "compile.h"
#include "kernel.h"
#include "persist.h"
#include "process.h"
#include "query.h"
#include "statement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_usec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Microseconds since START, as a reply has them. */
static uint32_t since(uint64_t start)
{
    uint64_t usec = now_usec() - start;
    return usec < UINT32_MAX ? (uint32_t)usec : UINT32_MAX;
}

static void free_text(char **text)
{
    free(*text);
}

/* Does the kernel have what was loaded, in the mode asked for? Reply->mode is how it has it, right or wrong. */
static int verify(const struct loader_job *job, struct armor_slice blob)
{
    struct loader_loaded loaded;
    int r = loader_kernel_find(job->roots, job->request->name, &loaded, job->err);
    if (r < 0) {
        return r;
    }
    job->reply->mode = loaded.mode;
    if (loaded.mode != job->mode) {
        return armor_error_set(job->err, -EBADMSG, "the kernel lists %s as \"%s\" instead of \"%s\"",
                               job->request->name, loader_mode_name(loaded.mode),
                               loader_mode_name(job->mode));
    }
    return loader_kernel_compare(job->roots, job->request->name, blob, job->err);
}

int loader_job_compile(struct loader_job *job, char **ret_bytes, struct armor_text *ret_policy)
{
    const char *name = job->name;
    job->reply->stage = LOADER_STAGE_REQUEST;
    int r = loader_text_read(job->fd, job->request->text_length, ret_bytes, job->err);
    if (r < 0) {
        return r;
    }
    /* Behind the text are the queries of LOADER_PROVE; no other operation that has a text has a value. */
    struct armor_slice text = {*ret_bytes, job->request->text_length - job->request->value};
    r = loader_statement_check(text, name, job->mode, job->err);
    if (r < 0) {
        armor_error_source(job->err, name);
        return r;
    }
    r = loader_query_check((struct armor_slice){*ret_bytes + text.length, job->request->value}, job->err);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_LOAD;
    r = loader_kernel_present(job->roots, job->err);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_COMPILE;
    uint64_t start = now_usec();
    r = loader_compile(job->roots, text, ret_policy, job->err);
    job->reply->compile_usec = since(start);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_CHECK;
    return loader_blob_check((struct armor_slice){ret_policy->bytes, ret_policy->length}, name, job->mode,
                             job->err);
}

/*
 * Whether the profile that is to be loaded lets go of a container that is enforced now. Then a disk that can't be written is no reason
 * to go on refusing what it does: the kernel gets the profile all the same, and the answer says that the next boot doesn't.
 */
static bool relieves(const struct loader_job *job)
{
    struct loader_loaded loaded;
    return job->mode == LOADER_MODE_COMPLAIN &&
           loader_kernel_find(job->roots, job->request->name, &loaded, NULL) == 0 &&
           loaded.mode == LOADER_MODE_ENFORCE;
}

/*
 * Text to running, verified and persistent profile.
 *
 * The order keeps the time in which kernel and disk disagree as short as it can be: all that may be refused or run out
 * of space comes before the load, and the new file is complete and synced beside the old one by then. Between the load
 * and the rename stands nothing but the verification, which must come first: what the kernel doesn't run as asked must
 * not be there at the next boot either.
 */
static int load(struct loader_job *job)
{
    const char *name = job->request->name;
    char *bytes ARMOR_CLEANUP(free_text) = NULL;
    struct armor_text policy ARMOR_CLEANUP(armor_text_done) = {0};
    struct loader_draft draft ARMOR_CLEANUP(loader_persist_done) = {.directory = -1};

    job->mode = (enum loader_mode)job->request->mode;
    int r = loader_job_compile(job, &bytes, &policy);
    if (r < 0) {
        return r;
    }
    struct armor_slice text = {bytes, job->request->text_length};
    struct armor_slice blob = {policy.bytes, policy.length};

    job->reply->stage = LOADER_STAGE_PERSIST;
    struct armor_error unwritten = {0};
    int drafted = loader_persist_draft(job->roots, name, text, &draft, &unwritten);
    if (drafted < 0 && !relieves(job)) {
        *job->err = unwritten;
        return drafted;
    }

    job->reply->stage = LOADER_STAGE_LOAD;
    r = loader_kernel_load(job->roots, blob, job->err);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_VERIFY;
    r = verify(job, blob);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_PERSIST;
    *job->err = unwritten; /* "" where it was */
    return drafted < 0 ? drafted : loader_persist_commit(&draft, job->err);
}

/*
 * Another text for a profile that complains, until the next load or boot. Only where it does so already: neither can a profile
 * that is gone come back by it, nor an enforced one stop to be.
 */
static int quiet(struct loader_job *job)
{
    char *bytes ARMOR_CLEANUP(free_text) = NULL;
    struct armor_text policy ARMOR_CLEANUP(armor_text_done) = {0};
    struct loader_loaded loaded;

    job->mode = LOADER_MODE_COMPLAIN;
    int r = loader_job_compile(job, &bytes, &policy);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_LOAD;
    r = loader_kernel_find(job->roots, job->request->name, &loaded, job->err);
    if (r < 0) {
        return r;
    }
    if (loaded.mode != LOADER_MODE_COMPLAIN) {
        return armor_error_set(job->err, -ESTALE,
                               "the kernel has %s in mode %s, and only what complains is quieted",
                               job->request->name, loader_mode_name(loaded.mode));
    }
    r = loader_kernel_load(job->roots, (struct armor_slice){policy.bytes, policy.length}, job->err);
    if (r < 0) {
        return r;
    }

    job->reply->stage = LOADER_STAGE_VERIFY;
    return verify(job, (struct armor_slice){policy.bytes, policy.length});
}

/* Ask the kernel each of the LINES, which are queries and not too many, about the candidate. */
static int ask_all(struct loader_job *job, struct armor_slice lines)
{
    struct loader_query query;
    int fd = loader_query_open(job->roots, job->err);
    int r = fd < 0 ? fd : loader_query_next(&lines, &query, job->err);
    while (r > 0) {
        uint32_t index = job->reply->asked;
        int allowed = loader_query_ask(fd, job->name, &query, job->err);
        if (allowed == 0) {
            job->reply->refused[index / 8] |= (uint8_t)(1U << index % 8);
        }
        job->reply->asked++;
        r = allowed < 0 ? allowed : loader_query_next(&lines, &query, job->err);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return r;
}

/*
 * What a text would allow, asked of the kernel itself, while what runs is left as it is: the text is of a profile that no container can
 * run under, is in no file, and goes when it was asked. Nothing can have been under it, unless root put something there: then it stays.
 */
static int prove(struct loader_job *job)
{
    char *bytes ARMOR_CLEANUP(free_text) = NULL;
    struct armor_text policy ARMOR_CLEANUP(armor_text_done) = {0};
    struct loader_processes processes = {0};

    job->name = LOADER_CANDIDATE;
    job->mode = LOADER_MODE_ENFORCE;
    int r = loader_job_compile(job, &bytes, &policy);
    if (r < 0) {
        return r;
    }
    job->reply->stage = LOADER_STAGE_LOAD;
    r = loader_processes_find(job->roots, job->name, &processes, job->err);
    if (r == 0 && processes.own + processes.child > 0) {
        r = armor_error_set(job->err, -EBUSY, "process %d runs under " LOADER_CANDIDATE ": end it first",
                            processes.example);
    }
    r = r < 0 ? r
              : loader_kernel_load(job->roots, (struct armor_slice){policy.bytes, policy.length}, job->err);
    if (r < 0) {
        return r;
    }
    job->reply->stage = LOADER_STAGE_VERIFY;
    size_t length = job->request->text_length - job->request->value;
    r = ask_all(job, (struct armor_slice){bytes + length, job->request->value});
    int removed = loader_kernel_remove(job->roots, job->name, r < 0 ? NULL : job->err);
    return r < 0 ? r : removed < 0 ? removed : 0;
}

/*
 * Unload and delete. A process that loses its profile is unconfined for good, so nothing is done while one is left. A
 * process that starts under the profile between the look and the removal can't be excluded: the kernel has no "remove
 * if unused". armord only asks for this after the container is gone.
 */
static int remove_profile(struct loader_job *job)
{
    const char *name = job->request->name;
    int loaded = 0;

    job->reply->stage = LOADER_STAGE_PERSIST;
    int r = loader_persist_find(job->roots, name, job->err);
    if (r < 0) {
        return r;
    }

    if (loader_kernel_present(job->roots, NULL) == 0) {
        struct loader_processes processes;
        job->reply->stage = LOADER_STAGE_IN_USE;
        r = loader_job_count(job, &processes);
        if (r < 0) {
            return r;
        }
        uint32_t count = processes.own + processes.child;
        if (count > 0) {
            return armor_error_set(
                job->err, -EBUSY,
                "%u process%s under %s, such as %d (%s), and would go on unconfined: stop the "
                "container first",
                count, count == 1 ? " runs" : "es run", name, processes.example, processes.comm);
        }
        job->reply->stage = LOADER_STAGE_LOAD;
        loaded = loader_kernel_remove(job->roots, name, job->err);
        if (loaded < 0) {
            return loaded;
        }
    }

    /* The kernel first: if that is refused, nothing has changed; if this is, asking again finishes it. */
    job->reply->stage = LOADER_STAGE_PERSIST;
    r = loader_persist_remove(job->roots, name, job->err);
    if (r < 0) {
        return r;
    }
    return r + loaded > 0
               ? 0
               : armor_error_set(job->err, -ENOENT, "there is no profile %s, neither in the kernel nor in %s",
                                 name, job->roots->policy_directory);
}

static void tell_audit(const struct loader_job *job, const struct loader_audit *audit)
{
    job->reply->audit_lost = audit->lost;
    job->reply->audit_backlog = audit->backlog;
    job->reply->audit_backlog_limit = audit->backlog_limit;
}

static int audit_status(struct loader_job *job)
{
    struct loader_audit audit;
    job->reply->stage = LOADER_STAGE_AUDIT;
    int r = loader_audit_status(&audit, job->err);
    if (r >= 0) {
        tell_audit(job, &audit);
    }
    return r;
}

static int audit_backlog(struct loader_job *job)
{
    struct loader_audit audit;
    job->reply->stage = LOADER_STAGE_AUDIT;
    int r = loader_audit_set_backlog(job->request->value, &audit, job->err);
    if (r >= 0) {
        tell_audit(job, &audit);
    }
    return r;
}

/*
 * What does somebody gain who has taken over armord, and so may send whatever it likes? This is the review to redo
 * when an operation is added.
 *
 * LOAD     Any profile text for any armord- name: it can turn the confinement of the containers that armord manages
 *          into "everything is allowed", or into "nothing is", which stops them; both are what armord is there to
 *          decide. It can't touch another profile (the name has the prefix, the blob is a single profile of that name
 *          without rename, namespace or attachment, the file in /etc/apparmor.d has armord's marker), so neither
 *          docker-default nor a profile of the host; nothing attaches to programs by itself. It can't give a container
 *          more than a container without AppArmor has: policy only takes away. The text has no include, so it can't
 *          make the compiler read files of others, no change_profile, hat, or exec into another profile or out of all.
 *          The parser is large and gets hostile text, so it runs with no privilege and its result is checked, not
 *          trusted; someone who takes the parser over too chooses the bytes that the kernel's unpacker sees, within one
 *          profile of the asked name. That is what remains, and why the text is narrowed to a few forms before.
 *          Time, memory and size are bounded; loading in a loop costs CPU that the unit's limits bound.
 * QUIET    Less than LOAD: another complain text for a profile that complains already, and nothing on disk. Loaded in a loop it
 *          costs the same CPU.
 * PROVE    Less than LOAD: a profile that nothing runs under, for as long as it is asked, and what it allows, which is in its text.
 * REMOVE   The profile of a container that isn't running, or the candidate. Docker then refuses to start it ("label not found") until it
 *          is loaded again: a denial of service. Never a running process made unconfined, but for a start at just
 *          that moment.
 * INSPECT  The mode of a profile, how many processes run under it and since when. Any user sees as much of their own processes;
 *          armord gets to see it of the managed containers.
 * COMPARE  What INSPECT tells, some of the container's processes by name and label, which armord couldn't read, and whether a text is what
 *          runs or is kept: one bit about files that anybody may read, and about policy of armord's own. A compilation, of the same cost.
 * AUDIT_STATUS   Three counters.
 * AUDIT_BACKLOG  A limit between 64 (the kernel's default) and 65,536 records of kernel memory, or none. Lowered, a
 *          burst loses records that auditd would have wanted; without a limit, a flood takes memory. It can't turn
 *          auditing off, change rules, or register as the audit daemon.
 */
static const struct {
    const char *name;
    int (*run)(struct loader_job *job);
} operations[] = {
    [LOADER_LOAD] = {"load", load},
    [LOADER_REMOVE] = {"remove", remove_profile},
    [LOADER_INSPECT] = {"inspect", loader_job_inspect},
    [LOADER_AUDIT_STATUS] = {"audit-status", audit_status},
    [LOADER_AUDIT_BACKLOG] = {"audit-backlog", audit_backlog},
    [LOADER_QUIET] = {"quiet", quiet},
    [LOADER_PROVE] = {"prove", prove},
    [LOADER_COMPARE] = {"compare", loader_job_compare},
};

const char *loader_operation_name(uint32_t operation)
{
    bool known = operation >= LOADER_LOAD && operation < sizeof operations / sizeof operations[0];
    return known ? operations[operation].name : "nothing known";
}

/* The sentence of a failure. It may quote a profile, apparmor_parser or a process's name: no control byte gets out. */
static void set_text(struct loader_reply *reply, const struct armor_error *err)
{
    (void)armor_error_format(err, reply->text, sizeof reply->text);
    for (char *byte = reply->text; *byte; byte++) {
        if ((unsigned char)*byte < ' ' || *byte == 0x7f) {
            *byte = '?';
        }
    }
}

void loader_serve(const struct loader_roots *roots, const void *message, size_t length, int fd,
                  struct loader_request *ret_request, struct loader_reply *ret_reply)
{
    uint64_t start = now_usec();
    struct armor_error err = {0};
    struct loader_request request = {0};
    struct loader_reply reply = {
        .magic = LOADER_MAGIC,
        .version = LOADER_VERSION,
        .stage = LOADER_STAGE_REQUEST,
    };
    int r = loader_request_check(message, length, fd >= 0, &request, &err);
    if (r >= 0) {
        struct loader_job job = {.roots = roots,
                                 .request = &request,
                                 .name = request.name,
                                 .fd = fd,
                                 .reply = &reply,
                                 .err = &err};
        reply.operation = request.operation;
        r = operations[request.operation].run(&job);
    }
    if (r < 0) {
        reply.code = r;
        set_text(&reply, &err);
    } else {
        reply.stage = LOADER_STAGE_DONE;
    }
    reply.total_usec = since(start);
    *ret_request = request;
    *ret_reply = reply;
}

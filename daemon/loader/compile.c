/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running apparmor_parser and collecting what it says. See compile.h. */
#include "compile.h"

#include "child.h"
#include "wire.h"

#include "armor/limits.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    COMPLAINT_MAX = 8 * 1024, /* bytes of the parser's standard error; more is read and dropped */
    CHUNK = 4 * 1024,         /* bytes read at once */
};

static int64_t now_msec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int find_parser(const struct loader_roots *roots, const char **ret_path, struct armor_error *err)
{
    for (const char *const *path = roots->parsers; *path; path++) {
        if (access(*path, X_OK) == 0) {
            *ret_path = *path;
            return 0;
        }
    }
    return armor_error_set(err, -ENOENT, "apparmor_parser isn't installed: install the package apparmor");
}

static int find_identity(const struct loader_roots *roots, struct loader_identity *ret_identity,
                         struct armor_error *err)
{
    struct loader_identity identity = {.change = geteuid() == 0};
    if (identity.change) {
        errno = 0;
        const struct passwd *user = getpwnam(roots->parser_user);
        if (!user || user->pw_uid == 0) {
            return armor_error_set(err, -ENOENT,
                                   "there is no unprivileged user %s to run apparmor_parser as%s%s: run "
                                   "systemd-sysusers, or install armord again",
                                   roots->parser_user, errno ? ": " : "", errno ? strerror(errno) : "");
        }
        identity.uid = user->pw_uid;
        identity.gid = user->pw_gid;
    }
    *ret_identity = identity;
    return 0;
}

/*
 * Read what FD has into TEXT. Returns 1 if there may be more, 0 at the end, or negative. What goes over the cap is
 * left to TEXT's sticky error, so that a chatty program never blocks on a full pipe.
 */
static int drain(int fd, struct armor_text *text)
{
    char chunk[CHUNK];
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? 1 : -errno;
    }
    armor_text_slice(text, (struct armor_slice){chunk, (size_t)n});
    return n > 0;
}

/* Collect what CHILD writes until both pipes are at their end and it has ended, or the time is over. */
static int collect(const struct loader_child *child, int64_t deadline, struct armor_text *output,
                   struct armor_text *errors)
{
    struct pollfd polls[] = {
        {.fd = child->output, .events = POLLIN},
        {.fd = child->errors, .events = POLLIN},
    };
    struct armor_text *texts[] = {output, errors};
    while (polls[0].fd >= 0 || polls[1].fd >= 0) {
        int64_t left = deadline - now_msec();
        int n = left > 0 ? poll(polls, 2, (int)left) : 0;
        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        if (n == 0) {
            return -ETIMEDOUT;
        }
        for (size_t i = 0; i < 2; i++) {
            int r = polls[i].fd >= 0 && polls[i].revents ? drain(polls[i].fd, texts[i]) : 1;
            if (r < 0) {
                return r;
            }
            polls[i].fd = r == 0 ? -1 : polls[i].fd; /* poll passes over a negative descriptor */
        }
        if (output->error) {
            return output->error;
        }
    }
    return loader_child_wait(child, deadline - now_msec()) ? 0 : -ETIMEDOUT;
}

/* The first line with "error" in it, or else the last that isn't empty: warnings may stand before it. */
static struct armor_slice complaint_line(const struct armor_text *errors)
{
    struct armor_slice last = {NULL, 0};
    for (size_t at = 0; at < errors->length;) {
        const char *line = errors->bytes + at;
        const char *newline = memchr(line, '\n', errors->length - at);
        size_t length = newline ? (size_t)(newline - line) : errors->length - at;
        struct armor_slice slice = {line, length};
        if (memmem(line, length, "error", 5) || memmem(line, length, "ERROR", 5)) {
            return slice;
        }
        last = length > 0 ? slice : last;
        at += length + 1;
    }
    return last;
}

/* Why the parser ended with STATUS. */
static int refused(int status, const struct armor_text *errors, struct armor_error *err)
{
    struct armor_slice line = complaint_line(errors);
    if (!line.bytes) {
        line = ARMOR_SLICE("it didn't say why");
    }
    int shown = (int)(line.length < 300 ? line.length : 300);
    if (WIFSIGNALED(status)) {
        return armor_error_set(err, -EBADMSG, "apparmor_parser was ended by signal %d (%s): %.*s",
                               WTERMSIG(status), strsignal(WTERMSIG(status)), shown, line.bytes);
    }
    return armor_error_set(err, -EBADMSG, "apparmor_parser ended with %d: %.*s", WEXITSTATUS(status), shown,
                           line.bytes);
}

/* Run the parser at PATH on INPUT; its output goes to POLICY. */
static int run(const struct loader_roots *roots, const char *path, int input, struct armor_text *policy,
               struct armor_error *err)
{
    /* Nothing into the kernel, no cache read or written, quiet, one process, the result on standard output. */
    char *const arguments[] = {"apparmor_parser", "-Q", "-K", "-q", "-j", "0", "-S", NULL};
    struct loader_identity identity = {0};
    int r = find_identity(roots, &identity, err);
    if (r < 0) {
        return r;
    }
    int64_t deadline = now_msec() + roots->parser_msec;
    struct loader_child child = {0};
    r = loader_child_start(path, arguments, input, &identity, &child, err);
    if (r < 0) {
        return r;
    }
    struct armor_text errors ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT(COMPLAINT_MAX);
    r = collect(&child, deadline, policy, &errors);
    int status = loader_child_end(&child);
    switch (r) {
    case 0: break;
    case -ETIMEDOUT:
        return armor_error_set(err, r, "apparmor_parser took longer than %d ms and was ended",
                               roots->parser_msec);
    case -E2BIG:
        return armor_error_set(err, r, "the compiled policy is larger than %d bytes", ARMOR_POLICY_MAX);
    default: return armor_error_set(err, r, "can't read what apparmor_parser writes: %s", strerror(-r));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return refused(status, &errors, err);
    }
    if (policy->length == 0) {
        return armor_error_set(err, -EBADMSG, "apparmor_parser made nothing of the text and didn't say why");
    }
    return 0;
}

int loader_compile(const struct loader_roots *roots, struct armor_slice text, struct armor_text *ret_policy,
                   struct armor_error *err)
{
    const char *path = NULL;
    int r = find_parser(roots, &path, err);
    if (r < 0) {
        return r;
    }
    /* A memfd of our own, not the sender's: the file offset of that one is shared with the sender. */
    int input = loader_text_seal(text, err);
    if (input < 0) {
        return input;
    }
    struct armor_text policy = ARMOR_TEXT_INIT(ARMOR_POLICY_MAX);
    r = run(roots, path, input, &policy, err);
    (void)close(input);
    if (r < 0) {
        armor_text_done(&policy);
        return r;
    }
    *ret_policy = policy;
    return 0;
}

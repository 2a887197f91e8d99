/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults for a scenario: a library that LD_PRELOAD puts before libc in armord or armor-loader, in the virtual machine only. One line in the
 * file that FAULT names says which call is hit, and how; it is deleted then, so each line hits once:
 *
 *     FUNCTION PATH N ACTION
 *
 * FUNCTION: write, fsync, rename or send. PATH: what the descriptor's or target's name holds ("socket:" for sockets). N: the how-manieth such
 * call since the line was written. ACTION: kill, done-kill (after the call), or the number of an errno that it fails with.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fault {
    char function[16], path[128], action[16];
    unsigned number;
};

#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* Libraries that are loaded before libc have no place of their own for what they remember: these two are this one's. */
static char last_line[256];
static unsigned last_count;

/* The line in FAULT's file, if it is for FUNCTION on NAME, and its turn. */
static bool is_due(const char *function, const char *name, struct fault *fault)
{
    const char *file = getenv("FAULT");
    char line[256] = "";
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (n <= 0 || sscanf(line, "%15s %127s %u %15s", fault->function, fault->path, &fault->number,
                         fault->action) != 4) {
        return false;
    }
    if (strcmp(line, last_line) != 0) {
        (void)snprintf(last_line, sizeof last_line, "%s", line);
        last_count = 0;
    }
    if (strcmp(function, fault->function) != 0 || !strstr(name, fault->path) ||
        ++last_count != fault->number) {
        return false;
    }
    last_line[0] = '\0';
    (void)unlink(file);
    return true;
}

static const char *name_of(int fd, char *buffer, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, buffer, size - 1);
    buffer[n > 0 ? n : 0] = '\0';
    return buffer;
}

static bool is(const struct fault *fault, const char *action)
{
    return strcmp(fault->action, action) == 0;
}

/* CALL, or what the line says instead of it, or after it. */
#define HIT(function, name, type, call)                                                                      \
    do {                                                                                                     \
        struct fault fault;                                                                                  \
        int before = errno;                                                                                  \
        bool due = is_due(function, name, &fault);                                                           \
        errno = before;                                                                                      \
        if (due && is(&fault, "kill")) {                                                                     \
            (void)raise(SIGKILL);                                                                            \
        }                                                                                                    \
        if (due && !is(&fault, "done-kill")) {                                                               \
            errno = atoi(fault.action);                                                                      \
            return -1;                                                                                       \
        }                                                                                                    \
        type result = (call);                                                                                \
        if (due) {                                                                                           \
            (void)raise(SIGKILL);                                                                            \
        }                                                                                                    \
        return result;                                                                                       \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t length)
{
    char name[256];
    HIT("write", name_of(fd, name, sizeof name), ssize_t, NEXT(write)(fd, bytes, length));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    char name[256];
    HIT("write", name_of(fd, name, sizeof name), ssize_t, NEXT(pwrite)(fd, bytes, length, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    char name[256];
    HIT("write", name_of(fd, name, sizeof name), ssize_t, NEXT(pwrite64)(fd, bytes, length, at));
}

int fsync(int fd)
{
    char name[256];
    HIT("fsync", name_of(fd, name, sizeof name), int, NEXT(fsync)(fd));
}

int fdatasync(int fd)
{
    char name[256];
    HIT("fsync", name_of(fd, name, sizeof name), int, NEXT(fdatasync)(fd));
}

int renameat(int from, const char *old, int to, const char *new)
{
    HIT("rename", new, int, NEXT(renameat)(from, old, to, new));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    char name[256];
    HIT("send", name_of(fd, name, sizeof name), ssize_t, NEXT(sendmsg)(fd, message, flags));
}

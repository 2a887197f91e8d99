/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One child at a time, its input a file, so that it may read all of it or none. See hook.h. */
#include "hook.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOOK_MSEC = 30 * 1000 };

/* DATA on a line, in a descriptor that stands at its beginning; -1 with errno. */
static int input_of(const json_t *data)
{
    int fd = memfd_create("armorctl-event", MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    int input = file ? dup(fd) : -1;
    bool written = input >= 0 && json_dumpf(data, file, JSON_COMPACT) == 0 && fputc('\n', file) == '\n' &&
                   fflush(file) == 0 && lseek(input, 0, SEEK_SET) == 0;
    int code = errno;
    if (file) {
        (void)fclose(file);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    if (!written && input >= 0) {
        (void)close(input);
    }
    errno = code;
    return written ? input : -1;
}

/* Start COMMAND with INPUT as its standard input. Returns 0 or an errno. */
static int start(const char *command, const char *topic, const char *container, int input, pid_t *ret_child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    int code = posix_spawn_file_actions_init(&actions);
    if (code) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        (void)sigemptyset(&defaults);
        (void)sigaddset(&defaults, SIGPIPE); /* which armorctl ignores */
        char *const arguments[] = {(char *)command, (char *)topic, (char *)container, NULL};
        code = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        code = code ? code : posix_spawnattr_setsigdefault(&attributes, &defaults);
        code = code ? code : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        code = code ? code : posix_spawn(ret_child, command, &actions, &attributes, arguments, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* Wait for CHILD, and end it when it takes too long. Returns its status as of waitpid(2). */
static int wait_for(pid_t child, bool *ret_late)
{
    int status = 0;
    int fd = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    *ret_late = fd >= 0 && poll(&ended, 1, HOOK_MSEC) == 0;
    if (*ret_late) {
        (void)kill(child, SIGKILL);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

int hook_run(struct cli *cli, const char *command, const char *topic, const char *container,
             const json_t *data)
{
    pid_t child = -1;
    bool late = false;
    int input = input_of(data);
    if (input < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "The message can't be handed on: %s.", strerror(errno));
    }
    int code = start(command, topic, container, input, &child);
    (void)close(input);
    if (code) {
        return cli_refuse(cli, CLI_DONE, NULL, "%s can't be run: %s.", command, strerror(code));
    }
    int status = wait_for(child, &late);
    if (late) {
        return cli_refuse(cli, CLI_DONE, NULL, "%s took more than %d seconds for `%s`, and was killed.",
                          command, HOOK_MSEC / 1000, topic);
    }
    if (status != 0) {
        return cli_refuse(cli, CLI_DONE, NULL, "%s failed for `%s`: %s %d.", command, topic,
                          WIFSIGNALED(status) ? "ended by signal" : "exit status",
                          WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    return CLI_DONE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting and ending the compiler. See child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CPU_SECONDS = 30,                 /* on top of the wall clock: the child may have threads */
    MEMORY_BYTES = 768 * 1024 * 1024, /* at its own limit of 65,536 states apparmor_parser takes 600 MiB */
    FILE_BYTES = 0,                   /* it writes to pipes only */
    EXIT_SETUP = 127,
};

/* Say on standard error, which the parent reads, what couldn't be given up. */
static _Noreturn void give_up(const char *what)
{
    (void)dprintf(STDERR_FILENO, "error: can't start the compiler safely: %s: %s\n", what, strerror(errno));
    _exit(EXIT_SETUP);
}

static void limit(int resource, rlim_t most)
{
    struct rlimit bound = {.rlim_cur = most, .rlim_max = most};
    if (setrlimit((__rlimit_resource_t)resource, &bound) < 0) {
        give_up("setrlimit");
    }
}

static void drop_identity(const struct loader_identity *identity)
{
    if (!identity->change) {
        return;
    }
    if (setgroups(0, NULL) < 0 || setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
        setresuid(identity->uid, identity->uid, identity->uid) < 0) {
        give_up("changing to the unprivileged user");
    }
}

/* Leaving uid 0 has cleared them already, unless a securebit said otherwise. Dropping capabilities is always allowed. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        syscall(SYS_capset, &header, none) < 0) {
        give_up("dropping capabilities");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        give_up("no_new_privs");
    }
}

/* The child's side of the fork, up to its exec. */
static _Noreturn void become(const char *program, char *const arguments[], const int standard[3],
                             pid_t parent, const struct loader_identity *identity)
{
    static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    /* None of the three is below 3: loader_child_start sees to it, so no dup2 overwrites what a later one needs. */
    for (int fd = 0; fd < 3; fd++) {
        if (dup2(standard[fd], fd) < 0) {
            _exit(EXIT_SETUP);
        }
    }
    sigset_t no_signals;
    if (close_range(3, ~0U, 0) < 0 || setsid() < 0 || chdir("/") < 0 || sigemptyset(&no_signals) < 0 ||
        sigprocmask(SIG_SETMASK, &no_signals, NULL) < 0) {
        give_up("leaving the loader's surroundings");
    }
    drop_identity(identity);
    drop_capabilities();
    /* After the change of user, which would clear it; and the parent may be gone by then. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) {
        give_up("tying its life to the loader's");
    }
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_FSIZE, FILE_BYTES);
    limit(RLIMIT_AS, MEMORY_BYTES);
    (void)execve(program, arguments, environment);
    give_up(program);
}

static void close_both(int ends[2])
{
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            (void)close(ends[i]);
        }
    }
}

/* A pipe whose ends are 3 or above, so that the child can put them in place of 0 to 2. */
static int make_pipe(int ends[2])
{
    int raw[2];
    if (pipe2(raw, O_CLOEXEC) < 0) {
        return -errno;
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
    }
    int code = ends[0] < 0 || ends[1] < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
    close_both(raw);
    return code;
}

int loader_child_start(const char *program, char *const arguments[], int input,
                       const struct loader_identity *identity, struct loader_child *ret_child,
                       struct armor_error *err)
{
    int output[2] = {-1, -1};
    int errors[2] = {-1, -1};
    int standard_input = fcntl(input, F_DUPFD_CLOEXEC, 3);
    int code = standard_input < 0 ? -errno : make_pipe(output);
    code = code < 0 ? code : make_pipe(errors);
    struct loader_child child = {.pid = -1};
    if (code == 0) {
        pid_t parent = getpid();
        child.pid = fork();
        if (child.pid == 0) {
            become(program, arguments, (int[3]){standard_input, output[1], errors[1]}, parent, identity);
        }
        code = child.pid < 0 ? -errno : 0;
    }
    if (standard_input >= 0) {
        (void)close(standard_input);
    }
    if (code < 0) {
        close_both(output);
        close_both(errors);
        return armor_error_set(err, code, "can't start the compiler: %s", strerror(-code));
    }
    (void)close(output[1]);
    (void)close(errors[1]);
    child.output = output[0];
    child.errors = errors[0];
    *ret_child = child;
    return 0;
}

bool loader_child_wait(const struct loader_child *child, int64_t msec)
{
    /* Short naps: whoever asks has seen both pipes closed, so it's about to end, if it isn't hanging on purpose. */
    const struct timespec nap = {.tv_nsec = 1000000};
    for (;; msec--) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == child->pid) {
            return true;
        }
        if (msec <= 0) {
            return false;
        }
        (void)nanosleep(&nap, NULL);
    }
}

int loader_child_end(struct loader_child *child)
{
    int status = 0;
    /* The group first: helpers that the program started must not outlive it. Before setsid there's no group yet. */
    (void)kill(-child->pid, SIGKILL);
    (void)kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    (void)close(child->output);
    (void)close(child->errors);
    *child = (struct loader_child){.pid = -1, .output = -1, .errors = -1};
    return status;
}

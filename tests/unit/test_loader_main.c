/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program itself (ARMOR_LOADER is its path), started with a socket as systemd does it. */
#include "check_main.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char directory[32];
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int listener = -1;
static pid_t loader = -1;

static int run_to_end(char *const arguments[])
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execv(ARMOR_LOADER, arguments);
        _exit(99);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(arguments)
{
    ck_assert_int_eq(run_to_end((char *[]){"armor-loader", "--help", NULL}), 0);
    ck_assert_int_eq(run_to_end((char *[]){"armor-loader", "--version", NULL}), 0);
    ck_assert_int_eq(run_to_end((char *[]){"armor-loader", "--frobnicate", NULL}), 2);
    ck_assert_int_eq(run_to_end((char *[]){"armor-loader", "--help", "x", NULL}), 2);
    ck_assert_int_eq(run_to_end((char *[]){"armor-loader", NULL}), 2); /* no socket */
}
END_TEST

static void start(void)
{
    (void)snprintf(directory, sizeof directory, "/tmp/armord-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    loader = fork();
    ck_assert_int_ge(loader, 0);
    if (loader == 0) {
        char pid[16];
        (void)snprintf(pid, sizeof pid, "%d", getpid());
        if (setenv("LISTEN_FDS", "1", 1) == 0 && setenv("LISTEN_PID", pid, 1) == 0 &&
            dup2(listener, 3) == 3) {
            (void)execl(ARMOR_LOADER, "armor-loader", (char *)NULL);
        }
        _exit(99);
    }
}

static int64_t now_msec(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The loader's exit status, within MSEC by the clock: on a busy machine a sleep is much longer than asked for. -1: it still runs. */
static int ended(int msec)
{
    for (int64_t end = now_msec() + msec; now_msec() < end;) {
        int status = 0;
        if (waitpid(loader, &status, WNOHANG) == loader) {
            loader = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return -1;
}

static void stop(void)
{
    if (loader > 0) {
        (void)kill(loader, SIGKILL);
        (void)waitpid(loader, NULL, 0);
    }
    (void)close(listener);
    ck_assert_int_eq(unlink(address.sun_path), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}

static int connected(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static struct loader_reply reply_on(int fd)
{
    struct loader_reply message;
    struct loader_reply reply;
    struct armor_error err = {0};
    int none = -1;
    int n = loader_receive(fd, &message, sizeof message, &none);
    ck_assert_int_eq(n, (int)sizeof message);
    ck_assert_int_eq(none, -1);
    ck_assert_msg(loader_reply_check(&message, (size_t)n, &reply, &err) == 0, "%s", err.text);
    ck_assert_int_eq(loader_receive(fd, &message, sizeof message, &none), 0); /* one request each */
    ck_assert_int_eq(close(fd), 0);
    return reply;
}

static void ask_status(void)
{
    const struct loader_request request = {.magic = LOADER_MAGIC,
                                           .version = LOADER_VERSION,
                                           .operation = LOADER_AUDIT_STATUS};
    int fd = connected();
    ck_assert_int_eq(loader_send(fd, &request, sizeof request, -1), 0);
    struct loader_reply reply = reply_on(fd);
    ck_assert_uint_eq(reply.operation, LOADER_AUDIT_STATUS);
    ck_assert(reply.code == 0 || reply.stage == LOADER_STAGE_AUDIT);
}

/* Whatever a client does, the next one is served. Then nobody comes, and the loader ends by itself. */
START_TEST(clients)
{
    if (geteuid() != 0) {
        (void)printf("SKIP: not root, so the loader would refuse this test as a client\n");
        return;
    }
    ask_status();
    int fd = connected();
    ck_assert_int_eq(loader_send(fd, "garbage", 7, -1), 0);
    struct loader_reply reply = reply_on(fd);
    ck_assert_int_eq(reply.code, -EBADMSG);
    ck_assert_uint_eq(reply.stage, LOADER_STAGE_REQUEST);
    char large[4096] = {0};
    fd = connected();
    ck_assert_int_eq(loader_send(fd, large, sizeof large, -1), 0); /* larger than any request: no reply */
    int none = -1;
    ck_assert_int_eq(loader_receive(fd, large, sizeof large, &none), 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(close(connected()), 0); /* says nothing, and goes */
    fd = connected();                        /* asks, and doesn't take the reply */
    const struct loader_request request = {.magic = LOADER_MAGIC,
                                           .version = LOADER_VERSION,
                                           .operation = LOADER_AUDIT_STATUS};
    ck_assert_int_eq(loader_send(fd, &request, sizeof request, -1), 0);
    ck_assert_int_eq(close(fd), 0);
    int silent = connected(); /* says nothing, and stays: costs the next one a few seconds */
    ask_status();
    ck_assert_int_eq(loader_receive(silent, large, sizeof large, &none), 0);
    ck_assert_int_eq(close(silent), 0);
    ck_assert_int_eq(ended(3000), -1); /* of 10 s without anybody */
    ck_assert_int_eq(ended(60000), 0);
}
END_TEST

/* Another user: the connection is closed without a word. */
START_TEST(strangers)
{
    if (geteuid() != 0) {
        (void)printf("SKIP: not root, so nobody can connect as another user\n");
        return;
    }
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        const struct loader_request request = {.magic = LOADER_MAGIC,
                                               .version = LOADER_VERSION,
                                               .operation = LOADER_AUDIT_STATUS};
        struct loader_reply reply;
        int none = -1;
        bool allowed = chmod(directory, 0755) == 0 && chmod(address.sun_path, 0666) == 0 &&
                       setuid(65534) == 0 &&
                       connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
        int sent = loader_send(fd, &request, sizeof request, -1);
        int n = loader_receive(fd, &reply, sizeof reply, &none);
        _exit(allowed && (sent == 0 || sent == -EPIPE) && (n == 0 || n == -ECONNRESET) ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ask_status();
}
END_TEST

START_TEST(stopped_by_systemd)
{
    ck_assert_int_eq(ended(300), -1);
    ck_assert_int_eq(kill(loader, SIGTERM), 0);
    ck_assert_int_eq(ended(30000), 128 + SIGTERM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader main");
    TCase *alone = check_case(suite, "arguments");
    tcase_add_test(alone, arguments);
    TCase *tests = check_case(suite, "program");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, clients);
    tcase_add_test(tests, strangers);
    tcase_add_test(tests, stopped_by_systemd);
    return check_main(suite);
}

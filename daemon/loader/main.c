/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armor-loader: the only part of armord with privilege. systemd starts it with a listening socket when somebody
 * connects; it answers one request per connection, one at a time, and ends when nothing has come for a while.
 */
#include "operation.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#ifndef ARMORD_VERSION
#define ARMORD_VERSION "unknown"
#endif

enum {
    IDLE_SECONDS = 10,  /* without a connection: the end */
    CLIENT_SECONDS = 5, /* for a client to send its request, and to take the reply */

    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
};

/* The user who may ask besides root. */
#define CLIENT_USER "armord"

static const char usage[] =
    "Usage: armor-loader [--help | --version]\n"
    "\n"
    "Loads AppArmor profiles for armord. It is started by systemd when armord needs it (armor-loader.socket) "
    "and has\n"
    "no use of its own: `armorctl` is the command for people. See armor-loader(8).\n";

/* Who may ask, looked up once. */
struct gate {
    bool known; /* there is a user called CLIENT_USER */
    uid_t uid;
};

/* One line for the journal, which takes the level from its beginning. */
static void __attribute__((format(printf, 2, 3))) say(const char *level, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    (void)fprintf(stderr, "%s%s\n", level, line);
}

static struct gate open_gate(void)
{
    const struct passwd *user = getpwnam(CLIENT_USER);
    return user ? (struct gate){.known = true, .uid = user->pw_uid} : (struct gate){.known = false};
}

/* Whether the process at the other end of CLIENT may ask; *RET_UID is who it is, for the log. */
static bool admit(const struct gate *gate, int client, uid_t *ret_uid)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        say(SD_ERR, "can't tell who connected: %s", strerror(errno));
        return false;
    }
    *ret_uid = peer.uid;
    if (peer.uid == 0 || (gate->known && peer.uid == gate->uid)) {
        return true;
    }
    say(SD_WARNING, "refused a connection from uid %u, pid %d: only root and %s may ask", peer.uid, peer.pid,
        CLIENT_USER);
    return false;
}

/* One line for each request. Names in it have been checked; a reply's text has no control byte. */
static void report(uid_t uid, const struct loader_request *request, const struct loader_reply *reply)
{
    char what[2 * LOADER_NAME_SIZE];
    (void)snprintf(what, sizeof what, "%s%s%s%s%s", loader_operation_name(request->operation),
                   request->name[0] ? " " : "", request->name, request->mode ? " in mode " : "",
                   request->mode ? loader_mode_name((enum loader_mode)request->mode) : "");
    if (reply->code < 0) {
        say(SD_WARNING, "%s for uid %u failed at %s: %s", what, uid,
            loader_stage_name((enum loader_stage)reply->stage), reply->text);
        return;
    }
    /* What changes something that lasts is a notice; looking and quieting, which comes often, are for debugging. */
    bool changes = request->operation != LOADER_INSPECT && request->operation != LOADER_AUDIT_STATUS &&
                   request->operation != LOADER_QUIET && request->operation != LOADER_PROVE &&
                   request->operation != LOADER_COMPARE;
    say(changes ? SD_NOTICE : SD_DEBUG, "%s for uid %u: done in %u us", what, uid, reply->total_usec);
}

static void serve_client(const struct gate *gate, int client)
{
    const struct timeval patience = {.tv_sec = CLIENT_SECONDS};
    uid_t uid = 0;
    if (!admit(gate, client, &uid)) {
        return;
    }
    if (setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0) {
        say(SD_ERR, "can't limit a client's time: %s", strerror(errno));
        return;
    }
    struct loader_request message;
    int fd = -1;
    int n = loader_receive(client, &message, sizeof message, &fd);
    if (n <= 0) {
        if (n < 0) {
            say(SD_WARNING, "no request from uid %u: %s", uid,
                n == -EAGAIN ? "it took too long to send one" : strerror(-n));
        }
        return;
    }
    struct loader_request request;
    struct loader_reply reply;
    loader_serve(&loader_roots_system, &message, (size_t)n, fd, &request, &reply);
    if (fd >= 0) {
        (void)close(fd);
    }
    report(uid, &request, &reply);
    int r = loader_send(client, &reply, sizeof reply, -1);
    if (r < 0) {
        say(SD_WARNING, "the reply couldn't be sent to uid %u: %s", uid, strerror(-r));
    }
}

/* Serve connections until none has come for IDLE_SECONDS. A stop by systemd is only taken between two requests. */
static int serve(int listener)
{
    const struct gate gate = open_gate();
    if (!gate.known) {
        say(SD_WARNING, "there is no user %s: only root may ask", CLIENT_USER);
    }
    sigset_t stop;
    sigset_t before;
    if (sigemptyset(&stop) < 0 || sigaddset(&stop, SIGTERM) < 0 || sigaddset(&stop, SIGINT) < 0 ||
        sigprocmask(SIG_BLOCK, &stop, &before) < 0) {
        say(SD_ERR, "can't hold back signals: %s", strerror(errno));
        return EXIT_FAILED;
    }
    for (;;) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        const struct timespec idle = {.tv_sec = IDLE_SECONDS};
        int n = ppoll(&ready, 1, &idle, &before);
        if (n == 0) {
            return EXIT_DONE;
        }
        int client = n < 0 ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client >= 0) {
            serve_client(&gate, client);
            (void)close(client);
        } else if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED) {
            say(SD_ERR, "can't take connections: %s", strerror(errno));
            return EXIT_FAILED;
        }
    }
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return puts("armor-loader " ARMORD_VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (argc != 1) {
        (void)fprintf(stderr, "armor-loader: unknown argument %s\n\n%s", argv[1], usage);
        return EXIT_USAGE;
    }
    int count = sd_listen_fds(1);
    if (count != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, SOCK_SEQPACKET, 1) <= 0) {
        (void)fprintf(
            stderr,
            "armor-loader: there is no socket to serve. systemd starts this program when it is needed: "
            "`systemctl start armor-loader.socket`, then use armorctl\n");
        return EXIT_USAGE;
    }
    return serve(SD_LISTEN_FDS_START);
}

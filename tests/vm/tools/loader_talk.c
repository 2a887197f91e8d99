/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader's protocol without its rules. See loader_talk.h. */
#include "loader_talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE = 60 }; /* seconds for an answer: a compilation under emulation, behind others */

static void give_up(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(2);
}

struct loader_request talk_request(enum loader_operation operation, const char *name)
{
    struct loader_request request = {.magic = LOADER_MAGIC,
                                     .version = LOADER_VERSION,
                                     .operation = operation};
    request.mode = operation == LOADER_LOAD ? LOADER_MODE_COMPLAIN : 0;
    (void)snprintf(request.name, sizeof request.name, "%s", name);
    return request;
}

char *talk_text(const struct talk_text *text)
{
    const char *name = text->name ? text->name : "armord-hostile";
    char open[256];
    char *result = NULL;
    (void)snprintf(open, sizeof open, "profile %s flags=(complain) {", name);
    if (asprintf(&result, "%s\n%s\n  %s\n%s", text->head ? text->head : "# armord: a test",
                 text->open ? text->open : open, text->rule ? text->rule : "/etc/hosts r,",
                 text->tail ? text->tail : "}\n") < 0) {
        give_up("no memory");
    }
    return result;
}

int talk_memfd(struct armor_slice bytes, int seals)
{
    int fd = memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || pwrite(fd, bytes.bytes, bytes.length, 0) != (ssize_t)bytes.length ||
        (seals && fcntl(fd, F_ADD_SEALS, seals) < 0)) {
        give_up("no memfd");
    }
    return fd;
}

int talk_connect(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LOADER_SOCKET_PATH};
    const struct timeval patience = {.tv_sec = PATIENCE};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        int code = errno;
        (void)close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

struct talk_answer talk(const void *message, size_t length, const int *descriptors, size_t count)
{
    struct talk_answer answer = {.came = false};
    char control[CMSG_SPACE(TALK_DESCRIPTORS_MAX * sizeof(int))] = {0};
    struct iovec part = {.iov_base = (void *)message, .iov_len = length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        struct cmsghdr *rights = (struct cmsghdr *)control;
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    }
    int fd = talk_connect();
    if (fd < 0) {
        give_up("the loader can't be reached");
    }
    if (sendmsg(fd, &header, MSG_NOSIGNAL) >= 0) {
        ssize_t n = recv(fd, &answer.reply, sizeof answer.reply, 0);
        if (n < 0 && errno == EAGAIN) {
            give_up("the loader doesn't answer");
        }
        answer.came = n == (ssize_t)sizeof answer.reply;
    }
    (void)close(fd);
    return answer;
}

struct talk_answer talk_with(struct loader_request request, struct armor_slice text)
{
    int fd = talk_memfd(text, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    request.text_length = (uint32_t)text.length;
    struct talk_answer answer = talk(&request, sizeof request, &fd, 1);
    (void)close(fd);
    return answer;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What carries requests, replies and texts between two processes: sealed memfds and sequenced packets. See wire.h. */
#include "wire.h"

#include "armor/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK };

/* Room for more than the one descriptor that is allowed, so that a second one is seen, and closed. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
};

int loader_text_seal(struct armor_slice text, struct armor_error *err)
{
    if (text.length == 0 || text.length > ARMOR_PROFILE_TEXT_MAX) {
        return armor_error_set(err, -E2BIG, "the profile's text has %zu bytes, 1 to %d are allowed",
                               text.length, ARMOR_PROFILE_TEXT_MAX);
    }
    int fd = memfd_create("armord-profile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return armor_error_set(err, -errno, "can't make a memfd for the profile's text: %s", strerror(errno));
    }
    /* pwrite leaves the offset at 0: a child that gets this as its standard input reads from the start. */
    for (size_t done = 0; done < text.length;) {
        ssize_t n = pwrite(fd, text.bytes + done, text.length - done, (off_t)done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            int code = n < 0 ? -errno : -EIO;
            (void)close(fd);
            return armor_error_set(err, code, "can't write the profile's text to a memfd: %s",
                                   strerror(-code));
        }
        done += (size_t)n;
    }
    if (fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0) {
        int code = -errno;
        (void)close(fd);
        return armor_error_set(err, code, "can't seal the profile's text: %s", strerror(-code));
    }
    return fd;
}

int loader_text_read(int fd, size_t length, char **ret_text, struct armor_error *err)
{
    if (length == 0 || length > ARMOR_PROFILE_TEXT_MAX) {
        return armor_error_set(err, -E2BIG, "the profile's text has %zu bytes, 1 to %d are allowed", length,
                               ARMOR_PROFILE_TEXT_MAX);
    }
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS) {
        return armor_error_set(err, -EINVAL, "the profile's text isn't in a memfd sealed against change");
    }
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return armor_error_set(err, -errno, "can't look at the profile's text: %s", strerror(errno));
    }
    if (!S_ISREG(status.st_mode) || status.st_size < 0 || (size_t)status.st_size != length) {
        return armor_error_set(err, -EINVAL, "the profile's text has %lld bytes, the request said %zu",
                               (long long)status.st_size, length);
    }
    char *text = malloc(length + 1);
    if (!text) {
        return armor_error_set(err, -ENOMEM, "out of memory for a profile's text of %zu bytes", length);
    }
    for (size_t done = 0; done < length;) {
        ssize_t n = pread(fd, text + done, length - done, (off_t)done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            int code = n < 0 ? -errno : -EIO;
            free(text);
            return armor_error_set(err, code, "can't read the profile's text: %s", strerror(-code));
        }
        done += (size_t)n;
    }
    text[length] = '\0';
    const char *nul = memchr(text, '\0', length);
    if (nul) {
        size_t offset = (size_t)(nul - text);
        free(text);
        return armor_error_set(err, -EBADMSG, "byte %zu of the profile's text is a NUL", offset + 1);
    }
    *ret_text = text;
    return 0;
}

int loader_send(int socket, const void *message, size_t length, int fd)
{
    struct iovec part = {.iov_base = (void *)message, .iov_len = length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    union control control = {0};
    if (fd >= 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof fd);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    ssize_t n;
    do {
        n = sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    return (size_t)n == length ? 0 : -EMSGSIZE;
}

/* Keep the first received descriptor in *RET_FD (-1: none) and close the others. Returns how many came. */
static size_t take_descriptors(struct msghdr *header, int *ret_fd)
{
    size_t count = 0;
    *ret_fd = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t bytes = c->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
            if (count++ == 0) {
                *ret_fd = fd;
            } else {
                (void)close(fd);
            }
        }
    }
    return count;
}

int loader_receive(int socket, void *message, size_t size, int *ret_fd)
{
    struct iovec part = {.iov_base = message, .iov_len = size};
    union control control = {0};
    struct msghdr header = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    ssize_t n;
    do {
        n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    int fd;
    size_t descriptors = take_descriptors(&header, &fd);
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || descriptors > 1 || (n == 0 && descriptors > 0)) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return -EBADMSG;
    }
    *ret_fd = fd;
    return (int)n;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: the kernel's audit multicast group (AUDIT_NLGRP_READLOG). See source.h.
 *
 * A message from the group is one datagram with one netlink header; nlmsg_len covers header and payload
 * (kernel/audit.c, kauditd_send_multicast_skb). That differs from the unicast messages to auditd, whose nlmsg_len leaves the
 * header out; both lengths are taken, nothing else is. Anyone may send to a netlink socket's port: only nl_pid 0 is the
 * kernel.
 *
 * A full buffer drops the newest messages and says ENOBUFS once, until it has been read empty (netlink_overrun in
 * net/netlink/af_netlink.c); how many were dropped stands in the socket's SK_MEMINFO_DROPS, the same number as Drops in
 * /proc/net/netlink, and needs no /proc.
 */
#include "source.h"

#include "armor/limits.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SLOTS = 32, /* messages of one system call; 8 of them make a batch */
    SLOT_SIZE = ARMOR_RECORD_MAX,
};

struct slot {
    struct sockaddr_nl sender;
    struct iovec vector;
    _Alignas(struct nlmsghdr) char bytes[SLOT_SIZE];
};

struct source {
    int fd;                 /* owned */
    sd_event_source *ready; /* owned */
    const struct source_handler *handler;
    void *userdata;
    struct source_counters counters;
    uint32_t drops; /* the socket's own counter, as last seen; wraps */
    struct mmsghdr headers[SLOTS];
    struct slot slots[SLOTS];
};

/* The socket's counter of messages that found its buffer full. Returns 0 or a negative errno. */
static int read_drops(int fd, uint32_t *ret_drops)
{
    uint32_t memory[SK_MEMINFO_VARS];
    socklen_t size = sizeof memory;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) < 0) {
        return -errno;
    }
    if (size < (SK_MEMINFO_DROPS + 1) * sizeof memory[0]) {
        return -ENODATA;
    }
    *ret_drops = memory[SK_MEMINFO_DROPS];
    return 0;
}

static void take_overrun(struct source *source)
{
    uint32_t drops = source->drops;
    (void)read_drops(source->fd, &drops);
    uint32_t dropped = drops - source->drops;
    source->drops = drops;
    source->counters.overruns++;
    source->counters.dropped += dropped;
    source->handler->overrun(source->userdata, dropped);
}

static void take_message(struct source *source, const struct mmsghdr *header, const struct slot *slot)
{
    source->counters.messages++;
    if (header->msg_hdr.msg_namelen != sizeof slot->sender || slot->sender.nl_family != AF_NETLINK ||
        slot->sender.nl_pid != 0) {
        source->counters.strangers++;
        return;
    }
    struct nlmsghdr message;
    size_t length = header->msg_len;
    if (length < NLMSG_HDRLEN || (header->msg_hdr.msg_flags & MSG_TRUNC)) {
        source->counters.bent++;
        return;
    }
    memcpy(&message, slot->bytes, sizeof message);
    size_t payload = length - NLMSG_HDRLEN;
    size_t said = message.nlmsg_len;
    if (said >= NLMSG_HDRLEN && (said == length || NLMSG_ALIGN(said) == length)) {
        payload = said - NLMSG_HDRLEN;
    } else if (said == payload || NLMSG_ALIGN(said) == payload) {
        payload = said;
    } else {
        source->counters.bent++;
        return;
    }
    source->handler->message(source->userdata, message.nlmsg_type,
                             (struct armor_slice){slot->bytes + NLMSG_HDRLEN, payload});
}

static void prepare_slots(struct source *source)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &source->slots[i];
        slot->vector = (struct iovec){slot->bytes, sizeof slot->bytes};
        source->headers[i].msg_hdr = (struct msghdr){.msg_name = &slot->sender,
                                                     .msg_namelen = sizeof slot->sender,
                                                     .msg_iov = &slot->vector,
                                                     .msg_iovlen = 1};
    }
}

/* Read one batch. Returns the messages read, 0 when nothing waits, or a negative errno. */
static int read_batch(struct source *source)
{
    int read = 0;
    int r = 0;
    while (read < SOURCE_BATCH) {
        prepare_slots(source);
        r = recvmmsg(source->fd, source->headers, SLOTS, MSG_DONTWAIT, NULL);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0 && errno == ENOBUFS) {
            take_overrun(source);
            continue;
        }
        if (r < 0) {
            r = errno == EAGAIN ? 0 : -errno;
            break;
        }
        for (int i = 0; i < r; i++) {
            take_message(source, &source->headers[i], &source->slots[i]);
        }
        read += r;
        if (r < SLOTS) {
            break;
        }
    }
    if (read > 0) {
        source->handler->batch(source->userdata);
        return read;
    }
    return r;
}

size_t source_drain(struct source *source, unsigned limit)
{
    size_t total = 0;
    for (unsigned i = 0; i < limit; i++) {
        int read = read_batch(source);
        if (read <= 0) {
            break;
        }
        total += (size_t)read;
    }
    return total;
}

/* A socket that can't be read any more ends the loop: armord without its source would look healthy and learn nothing. */
static int on_ready(sd_event_source *ready, int fd, uint32_t events, void *userdata)
{
    (void)ready;
    (void)fd;
    (void)events;
    int r = read_batch(userdata);
    return r < 0 ? r : 0;
}

/* Returns 0 when FD is a socket of the kernel's audit netlink, else negative with the reason. */
static int check_socket(int fd, struct armor_error *err)
{
    int domain = 0;
    int protocol = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0) {
        int code = -errno;
        return armor_error_set(err, code, "the descriptor for audit records is no socket: %s",
                               strerror(-code));
    }
    size = sizeof protocol;
    if (domain != AF_NETLINK || getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) < 0 ||
        protocol != NETLINK_AUDIT) {
        return armor_error_set(
            err, -EPROTOTYPE,
            "the socket for audit records isn't the kernel's audit netlink; armord-audit.socket must "
            "have ListenNetlink=audit 1");
    }
    return 0;
}

int source_new(sd_event *event, int fd, const struct source_handler *handler, void *userdata,
               struct source **ret_source, struct armor_error *err)
{
    int r = check_socket(fd, err);
    if (r < 0) {
        return r;
    }
    struct source *source = calloc(1, sizeof *source);
    if (!source) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    source->fd = -1;
    source->handler = handler;
    source->userdata = userdata;
    (void)read_drops(fd, &source->drops);
    r = sd_event_add_io(event, &source->ready, fd, EPOLLIN, on_ready, source);
    if (r >= 0) {
        (void)sd_event_source_set_description(source->ready, "audit records");
        r = sd_event_source_set_exit_on_failure(source->ready, true);
    }
    if (r < 0) {
        source_free(source);
        return armor_error_set(err, r, "the audit socket can't be watched: %s", strerror(-r));
    }
    source->fd = fd;
    *ret_source = source;
    return 0;
}

const struct source_counters *source_counters(const struct source *source)
{
    return &source->counters;
}

const char *source_name(const struct source *source)
{
    (void)source;
    return "netlink";
}

void source_free(struct source *source)
{
    if (!source) {
        return;
    }
    (void)sd_event_source_unref(source->ready);
    if (source->fd >= 0) {
        (void)close(source->fd);
    }
    free(source);
}

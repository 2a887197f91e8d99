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
#include "source_private.h"

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

struct netlink {
    struct source source;
    int fd;         /* the socket; not owned */
    uint32_t drops; /* its own counter, as last seen; wraps */
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

static void take_overrun(struct netlink *netlink)
{
    uint32_t drops = netlink->drops;
    (void)read_drops(netlink->fd, &drops);
    uint32_t dropped = drops - netlink->drops;
    netlink->drops = drops;
    source_lost(&netlink->source, dropped, "in the audit socket's full buffer");
}

static void take_message(struct source *source, const struct mmsghdr *header, const struct slot *slot)
{
    struct armor_record record;
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
    struct armor_slice bytes = {slot->bytes + NLMSG_HDRLEN, payload};
    if (armor_record_from_netlink(message.nlmsg_type, bytes, &record, NULL) < 0) {
        source->counters.bent++;
        return;
    }
    source->handler->record(source->userdata, &record);
}

static void prepare_slots(struct netlink *netlink)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &netlink->slots[i];
        slot->vector = (struct iovec){slot->bytes, sizeof slot->bytes};
        netlink->headers[i].msg_hdr = (struct msghdr){.msg_name = &slot->sender,
                                                      .msg_namelen = sizeof slot->sender,
                                                      .msg_iov = &slot->vector,
                                                      .msg_iovlen = 1};
    }
}

static int read_batch(struct source *source)
{
    struct netlink *netlink = (struct netlink *)source;
    int read = 0;
    int r = 0;
    while (read < SOURCE_BATCH) {
        prepare_slots(netlink);
        r = recvmmsg(netlink->fd, netlink->headers, SLOTS, MSG_DONTWAIT, NULL);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0 && errno == ENOBUFS) {
            take_overrun(netlink);
            continue;
        }
        if (r < 0) {
            r = errno == EAGAIN ? 0 : -errno;
            break;
        }
        for (int i = 0; i < r; i++) {
            take_message(source, &netlink->headers[i], &netlink->slots[i]);
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

static void close_netlink(struct source *source)
{
    free((struct netlink *)source);
}

static int open_netlink(sd_event *event, const struct source_config *config, const char *place, int64_t since,
                        struct source **ret_source, struct armor_error *err)
{
    (void)place; /* what wasn't read yet waits in the socket */
    (void)since;
    if (config->netlink < 0) {
        return armor_error_set(err, -ENOENT,
                               "it takes: systemctl stop armord; systemctl enable --now armord-audit.socket; "
                               "systemctl start armord");
    }
    int r = check_socket(config->netlink, err);
    if (r < 0) {
        return r;
    }
    struct netlink *netlink = calloc(1, sizeof *netlink);
    if (!netlink) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    netlink->fd = config->netlink;
    (void)read_drops(netlink->fd, &netlink->drops);
    r = source_watch(&netlink->source, event, netlink->fd, EPOLLIN, err);
    if (r < 0) {
        source_free(&netlink->source);
        return r;
    }
    *ret_source = &netlink->source;
    return 1;
}

const struct source_type source_netlink = {
    .name = "netlink",
    .trust = "the kernel itself says who sent each record",
    .completeness = "complete but for what the kernel counts as lost",
    .open = open_netlink,
    .read = read_batch,
    .close = close_netlink,
};

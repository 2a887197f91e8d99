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

#include "clock.h"
#include "serials.h"
#include "tray.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALL = 32 }; /* messages of one system call; 2 of them make a batch */

struct netlink {
    struct source source;
    int fd;         /* the socket; not owned */
    uint32_t drops; /* its own counter, as last seen; wraps */
    struct serials serials;
    struct tray *tray; /* owned; what is read and not yet kept */
    bool taken;        /* what an earlier armord left in the tray */
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
    serials_excuse(&netlink->serials, dropped);
    source_lost(&netlink->source, dropped, "in the audit socket's full buffer", NULL);
}

/* The events of GAP, if there are any, have numbers and never came here, and nobody said so. */
static void take_gap(struct netlink *netlink, struct serials_gap gap)
{
    if (gap.count > 0) {
        source_lost(&netlink->source, gap.count, "on the way here, as the gap in their numbers shows", &gap);
    }
}

static void take_message(struct source *source, const struct mmsghdr *header, const struct tray_slot *slot)
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
    source->handler->record(source->userdata,
                            &record); /* before a gap in front of it, which may be judged by it */
    if (record.serial.present) {
        struct netlink *netlink = (struct netlink *)source;
        take_gap(netlink, serials_take(&netlink->serials, (uint32_t)record.serial.value));
    }
}

/* Have what was read kept, and the tray emptied. */
static void end_batch(struct netlink *netlink)
{
    take_gap(netlink, serials_settle(&netlink->serials, clock_monotonic()));
    netlink->source.handler->batch(netlink->source.userdata);
    tray_clear(netlink->tray);
}

/*
 * Take what an armord that was killed had read. Some of it may be in the store already: then its events count twice, and no rule
 * is lost. A batch that one more armord has died of is given up. Returns the messages taken.
 */
static int take_left(struct netlink *netlink)
{
    struct tray *tray = netlink->tray;
    size_t count = tray_count(tray);
    if (count == 0 || tray->taking) {
        if (count > 0) {
            source_lost(&netlink->source, count, "in a batch that armord ended at, twice", NULL);
        }
        tray_clear(tray);
        return 0;
    }
    tray->taking = 1;
    for (size_t i = 0; i < TRAY_SLOTS; i++) {
        if (tray->headers[i].msg_len > 0 && tray->headers[i].msg_len <= TRAY_SLOT_SIZE) {
            take_message(&netlink->source, &tray->headers[i], &tray->slots[i]);
        }
    }
    end_batch(netlink);
    return (int)count;
}

static int read_batch(struct source *source)
{
    struct netlink *netlink = (struct netlink *)source;
    struct tray *tray = netlink->tray;
    int read = 0;
    int r = 0;
    if (!netlink->taken) {
        netlink->taken = true;
        r = take_left(netlink);
        if (r > 0) {
            return r;
        }
    }
    while (read < SOURCE_BATCH) {
        tray_prepare(tray, (size_t)read, CALL);
        r = recvmmsg(netlink->fd, tray->headers + read, CALL, MSG_DONTWAIT, NULL);
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
        for (int i = read; i < read + r; i++) {
            take_message(source, &tray->headers[i], &tray->slots[i]);
        }
        read += r;
        if (r < CALL) {
            break;
        }
    }
    if (read > 0) {
        end_batch(netlink);
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
    struct netlink *netlink = (struct netlink *)source;
    tray_close(netlink->tray);
    free(netlink);
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
    r = tray_open(config->tray, &netlink->tray, err);
    r = r < 0 ? r : source_watch(&netlink->source, event, netlink->fd, EPOLLIN, err);
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

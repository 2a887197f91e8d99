/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AUDIT_GET and AUDIT_SET through libaudit. See audit.h. */
#include "audit.h"

#include <errno.h>
#include <libaudit.h>
#include <poll.h>

enum {
    REPLY_MSEC = 2000, /* the kernel answers from a thread of its own, so the answer isn't there at once */
    REPLIES_MAX = 16,  /* messages looked at before giving up: acknowledgements may come first */
};

static void close_audit(const int *fd)
{
    audit_close(*fd);
}

static int open_audit(struct armor_error *err)
{
    int fd = audit_open();
    return fd >= 0 ? fd
                   : armor_error_set(err, -errno, "can't open an audit socket: %s%s", strerror(errno),
                                     errno == EPROTONOSUPPORT ? " (this kernel is built without audit)" : "");
}

static int refused(int code, const char *what, struct armor_error *err)
{
    return armor_error_set(err, code, "the kernel refused to %s: %s%s", what, strerror(-code),
                           code == -EPERM ? " (CAP_AUDIT_CONTROL is needed, in the host's pid namespace; and "
                                            "auditctl -e 2 locks the settings)"
                                          : "");
}

static int get_status(int fd, struct loader_audit *ret_audit, struct armor_error *err)
{
    int r = audit_request_status(fd);
    if (r < 0) {
        return refused(r, "tell its audit status", err);
    }
    for (int i = 0; i < REPLIES_MAX; i++) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, REPLY_MSEC) <= 0) {
            break;
        }
        struct audit_reply reply;
        r = audit_get_reply(fd, &reply, GET_REPLY_NONBLOCKING, 0);
        if (r <= 0) {
            continue;
        }
        if (reply.type == NLMSG_ERROR && reply.error->error != 0) {
            return refused(reply.error->error, "tell its audit status", err);
        }
        if (reply.type == AUDIT_GET) {
            *ret_audit = (struct loader_audit){
                .lost = reply.status->lost,
                .backlog = reply.status->backlog,
                .backlog_limit = reply.status->backlog_limit,
            };
            return 0;
        }
    }
    return armor_error_set(err, -ETIMEDOUT, "the kernel didn't answer AUDIT_GET within %d ms", REPLY_MSEC);
}

int loader_audit_status(struct loader_audit *ret_audit, struct armor_error *err)
{
    int fd ARMOR_CLEANUP(close_audit) = open_audit(err);
    return fd < 0 ? fd : get_status(fd, ret_audit, err);
}

int loader_audit_set_backlog(uint32_t limit, struct loader_audit *ret_audit, struct armor_error *err)
{
    int fd ARMOR_CLEANUP(close_audit) = open_audit(err);
    if (fd < 0) {
        return fd;
    }
    int r = audit_set_backlog_limit(fd, limit);
    if (r < 0) {
        return refused(r, "change its audit backlog limit", err);
    }
    struct loader_audit audit = {0};
    r = get_status(fd, &audit, err);
    if (r < 0) {
        return r;
    }
    if (audit.backlog_limit != limit) {
        return armor_error_set(err, -EPROTO,
                               "the audit backlog limit is %u after %u was set: somebody else sets it "
                               "too",
                               audit.backlog_limit, limit);
    }
    *ret_audit = audit;
    return 0;
}

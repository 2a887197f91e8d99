/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tray: where messages of a socket lie from when they are read until what came of them is on disk. Its memory belongs to systemd
 * as much as to armord (FileDescriptorStoreMax=), so that it is still there when armord was killed between the two, and the next
 * armord takes from it what the kernel has given away already.
 */
#pragma once

#include "source.h"

#include "armor/limits.h"

#include <linux/netlink.h>
#include <sys/socket.h>

enum {
    TRAY_SLOTS = SOURCE_BATCH,
    TRAY_SLOT_SIZE = ARMOR_RECORD_MAX,
};

struct tray_slot {
    struct sockaddr_nl sender;
    struct iovec vector; /* of the armord that reads; nothing to another one */
    _Alignas(struct nlmsghdr) char bytes[TRAY_SLOT_SIZE];
};

/* As it lies in the shared memory. */
struct tray {
    uint64_t magic;  /* of this layout */
    uint32_t taking; /* what an earlier armord left is being taken */
    struct mmsghdr
        headers[TRAY_SLOTS]; /* msg_len 0: the slot is empty. The kernel sets it behind the message's bytes */
    struct tray_slot slots[TRAY_SLOTS];
};

/*
 * Map the memory FD, as an earlier armord left it, or memory of its own for -1 or where FD is something else, which systemd is
 * asked to keep. FD stays the caller's. Returns 0, or negative with the reason.
 */
ARMOR_CHECKED int tray_open(int fd, struct tray **ret_tray, struct armor_error *err);

/* Make ready to receive from slot FIRST on, COUNT messages. The slots must be empty. */
void tray_prepare(struct tray *tray, size_t first, size_t count);

/* Messages that lie there. */
size_t tray_count(const struct tray *tray);

/* What lay there is on disk. */
void tray_clear(struct tray *tray);

/* Unmap. NULL is fine. */
void tray_close(struct tray *tray);

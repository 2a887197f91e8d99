/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd opened or keeps for armord, by the names that the socket units (FileDescriptorName=) or armord itself gave. */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

struct manager_sockets {
    int audit;   /* the kernel's audit netlink: armord-audit.socket; -1: it isn't started */
    int kmsg;    /* /dev/kmsg: armord-kmsg.socket; -1: it isn't started */
    int tray;    /* memory that systemd keeps for armord, no socket: tray.h; -1: it has none yet */
    int control; /* armord.socket */
    int read;    /* armord-read.socket */
};

/*
 * Take the passed descriptors, all of them, close-on-exec and non-blocking; those of other names are closed. Returns 0; -ENOENT when control or read is missing,
 * -EEXIST when one is there twice, with the unit to start; then none is open.
 */
ARMOR_CHECKED int manager_sockets_take(struct manager_sockets *ret_sockets, struct armor_error *err);

/* Close those that are open (not -1). */
void manager_sockets_close(struct manager_sockets *sockets);

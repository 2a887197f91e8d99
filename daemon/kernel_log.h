/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel log: its messages as /dev/kmsg and the journal hand them on, and the audit records in them. Pure: bytes in, values
 * out. Whoever may write to /dev/kmsg writes any text; but the kernel never lets a writer have facility 0.
 */
#pragma once

#include "armor/base.h"
#include "armor/record.h"

/* One message of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). Slices point into the bytes that were given. */
struct kernel_message {
    uint32_t facility;         /* 0: the kernel's own */
    uint64_t sequence;         /* of the message since boot, without gaps */
    int64_t usec;              /* CLOCK_MONOTONIC, about, when it was written */
    struct armor_slice caller; /* "T618", the thread that wrote it; absent: a kernel without PRINTK_CALLER */
    struct armor_slice text;   /* one line; unprintable bytes as \xHH */
};

/*
 * Take `PRIORITY,SEQUENCE,USEC,FLAGS[,...];TEXT`, what one read of /dev/kmsg gives; lines behind the first one, which are
 * fields for udev, are left out. Returns 0 or -EBADMSG.
 */
ARMOR_CHECKED int kernel_message_parse(struct armor_slice bytes, struct kernel_message *ret_message);

/* Undo \xHH in TEXT, into BUFFER, which has room for TEXT's bytes. Returns the bytes; what isn't \xHH stays. */
struct armor_slice kernel_text_unescape(struct armor_slice text, char *buffer);

/*
 * Take the audit record in TEXT, a message of the kernel's own: `audit: type=1400 audit(...): ...`. Returns 1 and the record, 0 when the message is
 * something else, or negative as armor_record_from_netlink.
 */
ARMOR_CHECKED int kernel_text_record(struct armor_slice text, struct armor_record *ret_record);

/*
 * Take TEXT, a message that a process wrote into the kernel log. Returns 1 and an untrusted record with SENDER when it poses as
 * AppArmor's, else 0.
 */
ARMOR_CHECKED int kernel_text_forged(struct armor_slice text, struct armor_slice sender,
                                     struct armor_record *ret_record);

/* How many audit records the kernel log left out by its rate limit, as TEXT says; 0: it says nothing of the kind. */
uint64_t kernel_text_suppressed(struct armor_slice text);

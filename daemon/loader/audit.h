/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's audit status: what it has lost, and how much it may queue. */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

struct loader_audit {
    uint32_t lost;          /* records since boot */
    uint32_t backlog;       /* records queued now */
    uint32_t backlog_limit; /* records; 0: no limit */
};

/* Ask for the status (AUDIT_GET), which needs CAP_AUDIT_CONTROL. -ETIMEDOUT if no answer comes. */
ARMOR_CHECKED int loader_audit_status(struct loader_audit *ret_audit, struct armor_error *err);

/* Set the backlog limit (AUDIT_SET) and read the status back; -EPROTO if the kernel has kept another limit. */
ARMOR_CHECKED int loader_audit_set_backlog(uint32_t limit, struct loader_audit *ret_audit,
                                           struct armor_error *err);

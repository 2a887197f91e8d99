/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queries: what a loaded profile would allow, by the kernel's own word (.access in securityfs). Written as lines, so that armord's
 * are text like all that it sends:
 *
 *     file MASK PATH      MASK in hex, of enum loader_query_mask (wire.h); PATH as the hex of its bytes
 *     net FAMILY TYPE     decimal numbers of socket(2)
 */
#pragma once

#include "roots.h"
#include "wire.h"

#include "armor/base.h"
#include "armor/error.h"
#include "armor/limits.h"

struct loader_query {
    uint32_t mask;                 /* that must be allowed as a whole */
    size_t length;                 /* of the data */
    char data[1 + ARMOR_PATH_MAX]; /* the class, then the path without a terminator, or family and type */
};

/* Take the first line off *LINES. Returns 1 and the query, 0 where there is no more, -EBADMSG for a line that isn't one. */
ARMOR_CHECKED int loader_query_next(struct armor_slice *lines, struct loader_query *ret_query,
                                    struct armor_error *err);

/* Whether all LINES are queries, LOADER_QUERIES_MAX at most. Returns 0, -EBADMSG or -E2BIG. */
ARMOR_CHECKED int loader_query_check(struct armor_slice lines, struct armor_error *err);

/* Open the interface for loader_query_ask. Returns a descriptor, which the caller closes, or negative. */
ARMOR_CHECKED int loader_query_open(const struct loader_roots *roots, struct armor_error *err);

/* Ask whether the loaded profile LABEL allows QUERY: 1 or 0. Negative: what the kernel said; -EBADMSG when it is no answer. */
ARMOR_CHECKED int loader_query_ask(int fd, const char *label, const struct loader_query *query,
                                   struct armor_error *err);

/* Read the kernel's answer, "allow 0x... deny 0x...": whether all of MASK is allowed. Returns 1, 0 or -EBADMSG. */
ARMOR_CHECKED int loader_query_read(struct armor_slice answer, uint32_t mask);

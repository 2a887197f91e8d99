/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request to one reply. */
#pragma once

#include "roots.h"
#include "wire.h"

/*
 * Do what MESSAGE (untrusted, LENGTH bytes) asks, with FD the descriptor that came along or -1 (stays the caller's), and
 * fill RET_REPLY, whatever happens. *RET_REQUEST is what was asked, for the log: all zero if the message wasn't one.
 */
void loader_serve(const struct loader_roots *roots, const void *message, size_t length, int fd,
                  struct loader_request *ret_request, struct loader_reply *ret_reply);

/* The word for an operation, for the log; "nothing known" outside the enum. */
const char *loader_operation_name(uint32_t operation);

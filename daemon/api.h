/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * API: HTTP/1.1 and JSON on two Unix sockets (docs/api.md), by libmicrohttpd on the manager's event loop. No
 * thread, and no wake-up while nobody is connected.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

struct api;
struct manager;

/*
 * Serve CONTROL_FD and READ_FD, listening Unix stream sockets that the API owns on success. The manager's
 * parts must be there already and outlive the API; promote.c must not report a job after api_free. Returns 0;
 * -ENOTSOCK or -EINVAL with the reason for descriptors that can't be; -ENOMEM; or what the event loop said.
 */
ARMOR_CHECKED int api_new(struct manager *manager, int control_fd, int read_fd, struct api **ret_api,
                          struct armor_error *err);

/* Drop all clients and close. NULL is fine. */
void api_free(struct api *api);

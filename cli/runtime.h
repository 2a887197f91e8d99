/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runtime: what Docker or Podman says of a container or an image, asked over its socket with the operator's own rights. Two requests that read,
 * bounded in size and time. armord never opens that socket.
 */
#pragma once

#include "cli.h"

#include "armor/limits.h"
#include "armor/text.h"

/* The engine that is asked for several things, one after the other. */
struct runtime {
    char socket[ARMOR_PATH_MAX];
};

/* Find the engine behind --runtime-socket, or the first usual socket where one answers. Returns 0, or negative as runtime_inspect. */
ARMOR_CHECKED int runtime_open(const struct cli *cli, struct runtime *ret_runtime, struct armor_error *err);

/* GET PATH, and append the answer to TEXT, whose limit holds. Returns the status of HTTP, or negative as runtime_inspect. */
ARMOR_CHECKED int runtime_get(const struct runtime *runtime, const char *path, struct armor_text *text,
                              struct armor_error *err);

/*
 * GET PATH and give each line of the answer, as it comes, to TAKE, until that returns false or the engine ends it. Returns 0, or negative as
 * runtime_inspect; -E2BIG for a line over 64 KiB.
 */
ARMOR_CHECKED int runtime_follow(const struct runtime *runtime, const char *path,
                                 bool (*take)(struct armor_slice line, void *userdata), void *userdata,
                                 struct armor_error *err);

/*
 * Append to TEXT what inspect has of the container WHAT or, when there is none, of the image, from --runtime-socket or the first usual
 * socket that has it; *RET_IMAGE says which it is. Returns 0; -EINVAL for what can't be a name; -ENOENT when nobody has it; -EACCES, -ECONNREFUSED and what
 * else kept the only socket there is from being asked; -E2BIG over LIMIT bytes; -ETIMEDOUT; -EPROTO for an answer that isn't theirs. ERR says it
 * all.
 */
ARMOR_CHECKED int runtime_inspect(const struct cli *cli, const char *what, size_t limit,
                                  struct armor_text *text, bool *ret_image, struct armor_error *err);

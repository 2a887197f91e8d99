/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runtime: what Docker or Podman says of a container or an image, asked over its socket with the operator's own rights. Two requests that read,
 * bounded in size and time. armord never opens that socket.
 */
#pragma once

#include "cli.h"

#include "armor/text.h"

/*
 * Append to TEXT what inspect has of the container WHAT or, when there is none, of the image, from --runtime-socket or the first usual
 * socket that has it; *RET_IMAGE says which it is. Returns 0; -EINVAL for what can't be a name; -ENOENT when nobody has it; -EACCES, -ECONNREFUSED and what
 * else kept the only socket there is from being asked; -E2BIG over LIMIT bytes; -ETIMEDOUT; -EPROTO for an answer that isn't theirs. ERR says it
 * all.
 */
ARMOR_CHECKED int runtime_inspect(const struct cli *cli, const char *what, size_t limit,
                                  struct armor_text *text, bool *ret_image, struct armor_error *err);

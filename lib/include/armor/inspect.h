/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inspect: what `docker inspect` or `podman inspect` prints of a container or image, as a seed. Sources are JSON pointers.
 */
#pragma once

#include "armor/seed.h"
#include "armor/text.h"

/*
 * Add to SEED what TEXT (an object, or an array of one, at most ARMOR_REQUEST_MAX bytes) says; FILE is its name. *RET_NAME gets the
 * container's own name without its slash, or "" for an image, if it isn't NULL. Returns 0; -EBADMSG for what isn't JSON (with position) or not
 * of inspect, or of several containers; -E2BIG; -ENOMEM.
 */
ARMOR_CHECKED int armor_inspect_read(struct armor_slice text, const char *file, struct armor_seed *seed,
                                     struct armor_text *ret_name, struct armor_error *err);

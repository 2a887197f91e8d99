/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a request that changes something: JSON, to what promote.h asks for. */
#pragma once

#include "promote.h"

enum { API_BODY_DEPTH_MAX = 8 }; /* nesting; what there is to say needs 2 */

/*
 * Read BODY, a JSON object of the keys that VERB knows, for settings their names, or nothing at all, into REQUEST's options, where its name and hash are already; its other
 * fields are left as they are; a seed, a rule and stated rules in it are the caller's. Repeated and unknown keys and wrong types are refused. Returns 0, or -EBADMSG
 * with line and column for what isn't JSON, -EINVAL with the key or the element for what means nothing here, -E2BIG for a seed over its caps, -ENOMEM.
 */
ARMOR_CHECKED int api_body_read(enum promote_verb verb, struct armor_slice body,
                                struct promote_request *request, struct armor_error *err);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Siblings: the names of one directory that are the same name another time. Private to lib/policy. */
#pragma once

#include "armor/generalise.h"
#include "names.h"
#include "zone.h"

/* What the steps of one pass share. */
struct collapse {
    struct names *names;
    uint32_t without;                /* bits 1 << enum armor_transformation: not to be used */
    struct armor_text room;          /* for one pattern */
    const struct armor_rule **rules; /* all of the container's, of whatever state */
    size_t rule_count;
};

static inline bool collapse_does(const struct collapse *collapse, enum armor_transformation transformation)
{
    return !(collapse->without & (1U << transformation));
}

/*
 * Give each of DIRECTORY's children, which lie in ZONE, the pattern of its shape: by its own name, as a shard, by what its
 * siblings look like, as one of a series. Those of the same pattern become one. Returns 0 or negative.
 */
ARMOR_CHECKED int siblings_shape(struct collapse *collapse, struct names_node *directory, enum zone zone);

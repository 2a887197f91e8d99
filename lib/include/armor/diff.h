/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Diff: how one profile differs from another by what it means, not by its text: a rule that another one covers is no difference.
 */
#pragma once

#include "armor/read.h"

enum armor_change {
    ARMOR_CHANGE_ADDED = 0, /* `to` speaks of what no rule spoke of */
    ARMOR_CHANGE_REMOVED,   /* `from` spoke of what no rule speaks of now */
    ARMOR_CHANGE_WIDENED,   /* `to` covers `from`, and more */
    ARMOR_CHANGE_NARROWED,  /* `from` covered `to`, and more */
    ARMOR_CHANGE_COUNT,
};

struct armor_difference {
    enum armor_change change;
    const struct armor_clause *from; /* NULL: added */
    const struct armor_clause *to;   /* NULL: removed */
};

/*
 * The differences from the profile OLD to NEW, by kind and in the order of the texts, as an array of *RET_COUNT that the caller
 * frees. A change of a rule is shown once, as what its new form is to the old one. Returns 0; -EBADMSG for a pattern that can't be; -ENOMEM.
 */
ARMOR_CHECKED int armor_diff(const struct armor_section *old, const struct armor_section *new,
                             struct armor_difference **ret_differences, size_t *ret_count);

/* "added", "removed", "widened", "narrowed". */
const char *armor_change_name(enum armor_change change);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merging of Compose trees by the specification's rules. Private to lib/seed. */
#pragma once

#include "yaml_tree.h"

/*
 * OVER over BASE: whole documents, or one service. Neither is changed; the result shares their nodes. Returns 0; -EBADMSG with the place
 * of what doesn't fit on what it overrides; -E2BIG; -ENOMEM.
 */
ARMOR_CHECKED int compose_merge(struct seed_arena *arena, struct tree_node *base, struct tree_node *over,
                                struct tree_node **ret_node, struct armor_error *err);
ARMOR_CHECKED int compose_merge_service(struct seed_arena *arena, struct tree_node *base,
                                        struct tree_node *over, struct tree_node **ret_node,
                                        struct armor_error *err);

/*
 * NODE, a mapping or a list of "NAME=value" (or "NAME:value" for SEPARATOR ':'), as a mapping; a name alone has a null value. Returns
 * 0, -EBADMSG with the place of what is neither, -E2BIG, -ENOMEM.
 */
ARMOR_CHECKED int compose_pairs(struct seed_arena *arena, struct tree_node *node, char separator,
                                struct tree_node **ret_node, struct armor_error *err);

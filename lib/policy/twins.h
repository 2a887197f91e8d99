/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Twins: directories beside each other that hold the same, as those of users, sessions and packages do. Private to lib/policy. */
#pragma once

#include "collapse.h"

/*
 * Move what several of DIRECTORY's directories hold under the same name, or under names that differ in numbers alone, below one whose name is a star.
 * What only few of them hold stays. Returns 0 or negative.
 */
ARMOR_CHECKED int twins_join(struct collapse *collapse, struct names_node *directory,
                             const struct place_of_names *place);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How profile.c finds a rule, and the room that learn.c works in. Private to lib/policy. */
#pragma once

#include "armor/intern.h"
#include "armor/profile.h"
#include "armor/text.h"

struct armor_profile_index {
    struct armor_intern *words;     /* owned: every word of the rules */
    struct armor_rule **slots;      /* owned: open addressing by key; the rules are profile->rules' */
    size_t slot_count;              /* a power of two */
    size_t rule_capacity;           /* of profile->rules */
    struct armor_text pattern;      /* kept from call to call, so that repeats allocate nothing */
    struct armor_text peer_pattern; /* likewise, for the second path of links, mounts and pivot_root */
    struct armor_text member;       /* likewise, for the interface and member of D-Bus */
};

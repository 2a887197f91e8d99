/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters that the JSON of all nouns shares. Private to lib/codec. */
#pragma once

#include "armor/profile.h"

#include <jansson.h>

/* Set OBJECT[KEY]. Return 0 or -ENOMEM. */
ARMOR_CHECKED int json_set_number(json_t *object, const char *key, int64_t value);
ARMOR_CHECKED int json_set_string(json_t *object, const char *key, const char *value);

/* Set OBJECT[KEY] to the text of RULE, as PROFILE renders it. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int json_set_rule(json_t *object, const char *key, const struct armor_profile *profile,
                                const struct armor_rule *rule);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON of the nouns, by jansson. Bytes that aren't UTF-8 are shown as \xHH, and then a second key NAME_hex has the exact
 * ones in lower-case hex.
 */
#pragma once

#include "armor/event.h"
#include "armor/profile.h"

#include <jansson.h>

/* EVENT as `armorctl parse` prints it; keys absent where the record has none. NULL: out of memory. */
json_t *armor_event_to_json(const struct armor_event *event);

/* RULE with its rendered text, origin and evidence. NULL: out of memory. */
json_t *armor_rule_to_json(const struct armor_profile *profile, const struct armor_rule *rule);

/* What PROFILE counted: events, rules by kind, skips by reason. NULL: out of memory. */
json_t *armor_profile_to_json(const struct armor_profile *profile);

/* Set OBJECT[KEY] to BYTES, with KEY_hex beside it where they aren't UTF-8. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_json_set_bytes(json_t *object, const char *key, struct armor_slice bytes);

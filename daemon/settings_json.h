/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of a container as JSON, and what a request changes of them, as docs/api.md has both. */
#pragma once

#include "settings.h"

#include <jansson.h>

/* What a request asks for. */
struct settings_change {
    struct own_settings given; /* the values that it gives */
    uint32_t inherit;          /* setting_bit of those that are to be inherited again */
};

/* The settings of a container that has OWN, each with its value and where that is from, as an array. NULL: out of memory. */
json_t *settings_to_json(const struct settings *settings, const struct own_settings *own);

/* Those that OWN has as an object, name to value; NULL where it has none, or out of memory. */
json_t *own_settings_to_json(const struct own_settings *own);

/*
 * Take VALUE, which a request gives for the setting NAME, into CHANGE: a string as armord.yaml has it, a whole number, or null to inherit again.
 * Returns 0; or -EINVAL with the name and what it takes for a value that can't be, and for a name that no container has a setting of.
 */
ARMOR_CHECKED int settings_change_read(struct settings_change *change, const char *name, const json_t *value,
                                       struct armor_error *err);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Setting: one description of each thing that an operator can choose. armord.yaml, what a container has of its own, the store, JSON and
 * armorctl all go by the one table; its values are in settings.h.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

enum setting_type {
    SETTING_PATH,    /* absolute, kept as a string; min and max are bytes */
    SETTING_WORD,    /* one of a few, kept as its index, an int64_t */
    SETTING_NUMBER,  /* int64_t, decimal; min and max are its bounds */
    SETTING_WITHOUT, /* "none", or names of transformations with spaces between, kept as uint32_t bits */
};

enum setting_scope {
    SETTING_DAEMON,    /* of armord as a whole: armord.yaml alone has it */
    SETTING_CONTAINER, /* a container may have its own */
};

struct setting {
    const char *name;
    const char *help; /* what it decides, in a few words */
    enum setting_scope scope;
    enum setting_type type;
    int64_t min;
    int64_t max;
    int64_t number;           /* the default of a number */
    const char *path;         /* the default of a path */
    size_t offset;            /* in struct settings; of a container's, in struct choices */
    const char *const *words; /* those that a word may be, max + 1 of them, the first one being the default */
};

enum { SETTING_TEXT_SIZE = 320 }; /* bytes of any value, or of what a setting takes, with the terminator */

/* All of them, by name. At most 32: sets of them are bits. */
const struct setting *setting_table(size_t *ret_count);

/* The setting of that name, or NULL. */
const struct setting *setting_find(struct armor_slice name);

/* Its bit in sets of settings: 1 << its place in the table. */
uint32_t setting_bit(const struct setting *setting);

/* Set SETTING's field of BASE, the struct that its offset is of, to the default; or to what FROM, another such struct, has. */
void setting_default(const struct setting *setting, void *base);
void setting_copy(const struct setting *setting, void *base, const void *from);

/*
 * Take TEXT, a value as armord.yaml has it, into SETTING's field of BASE. Returns 0; or -EINVAL, -E2BIG for a path that doesn't fit, with an
 * error that begins with the name and says what it takes, and BASE is as it was.
 */
ARMOR_CHECKED int setting_parse(const struct setting *setting, struct armor_slice text, void *base,
                                struct armor_error *err);

/* The value in BASE as a number: of a path it is 0, of `without` its bits. */
int64_t setting_number(const struct setting *setting, const void *base);

/* The value in BASE as text that setting_parse takes; what it takes, as "one of on, off". Both return BUFFER. */
const char *setting_format(const struct setting *setting, const void *base, char buffer[SETTING_TEXT_SIZE]);
const char *setting_takes(const struct setting *setting, char buffer[SETTING_TEXT_SIZE]);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extensions: a small set of them, and which are of one kind. Private to lib/policy. */
#pragma once

#include "armor/text.h"

enum { EXTENSIONS_MAX = 96 }; /* in one set; what goes over it isn't generalised */

/* Sorted by their bytes, each once. The slices are others'. */
struct extensions {
    struct armor_slice items[EXTENSIONS_MAX];
    size_t count;
};

/* Add EXTENSION. False: there is no room. */
bool extensions_add(struct extensions *set, struct armor_slice extension);

bool extensions_have(const struct extensions *set, struct armor_slice extension);

/* Bits of the families that EXTENSION is of: pictures, sound and film, pages, data, documents, archives; 0: of none. */
uint32_t extension_families(struct armor_slice extension);

/* Add all extensions of FAMILIES, bits as above. False: there is no room. */
bool extensions_add_families(struct extensions *set, uint32_t families);

/* The families that nothing runs: all but the parts of web pages. */
uint32_t extension_inert_families(void);

/* Write `ext`, or `{ext,ext}`, to PATTERN. */
void extensions_put(const struct extensions *set, struct armor_text *pattern);

/* What is behind the last dot of NAME, of letters and digits, at most 10 and not digits alone; absent where there is none. */
struct armor_slice extension_of(struct armor_slice name);

/*
 * Of NAME, a pattern, an extension and what stands behind it: `log.[0-9]*`, `db-journal`. Behind the last dot with a letter there is an extension, and then
 * either what varies, behind another dot, or a hyphen and letters. Absent where it is something else.
 */
struct armor_slice extension_with_tail(struct armor_slice name);

/* NAME up to and with the `.so` of a shared object, `libz.so` of `libz.so.1.2`; absent where it is none. */
struct armor_slice extension_shared_object(struct armor_slice name);

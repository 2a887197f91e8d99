/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Match: patterns of apparmor.d(5), asked for names. A pattern means what apparmor_parser makes of it (parser_regex.c,
 * libapparmor_re/parse.y), its oddities included:
 *
 *   *        any bytes but `/`; at least one where it is a whole segment of a path: `/a/` isn't of the pattern of /a and a star
 *   **       any bytes; at least one in the same place
 *   ?        one byte but `/`
 *   [a-z]    one of these bytes, [^a-z] one that isn't, `/` too; `-` first is itself, an escaped `-` or `^` isn't
 *   {a,b}    one of these, nested up to 49 deep; one of them may be empty; `{a}` is an error
 *   \        the next byte as it is; \ooo, \dNNN, \xHH, \a \e \f \n \r \t as a byte
 *
 * All else, `^ $ . + | ( )` too, is itself. A variable isn't: expand it first (reading does).
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

struct armor_pattern;

/*
 * Compile TEXT, a pattern without quotes. Returns 0 and a pattern for armor_pattern_free; -EBADMSG for what apparmor_parser
 * refuses too, and for `*` or `?` in brackets, which it reads as something else than they look, with the column in ERR;
 * -E2BIG over ARMOR_PATTERN_MAX; -ENOMEM.
 */
ARMOR_CHECKED int armor_pattern_new(struct armor_slice text, struct armor_pattern **ret_pattern,
                                    struct armor_error *err);

/*
 * Whether NAME, literal bytes, is of PATTERN: 1 or 0. Time is bounded by the product of their lengths. Allocates only for a
 * pattern of several hundred parts: -ENOMEM.
 */
ARMOR_CHECKED int armor_pattern_matches(const struct armor_pattern *pattern, struct armor_slice name);

/*
 * Whether each name of NARROW is of WIDE too: 1 or 0, exact. -E2BIG when that can't be said within ARMOR_COVER_MAX bytes of
 * work space and ARMOR_COVER_STEPS: treat it as 0; -ENOMEM.
 */
ARMOR_CHECKED int armor_pattern_covers(const struct armor_pattern *wide, const struct armor_pattern *narrow);

/*
 * Whether A and B have a name in common: 1 or 0, exact. -E2BIG when that can't be said within ARMOR_COVER_MAX bytes of work
 * space: treat it as 1; -ENOMEM.
 */
ARMOR_CHECKED int armor_pattern_meets(const struct armor_pattern *a, const struct armor_pattern *b);

/* The bytes that each name of PATTERN begins with, as literal bytes; valid as long as PATTERN. */
struct armor_slice armor_pattern_prefix(const struct armor_pattern *pattern);

/* Whether PATTERN is of one name alone, which is then its prefix. */
bool armor_pattern_literal(const struct armor_pattern *pattern);

/* NULL is fine. */
void armor_pattern_free(struct armor_pattern *pattern);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Globs: literal bytes as a pattern of apparmor.d(5), and patterns as tokens of a profile.
 *
 * A file name may hold any byte but NUL and `/`. Escaping is total: the pattern of a literal matches that literal and
 * nothing else, whatever is in it, and a token is one token, so that no name can become a rule.
 */
#pragma once

#include "armor/text.h"

/* Append LITERAL to PATTERN, each byte that a pattern gives a meaning escaped by a backslash. */
void armor_glob_escape(struct armor_text *pattern, struct armor_slice literal);

/* True when LITERAL is its own pattern, so that the caller needs no copy. */
bool armor_glob_plain(struct armor_slice literal);

/*
 * Append PATTERN to a profile's TEXT as one token: as it is where the parser can't take that for anything else, otherwise in
 * double quotes, with control bytes, quotes and backslashes as \ooo, which the parser turns back (a `\"` or a `\\` before
 * the closing quote would let its lexer run on to the next quote).
 */
void armor_glob_token(struct armor_text *text, const char *pattern);

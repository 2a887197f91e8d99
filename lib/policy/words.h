/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words that apparmor_parser knows (parser/parser_lex.l, apparmor.d(5)): a rule with another would keep the whole profile from
 * compiling. Private to lib/policy.
 */
#pragma once

#include "armor/base.h"

bool word_is_capability(struct armor_slice word);
bool word_is_family(struct armor_slice word);
bool word_is_sock_type(struct armor_slice word);
bool word_is_rlimit(struct armor_slice word);

/* "rtmin+0" to "rtmin+32" too. */
bool word_is_signal(struct armor_slice word);

/* LIST, "rw, nosuid", has words, and each is a flag of mounts. */
bool word_is_mount_flags(struct armor_slice list);

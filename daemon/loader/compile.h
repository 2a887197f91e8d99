/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to compiled policy, by the host's own apparmor_parser, which never has privilege here. */
#pragma once

#include "roots.h"

#include "armor/error.h"
#include "armor/text.h"

/*
 * Compile TEXT. *RET_POLICY is what the parser wrote, at most ARMOR_POLICY_MAX bytes, nothing of it checked; free it
 * with armor_text_done. Returns 0; -ENOENT without a parser or its user, -EBADMSG when the parser refused the text,
 * -ETIMEDOUT over roots->parser_msec, -E2BIG over the cap, or what a system call said. A refusal carries the line of
 * the parser's standard error that says why, with control bytes made visible.
 */
ARMOR_CHECKED int loader_compile(const struct loader_roots *roots, struct armor_slice text,
                                 struct armor_text *ret_policy, struct armor_error *err);

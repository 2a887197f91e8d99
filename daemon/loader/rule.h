/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One statement of a profile's body, on one line, as armord writes it: `audit deny owner "/etc/a b" rw,`.
 *
 * The form is narrower than apparmor.d(5), on purpose: only what apparmor_parser's own lexer cuts into the same words
 * is let through, so that a file name can't turn into a rule on its side of the check. Measured against it: a comma
 * inside an unquoted word may or may not end a rule, and a quote after an even number of backslashes may or may not end
 * a name. Both are refused.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

/*
 * Check LINE, a whole line without its newline, whose first character that isn't blank begins a statement, for the
 * profile called NAME. A comment may follow the statement. Returns 0; -EBADMSG where it isn't in the form above, -EPERM
 * where it asks for what no managed profile may have, -E2BIG with too many words; ERR has LINE_NUMBER and the column.
 */
ARMOR_CHECKED int loader_rule_check(struct armor_slice line, size_t line_number, const char *name,
                                    struct armor_error *err);

/*
 * Check that LINE from byte AT on is blank or a comment, and the comment isn't an "#include", which apparmor_parser
 * would follow. Returns as loader_rule_check.
 */
ARMOR_CHECKED int loader_rule_comment(struct armor_slice line, size_t at, size_t line_number,
                                      struct armor_error *err);

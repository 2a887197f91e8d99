/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a profile, before the compiler sees it: only the form that armord writes is let through. */
#pragma once

#include "wire.h"

/*
 * Check TEXT (untrusted bytes) for the profile called NAME (valid) and MODE (complain or enforce):
 *
 *     # armord: ...                                          the marker, then comments, anywhere on lines of their own
 *     abi <abi/N.N>,                                         at most once
 *     @{NAME}=WORD...                                        any number
 *     profile NAME flags=(...) {                             once; flags of attach_disconnected, mediate_deleted,
 *       STATEMENT,                                           complain if and only if that's MODE; statements as rule.h
 *     }
 *
 * Returns 0; -EBADMSG for anything that isn't in this form, -EPERM for what apparmor.d(5) has and a managed profile may
 * not, both with line and column.
 */
ARMOR_CHECKED int loader_statement_check(struct armor_slice text, const char *name, enum loader_mode mode,
                                         struct armor_error *err);

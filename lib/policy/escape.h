/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Escapes of apparmor.d(5), as apparmor_parser reads them (parser/lib.c, strn_escseq). Private to lib/policy. */
#pragma once

#include "armor/base.h"

/*
 * Read the escape whose backslash is in front of TEXT: 1 to 3 octal digits, `d` and 1 to 3 decimal ones, `x` and 1 or 2
 * hexadecimal ones, up to 255; a letter for a control byte; `\` or `"`. Returns how many bytes of TEXT it takes and the byte
 * that it stands for; 0 when it is none.
 */
size_t pattern_escape_read(struct armor_slice text, unsigned char *ret_byte);

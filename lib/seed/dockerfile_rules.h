/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rule from an instruction. */
#pragma once

#include <stdarg.h>

#include "seed/dockerfile_reader.h"

/* Add the rule for ACCESS, from byte OFFSET of INSTRUCTION's line; the reason is formatted. */
ARMOR_CHECKED int dockerfile_rule(struct dockerfile_reader *reader,
                                  const struct dockerfile_instruction *instruction, size_t offset,
                                  const struct armor_access *access, enum armor_seed_grant grant,
                                  const char *format, ...) __attribute__((format(printf, 6, 7)));

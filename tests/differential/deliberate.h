/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lib reads a line otherwise than libapparmor, on purpose: the table of reasons. */
#pragma once

#include "reading.h"

/* The reason why OURS and THEIRS may differ in FIELD for this LINE; NULL: there is none. */
const char *deliberate_reason(const char *line, enum reading_field field, const struct reading *ours,
                              const struct reading *theirs);

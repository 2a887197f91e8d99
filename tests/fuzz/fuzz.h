/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each fuzz target is, for libFuzzer and for replay.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant that doesn't hold ends the program, in every build. */
#define INVARIANT(condition) ((condition) ? (void)0 : abort())

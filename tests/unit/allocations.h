/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocations of the code under test, counted, and failed at will; by the linker's --wrap. */
#pragma once

#include <stddef.h>

/* Allocations since allocations_fail_at was last called. */
size_t allocations_count(void);

/* Let the NUMBERth allocation from now on fail, and those after it work; 0: none fails. Starts the count anew. */
void allocations_fail_at(size_t number);

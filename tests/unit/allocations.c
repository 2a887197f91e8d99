/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "allocations.h"

#include <stdbool.h>

static size_t count, failing;

size_t allocations_count(void)
{
    return count;
}

void allocations_fail_at(size_t number)
{
    count = 0;
    failing = number;
}

static bool fails(void)
{
    count++;
    return count == failing;
}

/* The names are the linker's. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t number, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t number, size_t size)
{
    return fails() ? NULL : __real_calloc(number, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

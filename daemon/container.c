/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Container and registry: an array sorted by name, searched by halving. See container.h. */
#include "container.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct registry {
    struct container **containers; /* owned, sorted by name */
    size_t count;
    size_t capacity;
};

static const char *const gap_names[CONTAINER_GAP_COUNT] = {
    [CONTAINER_GAP_LOST] = "lost",     [CONTAINER_GAP_UNWATCHED] = "unwatched",
    [CONTAINER_GAP_STORE] = "store",   [CONTAINER_GAP_MEMORY] = "memory",
    [CONTAINER_GAP_SOURCE] = "source",
};

int container_new(struct armor_slice name, int64_t since_usec, uint64_t seed,
                  struct container **ret_container)
{
    struct container *container = calloc(1, sizeof *container);
    if (!container) {
        return -ENOMEM;
    }
    int r = armor_profile_new(name, seed, &container->profile);
    if (r < 0) {
        container_free(container);
        return r;
    }
    container->profile->owner = container;
    container->since_usec = since_usec;
    container->seed = seed;
    *ret_container = container;
    return 0;
}

void container_mark(struct container *container, enum container_gap gap, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(container->gaps[gap], sizeof container->gaps[gap], format, args);
    va_end(args);
}

bool container_complete(const struct container *container)
{
    for (size_t i = 0; i < CONTAINER_GAP_COUNT; i++) {
        if (container->gaps[i][0]) {
            return false;
        }
    }
    return true;
}

const char *container_gap_name(enum container_gap gap)
{
    return (size_t)gap < CONTAINER_GAP_COUNT ? gap_names[gap] : "unknown";
}

int container_gap_from_name(struct armor_slice name)
{
    for (int i = 0; i < CONTAINER_GAP_COUNT; i++) {
        if (armor_slice_is(name, gap_names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

void container_free(struct container *container)
{
    if (!container) {
        return;
    }
    armor_profile_free(container->profile);
    denials_done(&container->denials);
    history_done(&container->history);
    free(container);
}

int registry_new(struct registry **ret_registry)
{
    struct registry *registry = calloc(1, sizeof *registry);
    if (!registry) {
        return -ENOMEM;
    }
    *ret_registry = registry;
    return 0;
}

/* Order of bytes, a prefix before what it is a prefix of. */
static int compare_names(struct armor_slice a, struct armor_slice b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* The place of NAME in the order; *RET_FOUND says whether it is taken by it. */
static size_t search(const struct registry *registry, struct armor_slice name, bool *ret_found)
{
    size_t low = 0;
    size_t high = registry->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_names(name, armor_slice_of(registry->containers[middle]->profile->name));
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *ret_found = false;
    return low;
}

struct container *registry_find(const struct registry *registry, struct armor_slice name)
{
    bool found;
    size_t index = search(registry, name, &found);
    return found ? registry->containers[index] : NULL;
}

int registry_add(struct registry *registry, struct container *container)
{
    bool found;
    size_t index = search(registry, armor_slice_of(container->profile->name), &found);
    if (found) {
        return -EEXIST;
    }
    if (registry->count == ARMOR_CONTAINERS_MAX) {
        return -E2BIG;
    }
    if (registry->count == registry->capacity) {
        size_t capacity = registry->capacity ? 2 * registry->capacity : 16;
        struct container **grown = reallocarray(registry->containers, capacity, sizeof(struct container *));
        if (!grown) {
            return -ENOMEM;
        }
        registry->containers = grown;
        registry->capacity = capacity;
    }
    memmove(registry->containers + index + 1, registry->containers + index,
            (registry->count - index) * sizeof(struct container *));
    registry->containers[index] = container;
    registry->count++;
    return 0;
}

void registry_remove(struct registry *registry, struct container *container)
{
    bool found;
    size_t index = search(registry, armor_slice_of(container->profile->name), &found);
    if (!found || registry->containers[index] != container) {
        return;
    }
    registry->count--;
    memmove(registry->containers + index, registry->containers + index + 1,
            (registry->count - index) * sizeof(struct container *));
    container_free(container);
}

size_t registry_count(const struct registry *registry)
{
    return registry->count;
}

struct container *registry_at(const struct registry *registry, size_t index)
{
    return registry->containers[index];
}

void registry_free(struct registry *registry)
{
    if (!registry) {
        return;
    }
    for (size_t i = 0; i < registry->count; i++) {
        container_free(registry->containers[i]);
    }
    free((void *)registry->containers);
    free(registry);
}

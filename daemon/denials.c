/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Denials: a circle of the newest ones. See denials.h. */
#include "denials.h"

#include <errno.h>
#include <stdlib.h>

static void drop_oldest(struct denials *denials)
{
    struct denial *oldest = &denials->entries[denials->first];
    denials->bytes -= oldest->size;
    free(oldest->line);
    *oldest = (struct denial){0};
    denials->first = (denials->first + 1) % DENIALS_MAX;
    denials->count--;
}

int denials_add(struct denials *denials, const char *line)
{
    size_t size = strlen(line) + 1;
    if (size > DENIALS_BYTES_MAX) {
        return -E2BIG;
    }
    if (!denials->entries) {
        denials->entries = calloc(DENIALS_MAX, sizeof *denials->entries);
        if (!denials->entries) {
            return -ENOMEM;
        }
    }
    char *copy = strdup(line);
    if (!copy) {
        return -ENOMEM;
    }
    while (denials->count > 0 &&
           (denials->count == DENIALS_MAX || denials->bytes + size > DENIALS_BYTES_MAX)) {
        drop_oldest(denials);
    }
    denials->entries[(denials->first + denials->count) % DENIALS_MAX] =
        (struct denial){.id = ++denials->newest, .line = copy, .size = size};
    denials->count++;
    denials->bytes += size;
    return 0;
}

const struct denial *denials_at(const struct denials *denials, size_t index)
{
    return &denials->entries[(denials->first + index) % DENIALS_MAX];
}

void denials_done(struct denials *denials)
{
    while (denials->count > 0) {
        drop_oldest(denials);
    }
    free(denials->entries);
    *denials = (struct denials){0};
}

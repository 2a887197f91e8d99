/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Denials: the newest refused accesses of one container, each as the line of JSON that GET .../denials shows. In memory
 * only: the journal and the audit log have all of them.
 */
#pragma once

#include "armor/base.h"

enum {
    DENIALS_MAX = 256,              /* kept of one container */
    DENIALS_BYTES_MAX = 128 * 1024, /* of their lines; a flood of long names can't fill memory */
};

struct denials {
    struct denial {
        uint64_t id; /* from 1; grows by one with each denial since armord started */
        char *line;  /* owned; a JSON object */
        size_t size; /* bytes of it, with the terminator */
    } * entries;     /* owned; a circle of DENIALS_MAX, NULL while there was none */
    size_t first;    /* index of the oldest */
    size_t count;
    size_t bytes;    /* of all lines, with terminators */
    uint64_t newest; /* id of the newest one ever; 0: none */
};

/* Copy LINE in; the oldest go when there are too many. Returns 0, -ENOMEM, or -E2BIG for a line over the cap; a caller
 * may well go on without. */
int denials_add(struct denials *denials, const char *line);

/* The denial at INDEX, 0 the oldest, below count. */
const struct denial *denials_at(const struct denials *denials, size_t index);

/* Free what DENIALS owns; it is empty after it. */
void denials_done(struct denials *denials);

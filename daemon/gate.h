/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gates: what enforce asks before it goes on. Each has a name, a question, and an answer in words, for people and for programs.
 * The operator may override any; the revision says so for ever.
 */
#pragma once

#include "container.h"
#include "loader/wire.h"

#include <jansson.h>

enum gate {
    GATE_COMPLETE = 0, /* nothing is missing of what the container did since learning began */
    GATE_OBSERVED,     /* something was seen of the container under this profile */
    GATE_READY,        /* the next run will probably need no rule that isn't there */
    GATE_CONTAINED,    /* no process went on under a `//null-` child, where not everything is logged */
    GATE_CALM,         /* no minute brought far more new rules than services do (armor/burst.h) */
    GATE_COUNT,
};

struct gate_result {
    bool passed;
    bool overridden;  /* not passed, and the operator said to go on; recorded in the revision */
    char reason[300]; /* a sentence, either way */
};

/*
 * Ask all gates about CONTAINER, of which the loader just said INSPECTION. OVERRIDE: what the operator wants to pass over. Returns
 * true when each gate passed or is overridden.
 */
bool gate_ask_all(const struct container *container, const struct loader_reply *inspection,
                  const bool override[static GATE_COUNT], struct gate_result ret_results[static GATE_COUNT]);

/* The results as the API and the revisions have them: [{"gate", "passed", "reason", "overridden"}]. NULL: no memory. */
json_t *gate_to_json(const struct gate_result results[static GATE_COUNT]);

/* "complete", "observed", "contained", "calm". */
const char *gate_name(enum gate gate);

/* The gate of that name, or -EINVAL. */
int gate_from_name(struct armor_slice name);

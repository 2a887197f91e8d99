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
    GATE_REVIEWED,     /* no rule waits for an operator's decision */
    GATE_COMPILES,     /* the host's compiler takes the profile */
    GATE_PROVED,       /* the kernel says that the profile allows all that was seen */
    GATE_COUNT,
};

enum { GATE_EVIDENCE_MAX = 20 }; /* lines of evidence that are told; what is more is counted in the reason */

struct gate_result {
    bool passed;
    bool not_asked;   /* it costs, and an earlier gate refuses already: neither passed nor refused */
    bool overridden;  /* not passed, and the operator said to go on; recorded in the revision */
    char reason[300]; /* a sentence, either way */
    json_t *evidence; /* owned by the job; array of strings: rules, accesses; NULL: the reason says it all */
};

/* What armor-loader and the proof said of the candidate; for the gates that cost. */
struct gate_proof {
    bool asked; /* false: nobody asked */
    bool compiled;
    char complaint[256]; /* why it didn't compile, or couldn't be asked; "" */
    size_t kernel;       /* accesses that the kernel was asked for */
    size_t checked;      /* others, which armord's own matcher judged */
    size_t unjudged;     /* others, which nobody can judge */
    size_t refused;      /* accesses that the candidate refuses */
    json_t *refusals;    /* borrowed; the first of them */
    uint32_t compile_usec;
};

/*
 * Ask all gates about CONTAINER, of which the loader just said INSPECTION, and PROOF where it has been made. OVERRIDE: what the operator wants to pass over. Returns
 * true when each gate passed or is overridden.
 */
bool gate_ask_all(const struct container *container, const struct loader_reply *inspection,
                  const struct gate_proof *proof, const bool override[static GATE_COUNT],
                  struct gate_result ret_results[static GATE_COUNT]);

/* The results as the API and the revisions have them: [{"gate", "passed", "reason", "overridden"}]. NULL: no memory. */
json_t *gate_to_json(const struct gate_result results[static GATE_COUNT]);

/* Free the evidence of RESULTS. */
void gate_done(struct gate_result results[static GATE_COUNT]);

/* "complete", "observed", "contained", "calm". */
const char *gate_name(enum gate gate);

/* The gate of that name, or -EINVAL. */
int gate_from_name(struct armor_slice name);

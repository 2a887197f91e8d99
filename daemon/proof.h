/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof: a candidate profile and the questions about it, as armor-loader takes them to the kernel: may it still do each file and socket access that
 * was seen? A literal name is asked as it is, a pattern by the literal name that it was seen with.
 */
#pragma once

#include "gate.h"

#include "armor/text.h"

struct proof {
    struct armor_text text;          /* owned; the candidate, then the queries (loader/query.h) */
    uint32_t lines;                  /* bytes of the queries, at the text's end */
    const struct armor_rule **rules; /* owned; of the evidence, whose access each query is of */
    size_t count;                    /* of queries */
    size_t unasked; /* accesses of kinds that the kernel can't be asked for, or without a literal name */
};

/*
 * Of POLICY, which was made of EVIDENCE, and whose label is another one's here. Returns 0 and a proof for proof_done; -E2BIG when it is over the loader's
 * caps, -ENOMEM.
 */
ARMOR_CHECKED int proof_make(const struct armor_profile *evidence, const struct armor_profile *policy,
                             struct proof *ret_proof);

/* What REPLY, of LOADER_PROVE, says of PROOF. The refusals are the caller's. */
void proof_read(const struct proof *proof, const struct armor_profile *evidence,
                const struct loader_reply *reply, struct gate_proof *ret_result);

/* NULL's fields are fine. */
void proof_done(struct proof *proof);

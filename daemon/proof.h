/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof: a candidate profile, held against each access that was seen. armor-loader asks the kernel for files, programs and sockets: a literal name
 * as it is, a pattern by the literal name that it was seen with. All accesses, those of other kinds too, go through armord's own matcher, on the
 * candidate's text as it is read back: so what rendering got wrong shows as well.
 */
#pragma once

#include "gate.h"

#include "armor/text.h"

/* What is known of the access of one rule of the evidence. */
struct proof_access {
    const struct armor_rule *rule; /* of the evidence */
    bool asked;                    /* a query is for it */
    bool unjudged;                 /* not by the matcher: it has no literal name, or conditions */
    bool refused;                  /* by the matcher */
};

struct proof {
    struct armor_text text; /* owned; the candidate, then the queries (loader/query.h) */
    uint32_t lines;         /* bytes of the queries, at the text's end */
    struct proof_access
        *accesses; /* owned; in the order of the evidence, and so the queries of those that are asked */
    size_t count;
    size_t asked; /* of them, those with a query */
};

/*
 * Of POLICY, which was made of EVIDENCE, and whose label is another one's here. SEED as for armor_intern_new. Returns 0 and a proof for
 * proof_done; -E2BIG when it is over the loader's caps, -EBADMSG when what was rendered can't be read back, -ENOMEM.
 */
ARMOR_CHECKED int proof_make(const struct armor_profile *evidence, const struct armor_profile *policy,
                             uint64_t seed, struct proof *ret_proof);

/* proof_check.c: let the matcher judge PROOF's accesses, by the COUNT bytes of its text that are the candidate. Returns as proof_make. */
ARMOR_CHECKED int proof_check(struct proof *proof, size_t count, uint64_t seed);

/* What REPLY, of LOADER_PROVE, says of PROOF. The refusals are the caller's. */
void proof_read(const struct proof *proof, const struct armor_profile *evidence,
                const struct loader_reply *reply, struct gate_proof *ret_result);

/* NULL's fields are fine. */
void proof_done(struct proof *proof);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Explain: why a rule is in a profile, and why an access is allowed or isn't. Asked of the profile as it would be enforced now, of which nothing
 * is changed.
 */
#pragma once

#include "armor/floor.h"
#include "armor/generalise.h"
#include "armor/guard.h"
#include "armor/text.h"

/* A container's evidence and what is made of it. */
struct armor_view {
    const struct armor_profile *evidence; /* as the guard rails see it; owned by the caller, or `reviewed` */
    struct armor_profile *reviewed;       /* owned; NULL: they hold nothing of several accesses */
    struct armor_profile *policy;         /* owned; with the floor under it */
    struct armor_conflict *conflicts;     /* owned; denials that it doesn't have */
    size_t conflict_count;
};

/* What is made of EVIDENCE, which must outlive it; armor_view_done. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_view_open(const struct armor_profile *evidence,
                                  const struct armor_generalise_options *options,
                                  struct armor_view *ret_view);

/* Free what VIEW owns. */
void armor_view_done(struct armor_view *view);

/* How an access stands; the first that holds for a bit that isn't allowed. */
enum armor_standing {
    ARMOR_STANDING_ALLOWED = 0,
    ARMOR_STANDING_DENIED,      /* a deny rule refuses it: the floor's, an operator's, a seed's */
    ARMOR_STANDING_QUARANTINED, /* it was asked for, and waits for a decision */
    ARMOR_STANDING_EXPECTED,    /* a seed expects it, and nothing has asked for it */
    ARMOR_STANDING_OWNER,       /* allowed, of files of the process's own user alone */
    ARMOR_STANDING_UNSEEN,      /* no rule speaks of it */
    ARMOR_STANDING_COUNT,
};

/* A rule that speaks of the access. */
struct armor_witness {
    const struct armor_rule *rule; /* of the policy */
    uint32_t
        bits; /* of the access, that are of it: of a file's mask, EXEC for programs; 1 for kinds without bits */
};

struct armor_explanation {
    const struct armor_rule
        *rule; /* the one that was asked for, of the policy or the evidence; NULL: an access was */
    enum armor_rule_kind kind; /* of the access */
    enum armor_standing standing;
    uint32_t asked;                  /* bits, as of a witness; 0: of a path, whatever is known */
    uint32_t allowed;                /* bits that the profile allows */
    uint32_t missing;                /* bits that were asked for and aren't allowed */
    struct armor_witness *witnesses; /* owned; of an access, in canonical order */
    size_t witness_count;
    const struct armor_rule *
        *evidence; /* owned; of a rule, what of the evidence it covers, in canonical order */
    size_t evidence_count;
    const struct armor_conflict **conflicts; /* owned; the view's that speak of it */
    size_t conflict_count;
    const struct armor_guard
        *guard; /* of an access to one thing: what would hold it if it were learned now; NULL: nothing */
    struct armor_text
        remedies[2]; /* owned; rules that would allow what is missing; "": no second one, or none needed, or
                                      not known what of a path that is denied is wanted */
};

/* Explain RULE, of VIEW's policy or of its evidence. Returns 0 and what armor_explanation_done frees, or -ENOMEM. */
ARMOR_CHECKED int armor_explain_rule(const struct armor_view *view, const struct armor_rule *rule,
                                     struct armor_explanation *ret_explanation);

/*
 * Explain ACCESS, whose paths and labels are patterns (glob.h); of the kind FILE with mask 0: whatever may be done to it. Returns as
 * armor_explain_rule.
 */
ARMOR_CHECKED int armor_explain_access(const struct armor_view *view, const struct armor_access *access,
                                       struct armor_explanation *ret_explanation);

/*
 * Explain what TEXT says, which somebody typed: a rule of VIEW's policy or evidence that reads so, or what such a rule would be for. SEED as for
 * armor_intern_new. Returns 0; -EBADMSG for what is no rule; -EINVAL for a rule that can't be one here; -ENOMEM.
 */
ARMOR_CHECKED int armor_explain_text(const struct armor_view *view, struct armor_slice text, uint64_t seed,
                                     struct armor_explanation *ret_explanation, struct armor_error *err);

/*
 * Explain the path NAME, literal bytes. MASK: letters of a rule's mode, "rw" or "x"; "": whatever may be done to it. Returns 0; -EINVAL for
 * a NAME that is no path, or letters that aren't known; -ENOMEM.
 */
ARMOR_CHECKED int armor_explain_path(const struct armor_view *view, struct armor_slice name,
                                     struct armor_slice mask, struct armor_explanation *ret_explanation,
                                     struct armor_error *err);

/* "allowed", "denied", "quarantined", "expected", "owner", "unseen". */
const char *armor_standing_name(enum armor_standing standing);

/* Free what EXPLANATION owns. */
void armor_explanation_done(struct armor_explanation *explanation);

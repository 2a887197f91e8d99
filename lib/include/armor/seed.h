/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Seed: what static analysis says of a container before it has run, each statement with its place and its reason.
 *
 * Readers of Dockerfiles, Compose files and inspect's JSON (armor/dockerfile.h, armor/compose.h, armor/inspect.h) all give to
 * one seed: accesses in the terms of rules, and findings for the operator, among them what couldn't be told. The seed
 * owns all its text; equal words have equal pointers in one seed.
 */
#pragma once

#include "armor/error.h"
#include "armor/rule.h"

/* What a profile does with an access that the source speaks of. */
enum armor_seed_grant {
    ARMOR_SEED_GRANTED = 0, /* in the learning profile and in the enforced one */
    ARMOR_SEED_EXPECTED,    /* granted only when observed; never observed: offered for review */
    ARMOR_SEED_DENIED, /* cap_drop, read_only: comes in at promotion, never in complain, where it would block too */
    ARMOR_SEED_GRANT_COUNT,
};

/* Where a statement comes from. A JSON pointer has no line. */
struct armor_seed_source {
    const char *file;    /* name as the caller gave it; NULL: standard input or none */
    size_t line;         /* from 1; 0: none */
    size_t column;       /* byte, from 1; 0: none */
    const char *pointer; /* RFC 6901, of inspect's JSON; NULL: none */
};

struct armor_seed_rule {
    struct armor_access
        access; /* names are patterns (glob.h), since a volume is a tree; each word is terminated */
    enum armor_seed_grant grant;
    struct armor_seed_source source;
    const char *reason; /* one sentence: why this source justifies it */
};

enum armor_severity {
    ARMOR_SEVERITY_NOTE = 0, /* can't be told, or has no AppArmor form: said, not guessed */
    ARMOR_SEVERITY_LOW,
    ARMOR_SEVERITY_MEDIUM,
    ARMOR_SEVERITY_HIGH,
    ARMOR_SEVERITY_COUNT,
};

/* A hardening fault, or what the reader couldn't make use of. */
struct armor_finding {
    enum armor_severity severity;
    const char *code; /* stable, for suppression and scripts: "runs-as-root", "docker-sock" */
    struct armor_seed_source source;
    const char *text;       /* what, and why it matters */
    const char *fix;        /* what to write instead; NULL: nothing to do */
    const char *suppressed; /* the reason given in the source for leaving it so; NULL: not suppressed */
};

struct armor_seed {
    struct armor_seed_rule *rules; /* in the order of their addition */
    size_t rule_count;             /* at most ARMOR_SEED_RULES_MAX */
    size_t rule_room;
    struct armor_finding *findings; /* in the order of their addition */
    size_t finding_count;           /* at most ARMOR_SEED_FINDINGS_MAX */
    size_t finding_room;
    struct armor_intern *words; /* the text of all of it, at most ARMOR_SEED_TEXT_MAX bytes */
};

/* Returns 0 and an empty seed for armor_seed_free, or -ENOMEM. */
ARMOR_CHECKED int armor_seed_new(struct armor_seed **ret_seed);

/*
 * Add a rule or a finding; all text is copied, so RULE and FINDING may point anywhere. A rule that is there already (same
 * access, mask and grant), and a finding with the same code at the same place, keep what they had.
 * Returns 1 when added, 0 when there, -E2BIG over a cap, -EINVAL for a word that holds NUL, -ENOMEM.
 */
ARMOR_CHECKED int armor_seed_add_rule(struct armor_seed *seed, const struct armor_seed_rule *rule);
ARMOR_CHECKED int armor_seed_add_finding(struct armor_seed *seed, const struct armor_finding *finding);

/* Add all rules and findings of FROM to SEED. Returns 0, or negative as armor_seed_add_rule. */
ARMOR_CHECKED int armor_seed_add_all(struct armor_seed *seed, const struct armor_seed *from);

/*
 * Add the rules of a directory tree: PATH/ readable, and all below it with MASK. The rule's access is not read. PATH is
 * absolute, literal (escaped here) and clean (armor_seed_path); a trailing slash is fine. Returns as armor_seed_add_rule.
 */
ARMOR_CHECKED int armor_seed_add_tree(struct armor_seed *seed, const struct armor_seed_rule *rule,
                                      struct armor_slice path, uint32_t mask);

/*
 * Append to CLEAN the absolute path that PATH means in the directory BASE (absolute): no ".", "..", empty parts or trailing
 * slash; ".." of the root is the root. Only the text is looked at: symbolic links aren't known before the container runs.
 * CLEAN must be empty; an overflow is its sticky error.
 */
struct armor_text;
void armor_seed_path(struct armor_text *clean, struct armor_slice base, struct armor_slice path);

/* RULE as a rule to be rendered, without evidence, part of it in ROOM; its words are the seed's, which owns them terminated. */
struct armor_rule armor_seed_plain_rule(const struct armor_seed_rule *rule, struct armor_rule_more *room);

/* "granted", "expected", "denied"; "note" to "high". "unknown" outside the enum. */
const char *armor_seed_grant_name(enum armor_seed_grant grant);
const char *armor_severity_name(enum armor_severity severity);

/* NULL is fine. */
void armor_seed_free(struct armor_seed *seed);

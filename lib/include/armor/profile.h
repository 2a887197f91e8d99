/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profile state of one container: its rules and what was counted while they were learned. No policy is decided here.
 */
#pragma once

#include "armor/error.h"
#include "armor/event.h"
#include "armor/label.h"
#include "armor/limits.h"
#include "armor/rule.h"

/* Why an event of this container gave no rule. Each is counted and shown. */
enum armor_skip {
    ARMOR_SKIP_UNTRUSTED = 0, /* the record isn't the kernel's */
    ARMOR_SKIP_STATUS,        /* policy was loaded or replaced: no access */
    ARMOR_SKIP_DENIED,        /* refused by the profile: what enforcing is for */
    ARMOR_SKIP_GETATTR,  /* stat: not mediated by the rules (Linux 6.12 reports it where no rule reaches) */
    ARMOR_SKIP_NAMELESS, /* no absolute path, or a disconnected or deleted one: no rule can name it */
    ARMOR_SKIP_MEMFD,    /* exec of memory without a file, shown as "/": never learned */
    ARMOR_SKIP_CLASS,    /* an access that no rule kind here covers */
    ARMOR_SKIP_MASK,     /* a mask that isn't understood */
    ARMOR_SKIP_INCURABLE, /* refused for a reason that no rule can cure, as info= says: no new privs, label not found */
    ARMOR_SKIP_FULL, /* over ARMOR_RULES_MAX or ARMOR_WORDS_MAX */
    ARMOR_SKIP_COUNT,
};

struct armor_profile {
    char name[ARMOR_NAME_MAX + 1];                            /* the container's, without "armord-" */
    char label[sizeof ARMOR_PROFILE_PREFIX + ARMOR_NAME_MAX]; /* the profile's: "armord-" and name */

    struct armor_rule **rules; /* in the order they came; owned, as are the words in them */
    size_t rule_count;

    uint64_t events;                    /* of this container, of any verdict */
    uint64_t skipped[ARMOR_SKIP_COUNT]; /* of these, the ones that gave no rule */
    uint32_t run; /* number of the container's run under way, for the evidence of rules; 0: not known */
    int64_t last_novel_usec; /* time of the event that last added or widened a rule; 0: none yet */
    bool null_child;         /* a process went on under `//null-`: part of what it did wasn't logged */

    void *owner; /* for whoever keeps the state: what it is part of; NULL: nobody said so */
    struct armor_profile_index *index; /* private to profile.c */
};

/*
 * A state without rules for the container NAME, which must be armor_name_valid. SEED as for armor_intern_new. Returns 0,
 * -EINVAL or -ENOMEM.
 */
ARMOR_CHECKED int armor_profile_new(struct armor_slice name, uint64_t seed,
                                    struct armor_profile **ret_profile);

/*
 * Merge ACCESS: find or add the rule with its kind, state and words, and widen its mask and value. Returns 1 when that changed what the
 * profile allows, 0 when not, -E2BIG over a cap, -EINVAL for a word with NUL, -ENOMEM; *RET_RULE on 0 and 1, owned by
 * the profile. Counts and times are the caller's. Allocates nothing on 0.
 */
ARMOR_CHECKED int armor_profile_merge(struct armor_profile *profile, const struct armor_access *access,
                                      struct armor_rule **ret_rule);

/* The rule with the kind, state and words of ACCESS, or NULL. Never allocates. */
struct armor_rule *armor_profile_find(const struct armor_profile *profile, const struct armor_access *access);

/*
 * Give RULE of PROFILE another STATE. Where there is a rule of that state with the same words, RULE becomes part of it, with mask and evidence,
 * and is freed. Returns the rule as it is now. Pointers to rules that others keep (armor_repeat_forget) are to be dropped before.
 */
struct armor_rule *armor_profile_move(struct armor_profile *profile, struct armor_rule *rule,
                                      enum armor_state state);

/*
 * Let ACCESS (of whatever state) be ACTIVE or DENIED in PROFILE, as STATE says, by the word of WHO at NOW (since the epoch): one rule of
 * that state has all of its words and mask, rules of other states keep what is left of theirs. Returns 0 and the rule; -EINVAL, -E2BIG or
 * -ENOMEM as armor_profile_merge, and then nothing of other states has changed. Pointers to rules are to be dropped before.
 */
ARMOR_CHECKED int armor_profile_decide(struct armor_profile *profile, const struct armor_access *access,
                                       enum armor_state state, struct armor_slice who, int64_t now_usec,
                                       struct armor_rule **ret_rule);

/*
 * Whether PROFILE's active and denied rules settle all that RULE, of another profile state, is for: those with its words, and those that an
 * operator decided and that cover it. Returns 1, 0 or -ENOMEM.
 */
ARMOR_CHECKED int armor_profile_settles(const struct armor_profile *profile, const struct armor_rule *rule);

/* RULE's kind, state, mask, words and value as an access; the slices are its words. */
struct armor_access armor_rule_access(const struct armor_rule *rule);

/* A state with the same name, rules and counters, for armor_profile_free. SEED as for armor_intern_new. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_profile_copy(const struct armor_profile *profile, uint64_t seed,
                                     struct armor_profile **ret_profile);

/* Take RULE out of PROFILE and free it. As for armor_profile_move, nobody may keep a pointer to it. */
void armor_profile_remove(struct armor_profile *profile, struct armor_rule *rule);

/*
 * What RULE of PROFILE has more, to write into: made where there is nothing yet, as part of the rule. The words of its key are never to be
 * changed. Returns 0 and it, or -ENOMEM.
 */
ARMOR_CHECKED int armor_profile_more(struct armor_profile *profile, struct armor_rule *rule,
                                     struct armor_rule_more **ret_more);

/*
 * Add RULE of another profile to PROFILE, with its evidence and what it tells. Where there is one of the same kind, state and words, that
 * takes its mask and evidence. Returns 0, or negative as armor_profile_merge.
 */
ARMOR_CHECKED int armor_profile_add(struct armor_profile *profile, const struct armor_rule *rule);

/* The profile's own copy of WORD, for what a rule tells beside its key. Returns as armor_intern_add. */
ARMOR_CHECKED int armor_profile_word(struct armor_profile *profile, struct armor_slice word,
                                     const char **ret_word);

/* The rules in canonical order, as an array of rule_count that the caller frees. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_profile_sorted(const struct armor_profile *profile,
                                       const struct armor_rule ***ret_rules);

/* Bytes of the profile's words. */
size_t armor_profile_size(const struct armor_profile *profile);

/* "untrusted", "memfd": as counted in JSON. */
const char *armor_skip_name(enum armor_skip skip);

/* NULL is fine. */
void armor_profile_free(struct armor_profile *profile);

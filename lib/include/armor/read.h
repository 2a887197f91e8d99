/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading profiles back: a text of apparmor.d(5) as clauses, in the terms that rules have. What apparmor_parser refuses is
 * refused; what a clause has no word for is kept with it as text, so that nothing is dropped in silence.
 *
 * The library opens nothing: includes come through the caller.
 */
#pragma once

#include "armor/error.h"
#include "armor/limits.h"
#include "armor/rule.h"
#include "armor/text.h"

/* Who a clause speaks of and what it does: bits of armor_clause.flags. */
enum armor_clause_flag {
    ARMOR_CLAUSE_AUDIT = 1U << 0,   /* logs what it matches */
    ARMOR_CLAUSE_DENY = 1U << 1,    /* refuses what it matches, whatever allows it */
    ARMOR_CLAUSE_PROMPT = 1U << 2,  /* asks the user; allows nothing by itself */
    ARMOR_CLAUSE_OWNER = 1U << 3,   /* of files of the process's own user alone */
    ARMOR_CLAUSE_OTHER = 1U << 4,   /* of files of other users alone */
    ARMOR_CLAUSE_SUBSET = 1U << 5,  /* link: the new name may not do more than the existing one */
    ARMOR_CLAUSE_WITHIN = 1U << 6,  /* mount: `options in (...)`, any of these; otherwise exactly these */
    ARMOR_CLAUSE_REMOUNT = 1U << 7, /* mount: a remount rule */
};

/* Under what a program goes on: a clause of kind exec has one. */
enum armor_transition {
    ARMOR_GO_NONE = 0,           /* a deny rule: none */
    ARMOR_GO_INHERIT,            /* ix: the same profile; grants m too */
    ARMOR_GO_PROFILE,            /* px */
    ARMOR_GO_PROFILE_INHERIT,    /* pix: ix where there is no such profile */
    ARMOR_GO_PROFILE_UNCONFINED, /* pux */
    ARMOR_GO_CHILD,              /* cx: a child profile */
    ARMOR_GO_CHILD_INHERIT,      /* cix */
    ARMOR_GO_CHILD_UNCONFINED,   /* cux */
    ARMOR_GO_UNCONFINED,         /* ux */
    ARMOR_GO_COUNT,
};

/*
 * A rule as a text has it, or one of several that a line of it stands for (`/bin/a rix,` is a file and an exec, and a signal rule
 * one for each signal). The words are patterns with all variables expanded; NULL: any. They live as long as the reading.
 */
struct armor_clause {
    enum armor_rule_kind kind;
    uint32_t mask; /* as of a rule; of the kinds that have one, never 0 */
    const char *name;
    const char *detail;
    const char *peer;
    const char *options;
    int64_t value;
    uint32_t flags;   /* of enum armor_clause_flag */
    int32_t priority; /* a higher one counts before deny and allow; 0 if not given */
    enum armor_transition transition;
    bool secure;        /* exec: the environment is scrubbed, as `Px` says */
    const char *target; /* exec, `px -> target`, and change_profile's program; NULL: none given */
    const char *
        noted; /* conditions that a clause has no word for, as written: it matches less than it shows. NULL: none */
    const char *text;   /* the line's rule as written, blanks made one */
    const char *source; /* file that it stands in */
    size_t line, column;
};

/* A profile, hat or child profile of a text. */
struct armor_section {
    const char *name;       /* expanded; of a hat or child without the parent's */
    const char *namespace;  /* NULL: none given */
    const char *attachment; /* pattern of the programs that it is for; NULL: none */
    const char *flags;      /* as written, "complain, attach_disconnected"; NULL: none */
    const char *conditions; /* on extended attributes and identities, as written; NULL: none */
    bool complain;
    bool hat;      /* entered by change_hat */
    size_t parent; /* index of the profile that it is in; SIZE_MAX: a profile of its own */
    const char *source;
    size_t line;
    struct armor_clause *clauses; /* owned; in the order of the text, includes in their place */
    size_t clause_count;
    size_t clause_capacity;
};

struct armor_reading {
    struct armor_section *sections; /* owned; a profile before those in it */
    size_t section_count;
    size_t section_capacity;
    const char *abi;                   /* the first one named; NULL: none */
    size_t includes;                   /* files that were read beside the text */
    struct armor_reading_index *index; /* private */
};

/* How the caller gives includes. */
struct armor_includes {
    /*
     * Give file NUMBER, from 0, of `include <PATH>` (SEARCH) or `include "PATH"`: a plain file is number 0 alone, a
     * directory has one number for each file in it that counts. Returns 1 and the text, which the reader frees, with its name for messages;
     * 0 behind the last one; -ENOENT when there is no such thing; another negative errno, with ERR, when it can't be read.
     */
    int (*load)(void *userdata, const char *path, bool search, size_t number, struct armor_text *text,
                struct armor_text *name, struct armor_error *err);
    void *userdata;
};

/*
 * Read TEXT, which messages call SOURCE. INCLUDES NULL: an include is an error, unless it is `if exists`. SEED as for
 * armor_intern_new. Returns 0 and a reading for
 * armor_reading_free; -EBADMSG for what apparmor_parser refuses, with file, line and column; -E2BIG over a cap; -ENOENT for an
 * include that isn't there; -ENOMEM.
 */
ARMOR_CHECKED int armor_read(struct armor_slice text, const char *source,
                             const struct armor_includes *includes, uint64_t seed,
                             struct armor_reading **ret_reading, struct armor_error *err);

/* The section whose full name (`profile//hat`) is NAME, or, for NULL, the only profile of the text; NULL: none, or several. */
const struct armor_section *armor_reading_section(const struct armor_reading *reading, const char *name);

/* Append SECTION's full name. */
void armor_section_name(const struct armor_reading *reading, const struct armor_section *section,
                        struct armor_text *text);

/* "px", "pix", "": as rules have it. */
const char *armor_transition_name(enum armor_transition transition);

/* NULL is fine. */
void armor_reading_free(struct armor_reading *reading);

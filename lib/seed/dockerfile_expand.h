/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variables of a Dockerfile and their substitution in words: $NAME, ${NAME}, with the modifiers :- - :+ + :? ? # ## % %% / //.
 * A value that only the base image or the builder knows isn't guessed: the word is said to be not known.
 */
#pragma once

#include "armor/error.h"
#include "armor/text.h"

struct dockerfile_variable {
    const char *name;  /* interned */
    const char *value; /* interned; NULL: declared without one, or not to be told */
    bool env;          /* ENV, which overrides ARG */
    bool unknown;      /* made of something that isn't known */
};

struct dockerfile_scope {
    struct dockerfile_variable *variables;
    size_t count, room;        /* at most ARMOR_DOCKERFILE_VARIABLES_MAX */
    bool closed;               /* nobody else can have set a variable: before FROM, and on scratch */
    struct armor_intern *text; /* not owned */
    size_t steps;              /* of pattern matching, which must end */
};

/* Set NAME, in place of what was set before; an ARG doesn't override an ENV. VALUE NULL: as in the variable. */
ARMOR_CHECKED int dockerfile_scope_set(struct dockerfile_scope *scope, struct armor_slice name,
                                       const struct armor_slice *value, bool env, bool unknown);

/* The variable of that name, or NULL. */
const struct dockerfile_variable *dockerfile_scope_find(const struct dockerfile_scope *scope,
                                                        struct armor_slice name);

/*
 * Append WORD to OUT with quotes and escapes taken away and variables replaced. *RET_KNOWN is false when a part of it can't be
 * told. Returns 0; -EBADMSG with ERR's text and, as its column, the byte of WORD (from 1); -E2BIG; -ENOMEM.
 */
ARMOR_CHECKED int dockerfile_expand(struct dockerfile_scope *scope, struct armor_slice word, char escape,
                                    struct armor_text *out, bool *ret_known, struct armor_error *err);

void dockerfile_scope_done(struct dockerfile_scope *scope);

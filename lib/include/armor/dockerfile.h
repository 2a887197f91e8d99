/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dockerfile: what its final stage says of the container's run time, as a seed.
 *
 * The grammar is that of BuildKit's Dockerfile frontend (docs.docker.com/reference/dockerfile): parser directives, continuations,
 * heredocs, substitution, flags, stages. Nothing is read but TEXT: no base image, no build context. What can't be told from
 * it is said as a finding of severity note. docs/static-analysis.md has the table of what each instruction gives.
 */
#pragma once

#include "armor/seed.h"

struct armor_dockerfile_options {
    const char *file;                    /* name for sources and errors; NULL: none */
    const char *target;                  /* name or number of the stage that is run; NULL: the last one */
    const struct armor_slice *arguments; /* --build-arg, each KEY=VALUE, the last one of a key counts */
    size_t argument_count;
};

/*
 * Add to SEED what TEXT (bytes of a Dockerfile, at most ARMOR_SOURCE_MAX) says. OPTIONS may be NULL. Returns 0; -EBADMSG with
 * line and column in ERR for what isn't a Dockerfile (bad syntax, NUL, invalid UTF-8, a cycle); -ENOENT for a target that
 * isn't there; -EOPNOTSUPP for a Windows image or a template; -E2BIG over a cap; -ENOMEM. On failure SEED may have got a
 * part. ERR may be NULL.
 */
ARMOR_CHECKED int armor_dockerfile_read(struct armor_slice text,
                                        const struct armor_dockerfile_options *options,
                                        struct armor_seed *seed, struct armor_error *err);

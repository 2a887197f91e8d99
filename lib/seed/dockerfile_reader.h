/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of reading a Dockerfile, in the order of the data's way: the stages that make the target (dockerfile_stage.c), their
 * instructions as facts (dockerfile_facts.c; of RUN: dockerfile_run.c), the image at the end as rules (dockerfile_rules.c)
 * and as advice (dockerfile_advice.c).
 */
#pragma once

#include "armor/dockerfile.h"
#include "seed/dockerfile_expand.h"
#include "seed/dockerfile_parse.h"

/* What an instruction says of the image's files, or of its container. */
enum dockerfile_fact_kind {
    DOCKERFILE_VOLUME_AT = 0, /* path */
    DOCKERFILE_PORTS,         /* path = "80" or "8000-8010", detail = protocol; low port: `flag` */
    DOCKERFILE_WORKS_IN,      /* path */
    DOCKERFILE_COPIED,        /* path, detail = owner or NULL; `tree`: all below it */
    DOCKERFILE_EXECUTABLE,    /* path has an x bit; `glob`: a pattern of the shell's */
    DOCKERFILE_OWNED,         /* path, detail = owner; `tree`, `glob` */
    DOCKERFILE_WRITABLE,      /* path, for all; `tree`, `glob` */
    DOCKERFILE_DIRECTORY,     /* path was made as one */
    DOCKERFILE_LINKED,        /* path, detail = what it points to */
    DOCKERFILE_CAPABLE,       /* path has the file capability detail, "net_raw" */
    DOCKERFILE_ACCOUNT,       /* path = name, detail = number */
};

struct dockerfile_fact {
    enum dockerfile_fact_kind kind;
    const char *path;   /* interned; clean and absolute where it is a path */
    const char *detail; /* interned; NULL: none */
    bool tree, glob, flag;
    const struct dockerfile_instruction *instruction;
    size_t offset; /* of the line */
};

/* An instruction of which the last one counts; NULL: none in this file. */
typedef const struct dockerfile_instruction *dockerfile_last;

struct dockerfile_reader {
    const struct dockerfile *file;
    const struct armor_dockerfile_options *options;
    struct armor_seed *seed;
    struct armor_error *err;

    struct dockerfile_scope globals; /* ARG before the first FROM */
    struct dockerfile_scope scope;   /* ARG and ENV of the stages so far */

    const char *base;      /* interned: the image that isn't in this file; NULL: not to be told */
    bool scratch;          /* no image at all: nothing is there that this file doesn't put there */
    const char *workdir;   /* interned; NULL: the base image's, or not to be told */
    const char *user;      /* interned, without the group; NULL: the base image's, or not to be told */
    dockerfile_last from;  /* of the base */
    dockerfile_last stage; /* FROM of the stage that is being read */
    dockerfile_last user_at, entrypoint, cmd, shell, healthcheck, stopsignal;
    dockerfile_last cmd_stage; /* the stage that `cmd` is of */

    struct dockerfile_fact *facts;
    size_t fact_count, fact_room; /* at most ARMOR_SEED_RULES_MAX */
};

/* Fail at byte OFFSET of INSTRUCTION; for errors of others that have no place yet. */
int dockerfile_reader_fail(const struct dockerfile_reader *reader,
                           const struct dockerfile_instruction *instruction, size_t offset, int code);

/*
 * Expand WORD of INSTRUCTION in SCOPE. *RET_VALUE is interned, and NULL where it can't be told: then a note says so when NOTE is
 * true.
 */
ARMOR_CHECKED int dockerfile_reader_expand(struct dockerfile_reader *reader, struct dockerfile_scope *scope,
                                           const struct dockerfile_instruction *instruction,
                                           const struct dockerfile_word *word, bool note,
                                           const char **ret_value);

/* Intern the path that PATH means in the directory BASE. */
ARMOR_CHECKED int dockerfile_reader_path(struct dockerfile_reader *reader, const char *base, const char *path,
                                         const char **ret_path);

/* Add FACT; path and detail may be anyone's. */
ARMOR_CHECKED int dockerfile_fact_add(struct dockerfile_reader *reader, const struct dockerfile_fact *fact);

/* The fact of KIND and PATH that was added last, or NULL. */
const struct dockerfile_fact *dockerfile_fact_find(const struct dockerfile_reader *reader,
                                                   enum dockerfile_fact_kind kind, const char *path);

/* Whether the program runs as OWNER: by name or by number. */
bool dockerfile_runs_as(const struct dockerfile_reader *reader, const char *owner);

/* The stages. Reads all that make the target. */
ARMOR_CHECKED int dockerfile_read_stages(struct dockerfile_reader *reader);

/* One instruction of a stage, in order. */
ARMOR_CHECKED int dockerfile_read_instruction(struct dockerfile_reader *reader,
                                              const struct dockerfile_instruction *instruction);
ARMOR_CHECKED int dockerfile_read_copy(struct dockerfile_reader *reader,
                                       const struct dockerfile_instruction *instruction);
ARMOR_CHECKED int dockerfile_read_run(struct dockerfile_reader *reader,
                                      const struct dockerfile_instruction *instruction);

/* The image at the end. */
ARMOR_CHECKED int dockerfile_add_rules(struct dockerfile_reader *reader);
ARMOR_CHECKED int dockerfile_add_programs(struct dockerfile_reader *reader);
ARMOR_CHECKED int dockerfile_add_advice(struct dockerfile_reader *reader);

/*
 * Add the finding CODE at byte OFFSET of INSTRUCTION; its severity and fix are in the table of advice. The text is formatted.
 * Suppressed by a comment before the instruction.
 */
ARMOR_CHECKED int dockerfile_advise(struct dockerfile_reader *reader, const char *code,
                                    const struct dockerfile_instruction *instruction, size_t offset,
                                    const char *format, ...) __attribute__((format(printf, 5, 6)));

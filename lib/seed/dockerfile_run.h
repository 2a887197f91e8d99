/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One RUN being read: its shell's program (dockerfile_run.c) and what single programs in it do (dockerfile_commands.c). */
#pragma once

#include "seed/dockerfile_reader.h"
#include "seed/shell_words.h"

enum { ASSIGNED_MAX = 64, DEPTH_MAX = 8 };

struct dockerfile_run {
    struct dockerfile_reader *reader;
    const struct dockerfile_instruction *instruction;
    struct armor_slice text;            /* the program */
    size_t base;                        /* byte of the instruction's line where it begins */
    bool in_line;                       /* false: it is a heredoc, of which places aren't given */
    const char *directory;              /* interned; where relative paths are; NULL: not to be told */
    const char *outside[DEPTH_MAX];     /* `directory` where each open subshell began */
    size_t depth, group;                /* of the command before */
    size_t program;                     /* index of the program's word in the current command */
    bool fetching;                      /* the command before a pipe was curl or wget */
    const char *assigned[ASSIGNED_MAX]; /* variables that the program sets itself */
    bool noted;                         /* that something isn't understood: said once for each RUN */
    size_t assigned_count;
    bool assigned_full; /* more than those: no variable is known */
};

/* Byte of the instruction's line where word INDEX stands. */
size_t dockerfile_run_offset(const struct dockerfile_run *run, const struct shell_command *command,
                             size_t index);

/* Note that word INDEX can't be told. */
ARMOR_CHECKED int dockerfile_run_unclear(struct dockerfile_run *run, const struct shell_command *command,
                                         size_t index);

/* Add the fact that word INDEX is a path of KIND; or a note, when it can't be told. */
ARMOR_CHECKED int dockerfile_run_fact(struct dockerfile_run *run, const struct shell_command *command,
                                      size_t index, enum dockerfile_fact_kind kind, const char *detail,
                                      bool tree);

/* Make facts and advice of COMMAND, whose program is called NAME. Others than those in the table say nothing. */
ARMOR_CHECKED int dockerfile_run_command(struct dockerfile_run *run, const struct shell_command *command,
                                         const char *name);

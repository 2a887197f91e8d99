/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Project: the files that a seed is made from. What a Compose file names is read from its project's folder alone; a link or a path that
 * leads out of it is refused, since the file may come from anybody.
 */
#pragma once

#include "armor/compose.h"
#include "armor/limits.h"

struct project {
    const char *const *named; /* files that the operator named: read wherever they are; not owned */
    size_t named_count;
    char folder[ARMOR_PATH_MAX];       /* of the first one, as it was named; "" where we are */
    int folder_fd;                     /* -1: none */
    struct armor_variables *variables; /* the environment, then the folder's .env */
};

/* Read the file PATH (at most LIMIT bytes; "-" is standard input) into TEXT. Returns 0, or negative errno with ERR. */
ARMOR_CHECKED int project_read(const char *path, size_t limit, struct armor_text *text,
                               struct armor_error *err);

/* The project of the COUNT Compose files at NAMED. Returns 0, or negative errno with ERR; project_close in any case. */
ARMOR_CHECKED int project_open(struct project *project, const char *const *named, size_t count,
                               struct armor_error *err);

/* The load function for armor_compose_files; USERDATA is the project. */
int project_load(void *userdata, const char *path, struct armor_text *text, struct armor_error *err);

void project_close(struct project *project);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Compose project: its files and the tree they make. Private to lib/seed. */
#pragma once

#include "yaml_tree.h"

#include "armor/compose.h"
#include "armor/limits.h"

/* A file that was read, with the variables that held for it. */
struct compose_file {
    const char *path;
    const struct armor_variables *variables;
    struct armor_slice text;
    struct tree_node *document; /* all documents merged; NULL: an empty file */
};

struct armor_compose {
    struct seed_arena arena; /* of everything but what is named owned below */
    const struct armor_variables *variables;
    struct armor_compose_files given;
    const char *folder; /* the project's, as its first file was named; "": where the caller is */
    struct compose_file files[ARMOR_COMPOSE_FILES_MAX];
    size_t file_count;
    const char *const *own; /* paths of the files that the operator named; the first so many */
    size_t own_count;
    struct armor_variables *sets[ARMOR_COMPOSE_FILES_MAX]; /* owned: of includes with .env files */
    size_t set_count;
    struct tree_node *root; /* the merged model */
};

/* Where paths in a file start from, and what led there. */
struct compose_scope {
    const struct armor_variables *variables;
    const char *directory; /* "": where the caller is */
    size_t depth;
    const char *path;                   /* of the file that includes; NULL: the project's own files */
    const struct compose_scope *parent; /* NULL: the project's own files */
};

/*
 * DIRECTORY/PATH, or PATH when it is absolute, without "." and ".." behind the project's folder, which stays as it was named: what ".." means
 * there only the file system knows. Returns 0, -E2BIG, -ENOMEM.
 */
ARMOR_CHECKED int compose_join(struct armor_compose *compose, const char *directory, const char *path,
                               const char **ret_path);

/* The same, with *RET_PATH in ARENA. */
ARMOR_CHECKED int compose_join_in(const struct armor_compose *compose, struct seed_arena *arena,
                                  const char *directory, const char *path, const char **ret_path);

/* The folder of PATH: "" for none. Returns 0, -E2BIG, -ENOMEM. */
ARMOR_CHECKED int compose_directory(struct armor_compose *compose, const char *path,
                                    const char **ret_directory);

/* The file at PATH, read, interpolated and its documents merged; the same one for the same path and variables. Returns as load. */
ARMOR_CHECKED int compose_file_read(struct armor_compose *compose, const char *path,
                                    const struct armor_variables *variables, struct compose_file **ret_file,
                                    struct armor_error *err);

/* DOCUMENT with every `extends` of its services carried out. Returns as armor_compose_load. */
ARMOR_CHECKED int compose_extend(struct armor_compose *compose, const struct compose_file *file,
                                 const char *directory, struct tree_node **ret_document,
                                 struct armor_error *err);

/* Add to DOCUMENT what its `include` names. Returns as armor_compose_load. */
ARMOR_CHECKED int compose_include(struct armor_compose *compose, struct tree_node **document,
                                  const struct compose_scope *scope, struct armor_error *err);

/* The model of the files at PATHS in SCOPE; NULL when all are empty. Returns as armor_compose_load. */
ARMOR_CHECKED int compose_model(struct armor_compose *compose, const char *const *paths, size_t count,
                                const struct compose_scope *scope, struct tree_node **ret_model,
                                struct armor_error *err);

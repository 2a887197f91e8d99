/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compose: a project's files, put together as the Compose specification says (interpolation, extends, include, merging), and what
 * a service of it says of its container's run time, as a seed.
 *
 * The library opens nothing: files come through the caller, who decides which may be read.
 */
#pragma once

#include "armor/seed.h"
#include "armor/text.h"

struct armor_variables;

/* Returns 0 and an empty set of variables for armor_variables_free, or -ENOMEM. */
ARMOR_CHECKED int armor_variables_new(struct armor_variables **ret_variables);

/* Set NAME to VALUE (both copied) unless it is set. Returns 1 when set, 0 when there, -E2BIG over ARMOR_VARIABLES_MAX, -ENOMEM. */
ARMOR_CHECKED int armor_variables_add(struct armor_variables *variables, struct armor_slice name,
                                      struct armor_slice value);

/* The value, terminated; NULL: not set. VARIABLES may be NULL. */
const char *armor_variables_get(const struct armor_variables *variables, struct armor_slice name);

/* A set of its own with the same variables. Returns 0, -ENOMEM. */
ARMOR_CHECKED int armor_variables_copy(const struct armor_variables *variables,
                                       struct armor_variables **ret_copy);

/* NULL is fine. */
void armor_variables_free(struct armor_variables *variables);

/*
 * Read TEXT, a .env file, into VARIABLES; what is set already stays and counts for interpolation. Quotes, `export`, comments,
 * values over several lines in quotes, a name without value (which changes nothing). Returns 0; -EBADMSG with line and column;
 * -E2BIG; -ENOMEM.
 */
ARMOR_CHECKED int armor_dotenv_read(struct armor_slice text, const char *file,
                                    struct armor_variables *variables, struct armor_error *err);

/*
 * Append TEXT with its variables replaced: $NAME, ${NAME}, and ${NAME:-x} ${NAME-x} ${NAME:?x} ${NAME?x} ${NAME:+x} ${NAME+x}, nested
 * to any depth up to 16; `$$` is a dollar. *RET_UNSET, when it was NULL, becomes the first name without value and default, a slice
 * of TEXT or of VARIABLES' text. Returns 0; -EBADMSG for a bad `${` or a mandatory variable that isn't set; the buffer's sticky
 * error. ERR gets the sentence, no position.
 */
ARMOR_CHECKED int armor_interpolate(struct armor_slice text, const struct armor_variables *variables,
                                    struct armor_text *result, struct armor_slice *ret_unset,
                                    struct armor_error *err);

/* How the caller gives files. */
struct armor_compose_files {
    /*
     * Give the text of the file PATH, "a/b.yml" in the project's folder, in a new TEXT. Returns 0; -ENOENT; -EPERM for what may not
     * be read, such as a path out of the project's folder; ERR gets the sentence.
     */
    int (*load)(void *userdata, const char *path, struct armor_text *text, struct armor_error *err);
    void *userdata;
};

struct armor_compose;

/*
 * Put together the COUNT files at PATHS, the later over the earlier ones. Paths in them are joined to the folder of the file they stand
 * in. Returns 0 and a project for armor_compose_free; -EBADMSG with file, line and column for what Compose would refuse too
 * (syntax, cycles, an undefined service); -E2BIG; -ENOMEM; what load returned.
 */
ARMOR_CHECKED int armor_compose_load(const char *const *paths, size_t count,
                                     const struct armor_variables *variables,
                                     const struct armor_compose_files *files,
                                     struct armor_compose **ret_compose, struct armor_error *err);

/* Name of service INDEX, in the order of the files; NULL after the last one. */
const char *armor_compose_service(const struct armor_compose *compose, size_t index);

/* True unless SERVICE has profiles and none of them is among COMPOSE_PROFILES, a comma-separated variable. */
bool armor_compose_active(const struct armor_compose *compose, const char *service);

/* The name that SERVICE gives its container; NULL: none, and Compose makes one. */
const char *armor_compose_container_name(const struct armor_compose *compose, const char *service);

/* How many containers of SERVICE there are to be, by `scale` or `deploy.replicas`; 1 when nothing is said. */
unsigned armor_compose_replicas(const struct armor_compose *compose, const char *service);

/*
 * Add to SEED what SERVICE says, and the Dockerfile that its `build` names, which load gives. One that can't be had or read is a finding. Returns 0; -ENOENT when there is no such service; -EBADMSG with file, line and column for a field
 * that Compose would refuse; -E2BIG; -ENOMEM.
 */
ARMOR_CHECKED int armor_compose_seed(const struct armor_compose *compose, const char *service,
                                     struct armor_seed *seed, struct armor_error *err);

/* NULL is fine. */
void armor_compose_free(struct armor_compose *compose);

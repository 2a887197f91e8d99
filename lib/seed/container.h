/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said of a container's run time, whoever says it (Compose or inspect), as rules and advice: one function for each kind of
 * statement. Private to lib/seed. All return 0, or negative as armor_seed_add_rule; over a cap of the seed is -E2BIG.
 */
#pragma once

#include "armor/seed.h"

/* A source text, for the comments in it that suppress advice. */
struct container_text {
    const char *file;
    struct armor_slice text;
};

struct container {
    struct armor_seed *seed;
    const struct container_text *texts; /* not owned */
    size_t text_count;
    struct armor_seed_source source; /* of the whole: where advice on what is missing points to */

    /* what was said so far, for container_end */
    bool read_only, user_said, health_said, memory_said, pids_said, host_network, no_network;
    struct armor_seed_source read_only_source;
    const char *added[64]; /* capabilities, as named in the table; what cap_drop ALL leaves */
    size_t added_count;
    bool drops_all;
    struct armor_seed_source drops_source;
};

/* The advice there is; the table in container_advice.c has its words. */
enum container_advice {
    ADVICE_WRITABLE_ROOT = 0,
    ADVICE_PRIVILEGED,
    ADVICE_DOCKER_SOCK,
    ADVICE_HOST_ROOT,
    ADVICE_HOST_NETWORK,
    ADVICE_HOST_PID,
    ADVICE_HOST_IPC,
    ADVICE_HOST_UTS,
    ADVICE_HOST_CGROUP,
    ADVICE_HOST_USERNS,
    ADVICE_SHARED_NAMESPACE,
    ADVICE_DANGEROUS_CAPABILITY,
    ADVICE_ALL_CAPABILITIES,
    ADVICE_UNKNOWN_CAPABILITY,
    ADVICE_NO_MEMORY_LIMIT,
    ADVICE_NO_PIDS_LIMIT,
    ADVICE_SECRET_IN_ENVIRONMENT,
    ADVICE_APPARMOR_UNCONFINED,
    ADVICE_APPARMOR_OTHER,
    ADVICE_SECCOMP_UNCONFINED,
    ADVICE_MOVING_TAG,
    ADVICE_NO_HEALTHCHECK,
    ADVICE_RUNS_AS_ROOT,
    ADVICE_USER_UNKNOWN,
    ADVICE_UNSET_VARIABLE,
    ADVICE_UNKNOWN_KEY,
    ADVICE_NO_APPARMOR_FORM,
    ADVICE_DEVICE_NUMBERS,
    ADVICE_UNREADABLE_TARGET,
    ADVICE_READ_ONLY_IN_PART,
    ADVICE_VOLUMES_FROM,
    ADVICE_BUILD_NOT_READ,
    ADVICE_CDI_DEVICE,
    ADVICE_COUNT,
};

/* DETAIL, put in front of the advice's text: what it is about; NULL: nothing. */
ARMOR_CHECKED int container_advise(struct container *container, const struct armor_seed_source *source,
                                   enum container_advice advice, const char *detail);

/* A rule of KIND; the words are patterns or names, NULL for none. */
ARMOR_CHECKED int container_rule(struct container *container, const struct armor_seed_source *source,
                                 enum armor_seed_grant grant, const struct armor_access *access,
                                 const char *reason);

struct container_mount {
    struct armor_slice source; /* on the host; absent: none, or not known */
    struct armor_slice target; /* in the container */
    const char *what;          /* "volume", "bind mount", "tmpfs": for the reason */
    bool read_only;
    bool directory; /* known to be one; otherwise it may be a file as well */
};
ARMOR_CHECKED int container_mount(struct container *container, const struct armor_seed_source *source,
                                  const struct container_mount *mount);

/* A single file that can be read: a config, a secret, /etc/hosts. TARGET is a literal path. */
ARMOR_CHECKED int container_file(struct container *container, const struct armor_seed_source *source,
                                 struct armor_slice target, const char *reason);
ARMOR_CHECKED int container_device(struct container *container, const struct armor_seed_source *source,
                                   struct armor_slice target, struct armor_slice permissions);

/* Graphics cards of DRIVER ("nvidia"; absent: the engine's usual one). */
ARMOR_CHECKED int container_gpus(struct container *container, const struct armor_seed_source *source,
                                 struct armor_slice driver);

/* Ports FIRST to LAST within the container. */
ARMOR_CHECKED int container_port(struct container *container, const struct armor_seed_source *source,
                                 unsigned first, unsigned last, struct armor_slice protocol);

/* "NET_ADMIN", "CAP_NET_ADMIN", "net_admin", "ALL". */
ARMOR_CHECKED int container_cap_add(struct container *container, const struct armor_seed_source *source,
                                    struct armor_slice name);
ARMOR_CHECKED int container_cap_drop(struct container *container, const struct armor_seed_source *source,
                                     struct armor_slice name);

/* Deny what cap_drop: ALL takes and cap_add doesn't give back. */
ARMOR_CHECKED int container_drop_others(struct container *container);

/* A program that is started: a path, or a name to be looked for. WHAT: "entrypoint", for the reason. */
ARMOR_CHECKED int container_program(struct container *container, const struct armor_seed_source *source,
                                    struct armor_slice program, const char *what);
ARMOR_CHECKED int container_init(struct container *container, const struct armor_seed_source *source);
ARMOR_CHECKED int container_stop_signal(struct container *container, const struct armor_seed_source *source,
                                        struct armor_slice name);

ARMOR_CHECKED int container_image(struct container *container, const struct armor_seed_source *source,
                                  struct armor_slice image);
ARMOR_CHECKED int container_user(struct container *container, const struct armor_seed_source *source,
                                 struct armor_slice user);
ARMOR_CHECKED int container_variable(struct container *container, const struct armor_seed_source *source,
                                     struct armor_slice name, struct armor_slice value);
ARMOR_CHECKED int container_security(struct container *container, const struct armor_seed_source *source,
                                     struct armor_slice option);

/* FIELD "network_mode", "pid", "ipc", "uts", "cgroup", "userns_mode" has MODE. */
ARMOR_CHECKED int container_namespace(struct container *container, const struct armor_seed_source *source,
                                      const char *field, struct armor_slice mode);

/* What follows from all that was said, and from what wasn't. Once, at the end. */
ARMOR_CHECKED int container_end(struct container *container);

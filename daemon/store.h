/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Store: what outlives armord, in one SQLite database. Containers with their rules and counters, and each profile text that
 * was ever loaded for them.
 *
 * What is read back is checked like any other input: a row that can't be is counted, said, left out, and its container is
 * marked incomplete. Writes are durable when they return (WAL, synchronous=FULL): old or new, never between.
 */
#pragma once

#include "container.h"

struct store;

/* What store_load left out. */
struct store_damage {
    uint64_t containers; /* rows that aren't a container, with their rules */
    uint64_t rules;      /* rows that aren't a rule; their containers have CONTAINER_GAP_STORE */
    uint64_t settings;   /* rows that aren't a setting of a container; it inherits those, and the rows stay */
};

/* One text that was loaded into the kernel. Never changed once stored. */
struct revision {
    uint32_t number;      /* from 1, per container */
    enum armor_mode mode; /* as which it was loaded */
    int64_t time_usec;    /* since the epoch */
    char *reason;         /* owned; why: "learn", "enforce" */
    char *author;         /* owned; who asked: "root (uid 0)" */
    char *note;           /* owned; why, in the operator's words; "": nothing was said */
    char *image;          /* owned; digest of the image that was learned from; "": not known */
    char *gates; /* owned; JSON array of the gates as they stood, as in api.md; NULL: none were asked */
};

/*
 * Open the database at PATH, make it when it isn't there (its directory must be), bring its schema up to date. Returns 0;
 * -ENOTSUP for a schema newer than this program; -EBADMSG when it is damaged or no database; what the system said. The
 * error says what to do.
 */
ARMOR_CHECKED int store_open(const char *path, struct store **ret_store, struct armor_error *err);

/*
 * Read all containers into REGISTRY. SEED as for armor_intern_new. Returns 0 and what had to be left out, or negative when the
 * database as a whole can't be read.
 */
ARMOR_CHECKED int store_load(struct store *store, struct registry *registry, uint64_t seed,
                             struct store_damage *ret_damage, struct armor_error *err);

/* Transactions. Begun once, ended once by one of the two; rollback never fails. Return 0 or a negative errno. */
ARMOR_CHECKED int store_begin(struct store *store, struct armor_error *err);
ARMOR_CHECKED int store_commit(struct store *store, struct armor_error *err);
void store_rollback(struct store *store);

/* Write CONTAINER's own row and gaps, without its rules; a new one gets its id. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_put_container(struct store *store, struct container *container,
                                      struct armor_error *err);

/* Write one RULE of a stored CONTAINER. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_put_rule(struct store *store, const struct container *container,
                                 const struct armor_rule *rule, struct armor_error *err);

/* Write all rules of a stored CONTAINER in place of those that are there, of which some may be gone. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_replace_rules(struct store *store, const struct container *container,
                                      struct armor_error *err);

/* Write those settings in the set BITS that a stored CONTAINER has of its own, and delete those that it hasn't. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_put_settings(struct store *store, const struct container *container, uint32_t bits,
                                     struct armor_error *err);

/* Write the denials of a stored CONTAINER that differ from the store's. Returns 0 or a negative errno; denials_saved is the caller's. */
ARMOR_CHECKED int store_put_denials(struct store *store, const struct container *container,
                                    struct armor_error *err);

/* Delete CONTAINER with rules, revisions and settings. Its id is 0 after it. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_delete_container(struct store *store, struct container *container,
                                         struct armor_error *err);

/*
 * Keep TEXT as REVISION of a stored CONTAINER, and let the oldest go over ARMOR_REVISIONS_MAX. Returns 0, -EEXIST when there is
 * one of that number, or a negative errno.
 */
ARMOR_CHECKED int store_add_revision(struct store *store, const struct container *container,
                                     const struct revision *revision, struct armor_slice text,
                                     struct armor_error *err);

/* All revisions of CONTAINER, oldest first, for store_free_revisions. Returns 0 or a negative errno. */
ARMOR_CHECKED int store_revisions(struct store *store, const struct container *container,
                                  struct revision **ret_revisions, size_t *ret_count,
                                  struct armor_error *err);
void store_free_revisions(struct revision *revisions, size_t count);

/* The text of revision NUMBER, which the caller frees. Returns 0, -ENOENT when it isn't kept, or a negative errno. */
ARMOR_CHECKED int store_revision_text(struct store *store, const struct container *container, uint32_t number,
                                      char **ret_text, struct armor_error *err);

/* A change of a container that is about to leave the store for kernel and disk, or did, and isn't known to have ended. */
struct intent {
    char name[ARMOR_NAME_MAX + 1]; /* the container's */
    char verb[16];                 /* "enforce": promote_verb_name */
    int64_t time_usec;             /* since the epoch */
};

/* Durable when they return: VERB is about to change NAME; nothing is. Both hold for one transaction where one was begun. */
ARMOR_CHECKED int store_put_intent(struct store *store, const char *name, const char *verb,
                                   struct armor_error *err);
ARMOR_CHECKED int store_clear_intent(struct store *store, const char *name, struct armor_error *err);

/* All that are left, at most ARMOR_CONTAINERS_MAX, by name; the caller frees them. Rows that can't be one are left out. Returns 0 or negative. */
ARMOR_CHECKED int store_intents(struct store *store, struct intent **ret_intents, size_t *ret_count,
                                struct armor_error *err);

/* A number of the daemon's own under NAME, durable. Get returns 1 and the value, 0 when there is none, or negative. */
ARMOR_CHECKED int store_get_number(struct store *store, const char *name, int64_t *ret_value,
                                   struct armor_error *err);
ARMOR_CHECKED int store_set_number(struct store *store, const char *name, int64_t value,
                                   struct armor_error *err);
ARMOR_CHECKED int store_clear_number(struct store *store, const char *name, struct armor_error *err);

/* Up to where the source of records was taken. */
struct store_position {
    char source[16]; /* its kind's name; "": none yet */
    char place[256]; /* as the source calls it; "" for some kinds */
    int64_t
        time_usec; /* of the newest record taken, as in the record; with serial, the high-water mark; 0: none yet */
    int64_t serial;
};

/* Get returns 1 and the position, 0 when there is none, or negative; set is durable with the transaction it is in. */
ARMOR_CHECKED int store_get_position(struct store *store, struct store_position *ret_position,
                                     struct armor_error *err);
ARMOR_CHECKED int store_set_position(struct store *store, const struct store_position *position,
                                     struct armor_error *err);

/* Whether the database is sound, by its own check, and can be written. Returns 0, or negative with what is wrong. */
ARMOR_CHECKED int store_check(struct store *store, struct armor_error *err);

/* Close. NULL is fine. */
void store_free(struct store *store);

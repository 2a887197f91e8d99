/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipeline: record -> event -> label -> container -> rule. The only place where the stages' names stand together.
 *
 * Rules change in memory at once; pipeline_commit makes the new ones of a batch durable in one transaction. Counters lag:
 * pipeline_flush writes them.
 */
#pragma once

#include "container.h"
#include "ring.h"

#include "armor/record.h"

struct serials_gap;
struct store;
struct store_position;

/* What a request for a profile that isn't there is called by the self-test; see intake.h. */
#define PIPELINE_MARK_PREFIX "armord.self-test."

struct pipeline_counters {
    uint64_t records;   /* audit records of every type, from whatever sender's program */
    uint64_t apparmor;  /* of these, AppArmor's own and sound */
    uint64_t known;     /* of these, counted as an earlier one that said the same of another process */
    uint64_t malformed; /* said to be a record or AppArmor's, and bent */
    uint64_t untrusted; /* from user space, and claim to be AppArmor's */
    uint64_t foreign;   /* AppArmor's, of no container here */
    uint64_t
        repeated;   /* AppArmor's, and taken already: they came another way too, or again after a restart */
    uint64_t marks; /* of armord's own self-tests */
    uint64_t late;  /* allowed by complain mode, of a container that is enforced already: not learned */
    uint64_t unknown_fields; /* keys that no table here names: a kernel newer than this armord */
    uint64_t rules;          /* rules added or widened */
    uint64_t failed;         /* events that found no memory; their containers are marked incomplete */
    uint64_t commits_failed; /* transactions that the store refused; retried */
};

struct pipeline;

/* REGISTRY, RING and STORE must outlive the pipeline. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int pipeline_new(struct registry *registry, struct ring *ring, struct store *store,
                               struct pipeline **ret_pipeline);

/* Take one RECORD, of whatever type and sender. */
void pipeline_record(struct pipeline *pipeline, const struct armor_record *record);

/* Know RECORD again when it comes, without taking it now. */
void pipeline_known(struct pipeline *pipeline, const struct armor_record *record);

/* Up to where records were taken: as an earlier armord stored it, and since then. */
void pipeline_set_position(struct pipeline *pipeline, const struct store_position *position);
const struct store_position *pipeline_position(const struct pipeline *pipeline);

/* The source of that NAME stands at PLACE: the next transaction stores it beside the rules. Both are copied. */
void pipeline_at(struct pipeline *pipeline, const char *name, const char *place);

/* Records up to that of TIME and SERIAL were taken from another source: they count no more. 0: there are none. */
void pipeline_set_floor(struct pipeline *pipeline, int64_t time_usec, int64_t serial);

/* Look out for the record of the self-test NAME, which begins with PIPELINE_MARK_PREFIX; and whether it came. */
void pipeline_await_mark(struct pipeline *pipeline, const char *name);
bool pipeline_mark_came(const struct pipeline *pipeline);

/*
 * Make the rules that changed since the last commit durable, with the place of the source. When the store refuses, they stay in memory, all rules of their
 * containers are written again by the next flush, and *ERR says why. Returns 0 or negative.
 */
ARMOR_CHECKED int pipeline_commit(struct pipeline *pipeline, struct armor_error *err);

/*
 * Write counters that differ, and rules that an earlier commit couldn't; ALL: of every rule of these containers, for the
 * last flush before the end. All in one transaction. Returns 0, or negative, and then it all still waits.
 */
ARMOR_CHECKED int pipeline_flush(struct pipeline *pipeline, bool all, struct armor_error *err);

/*
 * A part of pipeline_flush without ALL, small enough for clients not to notice; a transaction of its own. Returns 1 when more is to be
 * written, by the next call, 0 when the round is done, or negative: then a new round is to begin later. A container that is added or
 * removed within a round may have to wait for the next one.
 */
ARMOR_CHECKED int pipeline_flush_some(struct pipeline *pipeline, struct armor_error *err);

/* True when a container that is watched was refused too much since this was last asked. */
bool pipeline_tripped(struct pipeline *pipeline);

/* True when pipeline_flush has something to write; the place of the source is something too. */
bool pipeline_dirty(const struct pipeline *pipeline);

/*
 * Records were lost on the way here, COUNT of them (0: nobody knows how many), as WHERE says ("in the socket's buffer"), and GAP, between
 * which numbers: every container that learned then is marked incomplete, in the store too, and followers are told. NULL: nobody knows
 * when, and it is every one that learns.
 */
void pipeline_lost(struct pipeline *pipeline, uint64_t count, const char *where,
                   const struct serials_gap *gap);

/* The source was blind, as NOTE says: every container that learns and hasn't that mark yet is marked incomplete. */
void pipeline_blind(struct pipeline *pipeline, const char *note);

/* Records were lost for one container. */
void pipeline_lost_of(struct pipeline *pipeline, struct container *container, uint64_t count,
                      const char *where);

/* Write CONTAINER's own row now, without its rules; where the store refuses, the next flush tries again. */
void pipeline_store_mark(struct pipeline *pipeline, struct container *container);

/* Forget what is kept to be stored of CONTAINER, and what is known of its events; it is about to be freed. */
void pipeline_forget(struct pipeline *pipeline, const struct container *container);

const struct pipeline_counters *pipeline_counters(const struct pipeline *pipeline);

/* Doesn't flush. NULL is fine. */
void pipeline_free(struct pipeline *pipeline);

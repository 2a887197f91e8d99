/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change under way, as the files of promote see it; nobody else includes this. */
#pragma once

#include "armor/text.h"
#include "loader_client.h"
#include "manager.h"
#include "promote.h"
#include "proof.h"

enum { PROMOTE_STEPS_MAX = 10 };

struct promote_job {
    struct manager *manager; /* not owned */
    struct promote_request request;
    promote_done done;
    void *userdata;
    struct promote_result result; /* as far as it is known */
    struct container *container;  /* owned by the registry; NULL: not found or not made yet */
    struct armor_seed *before; /* owned; the seeded rules that the seed's took the place of; NULL: none did */
    struct armor_generalise_options
        generalise; /* how its policy is made: as it began, so that what is proved is what is loaded */
    struct armor_profile
        *trial; /* owned; accept, deny: the state as it will be; NULL: the container's own counts */
    struct armor_profile *reviewed; /* owned; the same as the guard rails see it; NULL: it wasn't asked for */
    uint32_t decided;               /* accept, deny: rules that were decided */
    int64_t decided_usec;           /* and when, since the epoch */
    enum armor_mode mode;           /* rollback: of the revision */
    bool created;                   /* this job made it: it goes if the job fails */
    size_t step;                    /* index of the verb's step under way */
    unsigned rounds;                /* times that the enforced profile was loaded */
    uint64_t novel;                 /* the container's `novel` when the text was rendered */
    bool intended;                  /* the store has the job's intent: see reconcile.h */
    bool touched;                   /* the kernel may have another profile than when the job began */
    bool split;                     /* and it couldn't be given back what it had: the intent stays */
    struct armor_text text;         /* owned; the profile that is or was loaded */
    struct proof proof;             /* owned; enforce: the questions to the kernel */
    struct gate_proof proved;       /* and what it said; the refusals are owned */
    struct loader_reply inspection; /* enforce: what the loader said of the profile */
    struct armor_number
        lost_base; /* the kernel's lost counter before learning began; absent: it couldn't be read */
    char watch_problem
        [CONTAINER_NOTE_SIZE]; /* why the counters couldn't be read or the limit not raised; "": they could */
    struct promote_job *next;  /* owned; of the manager's list */
};

/* What a step says: on with the next one, the same again, all is done though steps are left, or a failure that is in the job's result. */
enum step_outcome { STEP_FAILED = -1, STEP_NEXT = 0, STEP_ASK = 1, STEP_AGAIN = 2, STEP_END = 3 };

/*
 * One step of a verb. ASK does what can be done at once and says STEP_NEXT, or fills a call to the loader and says STEP_ASK;
 * then TAKE gets the answer, as in loader_done.
 */
struct promote_step {
    enum step_outcome (*ask)(struct promote_job *job, struct loader_call *ret_call);
    enum step_outcome (*take)(struct promote_job *job, int code, const struct loader_reply *reply,
                              const struct armor_error *err);
};

/* The steps of VERB, in order, ended by one without ASK. */
const struct promote_step *promote_steps(enum promote_verb verb);

/* Write down why JOB fails; DETAIL is a format. Returns STEP_FAILED. */
enum step_outcome promote_fail(struct promote_job *job, enum promote_failure failure, const char *advice,
                               const char *detail, ...) __attribute__((format(printf, 4, 5)));

/* The same, from what the loader answered, or that it didn't. */
enum step_outcome promote_fail_loader(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err);

/* What kernel and disk have when a change has failed. */
enum promote_left {
    PROMOTE_LEFT_UNTOUCHED = 0, /* what they had */
    PROMOTE_LEFT_GIVEN_BACK,    /* the same, by a second load */
    PROMOTE_LEFT_TAKEN_AWAY,    /* nothing of a container that was to be made */
    PROMOTE_LEFT_IN_USE,        /* its profile, since processes run under it */
    PROMOTE_LEFT_OPEN,          /* what they had or what they were to have */
    PROMOTE_LEFT_RETURNING,     /* complain mode, or soon */
    PROMOTE_LEFT_COUNT,
};

/* Write down what JOB, which failed, has left, unless that is done; WHY ends the sentence of one that couldn't be settled. */
void promote_say_left(struct promote_job *job, enum promote_left left, const char *why);

/* Write down in the store that kernel and disk are about to change. Returns STEP_NEXT, or STEP_FAILED and nothing has changed. */
enum step_outcome promote_intend(struct promote_job *job);

/* Steps that several verbs have: find the container, load and take what the loader said. */
enum step_outcome promote_find(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_ask_text(struct promote_job *job, enum armor_mode mode,
                                   struct loader_call *ret_call); /* of the text as it is */
enum step_outcome promote_take_load(struct promote_job *job, int code, const struct loader_reply *reply,
                                    const struct armor_error *err, enum armor_mode asked);

/* promote_stated.c: let the request's stated rules be the operator's word on PROFILE, of JOB's container, at its decided_usec. */
enum step_outcome promote_state(struct promote_job *job, struct armor_profile *profile);

/* promote_floor.c: tell what was decided at JOB's decided_usec in EVIDENCE, its container's, does to denials that give way. */
void promote_tell_floor(struct promote_job *job, const struct armor_profile *evidence);

/* The step of learn that does so in the container that was made; nothing where none are stated. */
enum step_outcome promote_take_stated(struct promote_job *job, struct loader_call *ret_call);

/* The steps of accept and deny. */
enum step_outcome promote_decide(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_ask_decided(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_take_decided(struct promote_job *job, int code, const struct loader_reply *reply,
                                       const struct armor_error *err);

/* The steps of enforce that ask the gates, the costly ones by a proof, and that look at what has become of it. */
enum step_outcome promote_pass_gates(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_ask_proof(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_take_proof(struct promote_job *job, int code, const struct loader_reply *reply,
                                     const struct armor_error *err);
enum step_outcome promote_ask_verification(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_take_verification(struct promote_job *job, int code,
                                            const struct loader_reply *reply, const struct armor_error *err);

/* What waits in the socket is part of the evidence: take it. */
void promote_drain(struct promote_job *job);

/* The policy of JOB's container as it is now, for MODE and for armor_profile_free. Returns 0 or negative. */
ARMOR_CHECKED int promote_policy(const struct promote_job *job, enum armor_mode mode,
                                 struct armor_profile **ret_policy);

/* Take TEXT, which is freed, as the job's. Returns STEP_NEXT, or STEP_FAILED with the reason. */
enum step_outcome promote_take_text(struct promote_job *job, char *text);

/* The steps of rollback before the load. */
enum step_outcome promote_pick(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_ask_picked(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_take_picked(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err);

/* The steps of restore after the first. */
enum step_outcome promote_ask_stored(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_take_stored(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err);

/* The text that kernel and disk should have of JOB's container as the store has it, into the job's. Returns as promote_render. */
enum step_outcome promote_old_text(struct promote_job *job);

/* Render the profile of JOB's container for MODE into its text. Returns STEP_NEXT, or STEP_FAILED with the reason. */
enum step_outcome promote_render(struct promote_job *job, enum armor_mode mode);

/* promote_seed.c: put the request's seed, if there is one, into the profile state of JOB's container. */
enum step_outcome promote_take_seed(struct promote_job *job, struct loader_call *ret_call);

/* The job failed: give the container the seed back that it had. */
void promote_give_seed_back(struct promote_job *job);

/* The step that ends learn, seed, enforce and complain: the new mode and its revision into the store, then into the container. */
enum step_outcome promote_apply(struct promote_job *job, struct loader_call *ret_call);

/* promote_image.c: the steps of started and keep. */
enum step_outcome promote_take_image(struct promote_job *job, struct loader_call *ret_call);
enum step_outcome promote_keep_image(struct promote_job *job, struct loader_call *ret_call);

/* promote_settings.c: the step of settings. */
enum step_outcome promote_take_settings(struct promote_job *job, struct loader_call *ret_call);

/* The step that ends forget. */
enum step_outcome promote_delete(struct promote_job *job, struct loader_call *ret_call);

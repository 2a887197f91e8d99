/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Promotion: what changes a container's mode. Each verb is a job of several steps (render, loader, store), because the
 * loader takes its time and the event loop must not wait; one job per container at a time.
 *
 * The order within a job keeps state, kernel and disk together: what can fail goes first, the store's transaction last,
 * and a job that fails leaves the container as it was.
 */
#pragma once

#include "container.h"
#include "gate.h"

#include "settings_json.h"

#include "armor/seed.h"

struct manager;

enum promote_verb {
    PROMOTE_LEARN = 0, /* new container: baseline, complain profile */
    PROMOTE_ENFORCE,   /* learning -> enforced, through the gates */
    PROMOTE_COMPLAIN,  /* enforced -> learning, with all it knew */
    PROMOTE_FORGET,    /* profile unloaded, file and state deleted */
    PROMOTE_SEED, /* learn with a seed, of one that learns already: the seed in the place of the one before */
    PROMOTE_ACCEPT, /* a rule, or what a denial asks for, is allowed; in force at once where the profile is */
    PROMOTE_DENY,   /* likewise, refused */
    PROMOTE_ROLLBACK, /* the text of an earlier revision, in the mode it had */
    PROMOTE_RESTORE,  /* kernel and disk are given what the store has; nothing of the container changes */
    PROMOTE_STARTED,  /* the container was started, with an image: a run, and maybe another image */
    PROMOTE_KEEP,     /* another image runs, and it stays as it is */
    PROMOTE_SETTINGS, /* the container has settings of its own, or inherits them again */
    PROMOTE_VERB_COUNT,
};

/* Why a job failed; the API has one code and HTTP status for each (api.md). */
enum promote_failure {
    PROMOTE_OK = 0,
    PROMOTE_NAME_INVALID,
    PROMOTE_CONTAINER_UNKNOWN,
    PROMOTE_CONTAINER_EXISTS,
    PROMOTE_MODE_CONFLICT,
    PROMOTE_BUSY,
    PROMOTE_IN_USE,
    PROMOTE_GATE_REFUSED,
    PROMOTE_RULE_UNKNOWN,
    PROMOTE_RULE_GUARDED,
    PROMOTE_REVISION_UNKNOWN,
    PROMOTE_TOO_MANY,
    PROMOTE_LOADER_REFUSED,
    PROMOTE_LOADER_UNREACHABLE,
    PROMOTE_INTERNAL,
    PROMOTE_FAILURE_COUNT,
};

enum { PROMOTE_NOTE_SIZE = 256 }; /* bytes of what an operator says, with the terminator */

struct promote_request {
    enum promote_verb verb;
    char name[ARMOR_NAME_MAX + 1]; /* the container's */
    uint64_t hash;                 /* as SEED of armor_intern_new, for words that are read from the body */
    bool dry_run;                  /* enforce: ask the gates, change nothing */
    bool by_watch;                 /* complain: armord asks for it by itself, for the reason in `note` */
    int64_t watch_seconds;     /* enforce: how long it is watched; 0: as the settings say; -1: not at all */
    bool override[GATE_COUNT]; /* enforce: go on although this gate doesn't pass */
    struct armor_seed
        *seed;  /* learn: what static analysis says; owned, and the job's from promote_start on; NULL: none */
    char *rule; /* accept, deny: as `rules` and `denials` show it; owned likewise; NULL: not by its text */
    struct armor_profile
        *stated; /* learn, accept: the rules of a profile that is taken over; owned likewise; NULL: none */
    uint64_t denial;                  /* accept, deny: id of a denial; 0: none */
    bool all_denials;                 /* accept: what every denial asks for that no guard rail holds */
    uint32_t revision;                /* rollback: its number; 0: the one before the newest */
    char image[CONTAINER_IMAGE_SIZE]; /* started: digest of the image; "": not told */
    struct settings_change settings;  /* settings: what changes */
    char note[PROMOTE_NOTE_SIZE]; /* why, in the operator's words, for the revision; ""; no control bytes */
    char author[64];              /* who asked, for the revision: "root (uid 0)"; printable */
};

/* What the kernel and /proc said after the load. */
struct promote_verification {
    bool asked;              /* otherwise nobody knows */
    uint32_t processes;      /* under the enforced profile */
    uint32_t null_processes; /* in a child of it, which stays in complain mode until the container restarts */
    uint32_t outside;        /* in the container's cgroup, and under another profile or none */
    uint32_t outside_pid;    /* one of them; 0: there is none */
};

struct promote_result {
    enum promote_failure failure;
    char detail[400]; /* what happened and why; "" on success */
    char left[400];   /* after a failure, what kernel and disk have now; "": it was none of a change */
    char advice[900]; /* what to do next, after success too; "" when there is nothing to do */
    char stage[16];   /* LOADER_REFUSED: where the loader failed; otherwise "" */
    struct gate_result gates[GATE_COUNT];     /* enforce: all of them, in order */
    struct promote_verification verification; /* enforce */
    bool open;        /* enforce: the gates let it through; without it a dry run says so */
    bool gates_asked; /* whether gates mean anything */
    bool created;     /* learn: the container is new */
    const struct container
        *container; /* as it is now; NULL: there is none (forgotten, or failed to be made) */
};

/* Called once per job, maybe before promote_start returns. RESULT is valid during the call. */
typedef void (*promote_done)(const struct promote_result *result, void *userdata);

/* Begin the job that REQUEST asks for; a PROMOTE_LEARN with a seed, of a container that is there, is a PROMOTE_SEED. DONE is always called, unless the manager is freed first. */
void promote_start(struct manager *manager, const struct promote_request *request, promote_done done,
                   void *userdata);

/* CONTAINER stays enforced with the image that it was started from, as its settings have it. The store hears of it with the counters. */
void promote_image_kept(struct manager *manager, struct container *container);

/* Drop the jobs under way, without calling anybody: for manager_free. */
void promote_cancel(struct manager *manager);

/* "learn", "enforce". */
const char *promote_verb_name(enum promote_verb verb);

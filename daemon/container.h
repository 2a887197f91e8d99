/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Container: what armord holds of one container, and the registry of them all by name.
 *
 * The registry owns the containers, a container its profile state. Only promote.c adds, removes or changes mode; only
 * pipeline.c learns and counts.
 */
#pragma once

#include "armor/profile.h"
#include "armor/render.h"
#include "denials.h"
#include "log.h"
#include "quieting.h"
#include "runs.h"
#include "settings.h"
#include "term.h"

/* What may be missing of what a container did while it was learning. Each is shown, and stands in the way of enforce. */
enum container_gap {
    CONTAINER_GAP_LOST = 0,  /* records were lost on their way here */
    CONTAINER_GAP_UNWATCHED, /* the kernel's lost counter couldn't be asked, so nobody knows */
    CONTAINER_GAP_STORE,     /* rows of the store were damaged and left out */
    CONTAINER_GAP_MEMORY,    /* events found no memory, or rules no room */
    CONTAINER_GAP_SOURCE,    /* the self-test of the source failed */
    CONTAINER_GAP_COUNT,
};

enum {
    CONTAINER_NOTE_SIZE = 160,  /* bytes of a note, with the terminator */
    CONTAINER_IMAGE_SIZE = 160, /* of an image's digest, "sha512:..." with the terminator */
};

struct container {
    struct armor_profile *profile; /* owned; its name is the container's, and its owner the container */
    enum armor_mode mode;
    int64_t id;         /* key in the store; 0: not stored yet */
    int64_t since_usec; /* when learning began, or began again, since the epoch */
    uint32_t revision;  /* number of the newest revision; 0: none yet */
    uint64_t lost;      /* records that were lost while it was learning, where known how many */
    struct armor_number
        lost_base;    /* the kernel's lost counter up to which `lost` has it; absent: not asked yet */
    struct term term; /* from when to when it learned, as far as audit events tell */
    char gaps[CONTAINER_GAP_COUNT][CONTAINER_NOTE_SIZE]; /* a sentence on each gap; "": there is none */
    uint64_t denied;                                     /* refused accesses since it was enforced */
    struct denials denials;                              /* what they were, until it is decided */
    uint64_t seed;                                       /* of the hash tables of its words */
    uint64_t novel; /* times that a rule came or grew since armord started */
    int64_t
        flushed_usec; /* rules last seen before this (by their records' time) are in the store as they are */
    uint64_t forged;  /* records that pose as AppArmor's, sent by its processes since armord started */
    uint32_t pinned;  /* revision whose text was rolled back to; 0: the text is rendered from the rules */
    char image
        [CONTAINER_IMAGE_SIZE]; /* digest of the image that it was learned with, as told; "": not known */
    char image_seen[CONTAINER_IMAGE_SIZE]; /* digest that was told last, where it is another; "" */
    char returned[CONTAINER_NOTE_SIZE];    /* why it went back to learning by itself; "": it didn't */
    int64_t watch_until_usec; /* end of the watch after enforce, since the epoch; 0: there is none */
    int64_t watch_limit;      /* refused accesses within it that it may have, as its settings are now */
    bool watch_tripped;       /* they were: promote takes it back */
    char returning
        [CONTAINER_NOTE_SIZE]; /* enforced by the store and maybe the disk, while the kernel complains already: why the way back
                                           couldn't be written down; it is tried again. "": all agree. Not stored */
    struct log_limit loss_log;      /* of log messages on losses */
    struct log_limit forged_notice; /* of notices on these */
    struct log_limit full_notice;   /* of notices on events over the caps */
    struct log_limit forged_log;    /* of log messages on these */
    struct history history;         /* of its runs; private to runs.c and history.c, but to be shown */
    struct quieting quieting;       /* of quiet.c's */
    struct own_settings own;        /* settings that it has of its own; settings_choices says what counts */
    bool changing;                  /* an operation of promote.c is under way */
    bool dirty;                     /* counters differ from the store's */
    bool unsaved; /* a rule is in memory only: the store refused it; all are written again */
};

struct registry;

/*
 * A container without rules that learns from SINCE on, for container_free or registry_add. SEED as for armor_intern_new.
 * Returns 0, -EINVAL for a name that can't be, or -ENOMEM.
 */
ARMOR_CHECKED int container_new(struct armor_slice name, int64_t since_usec, uint64_t seed,
                                struct container **ret_container);

/* Say in words that GAP is there; the newest note counts, and is cut where it is too long. */
void container_mark(struct container *container, enum container_gap gap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True when nothing is missing. */
bool container_complete(const struct container *container);

/* "lost", "unwatched": as they are called in the store. */
const char *container_gap_name(enum container_gap gap);

/* The gap of that name, or -EINVAL. */
int container_gap_from_name(struct armor_slice name);

/* Returns 0 or -ENOMEM. */
ARMOR_CHECKED int registry_new(struct registry **ret_registry);

/* The container of that name, or NULL. Owned by the registry. */
struct container *registry_find(const struct registry *registry, struct armor_slice name);

/* Take CONTAINER over. Returns 0, -EEXIST, -E2BIG over ARMOR_CONTAINERS_MAX, -ENOMEM; on failure it stays the caller's. */
ARMOR_CHECKED int registry_add(struct registry *registry, struct container *container);

/* Remove and free CONTAINER. */
void registry_remove(struct registry *registry, struct container *container);

/* The containers in order of name: `for (size_t i = 0; i < registry_count(r); i++) registry_at(r, i)`. */
size_t registry_count(const struct registry *registry);
struct container *registry_at(const struct registry *registry, size_t index);

/* NULL is fine for both. */
void container_free(struct container *container);
void registry_free(struct registry *registry);

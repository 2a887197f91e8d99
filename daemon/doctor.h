/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doctor: do store, kernel and disk agree, and does what armord leans on work? Each difference is a finding in words with what to do. The
 * store is truth: a repair loads its text again, which writes kernel and disk, and removes profiles that no container has and no process runs
 * under. It never touches a container's rules or mode. docs/trouble.md lists the codes.
 */
#pragma once

#include "armor/error.h"
#include "loader/wire.h"

#include <jansson.h>

struct manager;

enum {
    DOCTOR_FINDINGS_MAX = 512, /* more are counted */
    DOCTOR_TEXT_SIZE = 400,    /* bytes of a sentence, with the terminator; longer ones are cut */
};

/* How a finding can be mended. */
enum doctor_mend {
    DOCTOR_MEND_NONE = 0, /* not by armord */
    DOCTOR_MEND_RESTORE,  /* the container's text is loaded again */
    DOCTOR_MEND_REMOVE,   /* the profile is removed, unless a process runs under it */
};

struct doctor_finding {
    const char *code;               /* "kernel-mode"; static */
    char subject[LOADER_NAME_SIZE]; /* a container, a profile, or a part of the host */
    char what[DOCTOR_TEXT_SIZE];    /* is wrong */
    char why[DOCTOR_TEXT_SIZE];     /* it matters, or how it comes */
    char next[DOCTOR_TEXT_SIZE];    /* to do */
    enum doctor_mend mend;
};

struct doctor_repair {
    char subject[LOADER_NAME_SIZE];
    enum doctor_mend mend;
    bool done;
    char detail[DOCTOR_TEXT_SIZE]; /* why not; "" when it was */
};

struct doctor_result {
    struct doctor_finding *findings; /* in order of the checks; after a repair, what is left */
    size_t count;
    size_t left_out;               /* findings that there was no room for */
    size_t containers;             /* that were looked at */
    struct doctor_repair *repairs; /* in order; at most DOCTOR_FINDINGS_MAX */
    size_t repair_count;
};

/* RESULT is valid during the call. */
typedef void (*doctor_done)(const struct doctor_result *result, void *userdata);

/*
 * Look, and with REPAIR mend what can be and look again. DONE is called once, not before this returns, unless the manager is freed
 * first. Returns 0, -EBUSY when somebody else has it look, or -ENOMEM.
 */
ARMOR_CHECKED int doctor_start(struct manager *manager, bool repair, doctor_done done, void *userdata);

/* Drop what is under way, without calling anybody: for manager_free. */
void doctor_cancel(struct manager *manager);

/* RESULT as docs/api.md has it. NULL: out of memory. */
json_t *doctor_to_json(const struct doctor_result *result);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intake: which source records are taken from, and the proof that they come.
 *
 * Of the sources that the settings allow the first is taken that can be opened and passes the self-test: armord asks the kernel for
 * a profile of a random name that can't be there, which needs no privilege and changes nothing, and the kernel's refusal must show up
 * in the source. A source that fails is left for the next one. When containers learn and nothing comes for a while, the
 * test is made again.
 */
#pragma once

#include "source.h"

struct manager;
struct intake;

#define INTAKE_ASK_PATH "/proc/self/attr/apparmor/exec"

struct intake_options {
    struct source_config sources; /* copied; what it points to must outlive the intake */
    const char *ask_path;         /* where a profile is asked for; NULL: INTAKE_ASK_PATH */
    int64_t patience_usec;        /* for each try of the self-test; 0: the default */
};

enum intake_test {
    INTAKE_TEST_PENDING = 0, /* asked, no answer yet */
    INTAKE_TEST_PASSED,
    INTAKE_TEST_FAILED,
    INTAKE_TEST_COUNT,
};

/* How it stands, for people. */
struct intake_state {
    const struct source_counters *counters; /* of the source in use; all zero where none is */
    const char *name;                       /* "netlink", ..., or "none" */
    char reason[600]; /* a sentence: why this source, and what keeps the better ones out */
    enum intake_test test;
    char advice[300]; /* what failed and what to do; "" unless the test failed */
};

/*
 * Open the first source of MANAGER's settings that can be opened, and begin its self-test. No source at all is a state and no
 * error: it is tried again every minute. Needs manager's event, settings, store and pipeline. Returns 0 or negative.
 */
ARMOR_CHECKED int intake_new(struct manager *manager, const struct intake_options *options,
                             struct intake **ret_intake, struct armor_error *err);

/*
 * Read now what waits in the source, at most LIMIT batches; and when the self-test has failed, have the containers that learn marked. For
 * who is about to judge what was learned. Returns the messages read. NULL is fine.
 */
size_t intake_drain(struct intake *intake, unsigned limit);

const struct intake_state *intake_state(const struct intake *intake);

/* "pending", "passed", "failed". */
const char *intake_test_name(enum intake_test test);

/* Close and free. NULL is fine. */
void intake_free(struct intake *intake);

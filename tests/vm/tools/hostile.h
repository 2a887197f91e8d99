/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the hostile client share. See hostile.c. */
#pragma once

#include "loader_talk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINE         "armord-hostile" /* the profile in whose name it asks for what it must not have */

/* A line for the scenario: whether WHAT HELD, and what the loader SAID. */
void report(bool held, const char *what, const char *said);

/* ANSWER must be a refusal that says SENTENCE, or, for NULL, no word at all. */
void expect_refusal(const char *what, const char *sentence, const struct talk_answer *answer);

/* hostile_policy.c: names of others, and texts that no managed profile has. */
void attack_names(void);
void attack_texts(void);

/* hostile_frame.c: frames that are cut or bent, and descriptors of the wrong kind. */
void attack_frames(void);
void attack_descriptors(void);

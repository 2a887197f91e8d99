/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices: what followers of GET /v1/events and readers of GET .../denials are told, each one line of JSON with `time` and,
 * where it is of one, `container`. Without memory a notice is left out; nothing that is kept depends on it.
 */
#pragma once

#include "container.h"
#include "ring.h"

#include "armor/event.h"

/*
 * An access that was refused, or gave no rule: to the followers, and when it was DENIED, to the container's denials.
 * Returns 1 when a denial came or grew that waits for a decision, 0, or -ENOMEM.
 */
ARMOR_CHECKED int notice_access(struct ring *ring, struct container *container,
                                const struct armor_event *event, bool denied);

/* A rule that came, or allows more than before. */
void notice_rule(struct ring *ring, const struct container *container, const struct armor_rule *rule);

/*
 * The container NAME is in MODE ("learning", "enforced", "forgotten") now, by the will of AUTHOR. RETURNED: where it went back by itself, the container,
 * whose reason is told with the rules that would have allowed what it was refused; otherwise NULL.
 */
void notice_mode(struct ring *ring, const char *name, const char *mode, const char *author,
                 const struct container *returned, int64_t now_usec);

/* CONTAINER was started from IMAGE, another one than WAS; WHAT of it: "keep", "ask", "learn" of the settings, or "learning". */
void notice_image(struct ring *ring, const struct container *container, const char *image, const char *was,
                  const char *what, int64_t now_usec);

/* NAME ("" for none) has a gap: NOTE says which. COUNT: records that were lost, 0 when unknown. */
void notice_loss(struct ring *ring, const char *name, const char *note, uint64_t count, int64_t now_usec);

/* Who sent a record, as the kernel says; both absent where it doesn't. */
struct notice_sender {
    struct armor_slice pid;
    struct armor_slice label;
};

/*
 * SENDER, a process of the container NAME ("": of none here), sent COUNT records that pose as AppArmor's; the last one is
 * about PROFILE.
 */
void notice_forged(struct ring *ring, const char *name, const struct notice_sender *sender,
                   struct armor_slice profile, uint64_t count, int64_t now_usec);

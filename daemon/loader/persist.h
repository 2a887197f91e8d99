/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile's file under /etc/apparmor.d, which apparmor.service loads at boot, before Docker starts anything. The file
 * is always the old one or the new one: a draft is written and synced first, and takes the place of the old by rename.
 */
#pragma once

#include "roots.h"
#include "wire.h"

#include "armor/base.h"
#include "armor/error.h"

/* A written file that isn't in its place yet. */
struct loader_draft {
    int directory; /* owned; -1: there's no draft */
    char file[96]; /* its place: the profile's name */
    char temporary
        [96]; /* where it is now; "" once it's in its place. A leading dot: apparmor_parser passes over it */
};

/*
 * Write TEXT, synced, beside the place of the profile NAME. -EEXIST if something is there that isn't a regular file
 * beginning with armord's marker: nobody else's file is ever replaced. On success the caller calls
 * loader_persist_commit or loader_persist_done.
 */
ARMOR_CHECKED int loader_persist_draft(const struct loader_roots *roots, const char *name,
                                       struct armor_slice text, struct loader_draft *ret_draft,
                                       struct armor_error *err);

/*
 * Put the draft in its place and sync the directory. If the rename fails the old file stays; if the sync does, the new
 * one is there, but may not survive a power cut: ERR says which.
 */
ARMOR_CHECKED int loader_persist_commit(struct loader_draft *draft, struct armor_error *err);

/* Delete a draft that was never committed, and close. */
void loader_persist_done(struct loader_draft *draft);

/* 1: the profile NAME has a file of armord's; 0: it has none; -EEXIST: there is something else. */
ARMOR_CHECKED int loader_persist_find(const struct loader_roots *roots, const char *name,
                                      struct armor_error *err);

/* How the profile's file is beside TEXT: SAME, DIFFERENT, NONE or FOREIGN. Returns that, or negative when it can't be read. */
ARMOR_CHECKED int loader_persist_compare(const struct loader_roots *roots, const char *name,
                                         struct armor_slice text, struct armor_error *err);

/* Delete the profile's file, and a draft of it that a loader left, and sync the directory. Returns 1, 0 if there was neither, or negative as above. */
ARMOR_CHECKED int loader_persist_remove(const struct loader_roots *roots, const char *name,
                                        struct armor_error *err);

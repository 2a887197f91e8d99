/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel holds under a profile's name, and putting policy there. */
#pragma once

#include "roots.h"
#include "wire.h"

/* How the kernel's list has a profile. */
struct loader_loaded {
    enum loader_mode mode;  /* LOADER_MODE_NONE: it isn't loaded */
    uint32_t null_children; /* profiles "NAME//null-..." beside it */
};

/* 0 if this kernel runs AppArmor; otherwise -EOPNOTSUPP with what to do about it. */
ARMOR_CHECKED int loader_kernel_present(const struct loader_roots *roots, struct armor_error *err);

/* Load BLOB, or replace what has its name, in a single write. Returns 0 or the kernel's refusal. */
ARMOR_CHECKED int loader_kernel_load(const struct loader_roots *roots, struct armor_slice blob,
                                     struct armor_error *err);

/* Unload the profile NAME with its children. Returns 1, 0 if it wasn't loaded, or the kernel's refusal. */
ARMOR_CHECKED int loader_kernel_remove(const struct loader_roots *roots, const char *name,
                                       struct armor_error *err);

/* Look NAME up in the kernel's list (.../profiles). */
ARMOR_CHECKED int loader_kernel_find(const struct loader_roots *roots, const char *name,
                                     struct loader_loaded *ret_loaded, struct armor_error *err);

/*
 * Check that the policy which the kernel keeps for NAME (.../policy/profiles/NAME.N/raw_data) is BLOB, byte by byte.
 * Returns 0; -ENOENT if the kernel keeps none, -EBADMSG if it's another.
 */
ARMOR_CHECKED int loader_kernel_compare(const struct loader_roots *roots, const char *name,
                                        struct armor_slice blob, struct armor_error *err);

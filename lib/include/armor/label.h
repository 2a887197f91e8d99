/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Label: who an event is about, taken apart.
 *
 * The kernel writes labels as `[:NAMESPACE:[//]]PROFILE[//HAT][//null-EXECPATH]...` and joins stacked ones by `//&`
 * (security/apparmor/label.c). A process that execs without an exec rule in complain mode goes on under `//null-PATH`, one
 * more for each further exec; the whole chain belongs to the container at its root.
 */
#pragma once

#include "armor/base.h"

#define ARMOR_PROFILE_PREFIX "armord-"

/* Slices point into the given label; absent where it has no such part. */
struct armor_label {
    struct armor_slice namespace;  /* without colons */
    struct armor_slice profile;    /* the root: before any `//` */
    struct armor_slice hat;        /* `//hat` or child profile, the rest of it up to a null part */
    struct armor_slice null_chain; /* from the first `//null-` to the end, the paths of it included */
    bool stacked;                  /* several labels joined by `//&`: the parts are of the first */
};

/* Take LABEL apart. Any bytes give an answer: what isn't of the grammar ends up in profile. */
struct armor_label armor_label_split(struct armor_slice label);

/*
 * The container that LABEL belongs to: its root profile without "armord-". Absent when the profile isn't armord's, the name
 * isn't a valid one, or the label is stacked or in a policy namespace: another host's or snap's profile may bear any name.
 */
struct armor_slice armor_label_container(const struct armor_label *label);

/* 1 to ARMOR_NAME_MAX bytes of [a-zA-Z0-9_.-], the first a letter or digit: what Docker allows, and no path or glob. */
bool armor_name_valid(struct armor_slice name);

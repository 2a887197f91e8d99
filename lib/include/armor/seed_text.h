/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seed by itself as text for people and tools: a profile, JSON, and the Compose override that puts services under their profiles.
 */
#pragma once

#include "armor/render.h"
#include "armor/seed.h"

#include <jansson.h>

/*
 * Append to TEXT the profile of SEED alone for the container NAME (armor_name_valid), with the baseline that each profile has. Above
 * each rule stands where it comes from and why. What is only expected stands in comments; so do, in learning mode, the denials.
 * Returns 0, the sticky error of TEXT, -ENOMEM.
 */
ARMOR_CHECKED int armor_seed_render(const struct armor_seed *seed, struct armor_slice name,
                                    enum armor_mode mode, struct armor_text *text);

/* {"name", "profile", "rules": [...], "findings": [...]}; NULL: out of memory. */
json_t *armor_seed_to_json(const struct armor_seed *seed, struct armor_slice name);

/*
 * Add to SEED the rules of OBJECT, what armor_seed_to_json made or anybody else: {"rules": [{"kind", "grant", "reason", "source", "mask", "name",
 * "detail", "peer", "options", "value"}]}. What is only for people ("rule", "findings", "name", "profile") isn't looked at. Returns 0; -EINVAL with
 * the element for a key, word or mask that can't be (control bytes among them) and for a kind that no source speaks of; -E2BIG over
 * ARMOR_SEED_LEARN_MAX rules; -ENOMEM. On failure SEED may have got a part.
 */
ARMOR_CHECKED int armor_seed_from_json(const json_t *object, struct armor_seed *seed,
                                       struct armor_error *err);

/* What a file of armor_override_render begins with, so that it is known again. */
#define ARMOR_OVERRIDE_MARK "# Made by armorctl."

/* One service of a project and the container name its profile is for. */
struct armor_override {
    const char *service;
    const char *name;
};

/*
 * Append to TEXT a Compose file that, given after the project's own ones, starts each service under its profile. Returns 0, or the sticky
 * error of TEXT.
 */
ARMOR_CHECKED int armor_override_render(const struct armor_override *overrides, size_t count,
                                        struct armor_text *text);

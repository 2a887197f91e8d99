/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explain: what the verbs that explain have in common. */
#pragma once

#include "cli.h"

#include "armor/generalise.h"

#include <jansson.h>

/* Whether WHAT, as it was typed, is a path: it begins with a slash and doesn't end as a rule does, or --access says so. */
bool explain_is_path(const struct cli *cli, const char *what);

/* Explain what --explain names in the profile that OPTIONS make of EVIDENCE. SEED as for armor_intern_new. Returns as explain_print, or CLI_USAGE. */
int explain_learned(struct cli *cli, const struct armor_profile *evidence,
                    const struct armor_generalise_options *options, uint64_t seed);

/*
 * Print TOLD, an explanation (docs/api.md) of WHAT, with how the container NAME is told otherwise; NULL: there is no armord to be told. Returns
 * CLI_DONE where all of it is allowed, otherwise CLI_REFUSED.
 */
int explain_print(struct cli *cli, const char *name, const char *what, const json_t *told);

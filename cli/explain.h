/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explain: what the verbs that explain have in common. */
#pragma once

#include "cli.h"

#include <jansson.h>

/* Whether WHAT, as it was typed, is a path: it begins with a slash and doesn't end as a rule does, or --access says so. */
bool explain_is_path(const struct cli *cli, const char *what);

/*
 * Print TOLD, an explanation (docs/api.md) of WHAT, with how the container NAME is told otherwise; NULL: there is no armord to be told. Returns
 * CLI_DONE where all of it is allowed, otherwise CLI_REFUSED.
 */
int explain_print(struct cli *cli, const char *name, const char *what, const json_t *told);

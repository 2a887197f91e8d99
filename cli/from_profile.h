/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a profile: what --from-profile gives armord of an AppArmor profile's text. */
#pragma once

#include "cli.h"

#include "armor/read.h"

#include <jansson.h>

struct from_profile {
    struct armor_reading *reading;       /* owned; of the file */
    const struct armor_section *section; /* of it, that is taken over */
    json_t *rules;                       /* owned; as armord takes them */
};

/*
 * The rules of the profile in the file of --from-profile, for the container NAME: of its own profile if the text has it, else of the only one. What can't
 * be taken over is said on err, each with its place. Returns CLI_DONE and what from_profile_done frees, or CLI_REFUSED after saying why.
 */
int from_profile_read(struct cli *cli, const char *name, struct from_profile *ret_profile);

/*
 * Say what NAME would be allowed, enforced now, beyond PROFILE: what was taken out of a text by hand isn't denied by that. Returns as client_call.
 */
int from_profile_print_rest(struct cli *cli, const char *name, const struct from_profile *profile);

/* Free what PROFILE owns. */
void from_profile_done(struct from_profile *profile);

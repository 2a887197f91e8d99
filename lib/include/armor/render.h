/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rendering: profile state as the text that apparmor_parser takes. Canonical: the same rules give the same bytes,
 * whatever the order they came in. Self-contained: nothing is included, so no file of the host changes its meaning.
 */
#pragma once

#include "armor/profile.h"
#include "armor/text.h"

enum armor_mode {
    ARMOR_MODE_LEARNING = 0, /* complain, with a rule that has each exec logged and lets no child leave */
    ARMOR_MODE_ENFORCED,
    ARMOR_MODE_COUNT,
};

/* "learning", "enforced". */
const char *armor_mode_name(enum armor_mode mode);

/* The mode of that name, or -EINVAL. */
int armor_mode_from_name(struct armor_slice name);

/*
 * Why RULE stands in no profile's text: it is quarantined or only expected, or of a kind that the text's abi doesn't have. A sentence's
 * end for people; NULL: it stands there.
 */
const char *armor_render_left_out(const struct armor_rule *rule);

/*
 * Append PROFILE's text to TEXT, without the rules that are left out. NOTE: one line for the header, such as "revision 3, learned since ..."; NULL for none.
 * Returns 0, or the sticky error of TEXT, or -ENOMEM.
 */
ARMOR_CHECKED int armor_render(const struct armor_profile *profile, enum armor_mode mode, const char *note,
                               struct armor_text *text);

/* How a learning profile is told to the kernel so that it reports what is new and keeps quiet about the rest. */
struct armor_render_quiet {
    int64_t
        since_usec; /* rules that events last asked for before this stand aside, to be reported once more; 0: none does */
    uint32_t
        generation; /* of a rule for a path that isn't there, so that texts of two generations differ; 0: no such rule */
};

/*
 * The same for learning, as QUIET says. Beside what was seen since then the baseline stands in it; a rule that nothing has asked for
 * yet doesn't.
 */
ARMOR_CHECKED int armor_render_quiet(const struct armor_profile *profile,
                                     const struct armor_render_quiet *quiet, const char *note,
                                     struct armor_text *text);

/* Append one RULE of PROFILE as it stands in the text, or would, without indent and newline: `/etc/passwd r,`. */
void armor_render_rule(const struct armor_profile *profile, const struct armor_rule *rule,
                       struct armor_text *text);

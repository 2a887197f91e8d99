/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON of the nouns, by jansson. Bytes that aren't UTF-8 are shown as \xHH, and then a second key NAME_hex has the exact
 * ones in lower-case hex.
 */
#pragma once

#include "armor/curve.h"
#include "armor/diff.h"
#include "armor/event.h"
#include "armor/explain.h"
#include "armor/journal.h"
#include "armor/profile.h"
#include "armor/readiness.h"
#include "armor/text.h"

#include <jansson.h>

/* EVENT as `armorctl parse` prints it; keys absent where the record has none. NULL: out of memory. */
json_t *armor_event_to_json(const struct armor_event *event);

/* RULE with its rendered text, origin and evidence. NULL: out of memory. */
json_t *armor_rule_to_json(const struct armor_profile *profile, const struct armor_rule *rule);

/* What PROFILE counted: events, rules by kind, skips by reason. NULL: out of memory. */
json_t *armor_profile_to_json(const struct armor_profile *profile);

/* EXPLANATION of something in VIEW as docs/api.md has it; of the evidence at most ARMOR_EXPLAIN_EVIDENCE_MAX rules. NULL: out of memory. */
json_t *armor_explanation_to_json(const struct armor_view *view, const struct armor_explanation *explanation);

/* DIFFERENCE as {"change", "from", "to"}, with the rules' texts. NULL: out of memory. */
json_t *armor_difference_to_json(const struct armor_difference *difference);

/* The verdict and its parts: an object, without the chance and its bounds where there is none. NULL: out of memory. */
json_t *armor_readiness_to_json(const struct armor_readiness *readiness);

/* The runs that are kept, oldest first: an array of objects. NULL: out of memory. */
json_t *armor_runs_to_json(const struct armor_runs *runs);

/* [[time, rules], ...]. NULL: out of memory. */
json_t *armor_curve_to_json(const struct armor_curve *curve);

/* What an entry read from JSON points into; kept from line to line. Start with armor_journal_json_init. */
struct armor_journal_json {
    json_t *object;                                     /* owned; NULL: none yet */
    struct armor_text rooms[ARMOR_JOURNAL_FIELD_COUNT]; /* of values that come as numbers */
};

/*
 * Read LINE, an entry as `journalctl -o json` writes it. Returns 1 and the entry, valid until JOURNAL is used again or done; 0
 * for an object without MESSAGE; -EBADMSG for what isn't JSON, with its column, or has a value that can't be;
 * -ENOMEM, where jansson tells it from the former, which it doesn't always.
 */
ARMOR_CHECKED int armor_journal_from_json(struct armor_slice line, struct armor_journal_json *journal,
                                          struct armor_journal_entry *ret_entry, struct armor_error *err);

/* Make JOURNAL empty, ready for use; what it holds isn't freed. */
void armor_journal_json_init(struct armor_journal_json *journal);

/* Free what JOURNAL owns. */
void armor_journal_json_done(struct armor_journal_json *journal);

/* Set OBJECT[KEY] to BYTES, with KEY_hex beside it where they aren't UTF-8. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int armor_json_set_bytes(json_t *object, const char *key, struct armor_slice bytes);

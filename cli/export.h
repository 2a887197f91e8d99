/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export: entries of the journal as `journalctl -o export` writes them (systemd, docs/JOURNAL_EXPORT_FORMATS.md): lines
 * FIELD=VALUE up to an empty one; a value with bytes that aren't text stands behind a line FIELD, as its length in eight
 * bytes, lowest first, and the bytes.
 */
#pragma once

#include "input.h"

#include "armor/journal.h"

/* The values that matter of one entry, kept from line to line. */
struct export_entry {
    char values[ARMOR_JOURNAL_FIELD_COUNT][ARMOR_RECORD_MAX];
};

/* True for the line that each entry begins with. */
bool export_begins(struct armor_slice line);

/*
 * Read the rest of an entry, behind its first line. Returns 1 and the entry, whose values are in ROOM; negative as input_line. A
 * value over the cap counts as a line that is too long, and is missing in the entry.
 */
ARMOR_CHECKED int export_read(struct input *input, struct export_entry *room,
                              struct armor_journal_entry *ret_entry, struct armor_error *err);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the tables of an event. Private to lib/audit. */
#pragma once

#include "armor/event.h"

/* The table's entry for KEY, or NULL. */
const struct armor_event_field *event_field_find(struct armor_slice key);

/* The slot of KEY, which isn't empty, in the table that event_field_find looks in. */
size_t event_field_slot(struct armor_slice key);

/* The verdict that apparmor="WORD" or an old message type stands for; ARMOR_VERDICT_NONE: none. */
enum armor_verdict event_verdict_from_word(struct armor_slice word);
enum armor_verdict event_verdict_from_type(uint32_t type);

/* The class of an event whose fields are filled in. */
enum armor_class event_class(const struct armor_event *event);

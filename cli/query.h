/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query: the part of a URL behind the question mark. */
#pragma once

#include "armor/text.h"

/* Append KEY=VALUE to URL, escaped, behind `?` or `&`; nothing for a NULL VALUE. */
void query_add(struct armor_text *url, const char *key, const char *value);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libapparmor's own reader, behind a function of its own: its header defines words such as `class` for whoever includes it. */
#pragma once

#include <stdbool.h>

/* Read LINE, terminated, by parse_record(3); true when it finds an event. */
bool peer_parse_record(char *line);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's text from a file, with its includes. */
#pragma once

#include "cli.h"

#include "armor/read.h"

/*
 * Read the profile at PATH ("-": standard input), includes from the folders of --include, or /etc/apparmor.d. Returns CLI_DONE; CLI_REFUSED
 * after saying what is wrong, with file, line and column.
 */
int profile_text_read(struct cli *cli, const char *path, struct armor_reading **ret_reading);

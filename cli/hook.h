/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hook: an operator's command, run for a message. */
#pragma once

#include "cli.h"

#include <jansson.h>

/*
 * Run COMMAND, a program and no shell's line, with TOPIC and CONTAINER ("" for none) as its arguments and DATA as one line of JSON on its standard
 * input, and wait: at most 30 seconds, then it is killed. That it can't be started, fails or takes too long is said on err, and no reason to
 * end. Returns CLI_DONE, or CLI_REFUSED when there is no memory.
 */
int hook_run(struct cli *cli, const char *command, const char *topic, const char *container,
             const json_t *data);

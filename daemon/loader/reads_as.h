/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a file says what it should: the kernel's copy of a policy, and the file that the next boot loads. */
#pragma once

#include "armor/base.h"

/* Read FD to its end: TEXT and then nothing more; with NEWLINE one may follow, as files of apparmorfs have it. Returns 1, 0 or negative errno. */
int loader_reads_as(int fd, struct armor_slice text, bool newline);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `armorctl status` prints of one container. */
#pragma once

#include "print.h"

/* Print CONTAINER, as GET /v1/containers/NAME answers. */
void status_print_container(struct cli *cli, const json_t *container);

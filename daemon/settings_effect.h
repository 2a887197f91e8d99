/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed settings of a container bring about at once; all else counts when it is next asked for. */
#pragma once

#include "settings.h"

struct container;
struct manager;

/*
 * CONTAINER's choices were BEFORE, and are what settings_choices says now: a watch that runs goes by the new limit, the image that waits for a
 * decision is kept where that is the choice, and the learning profile is made anew where its text is another. BEFORE NULL: armord starts, and
 * has a text of nobody in hand. Whoever calls it looks with watch_look and quiet_look at all of them when it is through.
 */
void settings_effect(struct manager *manager, struct container *container, const struct choices *before);

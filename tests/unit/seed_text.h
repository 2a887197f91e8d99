/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seed as lines for golden cases: each rule and finding with its place. */
#pragma once

#include "armor/seed.h"
#include "armor/text.h"

/* Append SEED to TEXT: rules, then findings, in the order of their addition. */
void seed_text(const struct armor_seed *seed, struct armor_text *text);

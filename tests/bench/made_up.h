/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up containers, whose chances are known. */
#pragma once

/* Six kinds of them, 2,000 each, of 20 runs: how well readiness predicts what they need. Prints tables in Markdown. */
void made_up_print(void);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pipeline on a store in a folder of its own, for tests that feed it records. */
#pragma once

#include "store_rig.h"

#include "pipeline.h"

static struct ring *ring;
static struct pipeline *pipeline;

static inline void make_pipeline(void)
{
    make();
    ck_assert_int_eq(ring_new(&ring), 0);
    ck_assert_int_eq(pipeline_new(registry, ring, store, &pipeline), 0);
}

static inline void drop_pipeline(void)
{
    pipeline_free(pipeline);
    ring_free(ring);
    drop();
}

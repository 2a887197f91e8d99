/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The effects of settings, each where it belongs. See settings_effect.h. */
#include "settings_effect.h"

#include "history.h"
#include "manager.h"
#include "pipeline.h"
#include "promote.h"
#include "watch.h"

void settings_effect(struct manager *manager, struct container *container, const struct choices *before)
{
    const struct choices now = settings_choices(&manager->settings, &container->own);
    container->watch_limit = now.watch_limit;
    (void)watch_count(container);
    if (container->image_seen[0] && now.image_change == SETTINGS_IMAGE_KEEP) {
        promote_image_kept(manager, container);
    }
    if (!before) {
        return;
    }
    bool other_policy = before->generalise.without != now.generalise.without;
    if (other_policy) {
        history_rebase(container, &before->generalise, &now.generalise);
        pipeline_store_mark(manager->pipeline, container);
        manager_flush_soon(manager);
    }
    if (container->mode == ARMOR_MODE_LEARNING && (other_policy || before->quiet != now.quiet)) {
        quieting_renew(container);
    }
}

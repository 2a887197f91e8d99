/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container was started, as somebody with the engine's ear tells; armord never asks the engine itself. What it is told is believed as far as
 * it goes: an image's digest is compared, kept and shown, and decides at most whether the container goes back to complain mode.
 */
#include "promote_private.h"

#include "clock.h"
#include "notice.h"
#include "pipeline.h"
#include "store.h"

static void set_image(char image[static CONTAINER_IMAGE_SIZE], const char *digest)
{
    memmove(image, digest, strlen(digest) + 1);
}

/* Write CONTAINER as it is, or give it the images back that BEFORE has. */
static enum step_outcome save(struct promote_job *job, const struct container *before)
{
    struct container *container = job->container;
    struct store *store = job->manager->store;
    struct armor_error err = {0};
    int r = store_begin(store, &err);
    r = r < 0 ? r : store_put_container(store, container, &err);
    r = r < 0 ? r : store_commit(store, &err);
    if (r == 0) {
        return STEP_NEXT;
    }
    store_rollback(store);
    memcpy(container->image, before->image, sizeof container->image);
    memcpy(container->image_seen, before->image_seen, sizeof container->image_seen);
    return promote_fail(job, PROMOTE_INTERNAL,
                        "see that armord's database can be written: `systemctl status armord`",
                        "the image can't be stored: %s", err.text);
}

/* CONTAINER runs IMAGE and was learned with WAS; WHAT as in notice_image. */
static void tell(const struct manager *manager, const struct container *container, const char *image,
                 const char *was, const char *what)
{
    const char *name = container->profile->name;
    const struct log_about about = {.message = LOG_MESSAGE_IMAGE, .container = name};
    notice_image(manager->ring, container, image, was, what, clock_now());
    log_write(LOG_WARNING, &about,
              "%s was started from the image %s, and was learned with %s (image-change: %s)", name, image,
              was, what);
}

enum step_outcome promote_take_image(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = job->container;
    const struct container before = *container;
    const char *digest = job->request.image;
    bool other = container->image[0] && strcmp(container->image, digest) != 0;
    bool learning = container->mode == ARMOR_MODE_LEARNING;
    const struct choices choices = settings_choices(&job->manager->settings, &container->own);
    if (!digest[0]) {
        return STEP_NEXT;
    }
    bool told = strcmp(container->image_seen, digest) == 0; /* before, and it still waits */
    bool waits = other && !learning && choices.image_change != SETTINGS_IMAGE_KEEP;
    set_image(waits ? container->image_seen : container->image, digest);
    if (!waits) {
        container->image_seen[0] = '\0';
    }
    enum step_outcome outcome = save(job, &before);
    if (outcome == STEP_NEXT && other && !told) {
        tell(job->manager, container, digest, before.image,
             learning ? "learning" : settings_image_name((enum settings_image)choices.image_change));
    }
    return outcome;
}

enum step_outcome promote_keep_image(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct container *container = job->container;
    const struct container before = *container;
    if (!container->image_seen[0]) {
        return promote_fail(job, PROMOTE_MODE_CONFLICT, "`armorctl status NAME` shows the image",
                            "%s runs the image that it was learned with, as far as is known",
                            job->request.name);
    }
    set_image(container->image, container->image_seen);
    container->image_seen[0] = '\0';
    enum step_outcome outcome = save(job, &before);
    if (outcome == STEP_NEXT) {
        tell(job->manager, container, container->image, before.image, "keep");
    }
    return outcome;
}

void promote_image_kept(struct manager *manager, struct container *container)
{
    char was[CONTAINER_IMAGE_SIZE];
    set_image(was, container->image);
    set_image(container->image, container->image_seen);
    container->image_seen[0] = '\0';
    pipeline_store_mark(manager->pipeline, container);
    manager_flush_soon(manager);
    tell(manager, container, container->image, was, "keep");
}

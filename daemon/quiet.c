/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quieting: one timer, one load at a time. See quiet.h. */
#include "quiet.h"

#include "armor/generalise.h"
#include "armor/render.h"
#include "armor/text.h"
#include "clock.h"
#include "loader_client.h"
#include "manager.h"

#include <errno.h>
#include <stdio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Microseconds. */
enum {
    SETTLE = 2 * 1000 * 1000,       /* without a report, until a load */
    LATEST = 10 * 1000 * 1000,      /* after the first report, whatever else comes */
    FAILED_AGAIN = 2 * 1000 * 1000, /* after the first failure; twice as long after each further one */
    FAILED_AGAIN_MAX = 300 * 1000 * 1000,
    NOTHING_AGAIN_MAX = 30 * 1000 * 1000, /* where what is reported can't be spared */
    LOG_INTERVAL = 600 * 1000 * 1000,     /* between two complaints */
};

enum {
    REST = 20,       /* times what a load took, until the next ordinary one of this container */
    REST_URGENT = 4, /* the same until an urgent one of it, and until an ordinary one of another container */
    DOUBLINGS = 8,
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_off(const struct manager *manager, const struct container *container)
{
    return settings_choices(&manager->settings, &container->own).quiet == SETTINGS_QUIET_OFF;
}

/* When CONTAINER's load is due. */
static int64_t due(const struct manager *manager, const struct container *container)
{
    const struct quieting *quieting = &container->quieting;
    if (container->mode != ARMOR_MODE_LEARNING || container->changing) {
        return MANAGER_NEVER;
    }
    if (quieting->urgent) {
        return quieting->retry_usec;
    }
    if (quieting->first_usec == 0 || is_off(manager, container)) {
        return MANAGER_NEVER;
    }
    int64_t settled = quieting->newest_usec + SETTLE;
    int64_t latest = quieting->first_usec + LATEST;
    int64_t usec = settled < latest ? settled : latest;
    usec = later(usec, later(quieting->hold_usec, manager->quiet.hold_usec));
    /* Something new is worth a try even where the last tries had nothing to tell. */
    return container->novel != quieting->novel && !quieting->problem[0] ? usec
                                                                        : later(usec, quieting->retry_usec);
}

static void wait_longer(struct quieting *quieting, int64_t longest)
{
    unsigned doublings = quieting->in_a_row < DOUBLINGS ? quieting->in_a_row : DOUBLINGS;
    int64_t wait = (int64_t)FAILED_AGAIN << doublings;
    quieting->retry_usec = clock_monotonic() + (wait < longest ? wait : longest);
    quieting->in_a_row++;
}

static void take_failure(struct manager *manager, struct container *container, const char *why)
{
    struct quieting *quieting = &container->quieting;
    uint64_t held = 0;
    quieting->failures++;
    (void)snprintf(quieting->problem, sizeof quieting->problem, "%.*s", QUIET_PROBLEM_SIZE - 1, why);
    wait_longer(quieting, FAILED_AGAIN_MAX);
    if (log_limited(&manager->quiet_limit, LOG_INTERVAL, &held)) {
        const struct log_about about = {.container = container->profile->name};
        log_write(LOG_WARNING, &about,
                  "the learning profile of %s can't be renewed, so the kernel goes on reporting what is "
                  "known: %s. It "
                  "is tried again",
                  container->profile->name, why);
    }
}

static void take_success(struct manager *manager, struct container *container,
                         const struct loader_reply *reply)
{
    struct quieting *quieting = &container->quieting;
    int64_t now = clock_monotonic();
    quieting->told = manager->quiet.text;
    quieting->revision = manager->quiet.revision;
    quieting->loaded_usec = clock_now();
    if (quieting->sampled_usec == 0 && quieting->since_usec == manager->quiet.since_usec) {
        quieting->sampled_usec = quieting->loaded_usec;
    }
    quieting->took_usec = reply->total_usec;
    quieting->in_a_row = 0;
    quieting->problem[0] = '\0';
    quieting->hold_usec = now + (int64_t)reply->total_usec * REST;
    quieting->retry_usec = now + (int64_t)reply->total_usec * REST_URGENT;
    manager->quiet.hold_usec = quieting->retry_usec;
}

static void on_loaded(int code, const struct loader_reply *reply, const struct armor_error *err,
                      void *userdata)
{
    struct manager *manager = userdata;
    struct container *container = registry_find(manager->containers, armor_slice_of(manager->quiet.name));
    manager->quiet.loading = false;
    /* It may have been forgotten or enforced since: its own load came behind this one, and is what counts. */
    if (container && container->mode == ARMOR_MODE_LEARNING) {
        container->quieting.loads++;
        if (code < 0) {
            container->quieting.urgent = true; /* nobody knows what the kernel has */
            take_failure(manager, container, reply ? reply->text : err->text);
        } else {
            take_success(manager, container, reply);
        }
    }
    quiet_look(manager);
}

/* A text that no earlier one of this container had, in this boot or since armord's last start. */
static uint32_t next_generation(uint32_t last)
{
    uint32_t now = (uint32_t)(clock_now() / 1000000);
    return last < now ? now : last + 1;
}

/* The learning profile as it is to be now. Returns 0 or negative. */
static int render(const struct manager *manager, const struct container *container, struct armor_text *text)
{
    const struct choices choices = settings_choices(&manager->settings, &container->own);
    const struct armor_render_quiet quiet = {
        .since_usec = choices.quiet == SETTINGS_QUIET_OFF ? INT64_MAX : container->quieting.since_usec,
        .generation = container->quieting.generation,
    };
    struct armor_profile *policy = NULL;
    int r = armor_generalise(container->profile, &choices.generalise, &policy);
    r = r < 0 ? r : armor_render_quiet(policy, &quiet, "quieting: what was seen; not a revision", text);
    armor_profile_free(policy);
    return r;
}

static void load(struct manager *manager, struct container *container)
{
    struct quieting *quieting = &container->quieting;
    struct quiet *quiet = &manager->quiet;
    struct armor_text text ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    if (quieting->urgent) {
        quieting->generation = next_generation(quieting->generation);
    }
    quieting->urgent = false;
    quieting->first_usec = 0;
    quieting->novel = container->novel;
    int r = render(manager, container, &text);
    if (r < 0) {
        take_failure(manager, container, r == -E2BIG ? "its text would be too long" : strerror(-r));
        return;
    }
    quiet->text = XXH3_64bits(text.bytes, text.length);
    quiet->revision = container->revision;
    quiet->since_usec = quieting->since_usec;
    if (quiet->text == quieting->told && quiet->revision == quieting->revision) {
        wait_longer(quieting, NOTHING_AGAIN_MAX); /* what is reported is nothing that a rule could spare */
        return;
    }
    quiet->loading = true;
    (void)snprintf(quiet->name, sizeof quiet->name, "%s", container->profile->name);
    const struct loader_call call = {.operation = LOADER_QUIET,
                                     .name = container->profile->label,
                                     .text = {text.bytes, text.length}};
    loader_client_call(manager->loader, &call, on_loaded, manager);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    int64_t now = clock_monotonic();
    int64_t first;
    struct container *container = manager_soonest(manager, due, &first);
    alarm_clear(&manager->quiet.alarm);
    if (container && first <= now && !manager->quiet.loading) {
        load(manager, container);
    }
    quiet_look(manager);
    return 0;
}

void quiet_look(struct manager *manager)
{
    struct quiet *quiet = &manager->quiet;
    int64_t first;
    if (!quiet->loading && !manager->stopping &&
        manager_soonest(manager, due, &first)) { /* a load's end looks again */
        alarm_by(&quiet->alarm, manager->event, first, "quieting", on_timer, manager);
    }
}

void quiet_stop(struct manager *manager)
{
    alarm_clear(&manager->quiet.alarm);
}

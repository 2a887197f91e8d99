/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watch after enforce. See watch.h. */
#include "watch.h"

#include "clock.h"
#include "manager.h"
#include "promote.h"

#include <stdio.h>

/* Microseconds. */
enum {
    RETRY = 5 * 1000 * 1000, /* until a return that failed is tried again */
    LOG_INTERVAL = 60 * 1000 * 1000,
};

bool watch_count(struct container *container)
{
    if (container->mode != ARMOR_MODE_ENFORCED || container->watch_tripped ||
        container->watch_until_usec == 0 || container->denied <= (uint64_t)container->watch_limit ||
        clock_now() > container->watch_until_usec) {
        return false;
    }
    container->watch_tripped = true;
    return true;
}

static int on_retry(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    manager->watch_timer = sd_event_source_disable_unref(manager->watch_timer);
    watch_look(manager);
    return 0;
}

static void try_later(struct manager *manager)
{
    if (!manager->watch_timer &&
        sd_event_add_time_relative(manager->event, &manager->watch_timer, CLOCK_MONOTONIC, RETRY, 0, on_retry,
                                   manager) >= 0) {
        (void)sd_event_source_set_description(manager->watch_timer, "return to complain");
        (void)sd_event_source_set_priority(manager->watch_timer, MANAGER_PRIORITY_TIMER);
    }
}

/* The first of the rules that would have allowed what was refused, as a list in words. */
static void list_rules(const struct container *container, char *buffer, size_t size)
{
    json_t *rules = denials_rules_to_json(&container->denials);
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < json_array_size(rules) && used < size - 1; i++) {
        int n = snprintf(buffer + used, size - used, " %s", json_string_value(json_array_get(rules, i)));
        used += n > 0 ? (size_t)n : 0;
    }
    json_decref(rules);
}

static void on_returned(const struct promote_result *result, void *userdata)
{
    struct manager *manager = userdata;
    if (result->failure == PROMOTE_OK) {
        const struct container *container = result->container;
        const char *name = container->profile->name;
        const struct log_about about = {.message = LOG_MESSAGE_RETURNED, .container = name};
        char rules[600];
        list_rules(container, rules, sizeof rules);
        log_write(LOG_WARNING, &about,
                  "%s went back to complain mode by itself: %s. `armorctl denials %s` has what was refused, "
                  "and what would allow it:%s",
                  name, container->returned, name, rules[0] ? rules : " no rule");
    } else if (result->failure != PROMOTE_MODE_CONFLICT && result->failure != PROMOTE_CONTAINER_UNKNOWN) {
        uint64_t held = 0;
        if (log_limited(&manager->watch_log, LOG_INTERVAL, &held)) {
            log_error("a container can't be taken back to complain mode: %s; it is tried again",
                      result->detail);
        }
        try_later(manager);
    }
}

bool watch_is_due(const struct manager *manager, const struct container *container)
{
    if (container->mode != ARMOR_MODE_ENFORCED) {
        return false;
    }
    return container->watch_tripped || container->returning[0] ||
           (container->image_seen[0] &&
            settings_choices(&manager->settings, &container->own).image_change == SETTINGS_IMAGE_LEARN);
}

/* Why CONTAINER, which is due, is to be taken back. */
static void write_reason(const struct container *container, char *reason, size_t size)
{
    if (container->watch_tripped) {
        (void)snprintf(reason, size, "%llu accesses were refused while it was watched, more than %lld",
                       (unsigned long long)container->denied, (long long)container->watch_limit);
    } else if (container->image_seen[0]) {
        (void)snprintf(reason, size, "another image runs, %.90s", container->image_seen);
    } else {
        (void)snprintf(reason, size, "it was asked for before, when it couldn't be written down");
    }
}

void watch_look(struct manager *manager)
{
    for (size_t i = 0; !manager->stopping && i < registry_count(manager->containers); i++) {
        const struct container *container = registry_at(manager->containers, i);
        struct promote_request request = {.verb = PROMOTE_COMPLAIN,
                                          .by_watch = true,
                                          .author = "armord (watch)"};
        if (!watch_is_due(manager, container)) {
            continue;
        }
        if (container->changing) {
            try_later(manager);
            continue;
        }
        write_reason(container, request.note, sizeof request.note);
        (void)snprintf(request.name, sizeof request.name, "%s", container->profile->name);
        promote_start(manager, &request, on_returned, manager);
    }
}

void watch_stop(struct manager *manager)
{
    manager->watch_timer = sd_event_source_disable_unref(manager->watch_timer);
}

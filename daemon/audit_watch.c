/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audit watch: the kernel's lost counter and its backlog limit, both through armor-loader. See audit_watch.h. */
#include "audit_watch.h"

#include "log.h"
#include "manager.h"
#include "pipeline.h"
#include "store.h"

#include <systemd/sd-id128.h>

/* Numbers in the store. The limit is only given back while it still is what armord made it. */
#define NUMBER_ORIGINAL "backlog-original"
#define NUMBER_RAISED   "backlog-raised"
#define NUMBER_BOOT     "boot"

enum { LOG_INTERVAL = 600 * 1000 * 1000 }; /* microseconds between two complaints about the same failure */

static bool anyone_learns(const struct manager *manager)
{
    return manager_count(manager, ARMOR_MODE_LEARNING) > 0;
}

static void complain(struct manager *manager, const struct armor_error *err, const struct loader_reply *reply)
{
    uint64_t held = 0;
    if (log_limited(&manager->audit_limit, LOG_INTERVAL, &held)) {
        log_write(LOG_WARNING, NULL,
                  "the kernel's audit counters can't be watched: %s. Records that the kernel loses go "
                  "unnoticed until they can",
                  reply ? reply->text : err->text);
    }
}

void audit_watch_take(struct manager *manager, const struct loader_reply *reply)
{
    manager->audit_lost = (struct armor_number){.value = reply->audit_lost, .present = true};
    manager->audit_backlog_limit =
        (struct armor_number){.value = reply->audit_backlog_limit, .present = true};
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        if (container->mode != ARMOR_MODE_LEARNING) {
            continue;
        }
        /* A counter that went down began anew with a boot that notice_boot couldn't tell: all of it is new. */
        int64_t base = container->lost_base.value;
        uint64_t lost = (uint64_t)(reply->audit_lost - (reply->audit_lost < base ? 0 : base));
        bool known = container->lost_base.present;
        container->lost_base = manager->audit_lost;
        if (!known) {
            pipeline_store_mark(manager->pipeline, container);
        } else if (lost > 0) {
            pipeline_lost_of(manager->pipeline, container, lost, "in the kernel's audit backlog");
        }
    }
}

/* The value of NAME in the store; absent when there is none or it can't be read, which is as good as none here. */
static struct armor_number recall(struct manager *manager, const char *name)
{
    struct armor_number number = {0};
    number.present = store_get_number(manager->store, name, &number.value, NULL) > 0;
    return number;
}

/* What the limit should be raised to, LIMIT being what it is; absent: it is high enough. 0 is no limit at all. */
static struct armor_number raise_to(const struct manager *manager, int64_t limit)
{
    int64_t wanted = manager->settings.backlog_limit;
    return (struct armor_number){.value = wanted, .present = limit != 0 && limit < wanted};
}

/* What the limit should be given back to, LIMIT being what it is; absent: it isn't ours, or somebody changed it since. */
static struct armor_number lower_to(struct manager *manager, int64_t limit)
{
    struct armor_number original = recall(manager, NUMBER_ORIGINAL);
    struct armor_number raised = recall(manager, NUMBER_RAISED);
    if (original.present && original.value < LOADER_BACKLOG_MIN) {
        original.value = LOADER_BACKLOG_MIN;
    }
    original.present =
        original.present && raised.present && raised.value == limit && original.value <= LOADER_BACKLOG_MAX;
    return original;
}

static int remember(struct manager *manager, int64_t original, int64_t raised, struct armor_error *err)
{
    /* A limit that an earlier armord raised, and that is in force still, isn't the original. */
    if (recall(manager, NUMBER_ORIGINAL).present && recall(manager, NUMBER_RAISED).value == original) {
        return store_set_number(manager->store, NUMBER_RAISED, raised, err);
    }
    int r = store_set_number(manager->store, NUMBER_ORIGINAL, original, err);
    return r < 0 ? r : store_set_number(manager->store, NUMBER_RAISED, raised, err);
}

static void forget(struct manager *manager)
{
    struct armor_error err = {0};
    if (store_clear_number(manager->store, NUMBER_RAISED, &err) < 0 ||
        store_clear_number(manager->store, NUMBER_ORIGINAL, &err) < 0) {
        log_error(
            "that the audit backlog limit was given back can't be stored: %s; harmless while it stays as it "
            "is",
            err.text);
    }
}

int audit_watch_adjust(struct manager *manager, bool learning, struct loader_call *ret_call,
                       struct armor_error *err)
{
    int64_t limit = manager->audit_backlog_limit.value;
    struct armor_number wanted = learning ? raise_to(manager, limit) : lower_to(manager, limit);
    if (!wanted.present) {
        if (!learning) {
            forget(manager);
        }
        return 0;
    }
    int r = learning ? remember(manager, limit, wanted.value, err) : 0;
    if (r < 0) {
        return r;
    }
    *ret_call = (struct loader_call){.operation = LOADER_AUDIT_BACKLOG, .value = (uint32_t)wanted.value};
    return 1;
}

void audit_watch_adjusted(struct manager *manager, const struct loader_reply *reply)
{
    bool raised = recall(manager, NUMBER_RAISED).value == reply->audit_backlog_limit;
    manager->audit_backlog_limit =
        (struct armor_number){.value = reply->audit_backlog_limit, .present = true};
    log_info("the kernel's audit backlog limit is %u records now, %s", reply->audit_backlog_limit,
             raised ? "while containers learn" : "as it was before");
    if (!raised) {
        forget(manager);
    }
}

static void on_adjusted(int code, const struct loader_reply *reply, const struct armor_error *err,
                        void *userdata)
{
    struct manager *manager = userdata;
    if (code < 0) {
        complain(manager, err, reply);
        return;
    }
    audit_watch_adjusted(manager, reply);
    audit_watch_modes(manager); /* the last container may have stopped to learn meanwhile */
}

/* Containers whose loss can't be known, because the counter was never read since they began to learn. */
static void mark_unwatched(struct manager *manager)
{
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        if (container->mode == ARMOR_MODE_LEARNING && !container->lost_base.present &&
            !container->gaps[CONTAINER_GAP_UNWATCHED][0]) {
            container_mark(container, CONTAINER_GAP_UNWATCHED,
                           "the kernel's counter of lost audit records couldn't be read when learning began");
            pipeline_store_mark(manager->pipeline, container);
        }
    }
}

static void on_status(int code, const struct loader_reply *reply, const struct armor_error *err,
                      void *userdata)
{
    struct manager *manager = userdata;
    manager->audit_asking = false;
    if (code < 0) {
        mark_unwatched(manager);
        complain(manager, err, reply);
        return;
    }
    audit_watch_take(manager, reply);
    quiet_look(manager);
    struct loader_call call;
    struct armor_error failure = {0};
    int r = audit_watch_adjust(manager, anyone_learns(manager), &call, &failure);
    if (r < 0) {
        complain(manager, &failure, NULL);
    } else if (r > 0) {
        loader_client_call(manager->loader, &call, on_adjusted, manager);
    }
}

static void look(struct manager *manager)
{
    if (!manager->audit_asking) {
        static const struct loader_call call = {.operation = LOADER_AUDIT_STATUS};
        manager->audit_asking = true;
        loader_client_call(manager->loader, &call, on_status, manager);
    }
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    manager->audit_timer = sd_event_source_disable_unref(manager->audit_timer);
    look(manager);
    return 0;
}

void audit_watch_records(struct manager *manager)
{
    if (manager->audit_timer || !anyone_learns(manager)) {
        return;
    }
    uint64_t interval = (uint64_t)manager->settings.audit_interval * 1000000;
    if (sd_event_add_time_relative(manager->event, &manager->audit_timer, CLOCK_MONOTONIC, interval, 0,
                                   on_timer, manager) >= 0) {
        (void)sd_event_source_set_description(manager->audit_timer, "look at the audit counters");
        (void)sd_event_source_set_priority(manager->audit_timer, MANAGER_PRIORITY_TIMER);
    }
}

void audit_watch_modes(struct manager *manager)
{
    if (!anyone_learns(manager) && recall(manager, NUMBER_ORIGINAL).present) {
        look(manager);
    }
}

/* The counter starts anew with each boot: what it says now was all lost since. */
static void notice_boot(struct manager *manager)
{
    sd_id128_t id;
    if (sd_id128_get_boot(&id) < 0) {
        return;
    }
    int64_t boot = (int64_t)(id.qwords[0] & INT64_MAX);
    struct armor_number before = recall(manager, NUMBER_BOOT);
    if (before.present && before.value == boot) {
        return;
    }
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        if (container->lost_base.value != 0) {
            container->lost_base.value = 0;
            pipeline_store_mark(manager->pipeline, container);
        }
    }
    struct armor_error err = {0};
    if (store_set_number(manager->store, NUMBER_BOOT, boot, &err) < 0) {
        log_error(
            "this boot's number can't be stored: %s; a later start of armord may count lost records twice",
            err.text);
    }
}

void audit_watch_start(struct manager *manager)
{
    notice_boot(manager);
    if (anyone_learns(manager)) {
        look(manager);
    } else {
        audit_watch_modes(manager);
    }
}

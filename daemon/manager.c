/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager: builds the parts, connects them, runs the loop, and takes them down. See manager.h. */
#include "manager.h"

#include "api.h"
#include "audit_watch.h"
#include "clock.h"
#include "doctor.h"
#include "intake.h"
#include "loader_client.h"
#include "pipeline.h"
#include "promote.h"
#include "settings_effect.h"
#include "store.h"
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>

enum {
    STORE_LOG_INTERVAL = 60 * 1000 * 1000, /* microseconds between two complaints about the store */
    RETRY_SECONDS = 5,                     /* until a flush that failed is tried again, or sooner */
    FLUSH_PAUSE = 10 * 1000,               /* microseconds between two parts of a flush: records come too */
};

size_t manager_count(const struct manager *manager, enum armor_mode mode)
{
    size_t count = 0;
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        count += registry_at(manager->containers, i)->mode == mode;
    }
    return count;
}

struct container *manager_soonest(const struct manager *manager,
                                  int64_t (*due)(const struct manager *manager,
                                                 const struct container *container),
                                  int64_t *ret_due)
{
    struct container *first = NULL;
    *ret_due = MANAGER_NEVER;
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        int64_t usec = due(manager, container);
        if (usec < *ret_due) {
            *ret_due = usec;
            first = container;
        }
    }
    return first;
}

void manager_say_status(const struct manager *manager)
{
    (void)sd_notifyf(0, "STATUS=%zu containers learning, %zu enforced",
                     manager_count(manager, ARMOR_MODE_LEARNING),
                     manager_count(manager, ARMOR_MODE_ENFORCED));
}

static void complain_store(struct manager *manager, const struct armor_error *err)
{
    uint64_t held = 0;
    if (log_limited(&manager->store_limit, STORE_LOG_INTERVAL, &held)) {
        const struct log_about about = {.message = LOG_MESSAGE_STORE};
        log_write(
            LOG_CRIT, &about,
            "what is learned is in memory only: %s. It is tried again; until then a crash would lose it",
            err->text);
    }
}

static void arm_flush(struct manager *manager, int64_t usec);

static int on_flush(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    struct armor_error err = {0};
    manager->flush_timer = sd_event_source_disable_unref(manager->flush_timer);
    int r = pipeline_flush_some(manager->pipeline, &err);
    if (r < 0) {
        int64_t interval = manager->settings.flush_interval;
        complain_store(manager, &err);
        arm_flush(manager, (interval < RETRY_SECONDS ? interval : RETRY_SECONDS) * 1000000);
    } else if (r > 0) {
        arm_flush(manager, FLUSH_PAUSE);
    } else if (pipeline_dirty(manager->pipeline)) {
        manager_flush_soon(manager);
    }
    return 0;
}

static void arm_flush(struct manager *manager, int64_t usec)
{
    if (sd_event_add_time_relative(manager->event, &manager->flush_timer, CLOCK_MONOTONIC, (uint64_t)usec, 0,
                                   on_flush, manager) >= 0) {
        (void)sd_event_source_set_description(manager->flush_timer, "write counters");
        (void)sd_event_source_set_priority(manager->flush_timer, MANAGER_PRIORITY_TIMER);
    }
}

void manager_flush_soon(struct manager *manager)
{
    if (!manager->flush_timer) {
        arm_flush(manager, manager->settings.flush_interval * 1000000);
    }
}

void manager_batch(struct manager *manager)
{
    struct armor_error err = {0};
    if (pipeline_commit(manager->pipeline, &err) < 0) {
        complain_store(manager, &err);
    }
    if (pipeline_dirty(manager->pipeline)) {
        manager_flush_soon(manager);
    }
    audit_watch_records(manager);
    if (pipeline_tripped(manager->pipeline)) {
        watch_look(manager);
    }
    quiet_look(manager);
    runs_look(manager);
}

static int on_stop_late(sd_event_source *timer, uint64_t usec, void *userdata)
{
    (void)timer;
    (void)usec;
    struct manager *manager = userdata;
    log_notice("stopping now: the change under way isn't done yet, and what becomes of it is armor-loader's");
    return sd_event_exit(manager->event, EXIT_SUCCESS);
}

/*
 * A change under way ends first: between kernel and store there is no half of one. It has several requests for the loader, and others may
 * wait behind it, but all of that gets no more time than one request.
 */
static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    (void)source;
    struct manager *manager = userdata;
    bool waits = manager->jobs && !manager->stopping;
    uint64_t patience = (uint64_t)manager->settings.loader_timeout * 1000000;
    if (!waits || sd_event_add_time_relative(manager->event, NULL, CLOCK_MONOTONIC, patience, 0, on_stop_late,
                                             manager) < 0) {
        return sd_event_exit(manager->event, EXIT_SUCCESS);
    }
    log_info("stopping, as soon as the change under way is done (signal %u)", info->ssi_signo);
    manager->stopping = true;
    return 0;
}

int manager_reload(struct manager *manager, struct armor_error *err)
{
    struct settings settings;
    int r = settings_load(manager->settings_path, &settings, err);
    if (r < 0) {
        return r;
    }
    if (strcmp(settings.database, manager->settings.database) != 0 ||
        strcmp(settings.loader_socket, manager->settings.loader_socket) != 0 ||
        strcmp(settings.audit_log, manager->settings.audit_log) != 0 ||
        settings.source != manager->settings.source) {
        log_notice(
            "database, loader-socket, source and audit-log are read at start only: restart armord for them "
            "to count");
    }
    const struct settings before = manager->settings;
    manager->settings = settings;
    loader_client_set_timeout(manager->loader, settings.loader_timeout);
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        const struct choices choices = settings_choices(&before, &container->own);
        settings_effect(manager, container, &choices);
    }
    watch_look(manager);
    quiet_look(manager);
    return 0;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
    (void)source;
    (void)info;
    struct manager *manager = userdata;
    const struct log_about about = {.message = LOG_MESSAGE_RELOAD};
    struct armor_error err = {0};
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic());
    if (manager_reload(manager, &err) < 0) {
        char text[sizeof err.text + sizeof err.source + 64];
        log_write(LOG_ERR, &about, "%s; the settings stay as they were",
                  armor_error_format(&err, text, sizeof text));
    } else {
        log_write(LOG_INFO, &about, "settings were read again from %s", manager->settings_path);
    }
    (void)sd_notify(0, "READY=1");
    return 0;
}

static int build_loop(struct manager *manager, struct armor_error *err)
{
    int r = sd_event_new(&manager->event);
    r = r < 0 ? r : sd_event_set_watchdog(manager->event, true);
    static const struct {
        int signal;
        sd_event_signal_handler_t handler;
    } signals[] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};
    for (size_t i = 0; r >= 0 && i < sizeof signals / sizeof signals[0]; i++) {
        sd_event_source *source = NULL;
        r = sd_event_add_signal(manager->event, &source, signals[i].signal | SD_EVENT_SIGNAL_PROCMASK,
                                signals[i].handler, manager);
        r = r < 0 ? r : sd_event_source_set_priority(source, MANAGER_PRIORITY_SIGNAL);
        r = r < 0 ? r : sd_event_source_set_floating(source, true);
        (void)sd_event_source_unref(source);
    }
    return r < 0 ? armor_error_set(err, r, "the event loop can't be made: %s", strerror(-r)) : 0;
}

static int load_store(struct manager *manager, struct armor_error *err)
{
    const struct store_damage *damage = &manager->damage;
    int r = store_open(manager->settings.database, &manager->store, err);
    r = r < 0 ? r : store_load(manager->store, manager->containers, manager->seed, &manager->damage, err);
    if (r < 0) {
        armor_error_source(err, manager->settings.database);
        return r;
    }
    if (damage->containers || damage->rules) {
        const struct log_about about = {.message = LOG_MESSAGE_STORE};
        log_write(LOG_ERR, &about,
                  "%s is damaged: %llu containers and %llu rules were left out; the containers that lack "
                  "rules are marked "
                  "incomplete. What is enforced stays so. Restore a backup, or have them learn anew; see "
                  "armorctl doctor",
                  manager->settings.database, (unsigned long long)damage->containers,
                  (unsigned long long)damage->rules);
    }
    if (damage->settings) {
        const struct log_about about = {.message = LOG_MESSAGE_STORE};
        log_write(LOG_ERR, &about,
                  "%s: %llu settings of containers are damaged, or a newer armord's, and don't count: those "
                  "containers inherit them. See armorctl doctor",
                  manager->settings.database, (unsigned long long)damage->settings);
    }
    return 0;
}

static int build_parts(struct manager *manager, struct armor_error *err)
{
    int r = getrandom(&manager->seed, sizeof manager->seed, 0) < 0 ? -errno : 0;
    r = r < 0 ? r : registry_new(&manager->containers);
    r = r < 0 ? r : ring_new(&manager->ring);
    if (r < 0) {
        return armor_error_set(err, r, "can't start: %s", strerror(-r));
    }
    r = load_store(manager, err);
    if (r < 0) {
        return r;
    }
    r = pipeline_new(manager->containers, manager->ring, manager->store, &manager->pipeline);
    if (r >= 0) {
        r = loader_client_new(manager->event, manager->settings.loader_socket,
                              manager->settings.loader_timeout, &manager->loader);
    }
    return r < 0 ? armor_error_set(err, r, "can't start: %s", strerror(-r)) : 0;
}

/* Each socket's part takes it over; those of the sources stay here, for they are opened and closed as needed. */
static int connect_sockets(struct manager *manager, struct armor_error *err)
{
    struct manager_sockets *sockets = &manager->sockets;
    int r = manager_sockets_take(sockets, err);
    if (r < 0) {
        return r;
    }
    const struct intake_options options = {.sources = {.netlink = sockets->audit,
                                                       .tray = sockets->tray,
                                                       .kmsg = sockets->kmsg,
                                                       .audit_log = manager->settings.audit_log}};
    r = intake_new(manager, &options, &manager->intake, err);
    if (r == 0) {
        r = api_new(manager, sockets->control, sockets->read, &manager->api, err);
    }
    if (r == 0) {
        sockets->control = -1;
        sockets->read = -1;
    }
    return r < 0 ? r : 0;
}

int manager_new(const char *settings_path, struct manager **ret_manager, struct armor_error *err)
{
    struct manager *manager = calloc(1, sizeof *manager);
    if (!manager) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    manager->settings_path = settings_path;
    manager->started_usec = clock_now();
    manager->sockets = (struct manager_sockets){-1, -1, -1, -1, -1};
    int r = settings_load(settings_path, &manager->settings, err);
    r = r < 0 ? r : build_loop(manager, err);
    r = r < 0 ? r : build_parts(manager, err);
    r = r < 0 ? r : connect_sockets(manager, err);
    if (r < 0) {
        manager_free(manager);
        return r;
    }
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        settings_effect(manager, registry_at(manager->containers, i), NULL);
    }
    audit_watch_start(manager);
    runs_look(manager);
    reconcile_look(manager);
    watch_look(manager);
    *ret_manager = manager;
    return 0;
}

int manager_run(struct manager *manager)
{
    const struct log_about about = {.message = LOG_MESSAGE_STARTED};
    log_write(LOG_INFO, &about, "armord " ARMORD_VERSION " started: %zu containers learning, %zu enforced",
              manager_count(manager, ARMOR_MODE_LEARNING), manager_count(manager, ARMOR_MODE_ENFORCED));
    manager_say_status(manager);
    (void)sd_notify(0, "READY=1");
    int r = sd_event_loop(manager->event);
    (void)sd_notify(0, "STOPPING=1");
    if (r < 0) {
        log_error("the event loop broke: %s; systemd starts armord anew, records wait in its socket",
                  strerror(-r));
        return EXIT_FAILURE;
    }
    return r;
}

void manager_free(struct manager *manager)
{
    if (!manager) {
        return;
    }
    api_free(manager->api);
    intake_free(manager->intake);
    manager_sockets_close(&manager->sockets);
    loader_client_free(manager->loader);
    doctor_cancel(manager);
    promote_cancel(manager);
    watch_stop(manager);
    if (manager->pipeline) {
        struct armor_error err = {0};
        if (pipeline_commit(manager->pipeline, &err) < 0 ||
            pipeline_flush(manager->pipeline, true, &err) < 0) {
            const struct log_about about = {.message = LOG_MESSAGE_STORE};
            log_write(LOG_CRIT, &about, "what was learned last is lost: %s", err.text);
        }
    }
    pipeline_free(manager->pipeline);
    store_free(manager->store);
    (void)sd_event_source_disable_unref(manager->flush_timer);
    (void)sd_event_source_disable_unref(manager->audit_timer);
    quiet_stop(manager);
    runs_stop(manager);
    reconcile_stop(manager);
    (void)sd_event_unref(manager->event);
    ring_free(manager->ring);
    registry_free(manager->containers);
    free(manager);
}

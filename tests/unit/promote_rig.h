/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manager with everything that jobs need, and a stand-in for the loader, on one event loop that the test turns. */
#pragma once

#include "promote.h"

#include "audit_watch.h"
#include "check_main.h"
#include "doctor.h"
#include "fake_loader.h"
#include "loader_client.h"
#include "manager.h"
#include "pipeline.h"
#include "scratch.h"
#include "store.h"

#include <errno.h>
#include <sqlite3.h>

static struct scratch scratch;
static char database[128];
static struct manager manager;
static struct fake_loader loader;
static struct promote_result result; /* of the job that ended last */
static unsigned ended;
static sqlite3 *lock; /* somebody else's, on the store; NULL: none */

/* The parts of a manager that begins with what the store has. */
static inline void make_parts(void)
{
    struct armor_error err = {0};
    struct store_damage damage;
    char path[128];
    settings_default(&manager.settings);
    ck_assert_int_eq(registry_new(&manager.containers), 0);
    ck_assert_int_eq(ring_new(&manager.ring), 0);
    ck_assert_int_eq(store_open(scratch_path(&scratch, "armord.db", database), &manager.store, &err), 0);
    ck_assert_int_eq(store_load(manager.store, manager.containers, manager.seed, &damage, &err), 0);
    ck_assert_int_eq(pipeline_new(manager.containers, manager.ring, manager.store, &manager.pipeline), 0);
    scratch_path(&scratch, "loader.sock", path);
    ck_assert_int_eq(loader_client_new(manager.event, path, 1, &manager.loader), 0);
}

static inline void make(void)
{
    char path[128];
    scratch_make(&scratch);
    manager = (struct manager){.seed = 42};
    ended = 0;
    ck_assert_int_ge(sd_event_new(&manager.event), 0);
    make_parts();
    fake_loader_open(&loader, manager.event, scratch_path(&scratch, "loader.sock", path));
}

static inline void drop_parts(void)
{
    loader_client_free(manager.loader);
    doctor_cancel(&manager);
    promote_cancel(&manager);
    pipeline_free(manager.pipeline);
    store_free(manager.store);
    ring_free(manager.ring);
    registry_free(manager.containers);
    (void)sd_event_source_disable_unref(manager.audit_timer);
    (void)sd_event_source_disable_unref(manager.watch_timer);
    (void)sd_event_source_disable_unref(manager.flush_timer);
    quiet_stop(&manager);
    runs_stop(&manager);
    reconcile_stop(&manager);
}

/* As after kill -9: nothing under way is ended, or written. */
static inline void kill_and_start(void)
{
    sd_event *event = manager.event;
    drop_parts();
    manager = (struct manager){.seed = 42, .event = event};
    make_parts();
}

static inline void drop(void)
{
    (void)sqlite3_close(lock);
    lock = NULL;
    drop_parts();
    fake_loader_close(&loader);
    (void)sd_event_unref(manager.event);
    scratch_remove(&scratch);
}

static inline void on_done(const struct promote_result *done, void *userdata)
{
    (void)userdata;
    result = *done;
    ended++;
}

static inline void start(enum promote_verb verb, const char *name)
{
    /* Readiness is test_runs.c's and test_readiness.c's. */
    struct promote_request request = {.verb = verb,
                                      .override = {[GATE_READY] = true},
                                      .author = "root (uid 0)"};
    (void)snprintf(request.name, sizeof request.name, "%s", name);
    promote_start(&manager, &request, on_done, NULL);
}

/* Learn with a seed of one rule: PATH may be read and written. */
static inline void start_seeded(const char *name, const char *path, enum armor_seed_grant grant)
{
    struct promote_request request = {.verb = PROMOTE_LEARN, .author = "root (uid 0)"};
    const struct armor_seed_rule rule = {.access = {.kind = ARMOR_RULE_FILE,
                                                    .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE,
                                                    .name = armor_slice_of(path)},
                                         .grant = grant,
                                         .source = {.file = "c.yml", .line = 3, .column = 9},
                                         .reason = "a volume"};
    (void)snprintf(request.name, sizeof request.name, "%s", name);
    ck_assert_int_eq(armor_seed_new(&request.seed), 0);
    ck_assert_int_eq(armor_seed_add_rule(request.seed, &rule), 1);
    promote_start(&manager, &request, on_done, NULL);
}

/* Turn the loop until COUNT jobs have ended, and then until nobody has anything to do. */
static inline void turn(unsigned count)
{
    while (ended < count) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    while (sd_event_run(manager.event, 0) > 0) {
    }
}

static inline enum promote_failure run(enum promote_verb verb, const char *name)
{
    unsigned before = ended;
    start(verb, name);
    turn(before + 1);
    ck_assert_uint_eq(ended, before + 1);
    ck_assert_ptr_null(manager.jobs);
    return result.failure;
}

static inline enum promote_failure run_seeded(const char *name, const char *path, enum armor_seed_grant grant)
{
    unsigned before = ended;
    start_seeded(name, path, grant);
    turn(before + 1);
    ck_assert_ptr_null(manager.jobs);
    return result.failure;
}

/* The kernel says VERDICT ("ALLOWED") on NAME's reading of FILE. */
static inline void kernel_says(const char *verdict, const char *name, const char *file)
{
    char record[512];
    (void)snprintf(
        record, sizeof record,
        "audit(1700000000.123:45): apparmor=\"%s\" operation=\"open\" profile=\"armord-%s\" name=\"%s\""
        " requested_mask=\"r\" denied_mask=\"r\"",
        verdict, name, file);
    struct armor_error err = {0};
    static int64_t serial;
    struct armor_record taken;
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(record), &taken, &err), 1);
    taken.serial.value += ++serial;
    pipeline_record(manager.pipeline, &taken);
    ck_assert_int_eq(pipeline_commit(manager.pipeline, &err), 0);
}

static inline void observe(const char *name, const char *file)
{
    kernel_says("ALLOWED", name, file);
}

/* NAME learns, was seen to read FILE, and is enforced then if ENFORCED. */
static inline void prepare(const char *name, const char *file, bool enforced)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, name), PROMOTE_OK);
    observe(name, file);
    if (enforced) {
        ck_assert_int_eq(run(PROMOTE_ENFORCE, name), PROMOTE_OK);
    }
}

/* Ask with REQUEST and wait for the end. */
static inline enum promote_failure ask(struct promote_request request)
{
    unsigned before = ended;
    (void)snprintf(request.author, sizeof request.author, "root (uid 0)");
    request.rule = request.rule ? strdup(request.rule) : NULL;
    request.override[GATE_READY] = true; /* what it takes has tests of its own */
    promote_start(&manager, &request, on_done, NULL);
    turn(before + 1);
    ck_assert_uint_eq(ended, before + 1);
    return result.failure;
}

/* Read the store as after a restart; the caller frees it. */
static inline struct registry *stored(void)
{
    struct armor_error err = {0};
    struct registry *registry;
    struct store *store;
    struct store_damage damage;
    ck_assert_int_eq(registry_new(&registry), 0);
    ck_assert_int_eq(store_open(database, &store, &err), 0);
    ck_assert_int_eq(store_load(store, registry, 42, &damage, &err), 0);
    store_free(store);
    return registry;
}

static inline struct container *find(const char *name)
{
    return registry_find(manager.containers, armor_slice_of(name));
}

static inline void lock_store(void)
{
    ck_assert_int_eq(sqlite3_open(database, &lock), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

static inline void lock_once(const struct loader_request *request, void *userdata)
{
    (void)userdata;
    if (request->operation == LOADER_LOAD && !lock) {
        lock_store();
    }
}

/* From the next load on somebody holds the store, so that the change can't be stored that the kernel has. */
static inline void lock_store_at_load(void)
{
    loader.hook = lock_once;
}

/* The load before the last BACK ones. */
static inline const struct fake_request *last_load(unsigned back)
{
    for (size_t i = loader.count; i-- > 0;) {
        if (loader.requests[i].request.operation == LOADER_LOAD && back-- == 0) {
            return &loader.requests[i];
        }
    }
    ck_abort_msg("no such load");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store in a folder of its own, with a registry beside it, for the store's test programs. */
#pragma once
#include "store.h"

#include "armor/baseline.h"
#include "check_main.h"
#include "scratch.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

static struct scratch scratch;
static char path[128];
static struct store *store;
static struct registry *registry;

static inline void make(void)
{
    struct armor_error err = {0};
    scratch_make(&scratch);
    scratch_path(&scratch, "armord.db", path);
    ck_assert_msg(store_open(path, &store, &err) == 0, "%s", err.text);
    ck_assert_int_eq(registry_new(&registry), 0);
}

static inline void drop(void)
{
    registry_free(registry);
    store_free(store);
    scratch_remove(&scratch);
}

/* Close, open, and read all back into an empty registry. */
static inline struct store_damage reopen(void)
{
    struct armor_error err = {0};
    struct store_damage damage;
    store_free(store);
    registry_free(registry);
    ck_assert_msg(store_open(path, &store, &err) == 0, "%s", err.text);
    ck_assert_int_eq(registry_new(&registry), 0);
    ck_assert_msg(store_load(store, registry, 42, &damage, &err) == 0, "%s", err.text);
    return damage;
}

static inline struct container *add_container(const char *name)
{
    struct container *container;
    ck_assert_int_eq(container_new(armor_slice_of(name), 1000, 42, &container), 0);
    ck_assert_int_eq(registry_add(registry, container), 0);
    return container;
}

static inline struct armor_rule *add_rule(struct container *container, struct armor_access access)
{
    struct armor_rule *rule;
    ck_assert_int_eq(armor_profile_merge(container->profile, &access, &rule), 1);
    return rule;
}

static inline void put_all(struct container *container)
{
    struct armor_error err = {0};
    ck_assert_int_eq(store_begin(store, &err), 0);
    ck_assert_msg(store_put_container(store, container, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < container->profile->rule_count; i++) {
        ck_assert_msg(store_put_rule(store, container, container->profile->rules[i], &err) == 0, "%s",
                      err.text);
    }
    ck_assert_int_eq(store_commit(store, &err), 0);
}

/* Do with the file what no armord would. */
static inline void plant(const char *sql)
{
    sqlite3 *database;
    char *said = NULL;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, &said) == SQLITE_OK, "%s", said);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}

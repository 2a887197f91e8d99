/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's writing side: containers, their gaps and counters, and their rules. See store.h. */
#include "store_private.h"

#include <errno.h>

static int put_row(struct store *store, struct container *container, struct armor_error *err)
{
    const struct armor_profile *profile = container->profile;
    bool new = container->id == 0;
    sqlite3_stmt *statement = store_statement(store, new ? STORE_INSERT_CONTAINER : STORE_UPDATE_CONTAINER);
    store_bind_text(statement, 1, profile->name);
    store_bind_text(statement, 2, armor_mode_name(container->mode));
    (void)sqlite3_bind_int64(statement, 3, container->since_usec);
    (void)sqlite3_bind_int64(statement, 4, container->revision);
    (void)sqlite3_bind_int64(statement, 5, (int64_t)container->lost);
    if (container->lost_base.present) {
        (void)sqlite3_bind_int64(statement, 6, container->lost_base.value);
    }
    (void)sqlite3_bind_int64(statement, 7, (int64_t)container->denied);
    (void)sqlite3_bind_int64(statement, 8, (int64_t)profile->events);
    (void)sqlite3_bind_int64(statement, 9, profile->last_novel_usec);
    (void)sqlite3_bind_int64(statement, 10, profile->null_child);
    (void)sqlite3_bind_int64(statement, 11, container->pinned);
    store_bind_text(statement, 12, container->image);
    store_bind_text(statement, 13, container->image_seen);
    store_bind_text(statement, 14, container->returned);
    (void)sqlite3_bind_int64(statement, 15, container->watch_until_usec);
    if (!new) {
        (void)sqlite3_bind_int64(statement, 16, container->id);
    }
    int r = store_run(store, statement, "a container can't be stored", err);
    if (r == 0 && new) {
        container->id = sqlite3_last_insert_rowid(store->database);
    }
    return r;
}

static int delete_of(struct store *store, enum store_statement name, int64_t container,
                     struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, name);
    (void)sqlite3_bind_int64(statement, 1, container);
    return store_run(store, statement, "what is stored of a container can't be deleted", err);
}

static int put_gaps(struct store *store, const struct container *container, struct armor_error *err)
{
    int r = delete_of(store, STORE_DELETE_GAPS, container->id, err);
    for (int i = 0; r == 0 && i < CONTAINER_GAP_COUNT; i++) {
        if (!container->gaps[i][0]) {
            continue;
        }
        sqlite3_stmt *statement = store_statement(store, STORE_INSERT_GAP);
        (void)sqlite3_bind_int64(statement, 1, container->id);
        store_bind_text(statement, 2, container_gap_name((enum container_gap)i));
        store_bind_text(statement, 3, container->gaps[i]);
        r = store_run(store, statement, "what is missing of a container can't be stored", err);
    }
    return r;
}

static int put_skipped(struct store *store, const struct container *container, struct armor_error *err)
{
    int r = delete_of(store, STORE_DELETE_SKIPPED, container->id, err);
    for (int i = 0; r == 0 && i < ARMOR_SKIP_COUNT; i++) {
        if (container->profile->skipped[i] == 0) {
            continue;
        }
        sqlite3_stmt *statement = store_statement(store, STORE_INSERT_SKIPPED);
        (void)sqlite3_bind_int64(statement, 1, container->id);
        store_bind_text(statement, 2, armor_skip_name((enum armor_skip)i));
        (void)sqlite3_bind_int64(statement, 3, (int64_t)container->profile->skipped[i]);
        r = store_run(store, statement, "a container's counters can't be stored", err);
    }
    return r;
}

int store_put_container(struct store *store, struct container *container, struct armor_error *err)
{
    int r = put_row(store, container, err);
    r = r < 0 ? r : put_gaps(store, container, err);
    r = r < 0 ? r : put_skipped(store, container, err);
    return r < 0 ? r : store_put_history(store, container, err);
}

int store_put_rule(struct store *store, const struct container *container, const struct armor_rule *rule,
                   struct armor_error *err)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    sqlite3_stmt *statement = store_statement(store, STORE_PUT_RULE);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    store_bind_text(statement, 2, armor_rule_kind_name(rule->kind));
    store_bind_text(statement, 3, armor_state_name(rule->state));
    store_bind_words(statement, 4, rule);
    store_bind_text(statement, 10, armor_origin_name(rule->origin));
    store_bind_word(statement, 11, more->reason);
    store_bind_word(statement, 12, more->source);
    store_bind_word(statement, 13, more->guard);
    store_bind_word(statement, 14, rule->comm);
    store_bind_word(statement, 15, more->sample);
    store_bind_word(statement, 16, more->decided_by);
    (void)sqlite3_bind_int64(statement, 17, more->decided_usec);
    (void)sqlite3_bind_int64(statement, 18, rule->owners);
    (void)sqlite3_bind_int64(statement, 19, rule->runs);
    (void)sqlite3_bind_int64(statement, 20, rule->last_run);
    (void)sqlite3_bind_int64(statement, 21, (int64_t)rule->count);
    (void)sqlite3_bind_int64(statement, 22, rule->first_usec);
    (void)sqlite3_bind_int64(statement, 23, rule->last_usec);
    return store_run(store, statement, "a rule can't be stored", err);
}

int store_replace_rules(struct store *store, const struct container *container, struct armor_error *err)
{
    int r = delete_of(store, STORE_DELETE_RULES, container->id, err);
    for (size_t i = 0; r == 0 && i < container->profile->rule_count; i++) {
        r = store_put_rule(store, container, container->profile->rules[i], err);
    }
    return r;
}

int store_delete_container(struct store *store, struct container *container, struct armor_error *err)
{
    int r = delete_of(store, STORE_DELETE_CONTAINER, container->id, err);
    if (r == 0) {
        container->id = 0;
    }
    return r;
}

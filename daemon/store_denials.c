/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's denials: what waits for an operator's decision outlives a restart. See store.h. */
#include "store_private.h"

#include <errno.h>
#include <stdlib.h>

/* Columns of STORE_LIST_DENIALS behind those of a rule. */
enum { DENIAL_KIND = 0, DENIAL_COUNT = 19, DENIAL_FIRST, DENIAL_LAST, DENIAL_ID, DENIAL_SKIP, DENIAL_EVENT };

static int put(struct store *store, int64_t container, const struct denial *denial, struct armor_error *err)
{
    static const struct armor_rule none = {0};
    const struct armor_rule *rule = denial->rule ? denial->rule : &none;
    sqlite3_stmt *statement = store_statement(store, STORE_PUT_DENIAL);
    (void)sqlite3_bind_int64(statement, 1, container);
    (void)sqlite3_bind_int64(statement, 2, (int64_t)denial->id);
    store_bind_text(statement, 3, denial->rule ? armor_rule_kind_name(rule->kind) : "");
    store_bind_words(statement, 4, rule);
    store_bind_text(statement, 10, denial->rule ? "" : armor_skip_name(denial->skip));
    store_bind_word(statement, 11, rule->comm);
    (void)sqlite3_bind_int64(statement, 12, rule->owners);
    (void)sqlite3_bind_int64(statement, 13, (int64_t)denial->count);
    (void)sqlite3_bind_int64(statement, 14, denial->first_usec);
    (void)sqlite3_bind_int64(statement, 15, denial->last_usec);
    store_bind_text(statement, 16, denial->event);
    return store_run(store, statement, "a denial can't be stored", err);
}

int store_put_denials(struct store *store, const struct container *container, struct armor_error *err)
{
    const struct denials *denials = &container->denials;
    int r = 0;
    if (denials->removed) {
        sqlite3_stmt *statement = store_statement(store, STORE_DELETE_DENIALS);
        (void)sqlite3_bind_int64(statement, 1, container->id);
        r = store_run(store, statement, "denials can't be deleted", err);
    }
    for (size_t i = 0; r == 0 && i < denials->count; i++) {
        if (denials->removed || denials->entries[i].unsaved) {
            r = put(store, container->id, &denials->entries[i], err);
        }
    }
    return r;
}

/* The skip of that name; ARMOR_SKIP_COUNT: there is none. */
static enum armor_skip skip_of(struct armor_slice name)
{
    int skip = 0;
    while (skip < ARMOR_SKIP_COUNT && !armor_slice_is(name, armor_skip_name((enum armor_skip)skip))) {
        skip++;
    }
    return (enum armor_skip)skip;
}

/* Returns 0, also for a row that can't be a denial, or -ENOMEM. */
static int take_row(sqlite3_stmt *row, struct denials *denials)
{
    struct armor_rule *rule = NULL;
    enum armor_skip skip = skip_of(store_column_slice(row, DENIAL_SKIP));
    int64_t id = sqlite3_column_int64(row, DENIAL_ID);
    int64_t count = sqlite3_column_int64(row, DENIAL_COUNT);
    struct armor_slice event = store_column_slice(row, DENIAL_EVENT);
    if (id < 1 || count < 1 || !event.bytes || (uint64_t)id <= denials->newest ||
        event.length > DENIALS_BYTES_MAX) {
        return 0;
    }
    if (store_column_slice(row, DENIAL_KIND).length > 0) {
        int taken = store_take_rule(row, denials->profile, &rule);
        if (taken <= 0 || denials_of_rule(denials, rule)) {
            return taken < 0 ? taken : 0;
        }
    } else if (skip == ARMOR_SKIP_COUNT) {
        return 0;
    }
    char *line = store_column_copy(row, DENIAL_EVENT);
    struct denial *denial = NULL;
    int r = line ? denials_add(denials, (uint64_t)id, rule, skip, line, &denial) : -ENOMEM;
    free(line);
    if (r < 0) {
        if (rule) {
            armor_profile_remove(denials->profile, rule);
        }
        return r == -E2BIG ? 0 : r;
    }
    denial->count = (uint64_t)count;
    denial->first_usec = sqlite3_column_int64(row, DENIAL_FIRST);
    denial->last_usec = sqlite3_column_int64(row, DENIAL_LAST);
    return 0;
}

int store_load_denials(struct store *store, struct container *container, struct armor_error *err)
{
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_DENIALS);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    int r;
    while ((r = store_row(store, rows, "denials can't be read", err)) > 0) {
        r = denials_prepare(&container->denials, container->profile->name, container->seed);
        r = r < 0 ? r : take_row(rows, &container->denials);
        if (r < 0) {
            (void)sqlite3_reset(rows);
            return armor_error_set(err, r, "out of memory while reading denials");
        }
    }
    return r;
}

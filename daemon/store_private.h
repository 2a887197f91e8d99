/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the store share among themselves; nobody else includes this. */
#pragma once

#include "store.h"

#include <sqlite3.h>

enum store_statement {
    STORE_BEGIN = 0,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_INSERT_CONTAINER,
    STORE_UPDATE_CONTAINER,
    STORE_DELETE_CONTAINER,
    STORE_LIST_CONTAINERS,
    STORE_DELETE_GAPS,
    STORE_INSERT_GAP,
    STORE_LIST_GAPS,
    STORE_DELETE_SKIPPED,
    STORE_INSERT_SKIPPED,
    STORE_LIST_SKIPPED,
    STORE_PUT_RULE,
    STORE_DELETE_RULES,
    STORE_LIST_RULES,
    STORE_PUT_DENIAL,
    STORE_DELETE_DENIALS,
    STORE_LIST_DENIALS,
    STORE_INSERT_REVISION,
    STORE_TRIM_REVISIONS,
    STORE_LIST_REVISIONS,
    STORE_REVISION_TEXT,
    STORE_GET_NUMBER,
    STORE_SET_NUMBER,
    STORE_CLEAR_NUMBER,
    STORE_GET_POSITION,
    STORE_SET_POSITION,
    STORE_PUT_HISTORY,
    STORE_GET_HISTORY,
    STORE_PUT_RUN,
    STORE_TRIM_RUNS,
    STORE_LIST_RUNS,
    STORE_PUT_INTENT,
    STORE_CLEAR_INTENT,
    STORE_LIST_INTENTS,
    STORE_PUT_SETTING,
    STORE_DELETE_SETTING,
    STORE_LIST_SETTINGS,
    STORE_CHECK,
    STORE_STATEMENT_COUNT,
};

struct store {
    sqlite3 *database;                               /* owned */
    sqlite3_stmt *statements[STORE_STATEMENT_COUNT]; /* owned; prepared at open, kept until the end */
};

/* Bring the schema of DATABASE up to date. Returns as store_open. */
ARMOR_CHECKED int store_migrate(sqlite3 *database, struct armor_error *err);

/* store_history.c: write and read what belongs to CONTAINER's history, within its row's transaction. Return 0 or negative. */
ARMOR_CHECKED int store_put_history(struct store *store, const struct container *container,
                                    struct armor_error *err);
ARMOR_CHECKED int store_load_history(struct store *store, struct container *container,
                                     struct armor_error *err);

/* store_settings.c: read what CONTAINER has of its own; DAMAGE counts what can't be, or is of no setting here. Returns 0 or negative. */
ARMOR_CHECKED int store_load_settings(struct store *store, struct container *container,
                                      struct store_damage *damage, struct armor_error *err);

/* Fill ERR from what DATABASE said last; WHAT: what couldn't be done. Returns the negative errno nearest to it. */
int store_fail(sqlite3 *database, struct armor_error *err, const char *what);

/* The statement of that name, reset and without values. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement name);

/*
 * Run STATEMENT, which gives no rows, with the values bound to it. A value that couldn't be bound for want of memory shows
 * here too. Returns 0 or negative.
 */
ARMOR_CHECKED int store_run(struct store *store, sqlite3_stmt *statement, const char *what,
                            struct armor_error *err);

/* Take the next row. Returns 1, 0 after the last one, or negative. */
ARMOR_CHECKED int store_row(struct store *store, sqlite3_stmt *statement, const char *what,
                            struct armor_error *err);

/* Bind STRING as text, or NULL; and bytes or no bytes as a blob, which is never NULL. */
void store_bind_text(sqlite3_stmt *statement, int index, const char *string);
void store_bind_word(sqlite3_stmt *statement, int index, const char *word);

/* Bind what RULE is for: its four words, mask and value, from INDEX on. */
void store_bind_words(sqlite3_stmt *statement, int index, const struct armor_rule *rule);

/*
 * The row of STORE_LIST_RULES, or one that begins with the same columns, as a rule of PROFILE. Returns 1 and the rule, 0 when it
 * can't be one, or -ENOMEM.
 */
int store_take_rule(sqlite3_stmt *row, struct armor_profile *profile, struct armor_rule **ret_rule);

/* Read the denials of CONTAINER; rows that can't be one are left out. Returns 0 or negative. */
ARMOR_CHECKED int store_load_denials(struct store *store, struct container *container,
                                     struct armor_error *err);

/* The bytes of a text or blob column; absent when it is NULL or something else. Valid until the next row. */
struct armor_slice store_column_slice(sqlite3_stmt *statement, int column);

/* A copy of a text column that the caller frees; NULL when it is NULL or there is no memory. */
char *store_column_copy(sqlite3_stmt *statement, int column);

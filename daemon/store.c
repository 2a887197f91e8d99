/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Store: the database itself, its statements and its errors. See store.h. */
#include "store_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The text of each statement, prepared once. Columns of the two lists are read by number in store_load.c. */
static const char *const statements[STORE_STATEMENT_COUNT] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_INSERT_CONTAINER] =
        "INSERT INTO container (name, mode, since, revision, lost, lost_base, denied, events,"
        " last_novel, null_child, pinned, image, image_seen, returned, watch_until)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    [STORE_UPDATE_CONTAINER] =
        "UPDATE container SET name = ?1, mode = ?2, since = ?3, revision = ?4, lost = ?5,"
        " lost_base = ?6, denied = ?7, events = ?8, last_novel = ?9, null_child = ?10,"
        " pinned = ?11, image = ?12, image_seen = ?13, returned = ?14, watch_until = ?15"
        " WHERE id = ?16",
    [STORE_DELETE_CONTAINER] = "DELETE FROM container WHERE id = ?1",
    [STORE_LIST_CONTAINERS] =
        "SELECT id, name, mode, since, revision, lost, lost_base, denied, events, last_novel,"
        " null_child, pinned, image, image_seen, returned, watch_until FROM container ORDER BY name",
    [STORE_DELETE_GAPS] = "DELETE FROM gap WHERE container = ?1",
    [STORE_INSERT_GAP] = "INSERT INTO gap (container, kind, note) VALUES (?1, ?2, ?3)",
    [STORE_LIST_GAPS] = "SELECT kind, note FROM gap WHERE container = ?1",
    [STORE_DELETE_SKIPPED] = "DELETE FROM skipped WHERE container = ?1",
    [STORE_INSERT_SKIPPED] = "INSERT INTO skipped (container, reason, count) VALUES (?1, ?2, ?3)",
    [STORE_LIST_SKIPPED] = "SELECT reason, count FROM skipped WHERE container = ?1",
    [STORE_PUT_RULE] =
        "INSERT INTO rule (container, kind, state, name, detail, peer, options, mask, value, origin, reason,"
        " source, guard, comm, sample, decided_by, decided, owners, runs, last_run, count, first, last)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"
        " ?21, ?22, ?23)"
        " ON CONFLICT (container, kind, state, name, detail, peer, options) DO UPDATE SET"
        " mask = excluded.mask, value = excluded.value, origin = excluded.origin, reason = excluded.reason,"
        " source = excluded.source, guard = excluded.guard, comm = excluded.comm, sample = excluded.sample,"
        " decided_by = excluded.decided_by, decided = excluded.decided, owners = excluded.owners,"
        " runs = excluded.runs, last_run = excluded.last_run, count = excluded.count,"
        " first = excluded.first, last = excluded.last",
    [STORE_DELETE_RULES] = "DELETE FROM rule WHERE container = ?1",
    [STORE_LIST_RULES] =
        "SELECT kind, state, name, detail, peer, options, mask, value, origin, reason, source, guard, comm,"
        " sample, decided_by, decided, owners, runs, last_run, count, first, last"
        " FROM rule WHERE container = ?1",
    [STORE_PUT_DENIAL] =
        "INSERT OR REPLACE INTO denial (container, id, kind, name, detail, peer, options, mask, value, skip,"
        " comm, owners, count, first, last, event)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [STORE_DELETE_DENIALS] = "DELETE FROM denial WHERE container = ?1",
    [STORE_LIST_DENIALS] =
        "SELECT kind, 'active', name, detail, peer, options, mask, value, 'observed', x'', x'', x'', comm,"
        " x'', x'', 0, owners, 0, 0, count, first, last, id, skip, event"
        " FROM denial WHERE container = ?1 ORDER BY id",
    [STORE_INSERT_REVISION] =
        "INSERT INTO revision (container, number, mode, time, reason, author, gates, text, note, image)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [STORE_TRIM_REVISIONS] = "DELETE FROM revision WHERE container = ?1 AND number <= ?2",
    [STORE_LIST_REVISIONS] =
        "SELECT number, mode, time, reason, author, gates, note, image FROM revision WHERE container = ?1"
        " ORDER BY number",
    [STORE_REVISION_TEXT] = "SELECT text FROM revision WHERE container = ?1 AND number = ?2",
    [STORE_GET_NUMBER] = "SELECT value FROM number WHERE name = ?1",
    [STORE_SET_NUMBER] =
        "INSERT INTO number (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [STORE_CLEAR_NUMBER] = "DELETE FROM number WHERE name = ?1",
    [STORE_GET_POSITION] = "SELECT source, place, time, serial FROM position",
    [STORE_SET_POSITION] =
        "INSERT INTO position (id, source, place, time, serial) VALUES (1, ?1, ?2, ?3, ?4)"
        " ON CONFLICT (id) DO UPDATE SET source = excluded.source, place = excluded.place,"
        " time = excluded.time, serial = excluded.serial",
    [STORE_PUT_HISTORY] =
        "INSERT INTO history (container, runs, boot, started, judged, curve) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (container) DO UPDATE SET runs = excluded.runs, boot = excluded.boot,"
        " started = excluded.started, judged = excluded.judged, curve = excluded.curve",
    [STORE_GET_HISTORY] = "SELECT runs, boot, started, judged, curve FROM history WHERE container = ?1",
    [STORE_PUT_RUN] =
        "INSERT INTO run (container, number, started, novel, used, known, whole) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7)"
        " ON CONFLICT (container, number) DO UPDATE SET started = excluded.started, novel = excluded.novel,"
        " used = excluded.used, known = excluded.known, whole = excluded.whole",
    [STORE_TRIM_RUNS] = "DELETE FROM run WHERE container = ?1 AND number <= ?2",
    [STORE_LIST_RUNS] =
        "SELECT number, started, novel, used, known, whole FROM run WHERE container = ?1 ORDER BY number",
    [STORE_PUT_INTENT] = "INSERT OR REPLACE INTO intent (name, verb, time) VALUES (?1, ?2, ?3)",
    [STORE_CLEAR_INTENT] = "DELETE FROM intent WHERE name = ?1",
    [STORE_PUT_SETTING] = "INSERT OR REPLACE INTO setting (container, name, value) VALUES (?1, ?2, ?3)",
    [STORE_DELETE_SETTING] = "DELETE FROM setting WHERE container = ?1 AND name = ?2",
    [STORE_LIST_SETTINGS] = "SELECT name, value FROM setting WHERE container = ?1",
    [STORE_CHECK] = "PRAGMA quick_check(1)",
    [STORE_LIST_INTENTS] = "SELECT name, verb, time FROM intent ORDER BY name",
};

/* What SQLite says, as the errno nearest to it and as advice; the last entry is for the rest. */
static const struct {
    int result;
    int code;
    const char *advice;
} failures[] = {
    {SQLITE_FULL, -ENOSPC, "; make room on its file system"},
    {SQLITE_READONLY, -EROFS, "; it and its directory must be writable for the user armord"},
    {SQLITE_CANTOPEN, -ENOENT, "; its directory must be there and writable for the user armord"},
    {SQLITE_PERM, -EACCES, "; it must be readable and writable for the user armord"},
    {SQLITE_CORRUPT, -EBADMSG, "; move it aside and restore a backup, or start anew"},
    {SQLITE_NOTADB, -EBADMSG, "; move it aside and restore a backup, or start anew"},
    {SQLITE_BUSY, -EBUSY, "; another program holds it"},
    {SQLITE_LOCKED, -EBUSY, "; another program holds it"},
    {SQLITE_NOMEM, -ENOMEM, ""},
    {SQLITE_CONSTRAINT, -EEXIST, ""},
    {SQLITE_TOOBIG, -E2BIG, ""},
    {-1, -EIO, ""},
};

enum {
    FAILURE_LAST = sizeof failures / sizeof failures[0] - 1,
    BUSY_TIMEOUT = 1000, /* milliseconds to wait for a backup that reads */
};

int store_fail(sqlite3 *database, struct armor_error *err, const char *what)
{
    int result = sqlite3_errcode(database) & 0xff;
    size_t i = 0;
    while (i < FAILURE_LAST && failures[i].result != result) {
        i++;
    }
    return armor_error_set(err, failures[i].code, "%s: %s%s", what, sqlite3_errmsg(database),
                           failures[i].advice);
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement name)
{
    sqlite3_stmt *statement = store->statements[name];
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

int store_run(struct store *store, sqlite3_stmt *statement, const char *what, struct armor_error *err)
{
    int result = sqlite3_step(statement);
    int r = result == SQLITE_DONE ? 0 : store_fail(store->database, err, what);
    (void)sqlite3_reset(statement);
    return r;
}

int store_row(struct store *store, sqlite3_stmt *statement, const char *what, struct armor_error *err)
{
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        return 1;
    }
    int r = result == SQLITE_DONE ? 0 : store_fail(store->database, err, what);
    (void)sqlite3_reset(statement);
    return r;
}

void store_bind_text(sqlite3_stmt *statement, int index, const char *string)
{
    (void)sqlite3_bind_text(statement, index, string, -1, SQLITE_STATIC);
}

void store_bind_word(sqlite3_stmt *statement, int index, const char *word)
{
    (void)sqlite3_bind_blob(statement, index, word ? word : "", word ? (int)strlen(word) : 0, SQLITE_STATIC);
}

void store_bind_words(sqlite3_stmt *statement, int index, const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    store_bind_word(statement, index, rule->name);
    store_bind_word(statement, index + 1, more->detail);
    store_bind_word(statement, index + 2, more->peer);
    store_bind_word(statement, index + 3, more->options);
    (void)sqlite3_bind_int64(statement, index + 4, rule->mask);
    (void)sqlite3_bind_int64(statement, index + 5, more->value);
}

struct armor_slice store_column_slice(sqlite3_stmt *statement, int column)
{
    int type = sqlite3_column_type(statement, column);
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) {
        return (struct armor_slice){0};
    }
    const char *bytes = sqlite3_column_blob(statement, column);
    int length = sqlite3_column_bytes(statement, column);
    return (struct armor_slice){bytes ? bytes : "", bytes ? (size_t)length : 0};
}

char *store_column_copy(sqlite3_stmt *statement, int column)
{
    struct armor_slice slice = store_column_slice(statement, column);
    return slice.bytes ? strndup(slice.bytes, slice.length) : NULL;
}

/*
 * DEFENSIVE and trusted_schema: what a damaged or planted file says in its schema is not to run. A full fsync with each
 * commit is what makes a learned rule outlive a power cut. What was read once is in memory as rules: SQLite keeps 256 KiB of pages.
 */
static int prepare(struct store *store, struct armor_error *err)
{
    (void)sqlite3_extended_result_codes(store->database, 1);
    (void)sqlite3_busy_timeout(store->database, BUSY_TIMEOUT);
    (void)sqlite3_db_config(store->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (sqlite3_exec(store->database,
                     "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL;"
                     "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                     "PRAGMA cache_size = -256;",
                     NULL, NULL, NULL) != SQLITE_OK) {
        return store_fail(store->database, err, "the database can't be used");
    }
    int r = store_migrate(store->database, err);
    for (size_t i = 0; r == 0 && i < STORE_STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(store->database, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK) {
            r = store_fail(store->database, err, "the database's tables aren't as they should be");
        }
    }
    return r;
}

int store_open(const char *path, struct store **ret_store, struct armor_error *err)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    int r = 0;
    if (sqlite3_open_v2(path, &store->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        r = store->database ? store_fail(store->database, err, "the database can't be opened")
                            : armor_error_set(err, -ENOMEM, "out of memory");
    } else {
        r = prepare(store, err);
    }
    if (r < 0) {
        armor_error_source(err, path);
        store_free(store);
        return r;
    }
    *ret_store = store;
    return 0;
}

int store_begin(struct store *store, struct armor_error *err)
{
    return store_run(store, store_statement(store, STORE_BEGIN), "a transaction can't begin", err);
}

int store_commit(struct store *store, struct armor_error *err)
{
    return store_run(store, store_statement(store, STORE_COMMIT), "a transaction can't be written", err);
}

void store_rollback(struct store *store)
{
    /* Some failures have SQLite roll back by itself. */
    if (!sqlite3_get_autocommit(store->database)) {
        (void)sqlite3_step(store_statement(store, STORE_ROLLBACK));
        (void)sqlite3_reset(store->statements[STORE_ROLLBACK]);
    }
}

int store_get_number(struct store *store, const char *name, int64_t *ret_value, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_GET_NUMBER);
    store_bind_text(statement, 1, name);
    int r = store_row(store, statement, "a number can't be read", err);
    if (r == 1) {
        *ret_value = sqlite3_column_int64(statement, 0);
        (void)sqlite3_reset(statement);
    }
    return r;
}

int store_set_number(struct store *store, const char *name, int64_t value, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_SET_NUMBER);
    store_bind_text(statement, 1, name);
    (void)sqlite3_bind_int64(statement, 2, value);
    return store_run(store, statement, "a number can't be written", err);
}

int store_clear_number(struct store *store, const char *name, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_CLEAR_NUMBER);
    store_bind_text(statement, 1, name);
    return store_run(store, statement, "a number can't be deleted", err);
}

static void copy_column(sqlite3_stmt *statement, int column, char *buffer, size_t size)
{
    struct armor_slice text = store_column_slice(statement, column);
    (void)snprintf(buffer, size, "%.*s", (int)(text.length < size ? text.length : 0),
                   text.bytes ? text.bytes : "");
}

int store_get_position(struct store *store, struct store_position *ret_position, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_GET_POSITION);
    int r = store_row(store, statement, "where the source was can't be read", err);
    if (r == 1) {
        struct store_position position = {.time_usec = sqlite3_column_int64(statement, 2),
                                          .serial = sqlite3_column_int64(statement, 3)};
        copy_column(statement, 0, position.source, sizeof position.source);
        copy_column(statement, 1, position.place, sizeof position.place);
        (void)sqlite3_reset(statement);
        *ret_position = position;
    }
    return r;
}

int store_set_position(struct store *store, const struct store_position *position, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_SET_POSITION);
    store_bind_text(statement, 1, position->source);
    store_bind_text(statement, 2, position->place);
    (void)sqlite3_bind_int64(statement, 3, position->time_usec);
    (void)sqlite3_bind_int64(statement, 4, position->serial);
    return store_run(store, statement, "where the source is can't be stored", err);
}

int store_check(struct store *store, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_CHECK);
    int r = store_row(store, statement, "the database can't be checked", err);
    struct armor_slice word = r > 0 ? store_column_slice(statement, 0) : (struct armor_slice){0};
    if (r > 0 && !armor_slice_is(word, "ok")) {
        r = armor_error_set(err, -EBADMSG, "the database is damaged: %.*s", (int)word.length, word.bytes);
    }
    (void)sqlite3_reset(statement);
    return r < 0 ? r : store_set_number(store, "checked", 1, err);
}

void store_free(struct store *store)
{
    if (!store) {
        return;
    }
    for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(store->statements[i]);
    }
    (void)sqlite3_close(store->database);
    free(store);
}

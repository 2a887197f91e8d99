/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of the store, and how an older one becomes the present one. PRAGMA user_version counts the migrations that a
 * database has had; all that are missing run in one transaction.
 *
 * Words of rules are bytes, not text: a file name may hold anything. An absent word is an empty one, so that it can be part of
 * the key. Times are microseconds since the epoch.
 */
#include "store_private.h"

#include <errno.h>
#include <stdio.h>

enum { STORE_APPLICATION_ID = 0x61726d64 }; /* "armd": this database is ours */

static const char *const migrations[] = {
    "CREATE TABLE container ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE,"
    "  mode TEXT NOT NULL,"
    "  since INTEGER NOT NULL,"
    "  revision INTEGER NOT NULL,"
    "  lost INTEGER NOT NULL,"
    "  lost_base INTEGER,"
    "  denied INTEGER NOT NULL,"
    "  events INTEGER NOT NULL,"
    "  last_novel INTEGER NOT NULL,"
    "  null_child INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE gap ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  kind TEXT NOT NULL,"
    "  note TEXT NOT NULL,"
    "  PRIMARY KEY (container, kind)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE skipped ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  reason TEXT NOT NULL,"
    "  count INTEGER NOT NULL,"
    "  PRIMARY KEY (container, reason)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE rule ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  kind TEXT NOT NULL,"
    "  name BLOB NOT NULL,"
    "  detail BLOB NOT NULL,"
    "  peer BLOB NOT NULL,"
    "  options BLOB NOT NULL,"
    "  mask INTEGER NOT NULL,"
    "  origin TEXT NOT NULL,"
    "  reason BLOB NOT NULL,"
    "  comm BLOB NOT NULL,"
    "  count INTEGER NOT NULL,"
    "  first INTEGER NOT NULL,"
    "  last INTEGER NOT NULL,"
    "  PRIMARY KEY (container, kind, name, detail, peer, options)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE revision ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  mode TEXT NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  reason TEXT NOT NULL,"
    "  author TEXT NOT NULL,"
    "  gates TEXT,"
    "  text TEXT NOT NULL,"
    "  PRIMARY KEY (container, number)"
    ") STRICT;"
    "CREATE TABLE number ("
    "  name TEXT PRIMARY KEY,"
    "  value INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",
    /* rules that wait for a decision; the limits of rlimit rules */
    "ALTER TABLE rule ADD COLUMN state TEXT NOT NULL DEFAULT 'active';"
    "ALTER TABLE rule ADD COLUMN value INTEGER NOT NULL DEFAULT 0;",
    /* how far the source of records was read */
    "CREATE TABLE position ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1)," /* one row: the source that was read last */
    "  source TEXT NOT NULL,"
    "  place TEXT NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  serial INTEGER NOT NULL"
    ") STRICT;",
    /* a rule's state is part of its key; where it is from, who decided, in which runs it was seen */
    "CREATE TABLE rule_4 ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  kind TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  name BLOB NOT NULL,"
    "  detail BLOB NOT NULL,"
    "  peer BLOB NOT NULL,"
    "  options BLOB NOT NULL,"
    "  mask INTEGER NOT NULL,"
    "  value INTEGER NOT NULL,"
    "  origin TEXT NOT NULL,"
    "  reason BLOB NOT NULL,"
    "  source BLOB NOT NULL,"
    "  guard BLOB NOT NULL,"
    "  comm BLOB NOT NULL,"
    "  sample BLOB NOT NULL,"
    "  decided_by BLOB NOT NULL,"
    "  decided INTEGER NOT NULL,"
    "  owners INTEGER NOT NULL,"
    "  runs INTEGER NOT NULL,"
    "  last_run INTEGER NOT NULL,"
    "  count INTEGER NOT NULL,"
    "  first INTEGER NOT NULL,"
    "  last INTEGER NOT NULL,"
    "  PRIMARY KEY (container, kind, state, name, detail, peer, options)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO rule_4 SELECT container, kind, state, name, detail, peer, options, mask, value, origin,"
    "  reason, x'', x'', comm, x'', x'', 0, 0, 0, 0, count, first, last FROM rule;"
    "DROP TABLE rule;"
    "ALTER TABLE rule_4 RENAME TO rule;",
    /* what a revision was made for; a text that was rolled back to, the image, the watch after enforce */
    "ALTER TABLE revision ADD COLUMN note TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE revision ADD COLUMN image TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE container ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE container ADD COLUMN image TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE container ADD COLUMN image_seen TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE container ADD COLUMN returned TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE container ADD COLUMN watch_until INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE container ADD COLUMN watch_limit INTEGER NOT NULL DEFAULT 0;",
    /* what was refused, until somebody decides */
    "CREATE TABLE denial ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  id INTEGER NOT NULL,"
    "  kind TEXT NOT NULL," /* '': no rule would allow it, for the reason skip */
    "  name BLOB NOT NULL,"
    "  detail BLOB NOT NULL,"
    "  peer BLOB NOT NULL,"
    "  options BLOB NOT NULL,"
    "  mask INTEGER NOT NULL,"
    "  value INTEGER NOT NULL,"
    "  skip TEXT NOT NULL,"
    "  comm BLOB NOT NULL,"
    "  owners INTEGER NOT NULL,"
    "  count INTEGER NOT NULL,"
    "  first INTEGER NOT NULL,"
    "  last INTEGER NOT NULL,"
    "  event TEXT NOT NULL,"
    "  PRIMARY KEY (container, id)"
    ") STRICT, WITHOUT ROWID;",
    /* the runs of a container, and how it was learned over time */
    "CREATE TABLE history ("
    "  container INTEGER PRIMARY KEY REFERENCES container ON DELETE CASCADE,"
    "  runs INTEGER NOT NULL,"    /* number of the newest one */
    "  boot INTEGER NOT NULL,"    /* in which it was seen */
    "  started INTEGER NOT NULL," /* microseconds of CLOCK_BOOTTIME */
    "  judged INTEGER NOT NULL,"
    "  curve BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE run ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  started INTEGER NOT NULL,"
    "  novel INTEGER NOT NULL,"
    "  used INTEGER NOT NULL,"
    "  known INTEGER NOT NULL,"
    "  whole INTEGER NOT NULL,"
    "  PRIMARY KEY (container, number)"
    ") STRICT, WITHOUT ROWID;",
    /* what is about to change in kernel and on disk, until the store has it or it is taken back */
    "CREATE TABLE intent ("
    "  name TEXT PRIMARY KEY," /* a container's, maybe of one that isn't stored yet */
    "  verb TEXT NOT NULL,"
    "  time INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",
    /* settings that a container has of its own, as armord.yaml would have them; a watch's limit is one of these */
    "CREATE TABLE setting ("
    "  container INTEGER NOT NULL REFERENCES container ON DELETE CASCADE,"
    "  name TEXT NOT NULL,"
    "  value TEXT NOT NULL,"
    "  PRIMARY KEY (container, name)"
    ") STRICT, WITHOUT ROWID;"
    "ALTER TABLE container DROP COLUMN watch_limit;",
};

enum { MIGRATION_COUNT = sizeof migrations / sizeof migrations[0] };

/* The first number that QUERY gives. Returns 0 or negative. */
static int ask(sqlite3 *database, const char *query, int64_t *ret_value, struct armor_error *err)
{
    sqlite3_stmt *statement = NULL;
    int r = 0;
    if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        r = store_fail(database, err, "the database can't be read");
    } else {
        *ret_value = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return r;
}

static int run(sqlite3 *database, const char *sql, struct armor_error *err)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return store_fail(database, err, "the database's schema can't be brought up to date");
    }
    return 0;
}

/* Run the migrations from VERSION on, and say so in the database. The caller has begun a transaction. */
static int climb(sqlite3 *database, int64_t version, struct armor_error *err)
{
    for (int64_t i = version; i < MIGRATION_COUNT; i++) {
        int r = run(database, migrations[i], err);
        if (r < 0) {
            return r;
        }
    }
    char mark[96];
    (void)snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                   STORE_APPLICATION_ID, MIGRATION_COUNT);
    return run(database, mark, err);
}

int store_migrate(sqlite3 *database, struct armor_error *err)
{
    int64_t version = 0;
    int64_t application = 0;
    int64_t objects = 0;
    int r = ask(database, "PRAGMA user_version", &version, err);
    r = r < 0 ? r : ask(database, "PRAGMA application_id", &application, err);
    r = r < 0 ? r : ask(database, "SELECT count(*) FROM sqlite_schema", &objects, err);
    if (r < 0) {
        return r;
    }
    if (application != STORE_APPLICATION_ID && (application != 0 || version != 0 || objects != 0)) {
        return armor_error_set(
            err, -EBADMSG, "this is some other program's database; set `database` to a file of armord's own");
    }
    if (version < 0 || version > MIGRATION_COUNT) {
        return armor_error_set(
            err, -ENOTSUP,
            "the database has schema %lld, this armord knows schemas up to %d; a newer armord wrote "
            "it: run that one, or move the file aside to start anew",
            (long long)version, MIGRATION_COUNT);
    }
    if (version == MIGRATION_COUNT) {
        return 0;
    }
    r = run(database, "BEGIN IMMEDIATE", err);
    if (r < 0) {
        return r;
    }
    r = climb(database, version, err);
    if (r == 0) {
        r = run(database, "COMMIT", err);
    }
    if (r < 0) {
        (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
        armor_error_prefix(err, "the database, of schema %lld, stays as it was", (long long)version);
    }
    return r;
}

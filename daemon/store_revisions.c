/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's revisions: each text that was loaded, as it was. See store.h. */
#include "store_private.h"

#include <errno.h>
#include <stdlib.h>

int store_add_revision(struct store *store, const struct container *container,
                       const struct revision *revision, struct armor_slice text, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_INSERT_REVISION);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    (void)sqlite3_bind_int64(statement, 2, revision->number);
    store_bind_text(statement, 3, armor_mode_name(revision->mode));
    (void)sqlite3_bind_int64(statement, 4, revision->time_usec);
    store_bind_text(statement, 5, revision->reason);
    store_bind_text(statement, 6, revision->author);
    store_bind_text(statement, 7, revision->gates);
    (void)sqlite3_bind_text(statement, 8, text.bytes, (int)text.length, SQLITE_STATIC);
    store_bind_text(statement, 9, revision->note ? revision->note : "");
    store_bind_text(statement, 10, revision->image ? revision->image : "");
    int r = store_run(store, statement, "a revision can't be stored", err);
    if (r < 0) {
        return r;
    }
    statement = store_statement(store, STORE_TRIM_REVISIONS);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    (void)sqlite3_bind_int64(statement, 2, (int64_t)revision->number - ARMOR_REVISIONS_MAX);
    return store_run(store, statement, "old revisions can't be deleted", err);
}

static void revision_done(struct revision *revision)
{
    free(revision->reason);
    free(revision->author);
    free(revision->gates);
    free(revision->note);
    free(revision->image);
}

/* Returns 1 and the revision that the row is, 0 for a row that can't be one, or -ENOMEM. */
static int take_row(sqlite3_stmt *row, struct revision *ret_revision)
{
    int64_t number = sqlite3_column_int64(row, 0);
    int mode = armor_mode_from_name(store_column_slice(row, 1));
    if (number < 1 || number > UINT32_MAX || mode < 0) {
        return 0;
    }
    struct revision revision = {
        .number = (uint32_t)number,
        .mode = (enum armor_mode)mode,
        .time_usec = sqlite3_column_int64(row, 2),
        .reason = store_column_copy(row, 3),
        .author = store_column_copy(row, 4),
        .gates = store_column_copy(row, 5),
        .note = store_column_copy(row, 6),
        .image = store_column_copy(row, 7),
    };
    if (!revision.reason || !revision.author || !revision.note || !revision.image) {
        revision_done(&revision);
        return -ENOMEM;
    }
    *ret_revision = revision;
    return 1;
}

int store_revisions(struct store *store, const struct container *container, struct revision **ret_revisions,
                    size_t *ret_count, struct armor_error *err)
{
    struct revision *revisions = calloc(ARMOR_REVISIONS_MAX, sizeof *revisions);
    if (!revisions) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    sqlite3_stmt *statement = store_statement(store, STORE_LIST_REVISIONS);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    size_t count = 0;
    int r = 1;
    while (r > 0 && count < ARMOR_REVISIONS_MAX) {
        r = store_row(store, statement, "revisions can't be read", err);
        int taken = r > 0 ? take_row(statement, &revisions[count]) : 0;
        if (taken < 0) {
            r = armor_error_set(err, taken, "out of memory");
        }
        count += taken > 0;
    }
    (void)sqlite3_reset(statement);
    if (r < 0) {
        store_free_revisions(revisions, count);
        return r;
    }
    *ret_revisions = revisions;
    *ret_count = count;
    return 0;
}

void store_free_revisions(struct revision *revisions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        revision_done(&revisions[i]);
    }
    free(revisions);
}

int store_revision_text(struct store *store, const struct container *container, uint32_t number,
                        char **ret_text, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REVISION_TEXT);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    (void)sqlite3_bind_int64(statement, 2, number);
    int r = store_row(store, statement, "a revision can't be read", err);
    if (r == 0) {
        return armor_error_set(err, -ENOENT, "revision %u isn't kept", number);
    }
    if (r < 0) {
        return r;
    }
    char *text = store_column_copy(statement, 0);
    (void)sqlite3_reset(statement);
    if (!text) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    *ret_text = text;
    return 0;
}

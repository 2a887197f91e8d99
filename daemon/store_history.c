/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's rows of a container's history: its runs, its learning curve, and which start was the last one. */
#include "store_private.h"

#include <endian.h>

/* Columns of STORE_GET_HISTORY and STORE_LIST_RUNS. */
enum { HISTORY_RUNS, HISTORY_BOOT, HISTORY_STARTED, HISTORY_JUDGED, HISTORY_CURVE };
enum { RUN_NUMBER, RUN_STARTED, RUN_NOVEL, RUN_USED, RUN_KNOWN, RUN_WHOLE };

/* A point of the curve as it is stored: two numbers of 8 bytes, the least significant byte first. */
struct stored_point {
    uint64_t usec;
    uint64_t rules;
};

static int put_run(struct store *store, const struct container *container, uint32_t number,
                   struct armor_error *err)
{
    const struct armor_run *run = armor_runs_get(&container->history.runs, number);
    if (!run) {
        return 0;
    }
    sqlite3_stmt *statement = store_statement(store, STORE_PUT_RUN);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    (void)sqlite3_bind_int64(statement, 2, number);
    (void)sqlite3_bind_int64(statement, 3, run->started_usec);
    (void)sqlite3_bind_int64(statement, 4, run->novel);
    (void)sqlite3_bind_int64(statement, 5, run->used);
    (void)sqlite3_bind_int64(statement, 6, run->known);
    (void)sqlite3_bind_int64(statement, 7, run->whole);
    return store_run(store, statement, "a run of a container can't be stored", err);
}

int store_put_history(struct store *store, const struct container *container, struct armor_error *err)
{
    const struct history *history = &container->history;
    struct stored_point points[ARMOR_CURVE_MAX];
    for (uint32_t i = 0; i < history->curve.count; i++) {
        points[i].usec = htole64((uint64_t)history->curve.points[i].usec);
        points[i].rules = htole64(history->curve.points[i].rules);
    }
    sqlite3_stmt *statement = store_statement(store, STORE_PUT_HISTORY);
    (void)sqlite3_bind_int64(statement, 1, container->id);
    (void)sqlite3_bind_int64(statement, 2, history->runs.count);
    (void)sqlite3_bind_int64(statement, 3, history->boot);
    (void)sqlite3_bind_int64(statement, 4, (int64_t)history->started_usec);
    (void)sqlite3_bind_int64(statement, 5, history->judged_usec);
    (void)sqlite3_bind_blob(statement, 6, points, (int)(history->curve.count * sizeof points[0]),
                            SQLITE_TRANSIENT);
    int r = store_run(store, statement, "a container's history can't be stored", err);
    /* The last two are the ones that still change. */
    uint32_t count = history->runs.count;
    r = r < 0 ? r : put_run(store, container, count - 1, err);
    r = r < 0 ? r : put_run(store, container, count, err);
    if (r == 0 && count > ARMOR_RUNS_MAX) {
        statement = store_statement(store, STORE_TRIM_RUNS);
        (void)sqlite3_bind_int64(statement, 1, container->id);
        (void)sqlite3_bind_int64(statement, 2, count - ARMOR_RUNS_MAX);
        r = store_run(store, statement, "old runs of a container can't be deleted", err);
    }
    return r;
}

/* A number of 32 bits from the row; what isn't one is the nearest that is. */
static uint32_t small_of(sqlite3_stmt *row, int column)
{
    int64_t value = sqlite3_column_int64(row, column);
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static int take_curve(sqlite3_stmt *row, struct armor_curve *curve)
{
    struct armor_slice bytes = store_column_slice(row, HISTORY_CURVE);
    for (size_t at = 0; at + sizeof(struct stored_point) <= bytes.length; at += sizeof(struct stored_point)) {
        struct stored_point point;
        memcpy(&point, bytes.bytes + at, sizeof point);
        int code = armor_curve_add(curve, (int64_t)le64toh(point.usec), (uint32_t)le64toh(point.rules));
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int load_runs(struct store *store, struct container *container, struct armor_error *err)
{
    struct armor_runs *runs = &container->history.runs;
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_RUNS);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    int r;
    while ((r = store_row(store, rows, "runs of a container can't be read", err)) > 0) {
        struct armor_run *run = armor_runs_at(runs, small_of(rows, RUN_NUMBER));
        if (run) { /* else it is older than what is kept, or damaged: a run that isn't there says nothing */
            *run = (struct armor_run){.started_usec = sqlite3_column_int64(rows, RUN_STARTED),
                                      .novel = small_of(rows, RUN_NOVEL),
                                      .used = small_of(rows, RUN_USED),
                                      .known = small_of(rows, RUN_KNOWN),
                                      .whole = sqlite3_column_int64(rows, RUN_WHOLE) != 0};
        }
    }
    return r;
}

int store_load_history(struct store *store, struct container *container, struct armor_error *err)
{
    struct history *history = &container->history;
    sqlite3_stmt *row = store_statement(store, STORE_GET_HISTORY);
    (void)sqlite3_bind_int64(row, 1, container->id);
    int r = store_row(store, row, "a container's history can't be read", err);
    if (r <= 0) {
        return r;
    }
    history->runs.count = small_of(row, HISTORY_RUNS);
    history->boot = sqlite3_column_int64(row, HISTORY_BOOT);
    history->started_usec = (uint64_t)sqlite3_column_int64(row, HISTORY_STARTED);
    history->judged_usec = sqlite3_column_int64(row, HISTORY_JUDGED);
    r = take_curve(row, &history->curve);
    (void)sqlite3_reset(row);
    if (r < 0) {
        return armor_error_set(err, r, "out of memory while reading a container's history");
    }
    container->profile->run = history->runs.count;
    r = load_runs(store, container, err);
    const struct armor_run *run = armor_runs_get(&history->runs, history->runs.count);
    if (r == 0 && run) {
        container->quieting.since_usec = run->started_usec; /* what is told is of this run's sample still */
    }
    return r;
}

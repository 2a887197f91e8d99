/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's intents: changes that are about to leave the store for kernel and disk. See store.h. */
#include "store_private.h"

#include "clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int store_put_intent(struct store *store, const char *name, const char *verb, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_PUT_INTENT);
    store_bind_text(statement, 1, name);
    store_bind_text(statement, 2, verb);
    (void)sqlite3_bind_int64(statement, 3, clock_now());
    return store_run(store, statement, "what is about to change can't be stored", err);
}

int store_clear_intent(struct store *store, const char *name, struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_CLEAR_INTENT);
    store_bind_text(statement, 1, name);
    return store_run(store, statement, "that a change is over can't be stored", err);
}

/* Returns whether ROW is an intent, and then which. */
static bool take_row(sqlite3_stmt *row, struct intent *ret_intent)
{
    struct armor_slice name = store_column_slice(row, 0);
    struct armor_slice verb = store_column_slice(row, 1);
    if (!armor_name_valid(name) || verb.length == 0 || verb.length >= sizeof ret_intent->verb) {
        return false;
    }
    *ret_intent = (struct intent){.time_usec = sqlite3_column_int64(row, 2)};
    (void)snprintf(ret_intent->name, sizeof ret_intent->name, "%.*s", (int)name.length, name.bytes);
    for (size_t i = 0; i < verb.length; i++) {
        char letter = verb.bytes[i];
        if (letter < 'a' || letter > 'z') {
            letter = '?';
        }
        ret_intent->verb[i] = letter;
    }
    return true;
}

int store_intents(struct store *store, struct intent **ret_intents, size_t *ret_count,
                  struct armor_error *err)
{
    sqlite3_stmt *statement = store_statement(store, STORE_LIST_INTENTS);
    struct intent *intents = NULL;
    size_t count = 0;
    int r = 1;
    while (r > 0 && count < ARMOR_CONTAINERS_MAX) {
        struct intent intent;
        r = store_row(store, statement, "what was about to change can't be read", err);
        if (r <= 0 || !take_row(statement, &intent)) {
            continue;
        }
        struct intent *grown = realloc(intents, (count + 1) * sizeof *intents);
        if (!grown) {
            r = armor_error_set(err, -ENOMEM, "out of memory");
            break;
        }
        intents = grown;
        intents[count++] = intent;
    }
    (void)sqlite3_reset(statement);
    if (r < 0) {
        free(intents);
        return r;
    }
    *ret_intents = intents;
    *ret_count = count;
    return 0;
}

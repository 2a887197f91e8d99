/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's rows of the settings that a container has of its own. Values are the text that armord.yaml would have. What a row says that
 * isn't understood, since a later armord wrote it or it was damaged, doesn't count, and stays for that one.
 */
#include "store_private.h"

int store_put_settings(struct store *store, const struct container *container, uint32_t bits,
                       struct armor_error *err)
{
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        char value[SETTING_TEXT_SIZE];
        uint32_t bit = setting_bit(&table[i]);
        if (!(bits & bit)) {
            continue;
        }
        bool has = container->own.given & bit;
        sqlite3_stmt *statement = store_statement(store, has ? STORE_PUT_SETTING : STORE_DELETE_SETTING);
        (void)sqlite3_bind_int64(statement, 1, container->id);
        store_bind_text(statement, 2, table[i].name);
        if (has) {
            store_bind_text(statement, 3, setting_format(&table[i], &container->own.choices, value));
        }
        r = store_run(store, statement, "a container's settings can't be stored", err);
    }
    return r;
}

int store_load_settings(struct store *store, struct container *container, struct store_damage *damage,
                        struct armor_error *err)
{
    struct own_settings *own = &container->own;
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_SETTINGS);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    int r;
    while ((r = store_row(store, rows, "a container's settings can't be read", err)) > 0) {
        const struct setting *setting = setting_find(store_column_slice(rows, 0));
        bool known = setting && setting->scope == SETTING_CONTAINER;
        if (known && setting_parse(setting, store_column_slice(rows, 1), &own->choices, NULL) == 0) {
            own->given |= setting_bit(setting);
            continue;
        }
        own->damaged |= known ? setting_bit(setting) : 0;
        damage->settings++;
    }
    return r;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Printing: text that can't harm a terminal, tables, ages, JSON. What armord answers holds names that a
 * process in a container chose, so nothing of it reaches the terminal unescaped.
 */
#pragma once

#include "cli.h"

#include <jansson.h>

enum print_colour {
    PRINT_PLAIN = 0,
    PRINT_GOOD,
    PRINT_WARN,
    PRINT_DIM,
};

/* Write STRING with control bytes, C1 controls too, as \xHH; nothing for NULL. */
void print_safe(FILE *out, const char *string);

/* Write STRING as print_safe, in COLOUR where the terminal has it. */
void print_coloured(const struct cli *cli, enum print_colour colour, const char *string);

/* Write WORD as a shell takes it for one word, and as print_safe. */
void print_word(FILE *out, const char *word);

/*
 * Write VALUE indented, and a newline. Returns CLI_DONE, or CLI_REFUSED: main says it when it is out that
 * failed.
 */
int print_json(struct cli *cli, const json_t *value);

/* Write VALUE on one line. Returns as print_json. */
int print_json_line(struct cli *cli, const json_t *value);

enum { PRINT_COLUMNS_MAX = 8 };

/* A table that is filled row by row and then written with aligned columns, the last one ragged. */
struct print_table {
    const char *heads[PRINT_COLUMNS_MAX]; /* of columns; not owned */
    size_t columns;
    char **cells; /* owned; columns of them for each row */
    size_t rows;
    bool failed; /* out of memory */
};

/* Append a row of `columns` strings, which are copied; NULL is shown as "-". */
void print_table_row(struct print_table *table, const char *const *cells);

/* Write it and free what it owns. Returns CLI_DONE, or CLI_REFUSED after saying so. */
int print_table_end(struct cli *cli, struct print_table *table);

/* Seconds since the epoch that TIME, of armord's JSON, is; -1: it is none. */
int64_t print_seconds(const char *time);

/*
 * "3 min ago", "2 days ago" for a time as armord writes it, seen at NOW (seconds since the epoch); "-" when
 * it is none.
 */
const char *print_age(const char *time, int64_t now, char *buffer, size_t size);

/* VALUE, a string or a whole number, as text; NULL for anything else. BUFFER may hold it. */
const char *print_value(const json_t *value, char *buffer, size_t size);

/* An integer of OBJECT, 0 when it isn't there. */
int64_t print_number(const json_t *object, const char *key);

/* A string of OBJECT, NULL when it isn't there. */
const char *print_string(const json_t *object, const char *key);

/* Likewise, "" when it isn't there. */
const char *print_string_or_empty(const json_t *object, const char *key);

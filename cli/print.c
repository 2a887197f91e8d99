/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What armorctl prints. See print.h. */
#include "print.h"

#include <stdlib.h>
#include <time.h>

enum {
    TIME_DIGITS = 16
}; /* of a number: seconds since the epoch with microseconds, and no digit that isn't meant */

/*
 * The bytes of STRING from AT that are shown as they are: printable ASCII, or a UTF-8 sequence that is no C1
 * control.
 */
static size_t harmless(const unsigned char *at)
{
    if (at[0] < 0x80) {
        return at[0] >= 0x20 && at[0] != 0x7f;
    }
    size_t more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc2 ? 1 : 0;
    if (more == 0 || (at[0] == 0xc2 && at[1] < 0xa0)) {
        return 0;
    }
    for (size_t i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return more + 1;
}

void print_safe(FILE *out, const char *string)
{
    const unsigned char *at = (const unsigned char *)(string ? string : "");
    while (*at) {
        size_t length = harmless(at);
        if (length > 0) {
            (void)fwrite(at, 1, length, out);
            at += length;
        } else {
            (void)fprintf(out, "\\x%02x", *at++);
        }
    }
}

void print_coloured(const struct cli *cli, enum print_colour colour, const char *string)
{
    static const char *const CODES[] = {
        [PRINT_PLAIN] = "", [PRINT_GOOD] = "\033[32m", [PRINT_WARN] = "\033[33m", [PRINT_DIM] = "\033[2m"};
    bool on = cli->colour && colour != PRINT_PLAIN;
    (void)fputs(on ? CODES[colour] : "", cli->out);
    print_safe(cli->out, string);
    (void)fputs(on ? "\033[0m" : "", cli->out);
}

static int dump(struct cli *cli, const json_t *value, size_t flags)
{
    if (json_dumpf(value, cli->out, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(TIME_DIGITS)) != 0) {
        return ferror(cli->out) ? CLI_REFUSED : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    (void)fputc('\n', cli->out);
    return CLI_DONE;
}

void print_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@%,=";
    if (word[strspn(word, plain)] == '\0') {
        (void)fputs(word, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *word; word++) {
        char one[2] = {*word, '\0'};
        print_safe(out, *word == '\'' ? "'\\''" : one);
    }
    (void)fputc('\'', out);
}

int print_json(struct cli *cli, const json_t *value)
{
    return dump(cli, value, JSON_INDENT(2));
}

int print_json_line(struct cli *cli, const json_t *value)
{
    return dump(cli, value, 0);
}

void print_table_row(struct print_table *table, const char *const *cells)
{
    char **grown = realloc(table->cells, (table->rows + 1) * table->columns * sizeof *grown);
    if (!grown) {
        table->failed = true;
        return;
    }
    table->cells = grown;
    for (size_t i = 0; i < table->columns; i++) {
        char *copy = strdup(cells[i] ? cells[i] : "-");
        table->failed |= !copy;
        grown[table->rows * table->columns + i] = copy;
    }
    table->rows++;
}

static void print_row(struct cli *cli, const struct print_table *table, const char *const *cells,
                      const int *widths)
{
    for (size_t i = 0; i < table->columns; i++) {
        bool last = i + 1 == table->columns;
        (void)fprintf(cli->out, "%s", i ? "  " : "");
        print_safe(cli->out, cells[i]);
        int padding = last ? 0 : widths[i] - (int)strlen(cells[i]);
        (void)fprintf(cli->out, "%*s", padding > 0 ? padding : 0, "");
    }
    (void)fputc('\n', cli->out);
}

int print_table_end(struct cli *cli, struct print_table *table)
{
    int code = CLI_DONE;
    if (table->failed) {
        code = cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    } else {
        int widths[PRINT_COLUMNS_MAX] = {0};
        for (size_t i = 0; i < table->columns; i++) {
            widths[i] = (int)strlen(table->heads[i]);
            for (size_t row = 0; row < table->rows; row++) {
                int width = (int)strlen(table->cells[row * table->columns + i]);
                widths[i] = width > widths[i] ? width : widths[i];
            }
        }
        print_row(cli, table, table->heads, widths);
        for (size_t row = 0; row < table->rows; row++) {
            print_row(cli, table, (const char *const *)&table->cells[row * table->columns], widths);
        }
    }
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    table->cells = NULL;
    table->rows = 0;
    return code;
}

int64_t print_seconds(const char *time)
{
    struct tm parts = {0};
    return time && strptime(time, "%Y-%m-%dT%H:%M:%S", &parts) ? (int64_t)timegm(&parts) : -1;
}

const char *print_age(const char *time, int64_t now, char *buffer, size_t size)
{
    int64_t seconds = print_seconds(time);
    if (seconds < 0) {
        (void)snprintf(buffer, size, "-");
        return buffer;
    }
    static const struct {
        int64_t seconds;
        const char *unit;
    } UNITS[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    int64_t age = now - seconds;
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        int64_t count = age / UNITS[i].seconds;
        if (count > 0) {
            (void)snprintf(buffer, size, "%lld %s%s ago", (long long)count, UNITS[i].unit,
                           count == 1 ? "" : "s");
            return buffer;
        }
    }
    (void)snprintf(buffer, size, "just now");
    return buffer;
}

int64_t print_number(const json_t *object, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(object, key));
}

const char *print_value(const json_t *value, char *buffer, size_t size)
{
    if (!json_is_integer(value)) {
        return json_string_value(value);
    }
    (void)snprintf(buffer, size, "%lld", (long long)json_integer_value(value));
    return buffer;
}

const char *print_string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

const char *print_string_or_empty(const json_t *object, const char *key)
{
    const char *string = print_string(object, key);
    return string ? string : "";
}

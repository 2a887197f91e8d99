/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error object: filled once, near the cause; context goes in front on the way up. See armor/error.h. */
#include "armor/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 5, 0))) static void fill(struct armor_error *err, int code, size_t line,
                                                       size_t column, const char *format, va_list args)
{
    if (!err || err->code < 0) {
        return;
    }
    err->code = code;
    err->line = line;
    err->column = column;
    (void)vsnprintf(err->text, sizeof err->text, format, args);
}

int armor_error_set(struct armor_error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, code, 0, 0, format, args);
    va_end(args);
    return code;
}

int armor_error_at(struct armor_error *err, int code, size_t line, size_t column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, code, line, column, format, args);
    va_end(args);
    return code;
}

void armor_error_prefix(struct armor_error *err, const char *format, ...)
{
    if (!err || err->code >= 0) {
        return;
    }
    char context[160];
    char joined[sizeof context + sizeof err->text + 2] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(context, sizeof context, format, args);
    va_end(args);
    (void)snprintf(joined, sizeof joined, "%s: %s", context, err->text);
    joined[sizeof err->text - 1] = '\0';
    memcpy(err->text, joined, sizeof err->text);
}

void armor_error_source(struct armor_error *err, const char *source)
{
    if (!err || !source) {
        return;
    }
    size_t length = strlen(source);
    const char *tail = length < sizeof err->source ? source : source + length - (sizeof err->source - 1);
    (void)snprintf(err->source, sizeof err->source, "%s", tail);
}

const char *armor_error_format(const struct armor_error *err, char *buffer, size_t size)
{
    char position[48] = "";
    if (err->line && err->column) {
        (void)snprintf(position, sizeof position, "%zu:%zu: ", err->line, err->column);
    } else if (err->line) {
        (void)snprintf(position, sizeof position, "%zu: ", err->line);
    } else if (err->column) {
        (void)snprintf(position, sizeof position, "byte %zu: ", err->column);
    }
    const char *colon = err->source[0] ? (err->line ? ":" : ": ") : "";
    (void)snprintf(buffer, size, "%s%s%s%s", err->source, colon, position, err->text);
    return buffer;
}

void armor_error_clear(struct armor_error *err)
{
    if (err) {
        memset(err, 0, sizeof *err);
    }
}

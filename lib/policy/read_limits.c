/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: capabilities, resource limits, and `all`. See reader.h. */
#include "reader.h"

#include "words.h"

#include <errno.h>
#include <stdlib.h>

int read_capability(struct reader *reader, const struct read_prefix *prefix)
{
    size_t count = 0;
    int owner = read_no_owner(reader, prefix);
    if (owner < 0) {
        return owner;
    }
    const char *names[64];
    while (!read_take(reader, ",")) {
        size_t at = reader->cursor->at;
        const char *name = NULL;
        int code = read_word(reader, READ_WORD, &name);
        if (code == 0) {
            return read_fail(reader, at, "a capability or a comma is expected here");
        }
        if (code == 1 && !word_is_capability(armor_slice_of(name))) {
            return read_fail(reader, at, "there is no capability '%s'", name);
        }
        if (code < 0 || count == sizeof names / sizeof names[0]) {
            return code < 0 ? code : read_fail(reader, at, "more capabilities than there are");
        }
        names[count++] = name;
    }
    struct armor_clause clause = {.kind = ARMOR_RULE_CAPABILITY};
    int code = count ? 0 : read_add(reader, prefix, &clause);
    for (size_t i = 0; code == 0 && i < count; i++) {
        clause.name = names[i];
        code = read_add(reader, prefix, &clause);
    }
    return code;
}

/* Of what a limit is, and so which units it has. */
enum limit_kind { LIMIT_BYTES, LIMIT_COUNT, LIMIT_SECONDS, LIMIT_MICROSECONDS, LIMIT_NICE };

static const struct {
    const char *name;
    enum limit_kind kind;
} limits[] = {
    {"cpu", LIMIT_SECONDS},      {"fsize", LIMIT_BYTES},         {"data", LIMIT_BYTES},
    {"stack", LIMIT_BYTES},      {"core", LIMIT_BYTES},          {"rss", LIMIT_BYTES},
    {"nofile", LIMIT_COUNT},     {"ofile", LIMIT_COUNT},         {"as", LIMIT_BYTES},
    {"nproc", LIMIT_COUNT},      {"memlock", LIMIT_BYTES},       {"locks", LIMIT_COUNT},
    {"sigpending", LIMIT_COUNT}, {"msgqueue", LIMIT_BYTES},      {"nice", LIMIT_NICE},
    {"rtprio", LIMIT_COUNT},     {"rttime", LIMIT_MICROSECONDS},
};

/* Units; of time in microseconds. */
static const struct {
    const char *name;
    int64_t factor;
} bytes_units[] = {{"K", 1 << 10},  {"KB", 1 << 10}, {"M", 1 << 20},
                   {"MB", 1 << 20}, {"G", 1 << 30},  {"GB", 1 << 30}},
  time_units[] = {
      {"us", 1},
      {"microsecond", 1},
      {"microseconds", 1},
      {"ms", 1000},
      {"millisecond", 1000},
      {"milliseconds", 1000},
      {"s", 1000000},
      {"sec", 1000000},
      {"second", 1000000},
      {"seconds", 1000000},
      {"min", INT64_C(60) * 1000000},
      {"minute", INT64_C(60) * 1000000},
      {"minutes", INT64_C(60) * 1000000},
      {"h", INT64_C(3600) * 1000000},
      {"hour", INT64_C(3600) * 1000000},
      {"hours", INT64_C(3600) * 1000000},
      {"d", INT64_C(86400) * 1000000},
      {"day", INT64_C(86400) * 1000000},
      {"days", INT64_C(86400) * 1000000},
      {"week", INT64_C(604800) * 1000000},
      {"weeks", INT64_C(604800) * 1000000},
};

/* The factor of UNIT for a limit of KIND; 0: it has none of that name. "" is the unit that is meant where none is said. */
static int64_t factor_of(enum limit_kind kind, const char *unit)
{
    bool time = kind == LIMIT_SECONDS || kind == LIMIT_MICROSECONDS;
    if (!unit[0]) {
        return kind == LIMIT_SECONDS ? 1000000 : 1;
    }
    for (size_t i = 0; time && i < sizeof time_units / sizeof time_units[0]; i++) {
        if (strcmp(unit, time_units[i].name) == 0) {
            return time_units[i].factor;
        }
    }
    for (size_t i = 0; kind == LIMIT_BYTES && i < sizeof bytes_units / sizeof bytes_units[0]; i++) {
        if (strcmp(unit, bytes_units[i].name) == 0) {
            return bytes_units[i].factor;
        }
    }
    return 0;
}

/* The letters or digits at the cursor, copied. */
static void take_bytes(struct reader *reader, const char *accepted, char *room, size_t size)
{
    size_t length = 0;
    read_blanks(reader);
    while (read_peek(reader) && strchr(accepted, read_peek(reader)) && length + 1 < size) {
        room[length++] = read_peek(reader);
        read_step(reader, 1);
    }
    room[length] = '\0';
}

static int read_value(struct reader *reader, enum limit_kind kind, int64_t *ret_value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char number[24];
    char unit[24];
    if (read_take_word(reader, "infinity")) {
        *ret_value = ARMOR_VALUE_UNLIMITED;
        return 0;
    }
    size_t at = reader->cursor->at;
    take_bytes(reader, "-0123456789", number, sizeof number);
    take_bytes(reader, letters, unit, sizeof unit);
    char *end = NULL;
    errno = 0;
    long long value = strtoll(number, &end, 10);
    int64_t factor = factor_of(kind, unit);
    bool nice = kind == LIMIT_NICE;
    if (end == number || *end || errno != 0 || factor == 0 || (!nice && value < 0) ||
        (nice && (value < -20 || value > 19)) || value > INT64_MAX / factor) {
        return read_fail(reader, at, "this limit can't be %s%s", number, unit);
    }
    *ret_value = value * factor;
    if (kind == LIMIT_SECONDS && value > 0 && *ret_value < 1000000) {
        return read_fail(reader, at, "processor time is limited to a second or more");
    }
    *ret_value = kind == LIMIT_SECONDS ? *ret_value / 1000000 : *ret_value;
    return 0;
}

int read_rlimit(struct reader *reader)
{
    const struct read_cursor *cursor = reader->cursor;
    struct read_prefix prefix = {.start = cursor->at,
                                 .line = cursor->line,
                                 .column = cursor->at - cursor->line_start + 1};
    struct armor_clause clause = {.kind = ARMOR_RULE_RLIMIT};
    read_step(reader, 3);
    if (!read_take_word(reader, "rlimit")) {
        return read_fail(reader, cursor->at, "'rlimit' is expected behind 'set'");
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (!read_take_word(reader, limits[i].name)) {
            continue;
        }
        int code =
            read_intern(reader,
                        armor_slice_of(strcmp(limits[i].name, "ofile") == 0 ? "nofile" : limits[i].name),
                        &clause.name);
        code = code < 0 ? code : read_expect(reader, "<=");
        code = code < 0 ? code : read_value(reader, limits[i].kind, &clause.value);
        code = code < 0 ? code : read_expect(reader, ",");
        return code < 0 ? code : read_add(reader, &prefix, &clause);
    }
    return read_fail(reader, cursor->at, "there is no limit of that name");
}

/* Everything of every kind. */
int read_all(struct reader *reader, const struct read_prefix *prefix)
{
    static const struct armor_clause everything[] = {
        {.kind = ARMOR_RULE_CAPABILITY},
        {.kind = ARMOR_RULE_USERNS, .mask = ARMOR_USERNS_CREATE},
        {.kind = ARMOR_RULE_IO_URING, .mask = 0x3},
        {.kind = ARMOR_RULE_NETWORK},
        {.kind = ARMOR_RULE_UNIX, .mask = 0xfff},
        {.kind = ARMOR_RULE_DBUS, .mask = 0xf},
        {.kind = ARMOR_RULE_MQUEUE, .mask = 0x7f},
        {.kind = ARMOR_RULE_SIGNAL, .mask = 0x3},
        {.kind = ARMOR_RULE_PTRACE, .mask = 0xf},
        {.kind = ARMOR_RULE_MOUNT},
        {.kind = ARMOR_RULE_UMOUNT},
        {.kind = ARMOR_RULE_PIVOT_ROOT},
        {.kind = ARMOR_RULE_CHANGE_PROFILE},
        {.kind = ARMOR_RULE_FILE,
         .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_LOCK | ARMOR_FILE_MAP,
         .name = "/{**,}"},
        {.kind = ARMOR_RULE_LINK, .name = "/{**,}", .flags = ARMOR_CLAUSE_SUBSET},
    };
    int code = read_expect(reader, ",");
    for (size_t i = 0; code == 0 && i < sizeof everything / sizeof everything[0]; i++) {
        code = read_add(reader, prefix, &everything[i]);
    }
    bool deny = prefix->flags & ARMOR_CLAUSE_DENY;
    struct armor_clause exec = {.kind = ARMOR_RULE_EXEC,
                                .name = "/{**,}",
                                .transition = deny ? ARMOR_GO_NONE : ARMOR_GO_PROFILE_INHERIT};
    return code < 0 ? code : read_add(reader, prefix, &exec);
}

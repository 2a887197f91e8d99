/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks: one table for each kind of rule, read in both directions. See armor/mask.h. */
#include "armor/mask.h"

/* One entry: how records write a bit, and how rules do; NULL: never by itself. */
struct entry {
    const char *record;
    const char *rule;
    uint32_t bit; /* or several */
};

/* Letters. create, delete and the attribute changes of chmod and chown are all `w` in a rule; the first two are kept as evidence. */
static const struct entry file[] = {
    {"r", "r", ARMOR_FILE_READ},
    {"w", "w", ARMOR_FILE_WRITE},
    {"c", NULL, ARMOR_FILE_WRITE | ARMOR_FILE_CREATE},
    {"d", NULL, ARMOR_FILE_WRITE | ARMOR_FILE_DELETE},
    {"a", "a", ARMOR_FILE_APPEND},
    {"k", "k", ARMOR_FILE_LOCK},
    {"l", "l", ARMOR_FILE_LINK},
    {"m", "m", ARMOR_FILE_MAP},
    {"x", "x", ARMOR_FILE_EXEC},
};

static const struct entry signal[] = {
    {"send", "send", ARMOR_SIGNAL_SEND},
    {"receive", "receive", ARMOR_SIGNAL_RECEIVE},
};

static const struct entry ptrace[] = {
    {"read", "read", ARMOR_PTRACE_READ},
    {"trace", "trace", ARMOR_PTRACE_TRACE},
    {"readby", "readby", ARMOR_PTRACE_READ_BY},
    {"tracedby", "tracedby", ARMOR_PTRACE_TRACED_BY},
};

static const struct entry unix_socket[] = {
    {"create", "create", ARMOR_UNIX_CREATE},    {"bind", "bind", ARMOR_UNIX_BIND},
    {"listen", "listen", ARMOR_UNIX_LISTEN},    {"accept", "accept", ARMOR_UNIX_ACCEPT},
    {"connect", "connect", ARMOR_UNIX_CONNECT}, {"shutdown", "shutdown", ARMOR_UNIX_SHUTDOWN},
    {"send", "send", ARMOR_UNIX_SEND},          {"receive", "receive", ARMOR_UNIX_RECEIVE},
    {"getattr", "getattr", ARMOR_UNIX_GETATTR}, {"setattr", "setattr", ARMOR_UNIX_SETATTR},
    {"getopt", "getopt", ARMOR_UNIX_GETOPT},    {"setopt", "setopt", ARMOR_UNIX_SETOPT},
};

static const struct entry dbus[] = {
    {"send", "send", ARMOR_DBUS_SEND},
    {"receive", "receive", ARMOR_DBUS_RECEIVE},
    {"bind", "bind", ARMOR_DBUS_BIND},
    {"acquire", NULL, ARMOR_DBUS_BIND},
    {"eavesdrop", "eavesdrop", ARMOR_DBUS_EAVESDROP},
};

static const struct entry mqueue[] = {
    {"read", "read", ARMOR_MQUEUE_READ},          {"write", "write", ARMOR_MQUEUE_WRITE},
    {"create", "create", ARMOR_MQUEUE_CREATE},    {"open", "open", ARMOR_MQUEUE_OPEN},
    {"delete", "delete", ARMOR_MQUEUE_DELETE},    {"getattr", "getattr", ARMOR_MQUEUE_GETATTR},
    {"setattr", "setattr", ARMOR_MQUEUE_SETATTR},
};

static const struct entry io_uring[] = {
    {"override_creds", "override_creds", ARMOR_IO_URING_OVERRIDE_CREDS},
    {"sqpoll", "sqpoll", ARMOR_IO_URING_SQPOLL},
};

static const struct entry userns[] = {
    {"create", "create", ARMOR_USERNS_CREATE},
    {"userns_create", NULL, ARMOR_USERNS_CREATE},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The masks of each kind; letters stand without blanks between. A kind that isn't here has none. */
static const struct {
    const struct entry *entries;
    size_t count;
    bool letters;
} kinds[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_FILE] = {file, COUNT(file), true},
    [ARMOR_RULE_SIGNAL] = {signal, COUNT(signal), false},
    [ARMOR_RULE_PTRACE] = {ptrace, COUNT(ptrace), false},
    [ARMOR_RULE_UNIX] = {unix_socket, COUNT(unix_socket), false},
    [ARMOR_RULE_DBUS] = {dbus, COUNT(dbus), false},
    [ARMOR_RULE_MQUEUE] = {mqueue, COUNT(mqueue), false},
    [ARMOR_RULE_IO_URING] = {io_uring, COUNT(io_uring), false},
    [ARMOR_RULE_USERNS] = {userns, COUNT(userns), false},
};

/* The bit that WORD, which isn't empty, stands for; 0: none that this kind knows. */
static uint32_t bit_of(enum armor_rule_kind kind, struct armor_slice word)
{
    for (size_t i = 0; i < kinds[kind].count; i++) {
        const struct entry *entry = &kinds[kind].entries[i];
        if (word.bytes[0] == entry->record[0] && armor_slice_is(word, entry->record)) {
            return entry->bit;
        }
    }
    return 0;
}

uint32_t armor_mask_parse(enum armor_rule_kind kind, struct armor_slice word, uint32_t *ret_unknown)
{
    static const char between[] = {' ', ',', ':'}; /* `:` parts owner from others in old records */
    uint32_t mask = 0;
    uint32_t unknown = 0;
    size_t at = 0;
    while (at < word.length) {
        if (memchr(between, word.bytes[at], sizeof between)) {
            at++;
            continue;
        }
        size_t end = at + 1;
        while (!kinds[kind].letters && end < word.length && word.bytes[end] != ' ' &&
               word.bytes[end] != ',') {
            end++;
        }
        uint32_t bit = bit_of(kind, (struct armor_slice){word.bytes + at, end - at});
        mask |= bit;
        unknown += bit == 0;
        at = end;
    }
    *ret_unknown = unknown;
    return mask;
}

void armor_mask_render(enum armor_rule_kind kind, uint32_t mask, struct armor_text *text)
{
    /* `a` beside `w` is an error to the parser, and w has it */
    if (kind == ARMOR_RULE_FILE && (mask & ARMOR_FILE_WRITE)) {
        mask &= ~(uint32_t)ARMOR_FILE_APPEND;
    }
    bool first = true;
    for (size_t i = 0; i < kinds[kind].count; i++) {
        const struct entry *entry = &kinds[kind].entries[i];
        if (!entry->rule || !(mask & entry->bit)) {
            continue;
        }
        if (!first && !kinds[kind].letters) {
            armor_text_string(text, ", ");
        }
        armor_text_string(text, entry->rule);
        first = false;
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: rules between processes: signal, ptrace, D-Bus, message queues, io_uring, and other profiles. See reader.h. */
#include "reader.h"

#include "words.h"

#include <errno.h>

static int bad_cond(struct reader *reader, const struct read_cond *cond, const char *of)
{
    return read_fail(reader, cond->at, "%s rules have no condition %.*s%s", of, (int)cond->name.length,
                     cond->name.bytes, cond->peer ? " of the peer" : "");
}

/* CLAUSE for each signal of SET. */
static int add_signals(struct reader *reader, const struct read_prefix *prefix, const struct read_cond *set,
                       struct armor_clause *clause)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < set->count; i++) {
        clause->name = set->values[i];
        code = word_is_signal(armor_slice_of(clause->name))
                   ? read_add(reader, prefix, clause)
                   : read_fail(reader, set->at, "there is no signal '%s'", clause->name);
    }
    return code;
}

int read_signal(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_SIGNAL};
    bool any = true; /* signal */
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    clause.mask = clause.mask ? clause.mask : ARMOR_SIGNAL_SEND | ARMOR_SIGNAL_RECEIVE;
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        const struct read_cond *cond = &conds.list[i];
        if (armor_slice_is(cond->name, "peer")) {
            code = read_cond_pattern(reader, cond, "signal", &clause.peer);
        } else if (armor_slice_is(cond->name, "set") && !cond->in && !cond->set) {
            any = false;
        } else {
            code = bad_cond(reader, cond, "signal");
        }
    }
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        code = conds.list[i].name.bytes[0] == 's' ? add_signals(reader, prefix, &conds.list[i], &clause) : 0;
    }
    return code < 0 || !any ? code : read_add(reader, prefix, &clause);
}

int read_ptrace(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_PTRACE};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    clause.mask =
        clause.mask ? clause.mask
                    : ARMOR_PTRACE_TRACE | ARMOR_PTRACE_READ | ARMOR_PTRACE_TRACED_BY | ARMOR_PTRACE_READ_BY;
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        code = armor_slice_is(conds.list[i].name, "peer")
                   ? read_cond_pattern(reader, &conds.list[i], "ptrace", &clause.peer)
                   : bad_cond(reader, &conds.list[i], "ptrace");
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

/* The words of a D-Bus rule. */
struct dbus {
    const char *bus, *name, *path, *interface, *member, *label, *peer_name;
};

static int dbus_words(struct reader *reader, const struct read_conds *conds, struct dbus *dbus)
{
    const struct {
        const char *name;
        bool peer;
        const char **word;
    } words[] = {
        {"bus", false, &dbus->bus},
        {"name", false, &dbus->name},
        {"path", false, &dbus->path},
        {"member", false, &dbus->member},
        {"interface", false, &dbus->interface},
        {"label", true, &dbus->label},
        {"name", true, &dbus->peer_name},
        {"bus", true, &dbus->bus},
        {"path", true, &dbus->path},
        {"member", true, &dbus->member},
        {"interface", true, &dbus->interface},
    };
    for (size_t i = 0; i < conds->count; i++) {
        const char **word = NULL;
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            bool same =
                words[k].peer == conds->list[i].peer && armor_slice_is(conds->list[i].name, words[k].name);
            word = same ? words[k].word : word;
        }
        int code = word ? read_cond_pattern(reader, &conds->list[i], "dbus", word)
                        : bad_cond(reader, &conds->list[i], "dbus");
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

/* Which accesses can stand with which words; and those that are meant where none is said. */
static int dbus_mask(struct reader *reader, size_t at, const struct dbus *dbus, uint32_t *mask)
{
    bool message = dbus->path || dbus->interface || dbus->member || dbus->label || dbus->peer_name;
    bool service = dbus->name != NULL;
    const uint32_t messages = ARMOR_DBUS_SEND | ARMOR_DBUS_RECEIVE;
    if (message && service) {
        return read_fail(reader, at, "a dbus rule is of messages or of a service's name");
    }
    if (*mask == 0) {
        *mask = message   ? messages
                : service ? ARMOR_DBUS_BIND
                          : messages | ARMOR_DBUS_BIND | ARMOR_DBUS_EAVESDROP;
    } else if (message && (*mask & ARMOR_DBUS_BIND)) {
        return read_fail(reader, at, "bind can't stand with conditions on messages");
    } else if (service && (*mask & messages)) {
        return read_fail(reader, at, "send and receive can't stand with the name of a service");
    } else if ((*mask & ARMOR_DBUS_EAVESDROP) && (message || service)) {
        return read_fail(reader, at, "eavesdrop has no condition but the bus");
    }
    return 0;
}

int read_dbus(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_DBUS};
    struct dbus dbus = {.bus = NULL};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_conds(reader, true, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    code = code < 0 ? code : dbus_words(reader, &conds, &dbus);
    code = code < 0 ? code : dbus_mask(reader, prefix->start, &dbus, &clause.mask);
    if (code < 0) {
        return code;
    }
    clause.detail = dbus.bus;
    clause.name = dbus.name ? dbus.name : dbus.path;
    clause.peer = dbus.label;
    if (dbus.interface || dbus.member) {
        reader->room.length = 0;
        armor_text_format(&reader->room, "%s.%s", dbus.interface ? dbus.interface : "",
                          dbus.member ? dbus.member : "");
        code = read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length},
                           &clause.options);
    }
    if (code == 0 && dbus.peer_name) {
        reader->room.length = 0;
        armor_text_format(&reader->room, "peer=(name=%s)", dbus.peer_name);
        code =
            read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length}, &clause.noted);
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

static bool is_number(const char *word)
{
    return word[0] && strspn(word, "0123456789") == strlen(word);
}

/* A queue's name says of which type it is: POSIX ones begin with a slash, System V ones are numbers. */
static int queue_type(struct reader *reader, size_t at, struct armor_clause *clause)
{
    bool posix = clause->name && clause->name[0] == '/';
    if (!clause->name) {
        return 0;
    }
    if (!posix && !is_number(clause->name) && !reader->skipping) {
        return read_fail(reader, at, "a queue is named by a path or a number");
    }
    if (clause->detail && (strcmp(clause->detail, "posix") == 0) != posix) {
        return read_fail(reader, at, "a queue of type %s isn't named like this", clause->detail);
    }
    clause->detail = posix ? "posix" : "sysv";
    return 0;
}

int read_mqueue(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_MQUEUE};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        const struct read_cond *cond = &conds.list[i];
        if (armor_slice_is(cond->name, "label")) {
            code = read_cond_pattern(reader, cond, "mqueue", &clause.peer);
        } else if (armor_slice_is(cond->name, "type")) {
            code = read_cond_pattern(reader, cond, "mqueue", &clause.detail);
            if (code == 0 && strcmp(clause.detail, "posix") != 0 && strcmp(clause.detail, "sysv") != 0) {
                code = read_fail(reader, cond->at, "queues are of type posix or sysv");
            }
        } else {
            code = bad_cond(reader, cond, "mqueue");
        }
    }
    size_t at = reader->cursor->at;
    code = code < 0 ? code : read_pattern(reader, READ_WORD, &clause.name);
    code = code < 0 ? code : queue_type(reader, at, &clause);
    code = code < 0 ? code : read_expect(reader, ",");
    if (clause.mask == 0) {
        clause.mask = ARMOR_MQUEUE_READ | ARMOR_MQUEUE_WRITE | ARMOR_MQUEUE_CREATE | ARMOR_MQUEUE_OPEN |
                      ARMOR_MQUEUE_DELETE | ARMOR_MQUEUE_GETATTR | ARMOR_MQUEUE_SETATTR;
    }
    if (code == 0 && clause.peer) {
        reader->room.length = 0;
        armor_text_format(&reader->room, "label=%s", clause.peer);
        clause.peer = NULL;
        code =
            read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length}, &clause.noted);
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

int read_io_uring(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_IO_URING};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    clause.mask = clause.mask ? clause.mask : ARMOR_IO_URING_OVERRIDE_CREDS | ARMOR_IO_URING_SQPOLL;
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        code = armor_slice_is(conds.list[i].name, "label")
                   ? read_cond_pattern(reader, &conds.list[i], "io_uring", &clause.peer)
                   : bad_cond(reader, &conds.list[i], "io_uring");
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

int read_userns(struct reader *reader, const struct read_prefix *prefix)
{
    struct armor_clause clause = {.kind = ARMOR_RULE_USERNS};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    code = code < 0 ? code : read_expect(reader, ",");
    clause.mask = ARMOR_USERNS_CREATE;
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

int read_change_profile(struct reader *reader, const struct read_prefix *prefix)
{
    struct armor_clause clause = {.kind = ARMOR_RULE_CHANGE_PROFILE};
    int code = read_no_owner(reader, prefix);
    bool safe = read_take_word(reader, "safe");
    bool unsafe = !safe && read_take_word(reader, "unsafe");
    read_blanks(reader);
    size_t at = reader->cursor->at;
    if (code == 0 && !read_is_word(reader, "->") && strncmp(reader->cursor->text.bytes + at, "->", 2) != 0) {
        code = read_pattern(reader, READ_ID, &clause.target);
        if (code == 1 && !reader->skipping && clause.target[0] != '/' && clause.target[0] != '{') {
            code = read_fail(reader, at, "the program of a change_profile rule begins with a slash");
        }
    }
    if (code >= 0 && (safe || unsafe) && !clause.target) {
        code = read_fail(reader, at, "safe and unsafe are of a program");
    }
    if (code >= 0 && read_take(reader, "->")) {
        at = reader->cursor->at;
        code = read_pattern(reader, READ_ID, &clause.name);
        code = code == 0 ? read_fail(reader, at, "a profile is expected behind ->") : code;
    }
    code = code < 0 ? code : read_expect(reader, ",");
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: masks and conditions, which most families of rules have in one form. See reader.h. */
#include "reader.h"

#include "armor/mask.h"

#include <errno.h>

/* Words that mean the same in all these rules: r and read are what comes in, w and write what goes out. */
static const struct {
    enum armor_rule_kind kind;
    uint32_t read, write;
} both_ways[] = {
    {ARMOR_RULE_SIGNAL, ARMOR_SIGNAL_RECEIVE, ARMOR_SIGNAL_SEND},
    {ARMOR_RULE_PTRACE, ARMOR_PTRACE_READ, ARMOR_PTRACE_TRACE},
    {ARMOR_RULE_UNIX, ARMOR_UNIX_RECEIVE, ARMOR_UNIX_SEND},
    {ARMOR_RULE_DBUS, ARMOR_DBUS_RECEIVE, ARMOR_DBUS_SEND},
    {ARMOR_RULE_MQUEUE, ARMOR_MQUEUE_READ, ARMOR_MQUEUE_WRITE},
};

/* The bits that WORD stands for in rules of KIND; 0: none. */
static uint32_t bits_of(enum armor_rule_kind kind, const char *word)
{
    for (size_t i = 0; i < sizeof both_ways / sizeof both_ways[0]; i++) {
        if (both_ways[i].kind != kind) {
            continue;
        }
        bool letters = word[0] && strspn(word, "rwRW") == strlen(word);
        bool read = strcmp(word, "read") == 0 || (letters && strpbrk(word, "rR"));
        bool write = strcmp(word, "write") == 0 || (letters && strpbrk(word, "wW"));
        if (read || write) {
            return (read ? both_ways[i].read : 0) | (write ? both_ways[i].write : 0);
        }
    }
    uint32_t unknown = 0;
    uint32_t mask = armor_mask_parse(kind, armor_slice_of(word), &unknown);
    return unknown == 0 && !strpbrk(word, " ,:") ? mask : 0;
}

int read_mask(struct reader *reader, enum armor_rule_kind kind, uint32_t *ret_mask)
{
    struct armor_slice raw;
    const char *word = NULL;
    *ret_mask = 0;
    if (!read_take(reader, "(")) {
        read_blanks(reader);
        size_t before = reader->cursor->at;
        if (read_peek(reader) == '"' || read_token(reader, READ_WORD, &raw) != 1) {
            return 0;
        }
        int code = read_decode(reader, raw, &word);
        *ret_mask = code < 0 ? 0 : bits_of(kind, word);
        if (*ret_mask == 0 && code == 0) {
            reader->cursor->at = before; /* a condition, or a name */
        }
        return code;
    }
    while (!read_take(reader, ")")) {
        size_t at = reader->cursor->at;
        if (read_take(reader, ",")) {
            continue;
        }
        int code = read_word(reader, READ_LIST, &word);
        code = code == 0 ? read_fail(reader, at, "an access is expected here") : code;
        uint32_t bits = code < 0 ? 0 : bits_of(kind, word);
        if (code == 1 && bits == 0) {
            code = read_fail(reader, at, "%s rules have no access '%s'", armor_rule_kind_name(kind), word);
        }
        if (code < 0) {
            return code;
        }
        *ret_mask |= bits;
    }
    return 0;
}

/* The values behind `=` or `in`. */
static int read_values_of(struct reader *reader, bool peer, struct read_cond *cond)
{
    bool listed = read_take(reader, "(");
    size_t at = reader->cursor->at;
    if (!listed) {
        int code = cond->in ? 0 : read_word(reader, peer ? READ_LIST : READ_ID, &cond->values[0]);
        code = code == 0
                   ? read_fail(reader, at,
                               cond->in ? "values in brackets are expected here" : "a value is expected here")
                   : code;
        cond->count = 1;
        return code < 0 ? code : 0;
    }
    while (!read_take(reader, ")")) {
        at = reader->cursor->at;
        if (read_take(reader, ",")) {
            continue;
        }
        if (cond->count == READ_VALUES_MAX) {
            return read_fail(reader, at, "more than %d values", READ_VALUES_MAX);
        }
        int code = read_word(reader, READ_LIST, &cond->values[cond->count++]);
        code = code == 0 ? read_fail(reader, at, "a value is expected here") : code;
        if (code < 0) {
            return code;
        }
    }
    return cond->count ? 0 : read_fail(reader, at, "brackets without a value");
}

/* A name, and behind it `=`, `:=` or `in`: whether that is next; then the cursor is behind it. */
static bool take_name(struct reader *reader, struct read_cond *cond)
{
    struct read_cursor *cursor = reader->cursor;
    read_blanks(reader);
    struct read_cursor before = *cursor;
    cond->at = cursor->at;
    while ((read_peek(reader) >= 'a' && read_peek(reader) <= 'z') || read_peek(reader) == '_') {
        read_step(reader, 1);
    }
    cond->name = (struct armor_slice){cursor->text.bytes + cond->at, cursor->at - cond->at};
    cond->set = cond->name.length && read_take(reader, ":=");
    bool equals = cond->set || (cond->name.length && read_take(reader, "="));
    cond->in = !equals && cond->name.length && cursor->at > cond->at + cond->name.length &&
               read_take_word(reader, "in");
    if (!equals && !cond->in) {
        *cursor = before;
    }
    return equals || cond->in;
}

static int add_cond(struct reader *reader, const struct read_cond *cond, struct read_conds *conds)
{
    for (size_t i = 0; i < conds->count; i++) {
        /* a rule may say its options, and its signals, in several pieces */
        bool pieces = armor_slice_starts(cond->name, ARMOR_SLICE("option")) ||
                      armor_slice_is(cond->name, "set") || armor_slice_is(cond->name, "fstype");
        if (!pieces && conds->list[i].peer == cond->peer &&
            armor_slice_equal(conds->list[i].name, cond->name)) {
            return read_fail(reader, cond->at, "%.*s= stands here twice", (int)cond->name.length,
                             cond->name.bytes);
        }
    }
    if (conds->count == READ_CONDS_MAX) {
        return read_fail(reader, cond->at, "more than %d conditions", READ_CONDS_MAX);
    }
    conds->list[conds->count++] = *cond;
    return 0;
}

/* `peer=(...)`, behind the bracket. */
static int read_group(struct reader *reader, struct read_conds *conds)
{
    conds->peers = true;
    while (!read_take(reader, ")")) {
        struct read_cond cond = {.peer = true};
        if (read_take(reader, ",")) {
            continue;
        }
        int code = 0;
        if (!take_name(reader, &cond)) {
            code = read_fail(reader, reader->cursor->at, "a condition is expected here");
        }
        code = code < 0 ? code : read_values_of(reader, true, &cond);
        code = code < 0 ? code : add_cond(reader, &cond, conds);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

int read_conds(struct reader *reader, bool grouped, struct read_conds *ret_conds)
{
    struct read_cond cond = {.peer = false};
    while (take_name(reader, &cond)) {
        struct read_cursor *cursor = reader->cursor;
        struct read_cursor before = *cursor;
        int code = 0;
        if (grouped && ret_conds->peers) {
            code = read_fail(reader, cond.at, "nothing but a comma stands behind peer=()");
        } else if (grouped && armor_slice_is(cond.name, "peer") && !cond.in) {
            code = read_take(reader, "(")
                       ? read_group(reader, ret_conds)
                       : read_fail(reader, cond.at, "peer= has its conditions in brackets here");
        } else {
            *cursor = before;
            code = read_values_of(reader, false, &cond);
            code = code < 0 ? code : add_cond(reader, &cond, ret_conds);
        }
        if (code < 0) {
            return code;
        }
        cond = (struct read_cond){.peer = false};
    }
    return 0;
}

int read_cond_pattern(struct reader *reader, const struct read_cond *cond, const char *of,
                      const char **ret_pattern)
{
    if (cond->count != 1 || cond->in || cond->set) {
        return read_fail(reader, cond->at, "%.*s of a %s rule is one value behind =", (int)cond->name.length,
                         cond->name.bytes, of);
    }
    return read_expand_pattern(reader, cond->values[0], ret_pattern);
}

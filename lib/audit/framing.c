/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Framing: a log line to a record. Everything before the kernel's text was put there by somebody: auditd, syslog, the
 * journal, dmesg, a grep. It decides two things only: which type the record is of, and whether it can be the kernel's.
 */
#include "record_parts.h"

#include "armor/limits.h"

#include <errno.h>

/* Names of message types as auditd and the journal write them (libaudit, lib/msg_typetab.h). */
static const struct {
    struct armor_slice name;
    uint32_t type;
} type_names[] = {
    {{"APPARMOR", 8}, 1500},
    {{"APPARMOR_ALLOWED", 16}, 1502},
    {{"APPARMOR_AUDIT", 14}, 1501},
    {{"APPARMOR_DENIED", 15}, 1503},
    {{"APPARMOR_ERROR", 14}, 1506},
    {{"APPARMOR_HINT", 13}, 1504},
    {{"APPARMOR_KILL", 13}, 1507},
    {{"APPARMOR_STATUS", 15}, 1505},
    {{"AVC", 3}, 1400},
    {{"USER", 4}, 1005},
    {{"USER_AUTH", 9}, 1100},
    {{"USER_AVC", 8}, 1107},
};

static bool is_word(char byte)
{
    return armor_is_alnum(byte) || byte == '_';
}

/* The number that a type's name stands for: "AVC", "1400", "UNKNOWN[1400]". 0: none that we know. */
static uint32_t type_from_name(struct armor_slice name)
{
    static const struct armor_slice unknown = {"UNKNOWN[", 8};
    int64_t number = 0;
    size_t at = armor_slice_starts(name, unknown) ? unknown.length : 0;
    size_t used = record_digits(name, at, 5, &number);
    if (used && (at == 0 ? used == name.length : at + used + 1 == name.length)) {
        return (uint32_t)number;
    }
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if (armor_slice_equal(name, type_names[i].name)) {
            return type_names[i].type;
        }
    }
    return 0;
}

/* Cut trailing blanks, and with them each trailing [group], such as printk's time or thread. */
static struct armor_slice without_groups(struct armor_slice prefix)
{
    for (;;) {
        while (prefix.length && prefix.bytes[prefix.length - 1] == ' ') {
            prefix.length--;
        }
        if (!prefix.length || prefix.bytes[prefix.length - 1] != ']') {
            return prefix;
        }
        const char *open = memrchr(prefix.bytes, '[', prefix.length);
        /* "audit[1883]" and "app[3]:" aren't groups of their own */
        if (!open || (open > prefix.bytes && open[-1] != ' ' && open[-1] != ']' && open[-1] != '>')) {
            return prefix;
        }
        prefix.length = (size_t)(open - prefix.bytes);
    }
}

static bool ends_with(struct armor_slice text, struct armor_slice tail)
{
    return text.length >= tail.length &&
           memcmp(text.bytes + text.length - tail.length, tail.bytes, tail.length) == 0;
}

/* A priority as syslog and kmsg put it in front, `<5>` or `5,525,5237,-;`: facility 0 is the kernel's alone. */
static bool kernel_priority(struct armor_slice prefix)
{
    int64_t priority = 0;
    size_t at = prefix.length && prefix.bytes[0] == '<' ? 1 : 0;
    size_t used = record_digits(prefix, at, 4, &priority);
    if (!used || at + used >= prefix.length) {
        return true; /* it has none */
    }
    char after = prefix.bytes[at + used];
    return (at ? after != '>' : after != ',') || priority < 8;
}

/* PREFIX without the file name that a grep puts in front: `/var/log/kern.log:`, before any blank. */
static struct armor_slice without_file_name(struct armor_slice prefix)
{
    const char *colon = prefix.length ? memchr(prefix.bytes, ':', prefix.length) : NULL;
    size_t name = colon ? (size_t)(colon - prefix.bytes) : 0;
    if (!name || !memchr(prefix.bytes, '/', name) || memchr(prefix.bytes, ' ', name)) {
        return prefix;
    }
    return (struct armor_slice){colon + 1, prefix.length - name - 1};
}

/*
 * Whether PREFIX, which a log put before the tag of the writer, holds times and hosts only. A colon that isn't in a time ends
 * the tag of another program, and then that program wrote all that follows, "kernel:" too.
 */
static bool only_origin(struct armor_slice prefix)
{
    for (size_t i = 0; i < prefix.length; i++) {
        char byte = prefix.bytes[i];
        bool in_time =
            byte == ':' && i + 1 < prefix.length && prefix.bytes[i + 1] >= '0' && prefix.bytes[i + 1] <= '9';
        if ((byte == ':' && !in_time) || byte == '"' || byte == '\'' || byte == '=') {
            return false;
        }
    }
    return true;
}

/* Whether nothing is left of a prefix but the fields of kmsg, `5,525,5237,-;`, or a priority. */
static bool only_numbers(struct armor_slice prefix)
{
    for (size_t i = 0; i < prefix.length; i++) {
        if (prefix.bytes[i] == '\0' || !strchr("0123456789,<>-;", prefix.bytes[i])) {
            return false;
        }
    }
    return true;
}

/*
 * Whether the prefix of a record is one that logs put before what the kernel says: nothing but a time; or times, a host and
 * the kernel as the writer; or the node of auditd. Not `MESSAGE=` of the journal's export: any process's message has it. Not a
 * blank at the start: so dmesg and journalctl show the further lines of a message whose text, a user process's perhaps, has
 * newlines.
 */
static bool kernel_prefix(struct armor_slice prefix)
{
    static const struct armor_slice audit = {"audit:", 6};
    static const struct armor_slice node = {"node=", 5};
    static const struct armor_slice tags[] = {{"kernel:", 7},
                                              {"kern.notice:", 12},
                                              {"kern  :notice:", 14},
                                              {"kernel - - -", 12}};

    if (prefix.length && (prefix.bytes[0] == ' ' || prefix.bytes[0] == '\t')) {
        return false;
    }
    prefix = without_groups(without_file_name(prefix));
    if (ends_with(prefix, audit)) {
        prefix.length -= audit.length;
        prefix = without_groups(prefix);
    }
    if (!kernel_priority(prefix)) {
        return false;
    }
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        size_t before = ends_with(prefix, tags[i]) ? prefix.length - tags[i].length : prefix.length;
        if (before < prefix.length && (before == 0 || strchr(" >", prefix.bytes[before - 1]))) {
            return only_origin((struct armor_slice){prefix.bytes, before});
        }
    }
    if (armor_slice_starts(prefix, node)) {
        return !memchr(prefix.bytes, ' ', prefix.length);
    }
    return only_numbers(prefix);
}

/* The type that stands before the stamp, `type=AVC msg=` or `type=1400 `, and where it starts; 0: none stands there. */
static uint32_t type_before(struct armor_slice line, size_t stamp, size_t *ret_start)
{
    static const struct armor_slice msg = {"msg=", 4};
    static const struct armor_slice key = {"type=", 5};
    struct armor_slice before = {line.bytes, stamp};
    if (ends_with(before, msg)) {
        before.length -= msg.length;
    }
    while (before.length && before.bytes[before.length - 1] == ' ') {
        before.length--;
    }
    size_t start = before.length;
    while (start && (is_word(before.bytes[start - 1]) || strchr("[]", before.bytes[start - 1]))) {
        start--;
    }
    struct armor_slice name = {before.bytes + start, before.length - start};
    before.length = start;
    if (!name.length || !ends_with(before, key)) {
        return 0;
    }
    *ret_start = start - key.length;
    return type_from_name(name);
}

/* Kernels before 2.6.36 wrote the type behind the stamp: `audit(...):  type=1503 ...`. Moves *AT behind it. */
static uint32_t type_after(struct armor_slice line, size_t *at)
{
    static const struct armor_slice key = {"type=", 5};
    size_t start = *at;
    while (start < line.length && (line.bytes[start] == ' ' || line.bytes[start] == ':')) {
        start++;
    }
    struct armor_slice rest = {line.bytes + start, line.length - start};
    int64_t type = 0;
    size_t used = armor_slice_starts(rest, key) ? record_digits(rest, key.length, 5, &type) : 0;
    if (used) {
        *at = start + key.length + used;
    }
    return (uint32_t)type;
}

/* A line without a stamp: the journal's rendering, dbus-daemon's own log, or a record that lost its head. */
static int headless(struct armor_slice line, size_t start, struct armor_record *ret_record)
{
    static const struct armor_slice avc = {"AVC ", 4};
    static const struct armor_slice journal = {"]: AVC ", 7};
    static const struct record_stamp none = {-1, -1};
    struct armor_slice before = {line.bytes, start};
    uint32_t type = 0;
    bool trusted = false;
    bool user = ends_with(before, (struct armor_slice){"USER_AVC ", 9});
    if (ends_with(before, avc) && !user) {
        type = ARMOR_RECORD_AVC;
        /* "audit[1883]: AVC": the journal names the pid that the record speaks of */
        const char *tag = ends_with(before, journal) ? memmem(line.bytes, start, " audit[", 7) : NULL;
        size_t origin = tag ? (size_t)(tag - line.bytes) : 0;
        trusted = tag && only_origin((struct armor_slice){line.bytes, origin}) &&
                  memchr(tag, ':', start - origin) == line.bytes + start - (journal.length - 1);
    }
    record_make(&none, type, trusted, line, start, ret_record);
    return 1;
}

static int bad_stamp(size_t at, struct armor_error *err)
{
    return armor_error_at(err, -EBADMSG, 0, at + 1, "not SECONDS.MILLIS:SERIAL behind \"audit(\"");
}

/* Whether LINE has WHAT, a string literal, at AT: its length being known, a few compares of words. */
#define STANDS_AT(line, at, what)                                                                            \
    ((line).length - (at) >= sizeof(what) - 1 && memcmp((line).bytes + (at), (what), sizeof(what) - 1) == 0)

/*
 * Where the stamp starts behind a head that most lines of most logs have: auditd's, or the kernel's own with or without
 * printk's time. What kernel_prefix() and type_before() say of these is known, the kernel's and AVC, so nothing is searched.
 * 0: another head.
 */
static size_t common_head(struct armor_slice line)
{
    size_t at = 0;
    if (STANDS_AT(line, 0, "type=AVC msg=audit(")) {
        return sizeof "type=AVC msg=audit(" - 1;
    }
    if (line.bytes[0] == '[') {
        do {
            at++;
        } while (at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '.' ||
                                      (line.bytes[at] >= '0' && line.bytes[at] <= '9')));
        if (line.length - at < 2 || line.bytes[at] != ']' || line.bytes[at + 1] != ' ') {
            return 0;
        }
        at += 2;
    }
    at += STANDS_AT(line, at, "audit: ") ? sizeof "audit: " - 1 : 0;
    return STANDS_AT(line, at, "type=1400 audit(") ? at + sizeof "type=1400 audit(" - 1 : 0;
}

size_t armor_record_usual(struct armor_slice text, int64_t *ret_usec)
{
    struct record_stamp stamp;
    size_t at = text.length ? common_head(text) : 0;
    if (!at || record_read_stamp(text, &at, &stamp) < 0) {
        return 0;
    }
    *ret_usec = stamp.usec;
    return record_skip(text, at);
}

int armor_record_from_line(struct armor_slice line, struct armor_record *ret_record, struct armor_error *err)
{
    static const struct armor_slice opening = {"audit(", 6};
    static const struct armor_slice mark = {"apparmor=\"", 10};

    if (line.length > ARMOR_RECORD_MAX) {
        return armor_error_set(err, -E2BIG, "a line of %zu bytes, more than %d", line.length,
                               ARMOR_RECORD_MAX);
    }
    line = record_trim(line);
    if (!line.bytes || !line.length) {
        return 0;
    }
    struct record_stamp stamp;
    size_t at = common_head(line);
    if (at) {
        if (record_read_stamp(line, &at, &stamp) < 0) {
            return bad_stamp(at, err);
        }
        record_make(&stamp, ARMOR_RECORD_AVC, true, line, at, ret_record);
        return 1;
    }

    /* The kernel's text stands behind the stamp: any in front of it is another's. */
    const char *found = memmem(line.bytes, line.length, opening.bytes, opening.length);
    size_t start = found ? (size_t)(found - line.bytes) : line.length;
    const char *text = memmem(line.bytes, start, mark.bytes, mark.length);
    if (!found || text) {
        return text ? headless(line, (size_t)(text - line.bytes), ret_record) : 0;
    }
    size_t stamp_at = start;
    at = start + opening.length;
    uint32_t type = type_before(line, stamp_at, &start);
    if (record_read_stamp(line, &at, &stamp) < 0) {
        bool ours =
            record_type_is_kernel(type) || memmem(found, line.length - stamp_at, mark.bytes, mark.length);
        return ours ? bad_stamp(at, err) : 0; /* some other text with "audit(" in it */
    }
    type = type ? type : type_after(line, &at);
    bool trusted = record_type_is_kernel(type) && kernel_prefix((struct armor_slice){line.bytes, start});
    record_make(&stamp, type, trusted, line, at, ret_record);
    return 1;
}

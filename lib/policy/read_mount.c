/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: mount, remount, umount and pivot_root (parser's mount.cc). See reader.h. */
#include "reader.h"

#include <errno.h>

/*
 * Mount options, in the order that clauses have them; what several words say is said by the first. An option that switches
 * off what another one switches on has no bit of its own: it stands for that one's absence.
 */
static const struct {
    const char *word;
    uint32_t on, off;
} options[] = {
    {"ro", 1U << 0, 0},
    {"r", 1U << 0, 0},
    {"read-only", 1U << 0, 0},
    {"rw", 0, 1U << 0},
    {"w", 0, 1U << 0},
    {"nosuid", 1U << 1, 0},
    {"suid", 0, 1U << 1},
    {"nodev", 1U << 2, 0},
    {"dev", 0, 1U << 2},
    {"noexec", 1U << 3, 0},
    {"exec", 0, 1U << 3},
    {"sync", 1U << 4, 0},
    {"async", 0, 1U << 4},
    {"remount", 1U << 5, 0},
    {"mand", 1U << 6, 0},
    {"nomand", 0, 1U << 6},
    {"dirsync", 1U << 7, 0},
    {"noatime", 1U << 8, 0},
    {"atime", 0, 1U << 8},
    {"nodiratime", 1U << 9, 0},
    {"diratime", 0, 1U << 9},
    {"bind", 1U << 10, 0},
    {"B", 1U << 10, 0},
    {"rbind", 1U << 11, 0},
    {"R", 1U << 11, 0},
    {"move", 1U << 12, 0},
    {"M", 1U << 12, 0},
    {"silent", 1U << 13, 0},
    {"verbose", 1U << 13, 0},
    {"loud", 0, 1U << 13},
    {"acl", 1U << 14, 0},
    {"noacl", 0, 1U << 14},
    {"unbindable", 1U << 15, 0},
    {"make-unbindable", 1U << 15, 0},
    {"runbindable", 1U << 16, 0},
    {"make-runbindable", 1U << 16, 0},
    {"private", 1U << 17, 0},
    {"make-private", 1U << 17, 0},
    {"rprivate", 1U << 18, 0},
    {"make-rprivate", 1U << 18, 0},
    {"slave", 1U << 19, 0},
    {"make-slave", 1U << 19, 0},
    {"rslave", 1U << 20, 0},
    {"make-rslave", 1U << 20, 0},
    {"shared", 1U << 21, 0},
    {"make-shared", 1U << 21, 0},
    {"rshared", 1U << 22, 0},
    {"make-rshared", 1U << 22, 0},
    {"relatime", 1U << 23, 0},
    {"norelatime", 0, 1U << 23},
    {"iversion", 1U << 24, 0},
    {"noiversion", 0, 1U << 24},
    {"strictatime", 1U << 25, 0},
    {"nostrictatime", 0, 1U << 25},
    {"lazytime", 1U << 26, 0},
    {"nolazytime", 0, 1U << 26},
    {"nouser", 1U << 27, 0},
    {"user", 0, 1U << 27},
    {"nosymfollow", 1U << 28, 0},
    {"symfollow", 0, 1U << 28},
};

enum {
    OPTION_REMOUNT = 1 << 5,
    OPTION_BIND = 1 << 10,
    OPTION_RBIND = 1 << 11,
    OPTION_MOVE = 1 << 12,
    OPTIONS_PROPAGATE = 0xff << 15,
};

int read_mount_options(struct armor_slice list, uint32_t *ret_on, uint32_t *ret_off)
{
    *ret_on = 0;
    *ret_off = 0;
    for (size_t at = 0; at < list.length;) {
        size_t end = at;
        while (end < list.length && list.bytes[end] != ',' && list.bytes[end] != ' ') {
            end++;
        }
        struct armor_slice word = {list.bytes + at, end - at};
        size_t i = 0;
        while (word.length && i < sizeof options / sizeof options[0] &&
               !armor_slice_is(word, options[i].word)) {
            i++;
        }
        if (word.length && i == sizeof options / sizeof options[0]) {
            return -EINVAL;
        }
        if (word.length) {
            *ret_on |= options[i].on;
            *ret_off |= options[i].off;
        }
        at = end + 1;
    }
    return 0;
}

/* The words of ON and OFF in the table's order, "rw, bind", interned. */
static int options_text(struct reader *reader, uint32_t on, uint32_t off, const char **ret_text)
{
    struct armor_text *room = &reader->room;
    room->length = 0;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if ((options[i].on & on) || (options[i].off & off)) {
            armor_text_format(room, "%s%s", room->length ? ", " : "", options[i].word);
            on &= ~options[i].on;
            off &= ~options[i].off;
        }
    }
    return read_intern(reader, (struct armor_slice){room->length ? room->bytes : "", room->length}, ret_text);
}

/* One file system type, or alternatives of several; those of a condition before stay. */
static int read_fstype(struct reader *reader, const struct read_cond *cond, const char **ret_pattern)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    const char *joined = NULL;
    bool several = cond->count > 1 || *ret_pattern;
    armor_text_string(&text, several ? "{" : "");
    if (*ret_pattern) {
        armor_text_format(&text, "%s,", *ret_pattern);
    }
    for (size_t i = 0; i < cond->count; i++) {
        armor_text_string(&text, i ? "," : "");
        armor_text_string(&text, cond->values[i]);
    }
    armor_text_string(&text, several ? "}" : "");
    int code = text.error;
    code = code < 0 ? code
                    : read_intern(reader, (struct armor_slice){text.length ? text.bytes : "", text.length},
                                  &joined);
    code = code < 0 ? code : read_expand_pattern(reader, joined, ret_pattern);
    armor_text_done(&text);
    return code;
}

/* What the conditions of a mount rule say. */
struct mount {
    uint32_t on, off; /* options=(...) */
    uint32_t within;  /* options in (...) */
    bool exact, some; /* which of both there are */
    const char *fstype;
};

static int read_options(struct reader *reader, const struct read_cond *cond, struct mount *mount)
{
    uint32_t on = 0;
    uint32_t off = 0;
    for (size_t i = 0; i < cond->count; i++) {
        uint32_t more = 0;
        uint32_t less = 0;
        if (!cond->values[i][0] || strpbrk(cond->values[i], ", ") ||
            read_mount_options(armor_slice_of(cond->values[i]), &more, &less) < 0) {
            return read_fail(reader, cond->at, "there is no mount option '%s'", cond->values[i]);
        }
        on |= more;
        off |= less;
    }
    if (cond->in) {
        mount->within |= on | off;
        mount->some = true;
        return 0;
    }
    if (on & off) {
        return read_fail(reader, cond->at, "these mount options contradict each other");
    }
    mount->on |= on;
    mount->off |= off;
    mount->exact = true;
    return 0;
}

static int read_mount_conds(struct reader *reader, const struct read_conds *conds, struct mount *mount)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < conds->count; i++) {
        const struct read_cond *cond = &conds->list[i];
        if (cond->set) {
            code = read_fail(reader, cond->at, "a condition of a mount rule stands behind = or in");
        } else if (armor_slice_is(cond->name, "fstype") || armor_slice_is(cond->name, "vfstype")) {
            code = read_fstype(reader, cond, &mount->fstype);
        } else if (armor_slice_is(cond->name, "options") || armor_slice_is(cond->name, "option")) {
            code = read_options(reader, cond, mount);
        } else {
            code = read_fail(reader, cond->at, "mount rules have no condition %.*s", (int)cond->name.length,
                             cond->name.bytes);
        }
    }
    return code;
}

/* The options as one of the two forms that a clause has. Both together: those of `in` are noted as well. */
static int put_options(struct reader *reader, const struct mount *mount, struct armor_clause *clause)
{
    if (!mount->exact && !mount->some) {
        return 0;
    }
    clause->flags |= mount->exact ? 0 : ARMOR_CLAUSE_WITHIN;
    int code = options_text(reader, mount->exact ? mount->on : mount->within, mount->exact ? mount->off : 0,
                            &clause->options);
    if (code == 0 && mount->exact && mount->some) {
        const char *more = NULL;
        code = options_text(reader, mount->within, 0, &more);
        reader->room.length = 0;
        armor_text_format(&reader->room, "and options in (%s)", more ? more : "");
        code = code < 0 ? code
                        : read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length},
                                      &clause->noted);
    }
    return code;
}

/* Options that change how a mount propagates have a mount point alone. */
static int check_source(struct reader *reader, size_t at, const struct mount *mount,
                        const struct armor_clause *clause)
{
    bool propagates = mount->exact && (mount->on & (uint32_t)OPTIONS_PROPAGATE) &&
                      !(mount->on & (OPTION_BIND | OPTION_RBIND | OPTION_MOVE | OPTION_REMOUNT));
    return propagates && clause->peer && clause->name
               ? read_fail(reader, at, "an option such as private has a mount point alone, not a source too")
               : 0;
}

int read_mount(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_MOUNT};
    struct mount mount = {.on = 0};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    size_t at = reader->cursor->at;
    bool arrow = code == 0 && read_take(reader, "->");
    if (code == 0 && !arrow) {
        code = read_pattern(reader, READ_WORD, &clause.peer);
        arrow = code >= 0 && read_take(reader, "->");
    }
    if (code >= 0 && arrow) {
        code = read_pattern(reader, READ_WORD, &clause.name);
        code =
            code == 0 ? read_fail(reader, reader->cursor->at, "a mount point is expected behind ->") : code;
    }
    code = code < 0 ? code : read_expect(reader, ",");
    code = code < 0 ? code : read_mount_conds(reader, &conds, &mount);
    code = code < 0 ? code : check_source(reader, at, &mount, &clause);
    clause.detail = mount.fstype;
    code = code < 0 ? code : put_options(reader, &mount, &clause);
    bool propagates = mount.on & (uint32_t)OPTIONS_PROPAGATE;
    if (propagates && clause.peer && !clause.name) {
        clause.name = clause.peer; /* `mount options=(private) /a,` */
        clause.peer = NULL;
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

/* remount and umount: conditions and a mount point. */
static int read_point(struct reader *reader, const struct read_prefix *prefix, enum armor_rule_kind kind,
                      uint32_t flags)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = kind, .flags = flags};
    struct mount mount = {.on = 0};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    code = code < 0 ? code : read_pattern(reader, READ_WORD, &clause.name);
    code = code < 0 ? code : read_expect(reader, ",");
    code = code < 0 ? code : read_mount_conds(reader, &conds, &mount);
    if (flags & ARMOR_CLAUSE_REMOUNT) {
        mount.on |= mount.exact ? OPTION_REMOUNT : 0;
        mount.within |= OPTION_REMOUNT;
    }
    clause.detail = mount.fstype;
    code = code < 0 ? code : put_options(reader, &mount, &clause);
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

int read_remount(struct reader *reader, const struct read_prefix *prefix)
{
    return read_point(reader, prefix, ARMOR_RULE_MOUNT, ARMOR_CLAUSE_REMOUNT);
}

int read_umount(struct reader *reader, const struct read_prefix *prefix)
{
    return read_point(reader, prefix, ARMOR_RULE_UMOUNT, 0);
}

int read_pivot_root(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_PIVOT_ROOT};
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_conds(reader, false, &conds);
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        code = armor_slice_is(conds.list[i].name, "oldroot")
                   ? read_cond_pattern(reader, &conds.list[i], "pivot_root", &clause.peer)
                   : read_fail(reader, conds.list[i].at, "pivot_root rules have no condition but oldroot");
    }
    code = code < 0 ? code : read_pattern(reader, READ_WORD, &clause.name);
    if (code >= 0 && read_take(reader, "->")) {
        code = read_pattern(reader, READ_ID, &clause.target);
        code = code == 0 ? read_fail(reader, reader->cursor->at, "a profile is expected behind ->") : code;
    }
    code = code < 0 ? code : read_expect(reader, ",");
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

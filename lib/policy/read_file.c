/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: rules of files, links and programs. See reader.h. */
#include "reader.h"

#include "armor/mask.h"

#include <errno.h>

enum {
    FILE_MASK = ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_APPEND | ARMOR_FILE_LOCK | ARMOR_FILE_MAP
};

/* What a mode says: `rwPx`. */
struct mode {
    uint32_t mask; /* of the file; LINK and EXEC among them */
    enum armor_transition transition;
    bool secure; /* a capital letter */
    bool bare;   /* x without a letter before it */
};

static const struct {
    const char *name;
    enum armor_transition transition;
} transitions[] = {
    {"", ARMOR_GO_NONE},
    {"ix", ARMOR_GO_INHERIT},
    {"px", ARMOR_GO_PROFILE},
    {"pix", ARMOR_GO_PROFILE_INHERIT},
    {"pux", ARMOR_GO_PROFILE_UNCONFINED},
    {"cx", ARMOR_GO_CHILD},
    {"cix", ARMOR_GO_CHILD_INHERIT},
    {"cux", ARMOR_GO_CHILD_UNCONFINED},
    {"ux", ARMOR_GO_UNCONFINED},
};

const char *armor_transition_name(enum armor_transition transition)
{
    return (unsigned)transition < ARMOR_GO_COUNT ? transitions[transition].name : "";
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

/* The transition that TEXT begins with, and how many letters it has; 0: none. */
static size_t transition_at(const char *text, enum armor_transition *ret_transition)
{
    size_t longest = 0;
    for (size_t i = 1; i < sizeof transitions / sizeof transitions[0]; i++) {
        const char *name = transitions[i].name;
        size_t at = 0;
        while (name[at] && lower(text[at]) == name[at]) {
            at++;
        }
        if (!name[at] && at > longest) {
            longest = at;
            *ret_transition = transitions[i].transition;
        }
    }
    return longest;
}

/* Whether a mode is next: its letters, whole, up to a blank or a comma. */
static size_t mode_length(const struct reader *reader)
{
    const struct read_cursor *cursor = reader->cursor;
    const char *text = cursor->text.bytes + cursor->at;
    size_t left = cursor->text.length - cursor->at;
    size_t at = 0;
    while (at < left) {
        enum armor_transition ignored;
        char ahead[4] = {0};
        memcpy(ahead, text + at, left - at < 3 ? left - at : 3);
        size_t used = transition_at(ahead, &ignored);
        used = used ? used : (size_t)(strchr("RrWwaLlMmkXx", ahead[0]) != NULL);
        if (used == 0) {
            break;
        }
        at += used;
    }
    return at > 0 && at < left && strchr(" \t\r\n,", text[at]) ? at : 0;
}

static int parse_mode(struct reader *reader, size_t at, struct armor_slice letters, struct mode *ret_mode)
{
    struct mode mode = {.mask = 0};
    for (size_t i = 0; i < letters.length;) {
        char ahead[4] = {0};
        enum armor_transition transition = ARMOR_GO_NONE;
        memcpy(ahead, letters.bytes + i, letters.length - i < 3 ? letters.length - i : 3);
        size_t used = transition_at(ahead, &transition);
        if (used) {
            bool secure = ahead[0] == 'P' || ahead[0] == 'C' || ahead[0] == 'U';
            bool other =
                (mode.mask & ARMOR_FILE_EXEC) && (mode.transition != transition || mode.secure != secure);
            if (other) {
                return read_fail(reader, at, "%.*s: a program goes on in one way alone", (int)letters.length,
                                 letters.bytes);
            }
            mode.transition = transition;
            mode.secure = secure;
            mode.mask |= ARMOR_FILE_EXEC;
            i += used;
            continue;
        }
        uint32_t unknown = 0;
        char letter[2] = {lower(ahead[0]), '\0'};
        uint32_t bit = armor_mask_parse(ARMOR_RULE_FILE, (struct armor_slice){letter, 1}, &unknown);
        mode.bare = mode.bare || bit == ARMOR_FILE_EXEC;
        mode.mask |= bit;
        i++;
    }
    if ((mode.mask & ARMOR_FILE_WRITE) && (mode.mask & ARMOR_FILE_APPEND)) {
        return read_fail(reader, at, "a and w are not for one file: w has both");
    }
    *ret_mode = mode;
    return 0;
}

/* The mode at the cursor. Returns 1; 0 when there is none; -EBADMSG. */
static int read_mode(struct reader *reader, struct mode *ret_mode)
{
    read_blanks(reader);
    size_t at = reader->cursor->at;
    size_t length = mode_length(reader);
    if (length == 0) {
        return 0;
    }
    struct armor_slice letters = {reader->cursor->text.bytes + at, length};
    read_step(reader, length);
    int code = parse_mode(reader, at, letters, ret_mode);
    return code < 0 ? code : 1;
}

/* PATTERN with one slash for several, but for two at its very beginning, as the parser does it. */
static int one_slash(struct reader *reader, const char **pattern)
{
    const char *path = *pattern;
    if (!path || !strstr(path, "//")) {
        return 0;
    }
    reader->room.length = 0;
    if (path[0] == '/' && path[1] == '/' && path[2] != '/') {
        armor_text_string(&reader->room, "//");
        path += 2;
    }
    for (char before = '\0'; *path; before = *path++) {
        if (*path != '/' || before != '/') {
            armor_text_char(&reader->room, *path);
        }
    }
    return read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length}, pattern);
}

/* A path, or a variable that begins with one. Returns 1; 0 when there is none. */
static int read_path(struct reader *reader, const char **ret_path)
{
    read_blanks(reader);
    size_t at = reader->cursor->at;
    if (!strchr("/@\"", read_peek(reader)) || read_peek(reader) == '\0') {
        return 0;
    }
    if (read_peek(reader) == '@' && read_is_assignment(reader)) {
        return read_fail(reader, at, "variables are assigned before the first profile");
    }
    int code = read_pattern(reader, READ_ID, ret_path);
    if (code == 1 && !reader->skipping && (*ret_path)[0] != '/' && strncmp(*ret_path, "{", 1) != 0) {
        return read_fail(reader, at, "a path begins with a slash");
    }
    int cleaned = code == 1 ? one_slash(reader, ret_path) : 0;
    return cleaned < 0 ? cleaned : code;
}

/* The clauses of PATH with MODE: a file, a link, a program. */
static int add_all(struct reader *reader, const struct read_prefix *prefix, const char *path,
                   const struct mode *mode, const char *link, const char *target, bool subset)
{
    uint32_t plain = mode->mask & FILE_MASK;
    int code = 0;
    if (plain) {
        struct armor_clause clause = {.kind = ARMOR_RULE_FILE, .mask = plain, .name = path};
        code = read_add(reader, prefix, &clause);
    }
    if (code == 0 && (mode->mask & ARMOR_FILE_LINK)) {
        bool within = subset || !link; /* without a target, any that may do as much */
        struct armor_clause clause = {.kind = ARMOR_RULE_LINK,
                                      .name = path,
                                      .peer = link,
                                      .flags = within ? ARMOR_CLAUSE_SUBSET : 0};
        code = read_add(reader, prefix, &clause);
    }
    if (code == 0 && (mode->mask & ARMOR_FILE_EXEC)) {
        struct armor_clause clause = {.kind = ARMOR_RULE_EXEC,
                                      .name = path,
                                      .transition = mode->transition,
                                      .secure = mode->secure,
                                      .target = target};
        code = read_add(reader, prefix, &clause);
    }
    return code;
}

/* Whether MODE can be in a rule of PREFIX. */
static int check_mode(struct reader *reader, size_t at, const struct read_prefix *prefix,
                      const struct mode *mode, bool named)
{
    bool deny = prefix->flags & ARMOR_CLAUSE_DENY;
    if (deny && mode->transition != ARMOR_GO_NONE) {
        return read_fail(reader, at, "a deny rule has x alone: nothing goes on");
    }
    if (!deny && (mode->mask & ARMOR_FILE_EXEC) && mode->transition == ARMOR_GO_NONE && !named) {
        return read_fail(reader, at, "x says how the program goes on: ix, px, cx or ux");
    }
    return 0;
}

/* `-> target`, if it is next. */
static int read_target(struct reader *reader, const char **ret_target)
{
    if (!read_take(reader, "->")) {
        return 0;
    }
    size_t at = reader->cursor->at;
    int code = read_pattern(reader, READ_ID, ret_target);
    return code == 0 ? read_fail(reader, at, "a target is expected behind ->") : code < 0 ? code : 0;
}

/* What stands before the path or mode: `file`, `safe`, `unsafe`. */
struct lead {
    bool file, safe, unsafe;
};

static int finish(struct reader *reader, const struct read_prefix *prefix, size_t at, const struct lead *lead,
                  const char *path, struct mode *mode, bool mode_first, bool subset)
{
    const char *target = NULL;
    int code = read_target(reader, &target);
    code = code < 0 ? code : read_expect(reader, ",");
    if (code < 0) {
        return code;
    }
    bool link = mode->mask & ARMOR_FILE_LINK;
    bool exec = mode->mask & ARMOR_FILE_EXEC;
    if (mode_first && subset && (mode->mask & ~(uint32_t)ARMOR_FILE_LINK)) {
        return read_fail(reader, at, "subset is of links alone");
    }
    if (mode_first && target && link && exec) {
        return read_fail(reader, at, "-> would be of the link and of the program");
    }
    if (mode_first && link && target && target[0] == ':') {
        return read_fail(reader, at, "a link has no namespace");
    }
    if ((lead->safe || lead->unsafe) && !exec) {
        return read_fail(reader, at, "safe and unsafe are of programs alone");
    }
    if (target && !link && !exec) {
        return read_fail(reader, at, "-> is of links and programs alone");
    }
    code = check_mode(reader, at, prefix, mode, target && exec);
    mode->secure = lead->safe || (mode->secure && !lead->unsafe);
    const char *linked = link && !exec ? target : NULL;
    code = code < 0 ? code : one_slash(reader, &linked);
    if (target && exec && mode->transition == ARMOR_GO_NONE && !(prefix->flags & ARMOR_CLAUSE_DENY)) {
        mode->transition = ARMOR_GO_PROFILE;
    }
    return code < 0 ? code : add_all(reader, prefix, path, mode, linked, exec ? target : NULL, subset);
}

int read_file_rule(struct reader *reader, const struct read_prefix *prefix)
{
    struct lead lead = {.file = read_take_word(reader, "file")};
    struct mode mode = {.mask = 0};
    const char *path = NULL;
    bool subset = false;
    if (lead.file && read_take(reader, ",")) {
        bool deny = prefix->flags & ARMOR_CLAUSE_DENY;
        mode = (struct mode){.mask = (FILE_MASK & ~ARMOR_FILE_APPEND) | ARMOR_FILE_LINK | ARMOR_FILE_EXEC,
                             .transition = deny ? ARMOR_GO_NONE : ARMOR_GO_INHERIT};
        return add_all(reader, prefix, "/{**,}", &mode, NULL, NULL, false);
    }
    lead.unsafe = read_take_word(reader, "unsafe");
    lead.safe = !lead.unsafe && read_take_word(reader, "safe");
    read_blanks(reader);
    size_t at = reader->cursor->at;
    int first = read_path(reader, &path);
    if (first == 1) {
        int code = read_mode(reader, &mode);
        if (code == 0) {
            code = read_fail(reader, reader->cursor->at,
                             "a mode such as `r` and a comma are expected behind the path");
        }
        return code < 0 ? code : finish(reader, prefix, at, &lead, path, &mode, false, false);
    }
    first = first == 0 ? read_mode(reader, &mode) : first;
    if (first == 0) {
        return read_fail(reader, at, "no rule begins like this");
    }
    subset = first == 1 && (read_take_word(reader, "subset") || read_take(reader, "<="));
    size_t behind = reader->cursor->at;
    first = first == 1 ? read_path(reader, &path) : first;
    if (first == 0) {
        return read_fail(reader, behind, "a path is expected behind the mode");
    }
    return first < 0 ? first : finish(reader, prefix, at, &lead, path, &mode, true, subset);
}

int read_link_rule(struct reader *reader, const struct read_prefix *prefix)
{
    bool subset = read_take_word(reader, "subset") || read_take(reader, "<=");
    struct armor_clause clause = {.kind = ARMOR_RULE_LINK, .flags = subset ? ARMOR_CLAUSE_SUBSET : 0};
    size_t at = reader->cursor->at;
    int code = read_path(reader, &clause.name);
    code = code == 1   ? read_expect(reader, "->")
           : code == 0 ? read_fail(reader, at, "a path is expected here")
                       : code;
    at = reader->cursor->at;
    code = code < 0 ? code : read_path(reader, &clause.peer);
    code = code == 1   ? read_expect(reader, ",")
           : code == 0 ? read_fail(reader, at, "a path is expected here")
                       : code;
    return code < 0 ? code : read_add(reader, prefix, &clause);
}

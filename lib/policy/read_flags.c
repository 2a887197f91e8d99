/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: a profile's flags, and which of them can't stand together (parser's profile.h). See reader.h. */
#include "reader.h"

#include "words.h"

#include <errno.h>

/* Flags of one group exclude each other; those without a group go with all. */
static const struct {
    const char *name;
    const char *group;
} known[] = {
    {"enforce", "mode"},
    {"complain", "mode"},
    {"kill", "mode"},
    {"unconfined", "mode"},
    {"prompt", "mode"},
    {"default_allow", "mode"},
    {"audit", NULL},
    {"debug", NULL},
    {"interruptible", NULL},
    {"chroot_relative", "relative"},
    {"namespace_relative", "relative"},
    {"mediate_deleted", "deleted"},
    {"delegate_deleted", "deleted"},
    {"attach_disconnected", "disconnected"},
    {"attach_disconnected.ipc", "disconnected"},
    {"no_attach_disconnected", "detached"},
    {"chroot_attach", "chroot"},
    {"chroot_no_attach", "chroot"},
};

enum { FLAGS_MAX = 64 };

struct flags {
    const char *names[FLAGS_MAX]; /* as written */
    const char *groups[FLAGS_MAX];
    size_t count;
};

/* A path behind the equals sign of a flag: absolute, when its variables are expanded. */
static int check_path(struct reader *reader, size_t at, const char *path)
{
    const char *expanded = NULL;
    int code = read_expand(reader, path, &expanded);
    if (code == 0 && expanded[0] != '/') {
        code = read_fail(reader, at, "the path of attach_disconnected begins with a slash");
    }
    return code;
}

static bool is_error_name(const char *word)
{
    return word[0] == 'E' && word[1] >= 'A' && word[1] <= 'Z' &&
           strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(word);
}

/* A flag with a value. Returns 1 and its group; 0 when it is none; -EBADMSG for a value that can't be. */
static int valued(struct reader *reader, size_t at, const char *flag, const char **ret_group)
{
    struct armor_slice slice = armor_slice_of(flag);
    const char *equals = strchr(flag, '=');
    const char *value = equals ? equals + 1 : "";
    *ret_group = NULL;
    if (armor_slice_starts(slice, ARMOR_SLICE("attach_disconnected.path=")) ||
        armor_slice_starts(slice, ARMOR_SLICE("attach_disconnected.ipc="))) {
        int code = check_path(reader, at, value);
        *ret_group = "disconnected";
        return code < 0 ? code : 1;
    }
    if (armor_slice_starts(slice, ARMOR_SLICE("kill.signal="))) {
        bool good = word_is_signal(armor_slice_of(value));
        return good ? 1 : read_fail(reader, at, "kill.signal: there is no signal '%s'", value);
    }
    if (armor_slice_starts(slice, ARMOR_SLICE("error="))) {
        return is_error_name(value) ? 1 : read_fail(reader, at, "error: '%s' is no name of an error", value);
    }
    return 0;
}

static int find_group(struct reader *reader, size_t at, const char *flag, const char **ret_group)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(flag, known[i].name) == 0) {
            *ret_group = known[i].group;
            return 1;
        }
    }
    int code = valued(reader, at, flag, ret_group);
    return code == 0 ? read_fail(reader, at, "there is no flag '%s'", flag) : code;
}

/* Whether the flags A and B, each of a group, can't be together. */
static bool conflict(const char *a, const char *group_a, const char *b, const char *group_b)
{
    if (!group_a || !group_b || strcmp(a, b) == 0) {
        return false;
    }
    bool attach = (strcmp(group_a, "disconnected") == 0 && strcmp(group_b, "detached") == 0) ||
                  (strcmp(group_a, "detached") == 0 && strcmp(group_b, "disconnected") == 0);
    if (strcmp(group_a, "disconnected") == 0 && strcmp(group_b, "disconnected") == 0) {
        const char *equals = strchr(a, '=');
        size_t length = equals ? (size_t)(equals - a) + 1 : 0;
        return length && strncmp(a, b, length) == 0; /* two paths of one kind */
    }
    return attach || strcmp(group_a, group_b) == 0;
}

static int add_flag(struct reader *reader, size_t at, const char *flag, struct flags *flags)
{
    const char *group = NULL;
    int code = find_group(reader, at, flag, &group);
    for (size_t i = 0; code == 1 && i < flags->count; i++) {
        if (conflict(flag, group, flags->names[i], flags->groups[i])) {
            code = read_fail(reader, at, "the flag %s can't be beside %s", flag, flags->names[i]);
        }
    }
    if (code < 0) {
        return code;
    }
    if (flags->count == FLAGS_MAX) {
        return read_fail(reader, at, "more than %d flags", FLAGS_MAX);
    }
    flags->names[flags->count] = flag;
    flags->groups[flags->count++] = group;
    return 0;
}

int read_flags(struct reader *reader, struct armor_section *section)
{
    struct flags flags = {.count = 0};
    bool named = read_take_word(reader, "flags");
    if (!named && read_peek(reader) != '(') {
        return 0;
    }
    int code = named ? read_expect(reader, "=") : 0;
    code = code < 0 ? code : read_expect(reader, "(");
    while (code == 0 && !read_take(reader, ")")) {
        const char *flag = NULL;
        size_t at = reader->cursor->at;
        if (read_take(reader, ",")) {
            continue;
        }
        code = read_word(reader, READ_LIST, &flag);
        code = code == 0 ? read_fail(reader, at, "a flag is expected here") : code;
        code = code < 0 ? code : add_flag(reader, at, flag, &flags);
        section->complain = section->complain || (code == 0 && strcmp(flag, "complain") == 0);
    }
    if (code == 0 && flags.count == 0) {
        code = read_fail(reader, reader->cursor->at, "flags without a flag");
    }
    if (code < 0) {
        return code;
    }
    reader->room.length = 0;
    for (size_t i = 0; i < flags.count; i++) {
        armor_text_string(&reader->room, i ? ", " : "");
        armor_text_string(&reader->room, flags.names[i]);
    }
    return reader->room.error
               ? reader->room.error
               : read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length},
                             &section->flags);
}

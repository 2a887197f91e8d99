/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: the head of a profile, hat or child profile, up to its opening brace. See reader.h. */
#include "reader.h"

#include <errno.h>

/* `:ns:name`, `:ns://name` or `name` into its parts. */
static int split_name(struct reader *reader, size_t at, const char *name, struct armor_section *section)
{
    const char *own = name;
    if (name[0] == '&') {
        return read_fail(reader, at, "a profile's name can't begin with &");
    }
    if (name[0] == ':') {
        const char *end = strchr(name + 1, ':');
        if (!end || end == name + 1) {
            return read_fail(reader, at, "a namespace stands between two colons");
        }
        int code = read_intern(reader, (struct armor_slice){name + 1, (size_t)(end - name - 1)},
                               &section->namespace);
        if (code < 0) {
            return code;
        }
        own = end + 1;
        own += strncmp(own, "//", 2) == 0 ? 2 : 0;
    }
    if (own[0] == '\0') {
        return read_fail(reader, at, "a profile without a name");
    }
    return read_intern(reader, armor_slice_of(own), &section->name);
}

/* Append what is between the cursor's brackets, which are next, to the section's conditions. */
static int read_condition(struct reader *reader, const char *name, struct armor_section *section)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    size_t count = 0;
    armor_text_format(&text, "%s%s%s=(", section->conditions ? section->conditions : "",
                      section->conditions ? " " : "", name);
    int code = read_expect(reader, "=");
    code = code < 0 ? code : read_expect(reader, "(");
    while (code == 0 && !read_take(reader, ")")) {
        struct armor_slice raw;
        size_t at = reader->cursor->at;
        if (read_take(reader, ",")) {
            continue;
        }
        code = read_token(reader, READ_LIST, &raw);
        code = code == 0 ? read_fail(reader, at, "a condition is expected here") : code;
        if (code < 0) {
            break;
        }
        bool identity = strcmp(name, "identities") == 0;
        bool quoted = raw.bytes[0] == '"';
        if (identity && ((!quoted && raw.bytes[0] == '\\') ||
                         (quoted && raw.bytes[1] != '/' && memchr(raw.bytes, ' ', raw.length)))) {
            code = read_fail(reader, at, "an identity has neither blanks nor backslashes");
            break;
        }
        armor_text_string(&text, count++ ? " " : "");
        armor_text_slice(&text, raw);
        code = 0;
    }
    if (code == 0 && count == 0) {
        code = read_fail(reader, reader->cursor->at, "%s without a condition", name);
    }
    armor_text_char(&text, ')');
    code = code < 0 ? code : text.error;
    code = code < 0
               ? code
               : read_intern(reader, (struct armor_slice){text.bytes, text.length}, &section->conditions);
    armor_text_done(&text);
    return code;
}

/* The pattern of programs that a profile is for, if it is next. */
static int read_attachment(struct reader *reader, struct armor_section *section)
{
    read_blanks(reader);
    size_t at = reader->cursor->at;
    char byte = read_peek(reader);
    if (byte == '{' || byte == '(' || byte == '+' || read_is_word(reader, "flags") ||
        read_is_word(reader, "xattrs")) {
        return 0;
    }
    const char *word = NULL;
    int code = read_word(reader, READ_ID, &word);
    if (code == 1 && word[0] != '/' && strncmp(word, "@{", 2) != 0) {
        code = read_fail(reader, at, "what a profile is attached to begins with a slash or a variable");
    }
    code = code < 0 ? code : code == 0 ? read_fail(reader, at, "an opening { is expected here") : 0;
    return code < 0 ? code : read_expand_pattern(reader, word, &section->attachment);
}

int read_head(struct reader *reader, size_t parent, struct armor_section *ret_section)
{
    struct armor_section section = {.name = "",
                                    .parent = parent,
                                    .source = reader->cursor->source,
                                    .line = reader->cursor->line};
    const char *word = NULL;
    bool profile = read_take_word(reader, "profile");
    section.hat = !profile && (read_take(reader, "^") || read_take_word(reader, "hat"));
    read_blanks(reader);
    size_t at = reader->cursor->at;
    if (!profile && !section.hat && !strchr("/:&\"", read_peek(reader))) {
        return read_fail(reader, at, "a profile is expected here: `profile NAME {`, or a path and {");
    }
    int code = read_word(reader, READ_ID, &word);
    code = code == 0 ? read_fail(reader, at, "a profile without a name") : code;
    code = code < 0 ? code : split_name(reader, at, word, &section);
    if (code == 0 && !profile && !section.hat && section.name[0] != '/' && !section.namespace) {
        code = read_fail(reader, at, "a profile whose name is no path begins with `profile`");
    }
    code = code < 0 ? code : read_expand(reader, section.name, &section.name);
    code = code < 0 ? code : read_attachment(reader, &section);
    if (code == 0 && read_take_word(reader, "xattrs")) {
        code = section.hat ? read_fail(reader, at, "a hat has no conditions")
                           : read_condition(reader, "xattrs", &section);
    }
    while (code == 0 && read_take(reader, "+")) {
        code = read_take_word(reader, "identities")
                   ? read_condition(reader, "identities", &section)
                   : read_fail(reader, reader->cursor->at, "identities are expected here");
    }
    code = code < 0 ? code : read_flags(reader, &section);
    code = code < 0 ? code : read_expect(reader, "{");
    if (code == 0) {
        *ret_section = section;
    }
    return code;
}

/* Append NAME with each byte escaped that a pattern gives a meaning and that isn't yet. */
static void escape_name(struct armor_text *text, const char *name)
{
    for (; *name; name++) {
        if (*name == '\\' && name[1]) {
            armor_text_char(text, *name++);
        } else if (strchr("{}[]*?", *name)) {
            armor_text_char(text, '\\');
        }
        armor_text_char(text, *name);
    }
}

int read_own_variables(struct reader *reader, size_t number)
{
    const struct armor_section *section = &reader->reading->sections[number];
    struct armor_text full = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    struct armor_text escaped = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    const char *name = NULL;
    armor_section_name(reader->reading, section, &full);
    escape_name(&escaped, full.bytes ? full.bytes : "");
    int code = full.error ? full.error : escaped.error;
    code = code < 0 ? code : read_intern(reader, (struct armor_slice){escaped.bytes, escaped.length}, &name);
    armor_text_done(&full);
    armor_text_done(&escaped);
    const char *path = section->attachment       ? section->attachment
                       : section->name[0] == '/' ? section->name
                                                 : NULL;
    code = code < 0 ? code : read_set_own(reader, "profile_name", name);
    code = code < 0 ? code : read_set_own(reader, "exec_path", path);
    return code < 0 ? code : read_set_own(reader, "attach_path", path);
}

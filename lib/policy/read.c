/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: what stands outside of profiles, and includes. See armor/read.h. */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>

struct armor_reading_index {
    struct armor_intern *words; /* owned: of all sections */
};

bool read_take_include(struct reader *reader)
{
    if (read_take(reader, "#include")) {
        return true;
    }
    struct read_cursor *cursor = reader->cursor;
    size_t behind = cursor->at + 7;
    bool blank = behind < cursor->text.length && strchr(" \t", cursor->text.bytes[behind]);
    return blank && read_take_word(reader, "include");
}

/* What is behind `include` or `abi`: `<path>`, `<"path">`, `"path"` or `path`. */
static int read_path(struct reader *reader, const char **ret_path, bool *ret_search)
{
    struct read_cursor *cursor = reader->cursor;
    read_line_blanks(reader);
    size_t start = cursor->at;
    *ret_search = read_peek(reader) == '<';
    if (!*ret_search) {
        struct armor_slice raw;
        int code = read_token(reader, READ_ID, &raw);
        if (code == 1 && raw.bytes[0] != '"' && memchr(raw.bytes, '<', raw.length)) {
            code = 0;
        }
        if (code == 0 || (code == 1 && raw.length == 2 && raw.bytes[0] == '"')) {
            code = read_fail(reader, start, "a path is expected here");
        }
        return code < 0 ? code : read_decode(reader, raw, ret_path);
    }
    size_t at = start + 1;
    while (at < cursor->text.length && !strchr("\n\r>", cursor->text.bytes[at])) {
        at++;
    }
    struct armor_slice raw = {cursor->text.bytes + start + 1, at - start - 1};
    while (raw.length > 0 && strchr(" \t", raw.bytes[0])) {
        raw = (struct armor_slice){raw.bytes + 1, raw.length - 1};
    }
    while (raw.length > 0 && strchr(" \t", raw.bytes[raw.length - 1])) {
        raw.length--;
    }
    if (at == cursor->text.length || cursor->text.bytes[at] != '>' || raw.length == 0) {
        return read_fail(reader, start, "a path between < and > is expected here");
    }
    read_step(reader, at + 1 - start);
    return read_decode(reader, raw, ret_path);
}

int read_abi(struct reader *reader)
{
    const char *path = NULL;
    bool search = false;
    int code = read_path(reader, &path, &search);
    code = code < 0 ? code : read_expect(reader, ",");
    if (code == 0 && !reader->reading->abi) {
        reader->reading->abi = path;
    }
    return code;
}

/* Note that NAME was read in this scope. Returns 1; 0 when it was before; -E2BIG, -ENOMEM. */
static int note_file(struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->included_count; i++) {
        if (strcmp(reader->included[i], name) == 0) {
            return 0;
        }
    }
    if (reader->reading->includes == ARMOR_READ_FILES_MAX) {
        return armor_error_set(reader->err, -E2BIG, "more than %d includes", ARMOR_READ_FILES_MAX);
    }
    const char **grown =
        realloc((void *)reader->included, (reader->included_count + 1) * sizeof *reader->included);
    if (!grown) {
        return -ENOMEM;
    }
    reader->included = grown;
    reader->included[reader->included_count++] = name;
    reader->reading->includes++;
    return 1;
}

/* Read TEXT, the file NAME, in the place of the include, up to its end. */
static int read_file(struct reader *reader, const char *name, struct armor_slice text,
                     int (*read)(struct reader *reader))
{
    struct read_cursor *outer = reader->cursor;
    struct read_cursor cursor = {.source = name, .text = text, .line = 1};
    if (reader->depth == ARMOR_READ_DEPTH_MAX) {
        return armor_error_set(reader->err, -E2BIG, "includes and braces more than %d deep",
                               ARMOR_READ_DEPTH_MAX);
    }
    if (text.length && memchr(text.bytes, '\0', text.length)) {
        armor_error_source(reader->err, name);
        return armor_error_set(reader->err, -EBADMSG, "has a NUL: no profile's text");
    }
    reader->depth++;
    reader->cursor = &cursor;
    int code = read(reader);
    if (code == 0 && cursor.at < text.length) {
        code = read_fail(reader, cursor.at, "a } without its {");
    }
    reader->cursor = outer;
    reader->depth--;
    return code;
}

/* File NUMBER of an include. Returns 1, 0 behind the last one, or what is wrong. */
static int read_number(struct reader *reader, const char *path, bool search, size_t number,
                       int (*read)(struct reader *reader))
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_READ_TEXT_MAX);
    struct armor_text name = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    const char *kept = NULL;
    const struct armor_includes *includes = reader->includes;
    int code = includes ? includes->load(includes->userdata, path, search, number, &text, &name, reader->err)
                        : -ENOENT;
    bool found = code == 1;
    code = found && (text.error || name.error) ? (text.error ? text.error : name.error) : code;
    if (code == 1) {
        code = read_intern(reader, (struct armor_slice){name.length ? name.bytes : "", name.length}, &kept);
        code = code < 0 ? code : note_file(reader, kept);
        if (code == 1) {
            code = read_file(reader, kept, (struct armor_slice){text.length ? text.bytes : "", text.length},
                             read);
        }
        code = code < 0 ? code : 1;
    }
    armor_text_done(&text);
    armor_text_done(&name);
    return code;
}

int read_include(struct reader *reader, int (*read)(struct reader *reader))
{
    const char *path = NULL;
    bool search = false;
    read_line_blanks(reader);
    bool optional = read_is_word(reader, "if");
    if (optional) {
        read_step(reader, 2);
        read_line_blanks(reader);
        if (!read_is_word(reader, "exists")) {
            return read_fail(reader, reader->cursor->at, "'exists' is expected here");
        }
        read_step(reader, 6);
    }
    read_line_blanks(reader);
    size_t at = reader->cursor->at;
    int code = read_path(reader, &path, &search);
    for (size_t number = 0; code >= 0; number++) {
        code = read_number(reader, path, search, number, read);
        if (code == -ENOENT && number == 0) {
            if (optional) {
                return 0;
            }
            code = read_fail(reader, at, "the include %s isn't there", path);
            if (reader->err && reader->err->code == code) {
                reader->err->code = -ENOENT;
            }
            return -ENOENT;
        }
        if (code == 0) {
            return 0;
        }
    }
    return code;
}

static int read_alias(struct reader *reader)
{
    struct read_alias alias = {NULL, NULL};
    size_t at = reader->cursor->at;
    int code = read_word(reader, READ_ID, &alias.from);
    code = code < 0 ? code : read_expect(reader, "->");
    code = code < 0 ? code : read_word(reader, READ_ID, &alias.to);
    code = code < 0 ? code : read_expect(reader, ",");
    if (code < 0) {
        return code;
    }
    if (!alias.from || !alias.to) {
        return read_fail(reader, at, "an alias has two paths");
    }
    struct read_alias *grown = realloc(reader->aliases, (reader->alias_count + 1) * sizeof *grown);
    if (!grown || reader->alias_count == ARMOR_READ_VALUES_MAX) {
        reader->aliases = grown ? grown : reader->aliases;
        return grown ? -E2BIG : -ENOMEM;
    }
    reader->aliases = grown;
    reader->aliases[reader->alias_count++] = alias;
    return 0;
}

/* A file outside of profiles, to its end. What is before the first profile may not come behind it. */
static int read_outside(struct reader *reader)
{
    for (;;) {
        int code = 0;
        read_blanks(reader);
        char byte = read_peek(reader);
        if (byte == '\0' || byte == '}') {
            return 0;
        }
        if (read_take_include(reader)) {
            code = read_include(reader, read_outside);
        } else if (reader->reading->section_count == 0 && read_take_word(reader, "abi")) {
            code = read_abi(reader);
        } else if (reader->reading->section_count == 0 &&
                   (read_take_word(reader, "alias") || read_take_word(reader, "rewrite"))) {
            code = read_alias(reader);
        } else if (reader->reading->section_count == 0 && (byte == '$' || byte == '@') &&
                   read_is_assignment(reader)) {
            code = read_assignment(reader);
        } else {
            code = read_section(reader, SIZE_MAX);
        }
        if (code < 0) {
            return code;
        }
    }
}

int armor_read(struct armor_slice text, const char *source, const struct armor_includes *includes,
               uint64_t seed, struct armor_reading **ret_reading, struct armor_error *err)
{
    struct armor_reading *reading = calloc(1, sizeof *reading);
    struct armor_reading_index *index = calloc(1, sizeof *index);
    if (!reading || !index || armor_intern_new(ARMOR_READ_WORDS_MAX, seed, &index->words) < 0) {
        free(index);
        free(reading);
        return -ENOMEM;
    }
    reading->index = index;
    struct reader reader = {.includes = includes,
                            .reading = reading,
                            .words = index->words,
                            .section = SIZE_MAX,
                            .room = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX),
                            .other = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX),
                            .err = err};
    const char *kept = NULL;
    int code = text.length > ARMOR_READ_TEXT_MAX
                   ? armor_error_set(err, -E2BIG, "the text has more than %d bytes", ARMOR_READ_TEXT_MAX)
                   : read_intern(&reader, armor_slice_of(source), &kept);
    struct read_cursor none = {.source = source};
    reader.cursor = &none;
    code = code < 0 ? code : note_file(&reader, kept);
    code = code < 0 ? code : read_file(&reader, kept, text, read_outside);
    reading->includes -= reading->includes > 0;
    read_variables_done(&reader.variables);
    free(reader.aliases);
    free((void *)reader.included);
    armor_text_done(&reader.room);
    armor_text_done(&reader.other);
    if (code < 0) {
        armor_reading_free(reading);
        return code;
    }
    *ret_reading = reading;
    return 0;
}

/* Whether NAME is SECTION's full one. */
static bool is_called(const struct armor_reading *reading, const struct armor_section *section,
                      struct armor_slice name)
{
    size_t length = strlen(section->name);
    if (name.length < length || memcmp(name.bytes + name.length - length, section->name, length) != 0) {
        return false;
    }
    name.length -= length;
    if (section->parent == SIZE_MAX) {
        return name.length == 0;
    }
    bool separated = name.length >= 2 && memcmp(name.bytes + name.length - 2, "//", 2) == 0;
    name.length -= separated ? 2 : 0;
    return separated && is_called(reading, &reading->sections[section->parent], name);
}

const struct armor_section *armor_reading_section(const struct armor_reading *reading, const char *name)
{
    const struct armor_section *found = NULL;
    for (size_t i = 0; i < reading->section_count; i++) {
        const struct armor_section *section = &reading->sections[i];
        if (name && is_called(reading, section, armor_slice_of(name))) {
            return section;
        }
        if (!name && section->parent == SIZE_MAX) {
            if (found) {
                return NULL;
            }
            found = section;
        }
    }
    return found;
}

void armor_section_name(const struct armor_reading *reading, const struct armor_section *section,
                        struct armor_text *text)
{
    if (section->parent != SIZE_MAX) {
        armor_section_name(reading, &reading->sections[section->parent], text);
        armor_text_string(text, "//");
    }
    armor_text_string(text, section->name);
}

void armor_reading_free(struct armor_reading *reading)
{
    if (!reading) {
        return;
    }
    for (size_t i = 0; i < reading->section_count; i++) {
        free(reading->sections[i].clauses);
    }
    free(reading->sections);
    armor_intern_free(reading->index->words);
    free(reading->index);
    free(reading);
}

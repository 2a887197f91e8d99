/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: the cursor and its tokens, as apparmor_parser's scanner has them (parser_lex.l). See reader.h. */
#include "reader.h"

#include "escape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int read_fail(struct reader *reader, size_t at, const char *format, ...)
{
    const struct read_cursor *cursor = reader->cursor;
    char sentence[256];
    size_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at && i < cursor->text.length; i++) {
        if (cursor->text.bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    armor_error_source(reader->err, cursor->source);
    return armor_error_at(reader->err, -EBADMSG, line, at - start + 1, "%s", sentence);
}

char read_peek(const struct reader *reader)
{
    const struct read_cursor *cursor = reader->cursor;
    return (char)(cursor->at < cursor->text.length ? cursor->text.bytes[cursor->at] : '\0');
}

void read_step(struct reader *reader, size_t count)
{
    reader->cursor->at += count;
}

static struct armor_slice rest_of(const struct reader *reader)
{
    const struct read_cursor *cursor = reader->cursor;
    return (struct armor_slice){cursor->text.bytes + cursor->at, cursor->text.length - cursor->at};
}

void read_line_blanks(struct reader *reader)
{
    for (char byte = read_peek(reader); byte == ' ' || byte == '\t' || byte == '\r';) {
        read_step(reader, 1);
        byte = read_peek(reader);
    }
}

void read_blanks(struct reader *reader)
{
    struct read_cursor *cursor = reader->cursor;
    for (;;) {
        read_line_blanks(reader);
        if (reader->one_line) {
            return;
        }
        if (read_peek(reader) == '#' && !armor_slice_starts(rest_of(reader), ARMOR_SLICE("#include"))) {
            struct armor_slice rest = rest_of(reader);
            const char *newline = memchr(rest.bytes, '\n', rest.length);
            read_step(reader, newline ? (size_t)(newline - rest.bytes) : rest.length);
        }
        if (read_peek(reader) != '\n') {
            return;
        }
        read_step(reader, 1);
        cursor->line++;
        cursor->line_start = cursor->at;
    }
}

bool read_take(struct reader *reader, const char *text)
{
    read_blanks(reader);
    bool there = armor_slice_starts(rest_of(reader), armor_slice_of(text));
    read_step(reader, there ? strlen(text) : 0);
    return there;
}

static bool is_word_byte(char byte)
{
    return armor_is_alnum(byte) || byte == '_';
}

bool read_is_word(const struct reader *reader, const char *word)
{
    struct armor_slice rest = rest_of(reader);
    size_t length = strlen(word);
    return armor_slice_starts(rest, armor_slice_of(word)) &&
           (rest.length == length || !is_word_byte(rest.bytes[length]));
}

bool read_take_word(struct reader *reader, const char *word)
{
    read_blanks(reader);
    bool there = read_is_word(reader, word);
    read_step(reader, there ? strlen(word) : 0);
    return there;
}

int read_expect(struct reader *reader, const char *text)
{
    if (read_take(reader, text)) {
        return 0;
    }
    bool ended = reader->cursor->at == reader->cursor->text.length;
    return read_fail(reader, reader->cursor->at, "'%s' is expected here%s", text,
                     ended ? ", and the text ends" : "");
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Whether BYTE ends a token of KIND, or can't be in one. */
static bool ends(enum read_token kind, char byte)
{
    if (byte == '\0' || byte == '"' || byte == '!' || byte == ',' || is_blank(byte)) {
        return true;
    }
    switch (kind) {
    case READ_ID: return false;
    case READ_WORD: return byte == '=' || byte == ')';
    case READ_LIST: return byte == '(' || byte == ')';
    }
    return true;
}

/* The length of the token of KIND at the start of REST. */
static size_t token_length(struct armor_slice rest, enum read_token kind)
{
    const char *blanks = kind == READ_LIST ? " \t\"!,()" : " \t\"!,";
    size_t at = 0;
    while (at < rest.length) {
        char byte = rest.bytes[at];
        char next = (char)(at + 1 < rest.length ? rest.bytes[at + 1] : '\0');
        bool escaped = byte == '\\' && next != '\0' && strchr(blanks, next);
        bool within =
            byte == ',' && kind != READ_LIST && !ends(kind, next); /* something is behind the comma */
        if (!escaped && !within && ends(kind, byte)) {
            break;
        }
        at += escaped || within ? 2 : 1;
    }
    return at;
}

/* A quoted token: up to a quote that no backslash stands before; or, where there is none, to the last one that there is. */
static int quoted_token(struct reader *reader, struct armor_slice *ret_raw)
{
    struct armor_slice rest = rest_of(reader);
    size_t last = 0;
    for (size_t at = 1; at < rest.length; at++) {
        if (rest.bytes[at] != '"') {
            continue;
        }
        last = at;
        if (rest.bytes[at - 1] != '\\') {
            break;
        }
    }
    if (last == 0) {
        return read_fail(reader, reader->cursor->at, "a quote that nothing closes");
    }
    *ret_raw = (struct armor_slice){rest.bytes, last + 1};
    struct read_cursor *cursor = reader->cursor;
    for (size_t i = 0; i <= last; i++) {
        cursor->at++;
        if (rest.bytes[i] == '\n') {
            cursor->line++;
            cursor->line_start = cursor->at;
        }
    }
    return 1;
}

int read_token(struct reader *reader, enum read_token kind, struct armor_slice *ret_raw)
{
    read_blanks(reader);
    reader->token = reader->cursor->at;
    struct armor_slice rest = rest_of(reader);
    char first = read_peek(reader);
    if (first == '"') {
        return quoted_token(reader, ret_raw);
    }
    if (kind == READ_WORD) {
        bool label =
            first == '/' || first == ':' || first == '&' || armor_slice_starts(rest, ARMOR_SLICE("@{"));
        if (!label && (first == '(' || first == '+')) {
            return 0;
        }
        kind = label ? READ_ID : READ_WORD;
    }
    size_t length = first == '#' ? 0 : token_length(rest, kind);
    if (length == 0) {
        return 0;
    }
    *ret_raw = (struct armor_slice){rest.bytes, length};
    read_step(reader, length);
    return 1;
}

int read_intern(struct reader *reader, struct armor_slice bytes, const char **ret_word)
{
    int code = armor_intern_add(reader->words, bytes, ret_word);
    if (code == -E2BIG) {
        return armor_error_set(reader->err, code, "the text has more than %d bytes of words",
                               ARMOR_READ_WORDS_MAX);
    }
    return code < 0 ? code : 0;
}

int read_decode(struct reader *reader, struct armor_slice raw, const char **ret_word)
{
    struct armor_text *room = &reader->room;
    room->length = 0;
    if (raw.length > 1 && raw.bytes[0] == '"') {
        raw = (struct armor_slice){raw.bytes + 1, raw.length - 2};
    }
    for (size_t at = 0; at < raw.length;) {
        unsigned char byte = 0;
        struct armor_slice behind = {raw.bytes + at + 1, raw.length - at - 1};
        size_t used = raw.bytes[at] == '\\' ? pattern_escape_read(behind, &byte) : 0;
        if (used == 0) {
            armor_text_char(room, raw.bytes[at++]);
            continue;
        }
        if (byte == '\0') { /* can't stand in a word as it is */
            armor_text_slice(room, (struct armor_slice){raw.bytes + at, used + 1});
        } else {
            armor_text_string(room, strchr("*?[]{}^,\\", byte) ? "\\" : "");
            armor_text_char(room, (char)byte);
        }
        at += used + 1;
    }
    if (room->error) {
        int code = room->error;
        room->error = 0;
        return armor_error_set(reader->err, code, code == -E2BIG ? "a word is too long" : "out of memory");
    }
    return read_intern(reader, (struct armor_slice){room->length ? room->bytes : "", room->length}, ret_word);
}

int read_word(struct reader *reader, enum read_token kind, const char **ret_word)
{
    struct armor_slice raw = {NULL, 0};
    int code = read_token(reader, kind, &raw);
    if (code != 1) {
        return code;
    }
    code = read_decode(reader, raw, ret_word);
    return code < 0 ? code : 1;
}

int read_pattern(struct reader *reader, enum read_token kind, const char **ret_pattern)
{
    const char *word = NULL;
    int code = read_word(reader, kind, &word);
    if (code != 1) {
        return code;
    }
    code = read_expand_pattern(reader, word, ret_pattern);
    return code < 0 ? code : 1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* .env files, as Compose reads them. See armor/compose.h. */
#include "armor/compose.h"
#include "armor/limits.h"

#include <errno.h>

struct reader {
    struct armor_slice text;
    size_t at;
    size_t line;       /* from 1 */
    size_t line_start; /* byte */
    const char *file;
    struct armor_variables *variables;
    struct armor_error *err;
};

static int refuse(const struct reader *reader, const char *text)
{
    armor_error_source(reader->err, reader->file);
    return armor_error_at(reader->err, -EBADMSG, reader->line, reader->at - reader->line_start + 1, "%s",
                          text);
}

static char peek(const struct reader *reader)
{
    return (char)(reader->at < reader->text.length ? reader->text.bytes[reader->at] : '\0');
}

static bool ended(const struct reader *reader)
{
    return reader->at >= reader->text.length;
}

static void step(struct reader *reader)
{
    if (reader->text.bytes[reader->at++] == '\n') {
        reader->line++;
        reader->line_start = reader->at;
    }
}

static void skip_blanks(struct reader *reader)
{
    while (!ended(reader) && (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\r')) {
        step(reader);
    }
}

static void skip_line(struct reader *reader)
{
    while (!ended(reader) && peek(reader) != '\n') {
        step(reader);
    }
}

static int read_name(struct reader *reader, struct armor_slice *ret_name)
{
    size_t start = reader->at;
    while (!ended(reader)) {
        char byte = peek(reader);
        bool name = armor_is_alnum(byte) || (byte && strchr("_.-[]", byte));
        if (!name) {
            break;
        }
        step(reader);
    }
    *ret_name = (struct armor_slice){reader->text.bytes + start, reader->at - start};
    return reader->at > start ? 0 : refuse(reader, "a variable's name has letters, digits, '_', '.', '-'");
}

/* One character behind a backslash in double quotes. A `\$` stays as `$$`, since interpolation comes later. */
static void put_escaped(struct armor_text *value, char byte)
{
    static const char from[] = "nrt\"\\";
    static const char into[] = "\n\r\t\"\\";
    const char *found = byte ? strchr(from, byte) : NULL;
    if (found) {
        armor_text_char(value, into[found - from]);
    } else if (byte == '$') {
        armor_text_string(value, "$$");
    } else {
        armor_text_char(value, '\\');
        armor_text_char(value, byte);
    }
}

static int read_quoted(struct reader *reader, struct armor_text *value)
{
    char quote = peek(reader);
    struct reader start = *reader;
    for (step(reader); !ended(reader) && peek(reader) != quote; step(reader)) {
        if (peek(reader) == '\0') {
            return refuse(reader, "a NUL can't be in a value");
        }
        if (quote == '"' && peek(reader) == '\\' && reader->at + 1 < reader->text.length) {
            step(reader);
            put_escaped(value, peek(reader));
        } else {
            armor_text_char(value, peek(reader));
        }
    }
    if (ended(reader)) {
        return refuse(&start, "this quote isn't closed");
    }
    step(reader);
    skip_blanks(reader);
    if (!ended(reader) && peek(reader) != '\n' && peek(reader) != '#') {
        return refuse(reader, "a value ends with its quote");
    }
    return 0;
}

/* Up to the line's end, or a `#` behind a blank. */
static int read_plain(struct reader *reader, struct armor_text *value)
{
    size_t start = reader->at;
    while (!ended(reader) && peek(reader) != '\n') {
        bool blank = reader->at == start || strchr(" \t", reader->text.bytes[reader->at - 1]) != NULL;
        if (peek(reader) == '#' && blank) {
            break;
        }
        if (peek(reader) == '\0') {
            return refuse(reader, "a NUL can't be in a value");
        }
        step(reader);
    }
    size_t end = reader->at;
    while (end > start && strchr(" \t\r", reader->text.bytes[end - 1])) {
        end--;
    }
    armor_text_slice(value, (struct armor_slice){reader->text.bytes + start, end - start});
    return 0;
}

static int read_value(struct reader *reader, struct armor_slice name)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text raw = ARMOR_TEXT_INIT(ARMOR_VALUE_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text value = ARMOR_TEXT_INIT(ARMOR_VALUE_MAX);
    char quote = peek(reader);
    struct reader start = *reader;
    int code = quote == '"' || quote == '\'' ? read_quoted(reader, &raw) : read_plain(reader, &raw);
    code = code < 0 ? code : raw.error;
    struct armor_slice text = {raw.bytes, raw.length};
    struct armor_slice unset = {0};
    struct armor_text *result = quote == '\'' ? &raw : &value;
    if (code == 0 && quote != '\'') {
        struct armor_error inner = {0};
        code = armor_interpolate(text, reader->variables, &value, &unset, &inner);
        if (code == -EBADMSG) {
            return refuse(&start, inner.text);
        }
    }
    if (code < 0) {
        return code;
    }
    code = armor_variables_add(reader->variables, name, (struct armor_slice){result->bytes, result->length});
    return code < 0 ? code : 0;
}

static int read_entry(struct reader *reader)
{
    static const char export[] = "export";
    size_t length = sizeof export - 1;
    struct armor_slice rest = {reader->text.bytes + reader->at, reader->text.length - reader->at};
    bool exported = armor_slice_starts(rest, ARMOR_SLICE("export")) && rest.length > length &&
                    strchr(" \t", rest.bytes[length]);
    reader->at += exported ? length : 0;
    skip_blanks(reader);
    struct armor_slice name = {0};
    int code = read_name(reader, &name);
    skip_blanks(reader);
    if (code < 0 || ended(reader) || peek(reader) == '\n' || peek(reader) == '#') {
        return code; /* a name alone passes on what the environment has */
    }
    if (peek(reader) != '=' && peek(reader) != ':') {
        return refuse(reader, "a '=' is expected after the variable's name");
    }
    step(reader);
    skip_blanks(reader);
    return read_value(reader, name);
}

int armor_dotenv_read(struct armor_slice text, const char *file, struct armor_variables *variables,
                      struct armor_error *err)
{
    struct reader reader = {.text = text, .line = 1, .file = file, .variables = variables, .err = err};
    reader.at = armor_slice_starts(text, ARMOR_SLICE("\xef\xbb\xbf")) ? 3 : 0;
    while (!ended(&reader)) {
        skip_blanks(&reader);
        int code = ended(&reader) || peek(&reader) == '\n' || peek(&reader) == '#' ? 0 : read_entry(&reader);
        if (code < 0) {
            return code;
        }
        skip_line(&reader);
        if (!ended(&reader)) {
            step(&reader);
        }
    }
    return 0;
}

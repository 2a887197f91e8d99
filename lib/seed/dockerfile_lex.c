/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a Dockerfile. See dockerfile_lex.h. */
#include "seed/dockerfile_lex.h"

#include <errno.h>
#include <stdlib.h>

#include "armor/limits.h"

static const char *const directives[] = {"syntax", "escape", "check"};
enum { ESCAPE_DIRECTIVE = 1 };

int dockerfile_reserve(void **array, size_t size, size_t count, size_t *room)
{
    if (count < *room) {
        return 0;
    }
    size_t wanted = *room ? *room * 2 : 32;
    void *grown = realloc(*array, wanted * size);
    if (!grown) {
        return -ENOMEM;
    }
    *array = grown;
    *room = wanted;
    return 0;
}

/* Bytes of the UTF-8 sequence at BYTES; 0: not one. Overlong forms and surrogates aren't (RFC 3629). */
static size_t utf8_length(const unsigned char *bytes, size_t left)
{
    static const struct {
        unsigned char first, last, low, high; /* of the lead byte, and of the byte behind it */
        unsigned char length;
    } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (bytes[0] < forms[i].first || bytes[0] > forms[i].last) {
            continue;
        }
        size_t length = forms[i].length;
        if (length > left || (length > 1 && (bytes[1] < forms[i].low || bytes[1] > forms[i].high))) {
            return 0;
        }
        for (size_t at = 2; at < length; at++) {
            if ((bytes[at] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
    return 0;
}

static int check_bytes(struct armor_slice text, struct armor_error *err)
{
    size_t line = 1;
    size_t start = 0;
    for (size_t at = 0; at < text.length;) {
        size_t length = utf8_length((const unsigned char *)text.bytes + at, text.length - at);
        if (length == 0 || text.bytes[at] == '\0') {
            return armor_error_at(err, -EBADMSG, line, at - start + 1, "%s; a Dockerfile is text in UTF-8",
                                  length ? "a NUL byte" : "bytes that aren't UTF-8");
        }
        if (text.bytes[at] == '\n') {
            line++;
            start = at + 1;
        }
        at += length;
    }
    return 0;
}

int dockerfile_lexer_init(struct dockerfile_lexer *lexer, struct armor_slice text, struct armor_error *err)
{
    *lexer =
        (struct dockerfile_lexer){.text = text, .escape = '\\', .joined = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX)};
    if (text.length > ARMOR_SOURCE_MAX) {
        return armor_error_set(err, -E2BIG, "%zu bytes; at most %d are read", text.length, ARMOR_SOURCE_MAX);
    }
    if (armor_slice_starts(text, ARMOR_SLICE("\xef\xbb\xbf"))) {
        lexer->at = 3;
    }
    return check_bytes(text, err);
}

void dockerfile_lexer_done(struct dockerfile_lexer *lexer)
{
    armor_text_done(&lexer->joined);
    free(lexer->segments);
    lexer->segments = NULL;
}

/* The next line of the text without its end; false: none is left. */
static bool next_raw(struct dockerfile_lexer *lexer, struct armor_slice *ret_raw)
{
    if (lexer->at >= lexer->text.length) {
        return false;
    }
    const char *start = lexer->text.bytes + lexer->at;
    size_t left = lexer->text.length - lexer->at;
    const char *newline = memchr(start, '\n', left);
    size_t length = newline ? (size_t)(newline - start) : left;
    lexer->at += length + (newline != NULL);
    lexer->line++;
    while (length && start[length - 1] == '\r') {
        length--;
    }
    *ret_raw = (struct armor_slice){start, length};
    return true;
}

static size_t skip_blanks(struct armor_slice slice, size_t at)
{
    while (at < slice.length && dockerfile_is_blank(slice.bytes[at])) {
        at++;
    }
    return at;
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

static bool is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'z');
}

/* Index in the table of directives, or -1. */
static int directive_index(struct armor_slice name)
{
    for (int i = 0; i < (int)(sizeof directives / sizeof directives[0]); i++) {
        size_t at = 0;
        while (at < name.length && directives[i][at] && lower(name.bytes[at]) == directives[i][at]) {
            at++;
        }
        if (at == name.length && directives[i][at] == '\0') {
            return i;
        }
    }
    return -1;
}

/*
 * Take the directive in the comment RAW (`# name=value`). Returns 1; 0 when it is a comment like others, which ends the
 * directives; negative for one that is given twice or can't be.
 */
static int take_directive(struct dockerfile_lexer *lexer, struct armor_slice raw, struct armor_error *err)
{
    size_t start = skip_blanks(raw, skip_blanks(raw, 0) + 1);
    size_t end = start;
    while (end < raw.length && is_word_byte(raw.bytes[end])) {
        end++;
    }
    size_t equals = skip_blanks(raw, end);
    size_t value = skip_blanks(raw, equals + 1);
    int index = directive_index((struct armor_slice){raw.bytes + start, end - start});
    if (index < 0 || equals >= raw.length || raw.bytes[equals] != '=' || value >= raw.length) {
        lexer->directives_over = true;
        return 0;
    }
    if (lexer->seen & (1U << index)) {
        return armor_error_at(err, -EBADMSG, lexer->line, start + 1,
                              "the parser directive \"%s\" is given twice", directives[index]);
    }
    lexer->seen |= 1U << index;
    if (index == ESCAPE_DIRECTIVE) {
        size_t last = raw.length;
        while (dockerfile_is_blank(raw.bytes[last - 1])) {
            last--;
        }
        if (last - value != 1 || (raw.bytes[value] != '\\' && raw.bytes[value] != '`')) {
            return armor_error_at(err, -EBADMSG, lexer->line, value + 1, "escape must be \\ or `");
        }
        lexer->escape = raw.bytes[value];
    }
    return 1;
}

/* Whether RAW goes on in the next line; then its length without the escape and the blanks behind it. */
static bool continues(const struct dockerfile_lexer *lexer, struct armor_slice *raw)
{
    size_t end = raw->length;
    while (end && (raw->bytes[end - 1] == ' ' || raw->bytes[end - 1] == '\t')) {
        end--;
    }
    if (end == 0 || raw->bytes[end - 1] != lexer->escape ||
        (end > 1 && raw->bytes[end - 2] == lexer->escape)) {
        return false;
    }
    raw->length = end - 1;
    return true;
}

/* Append RAW from byte FROM on to the joined line. */
static int join(struct dockerfile_lexer *lexer, struct armor_slice raw, size_t from)
{
    if (from >= raw.length) {
        return 0;
    }
    void *segments = lexer->segments;
    int r =
        dockerfile_reserve(&segments, sizeof *lexer->segments, lexer->segment_count, &lexer->segment_room);
    if (r < 0) {
        return r;
    }
    lexer->segments = segments;
    lexer->segments[lexer->segment_count++] =
        (struct dockerfile_segment){lexer->joined.length, lexer->line, from + 1};
    armor_text_slice(&lexer->joined, (struct armor_slice){raw.bytes + from, raw.length - from});
    return lexer->joined.error;
}

/* Join the lines that a line ending in an escape goes on in: comments and empty lines between them don't count. */
static int join_rest(struct dockerfile_lexer *lexer)
{
    struct armor_slice raw;
    bool more = true;
    while (more && next_raw(lexer, &raw)) {
        size_t start = skip_blanks(raw, 0);
        if (start == raw.length || raw.bytes[start] == '#') {
            continue;
        }
        more = continues(lexer, &raw);
        int r = join(lexer, raw, 0);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* The comment RAW, from START of the text on, belongs to the instruction that comes. */
static int take_comment(struct dockerfile_lexer *lexer, struct armor_slice raw, size_t start,
                        struct armor_error *err)
{
    if (!lexer->directives_over) {
        int r = take_directive(lexer, raw, err);
        if (r != 0) {
            return r < 0 ? r : 0;
        }
    }
    if (lexer->comments.length == 0) {
        lexer->comments.bytes = lexer->text.bytes + start;
    }
    lexer->comments.length = (size_t)(lexer->text.bytes + lexer->at - lexer->comments.bytes);
    return 0;
}

int dockerfile_lexer_next(struct dockerfile_lexer *lexer, struct armor_error *err)
{
    struct armor_slice raw;
    lexer->comments = (struct armor_slice){"", 0};
    for (size_t begin = lexer->at; next_raw(lexer, &raw); begin = lexer->at) {
        lexer->joined.length = 0;
        lexer->segment_count = 0;
        size_t start = skip_blanks(raw, 0);
        if (start < raw.length && raw.bytes[start] == '#') {
            int r = take_comment(lexer, raw, begin, err);
            if (r < 0) {
                return r;
            }
            continue;
        }
        lexer->directives_over = true;
        if (start == raw.length) {
            lexer->comments.length = 0;
            continue;
        }
        bool more = continues(lexer, &raw);
        int r = join(lexer, raw, start);
        r = r < 0 || !more ? r : join_rest(lexer);
        if (r < 0) {
            return armor_error_at(err, r, lexer->line, 0, r == -ENOMEM ? "out of memory" : "a line too long");
        }
        while (lexer->joined.length && dockerfile_is_blank(lexer->joined.bytes[lexer->joined.length - 1])) {
            lexer->joined.length--;
        }
        size_t blank = 0; /* behind an escape on a line of its own */
        while (blank < lexer->joined.length && dockerfile_is_blank(lexer->joined.bytes[blank])) {
            blank++;
        }
        if (blank < lexer->joined.length) {
            lexer->joined.bytes[lexer->joined.length] = '\0';
            return 1;
        }
    }
    return 0;
}

int dockerfile_lexer_heredoc(struct dockerfile_lexer *lexer, struct dockerfile_heredoc *heredoc,
                             struct armor_error *err)
{
    size_t start = lexer->at;
    size_t first = lexer->line + 1;
    struct armor_slice raw;
    for (size_t end = start; next_raw(lexer, &raw); end = lexer->at) {
        while (heredoc->strip_tabs && raw.length && raw.bytes[0] == '\t') {
            raw.bytes++;
            raw.length--;
        }
        if (armor_slice_equal(raw, heredoc->name)) {
            heredoc->content = (struct armor_slice){lexer->text.bytes + start, end - start};
            heredoc->line = first;
            return 0;
        }
    }
    return armor_error_at(err, -EBADMSG, first - 1, 0, "the heredoc \"%.*s\" has no end",
                          (int)heredoc->name.length, heredoc->name.bytes);
}

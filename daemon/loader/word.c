/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line to words, refusing what apparmor_parser might cut differently. See word.h. */
#include "word.h"

#include <errno.h>

/* Where in the line we are, and what all the steps need for an error. */
struct cursor {
    struct armor_slice line;
    size_t at;     /* byte, from 0 */
    size_t number; /* of the line, from 1 */
    bool file;     /* a file rule: a path may hold commas, '#' and braces, but no list follows */
    struct armor_error *err;
};

static int refuse(const struct cursor *c, size_t at, const char *why)
{
    return armor_error_at(c->err, -EBADMSG, c->number, at + 1, "%s", why);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_control(char byte)
{
    return ((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7f;
}

/* The byte OFFSET after the cursor; NUL, which no line holds, past the end. */
static char peek(const struct cursor *c, size_t offset)
{
    if (c->at + offset >= c->line.length) {
        return '\0';
    }
    return c->line.bytes[c->at + offset];
}

static bool ends_word(char byte)
{
    return byte == '\0' || is_blank(byte) || byte == ',';
}

/* "..." from the cursor on. The first quote without a backslash before it ends it. */
static int take_quoted(struct cursor *c, struct loader_word *ret_word)
{
    size_t start = ++c->at;
    for (size_t backslashes = 0;; c->at++) {
        char byte = peek(c, 0);
        if (byte == '\0') {
            return refuse(c, start - 1, "the quoted name doesn't end on this line");
        }
        if (is_control(byte)) {
            return refuse(c, c->at, "a control byte in a quoted name must be written as an escape");
        }
        if (byte == '"' && backslashes == 0) {
            break;
        }
        if (byte == '"' && (backslashes % 2 == 0 || !c->file)) {
            return refuse(
                c, c->at,
                "apparmor_parser could take this quote for the end of the name or for a part of it");
        }
        backslashes = byte == '\\' ? backslashes + 1 : 0;
    }
    *ret_word = (struct loader_word){LOADER_WORD_QUOTED, {c->line.bytes + start, c->at - start}, start};
    c->at++;
    return ends_word(peek(c, 0)) ? 0 : refuse(c, c->at, "a blank or a comma must follow the closing quote");
}

/* (...) from the cursor on: no lists within lists. What the items may be is for rule.c. */
static int take_list(struct cursor *c, struct loader_word *ret_word)
{
    size_t start = ++c->at;
    bool quoted = false;
    for (; peek(c, 0) != ')' || quoted; c->at++) {
        char byte = peek(c, 0);
        if (byte == '\0') {
            return refuse(c, start - 1, "the list doesn't end on this line");
        }
        if (is_control(byte) || (!quoted && strchr("\\(#", byte)) || (byte == '\\' && peek(c, 1) == '"')) {
            return refuse(c, c->at, "this byte can't stand in a list");
        }
        quoted = quoted != (byte == '"');
    }
    *ret_word = (struct loader_word){LOADER_WORD_LIST, {c->line.bytes + start, c->at - start}, start};
    c->at++;
    return ends_word(peek(c, 0)) ? 0
                                 : refuse(c, c->at, "a blank or a comma must follow the closing parenthesis");
}

/* True if BYTE may stand as it is in an unquoted word; a comma, backslash or brace has been looked at before. */
static bool plain_byte(const struct cursor *c, char byte)
{
    return !is_control(byte) && !strchr("\"!()", byte) && (byte != '#' || c->file);
}

/* The end of a plain word has been reached: a blank, the end of the statement, or a '=' with a list or quote after it. */
static bool plain_ends(const struct cursor *c, size_t start)
{
    char byte = peek(c, 0);
    if (byte == ',') {
        char next = peek(c, 1);
        return next == '\0' || is_blank(next);
    }
    bool after_equals = c->at > start && c->line.bytes[c->at - 1] == '=' && !c->file;
    return byte == '\0' || is_blank(byte) || (after_equals && (byte == '(' || byte == '"'));
}

static int take_plain(struct cursor *c, struct loader_word *ret_word)
{
    size_t start = c->at;
    if (peek(c, 0) == '#') {
        return refuse(c, c->at, "a word that begins with '#' must be quoted");
    }
    for (; !plain_ends(c, start); c->at++) {
        char byte = peek(c, 0);
        char next = peek(c, 1);
        if (byte == '\\' && (next == '\0' || strchr(" \t\"!,", next))) {
            return refuse(c, c->at, "a blank, quote, comma or '!' must be quoted, not escaped");
        }
        if (byte == ',' && (!c->file || strchr("\"!,", next))) {
            return refuse(c, c->at, "a comma inside a word must be quoted");
        }
        if ((byte == '{' && (c->at == start || (!c->file && c->line.bytes[c->at - 1] != '@'))) ||
            byte == '\0') {
            return refuse(c, c->at, "a brace must be quoted here");
        }
        if (!plain_byte(c, byte)) {
            return refuse(c, c->at, "this byte must be quoted or escaped");
        }
    }
    *ret_word = (struct loader_word){LOADER_WORD_PLAIN, {c->line.bytes + start, c->at - start}, start + 1};
    return 0;
}

static int take_word(struct cursor *c, struct loader_word *ret_word)
{
    switch (peek(c, 0)) {
    case '"': return take_quoted(c, ret_word);
    case '(':
        return c->file ? refuse(c, c->at, "a file rule has no list; a parenthesis in a name must be quoted")
                       : take_list(c, ret_word);
    default: return take_plain(c, ret_word);
    }
}

bool loader_word_is_qualifier(const struct loader_word *word)
{
    return word->kind == LOADER_WORD_PLAIN &&
           (armor_slice_is(word->text, "audit") || armor_slice_is(word->text, "deny") ||
            armor_slice_is(word->text, "allow") || armor_slice_is(word->text, "owner"));
}

bool loader_word_is_path(const struct loader_word *word)
{
    return word->kind != LOADER_WORD_LIST && (armor_slice_starts(word->text, ARMOR_SLICE("/")) ||
                                              armor_slice_starts(word->text, ARMOR_SLICE("@{")));
}

int loader_words_split(struct armor_slice line, size_t line_number, struct loader_words *ret_words,
                       struct armor_error *err)
{
    struct cursor c = {.line = line, .number = line_number, .err = err};
    struct loader_words words = {.count = 0};
    bool kind_known = false; /* the first word that isn't a qualifier has been reached */
    for (;;) {
        while (is_blank(peek(&c, 0))) {
            c.at++;
        }
        if (peek(&c, 0) == ',') {
            break;
        }
        if (peek(&c, 0) == '\0') {
            return refuse(&c, c.at, "the statement doesn't end with a comma");
        }
        if (words.count == LOADER_WORDS_MAX) {
            return armor_error_at(err, -E2BIG, line_number, c.at + 1, "the statement has more than %d words",
                                  LOADER_WORDS_MAX);
        }
        if (!kind_known) {
            c.file = strchr("/\"@", peek(&c, 0)) != NULL;
        }
        struct loader_word *word = &words.items[words.count];
        int r = take_word(&c, word);
        if (r < 0) {
            return r;
        }
        words.count++;
        kind_known = kind_known || !loader_word_is_qualifier(word);
    }
    words.end = c.at + 1;
    *ret_words = words;
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's text, line by line: preamble, header, statements, closing brace. See statement.h. */
#include "statement.h"

#include "rule.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum place { BEFORE, INSIDE, AFTER };

/* What is known of the text so far. */
struct reader {
    const char *name;
    enum loader_mode mode;
    enum place place;
    bool abi;      /* has been seen */
    size_t number; /* of the line, from 1 */
    struct armor_error *err;
};

/* The flags of a managed profile. In which modes each may stand: complain is the mode itself, so it must. */
static const struct {
    const char *word;
    bool is_mode;
} flags[] = {{"attach_disconnected", false}, {"mediate_deleted", false}, {"complain", true}};

static int refuse(const struct reader *reader, int code, size_t at, const char *why)
{
    return armor_error_at(reader->err, code, reader->number, at + 1, "%s", why);
}

static size_t skip_blanks(struct armor_slice line, size_t at)
{
    while (at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '\t')) {
        at++;
    }
    return at;
}

static struct armor_slice from(struct armor_slice line, size_t at)
{
    return (struct armor_slice){line.bytes + at, line.length - at};
}

/* If LINE goes on with WORD at *AT, step over it and the blanks behind it. */
static bool step(struct armor_slice line, size_t *at, const char *word)
{
    struct armor_slice expected = armor_slice_of(word);
    if (!armor_slice_starts(from(line, *at), expected)) {
        return false;
    }
    *at = skip_blanks(line, *at + expected.length);
    return true;
}

static bool is_name_byte(char byte)
{
    return armor_is_alnum(byte) || byte == '_';
}

/* Step over digits; false if there are none. */
static bool step_digits(struct armor_slice line, size_t *at)
{
    size_t start = *at;
    while (*at < line.length && armor_is_digit(line.bytes[*at])) {
        (*at)++;
    }
    return *at > start;
}

/* abi <abi/N.N>, */
static int check_abi(struct reader *reader, struct armor_slice line, size_t start)
{
    size_t at = start;
    if (!step(line, &at, "abi") || !step(line, &at, "<abi/") || !step_digits(line, &at) ||
        !step(line, &at, ".") || !step_digits(line, &at) || !step(line, &at, ">") || !step(line, &at, ",")) {
        return refuse(reader, -EBADMSG, at, "the abi must be written as <abi/N.N>,");
    }
    if (reader->abi) {
        return refuse(reader, -EBADMSG, start, "the abi is given twice");
    }
    reader->abi = true;
    return loader_rule_comment(line, at, reader->number, reader->err);
}

/* The words of a variable's value: quoted, or of bytes that mean nothing to apparmor_parser's lexer. */
static int check_values(const struct reader *reader, struct armor_slice line, size_t at)
{
    if (at == line.length) {
        return refuse(reader, -EBADMSG, at, "the variable has no value");
    }
    while (at < line.length) {
        bool quoted = line.bytes[at] == '"';
        size_t start = at++;
        while (at < line.length && (quoted ? line.bytes[at] != '"' : !strchr(" \t", line.bytes[at]))) {
            unsigned char byte = (unsigned char)line.bytes[at];
            if (byte < ' ' || byte == 0x7f || (byte == '\\' && quoted) ||
                (!quoted && strchr("\"!(),\\=#", byte))) {
                return refuse(reader, -EBADMSG, at, "this byte can't stand in a variable's value");
            }
            at++;
        }
        if (!quoted && !strchr("/@", line.bytes[start]) && !is_name_byte(line.bytes[start])) {
            return refuse(reader, -EBADMSG, start,
                          "a value begins with a letter, a digit, '/', '@' or a quote");
        }
        if (quoted && at == line.length) {
            return refuse(reader, -EBADMSG, start, "the quoted value doesn't end on this line");
        }
        at += quoted;
        if (at < line.length && !strchr(" \t", line.bytes[at])) {
            return refuse(reader, -EBADMSG, at, "a blank must follow the closing quote");
        }
        at = skip_blanks(line, at);
    }
    return 0;
}

/* @{NAME}=WORD... */
static int check_variable(const struct reader *reader, struct armor_slice line, size_t start)
{
    size_t at = start + 2;
    while (at < line.length && is_name_byte(line.bytes[at])) {
        at++;
    }
    if (at == start + 2 || !step(line, &at, "}") || !step(line, &at, "=")) {
        return refuse(reader, -EBADMSG, at,
                      "a variable is defined as @{NAME}=WORD, its name of a-z A-Z 0-9 _");
    }
    return check_values(reader, line, at);
}

/* The flags between the parentheses, from *AT up to and with the closing one. */
static int check_flags(const struct reader *reader, struct armor_slice line, size_t *at)
{
    bool seen[COUNT(flags)] = {false};
    size_t start = *at;
    do {
        size_t i = 0;
        size_t word = *at;
        while (i < COUNT(flags) && (seen[i] || !step(line, at, flags[i].word))) {
            i++;
        }
        if (i == COUNT(flags)) {
            return refuse(reader, -EPERM, word,
                          "flags are attach_disconnected, mediate_deleted and complain, each at most once");
        }
        seen[i] = true;
    } while (step(line, at, ","));
    if (!step(line, at, ")")) {
        return refuse(reader, -EBADMSG, *at, "a comma or a parenthesis must follow a flag");
    }
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (flags[i].is_mode && seen[i] != (reader->mode == LOADER_MODE_COMPLAIN)) {
            return refuse(reader, -EPERM, start,
                          seen[i] ? "the flags say complain, the request says enforce"
                                  : "the request says complain, the flags don't");
        }
    }
    return 0;
}

/* profile NAME flags=(...) { */
static int check_header(struct reader *reader, struct armor_slice line, size_t start)
{
    size_t at = start;
    (void)step(line, &at, "profile");
    size_t name = at;
    if (at == start + strlen("profile") || !step(line, &at, reader->name) ||
        at == name + strlen(reader->name)) {
        return refuse(reader, -EPERM, name, "the profile isn't the one that the request names");
    }
    if (!step(line, &at, "flags=(")) {
        return refuse(reader, -EBADMSG, at, "flags=(...) must follow the profile's name");
    }
    int r = check_flags(reader, line, &at);
    if (r < 0) {
        return r;
    }
    if (!step(line, &at, "{")) {
        return refuse(reader, -EBADMSG, at, "the profile's opening brace must follow its flags");
    }
    reader->place = INSIDE;
    return loader_rule_comment(line, at, reader->number, reader->err);
}

static int check_before(struct reader *reader, struct armor_slice line, size_t at)
{
    struct armor_slice rest = from(line, at);
    if (armor_slice_starts(rest, ARMOR_SLICE("profile"))) {
        return check_header(reader, line, at);
    }
    if (armor_slice_starts(rest, ARMOR_SLICE("abi"))) {
        return check_abi(reader, line, at);
    }
    if (armor_slice_starts(rest, ARMOR_SLICE("@{"))) {
        return check_variable(reader, line, at);
    }
    if (armor_slice_starts(rest, ARMOR_SLICE("include"))) {
        return refuse(reader, -EPERM, at, "a profile must be complete in itself: includes are refused");
    }
    return refuse(reader, -EBADMSG, at, "only abi, variables and the profile itself may stand here");
}

static int check_line(struct reader *reader, struct armor_slice line)
{
    const char *nul = line.length ? memchr(line.bytes, '\0', line.length) : NULL;
    if (nul) {
        return refuse(reader, -EBADMSG, (size_t)(nul - line.bytes), "a NUL byte");
    }
    size_t at = skip_blanks(line, 0);
    if (at == line.length || line.bytes[at] == '#') {
        return loader_rule_comment(line, at, reader->number, reader->err);
    }
    switch (reader->place) {
    case BEFORE: return check_before(reader, line, at);
    case INSIDE:
        if (line.bytes[at] != '}') {
            return loader_rule_check(line, reader->number, reader->name, reader->err);
        }
        reader->place = AFTER;
        return loader_rule_comment(line, at + 1, reader->number, reader->err);
    case AFTER: break;
    }
    return refuse(reader, -EPERM, at, "nothing may follow the profile");
}

int loader_statement_check(struct armor_slice text, const char *name, enum loader_mode mode,
                           struct armor_error *err)
{
    struct reader reader = {.name = name, .mode = mode, .place = BEFORE, .number = 1, .err = err};
    if (!armor_slice_starts(text, ARMOR_SLICE(LOADER_MARKER))) {
        return refuse(&reader, -EBADMSG, 0, "the first line doesn't begin with \"" LOADER_MARKER "\"");
    }
    for (size_t at = 0; at < text.length; reader.number++) {
        const char *newline = memchr(text.bytes + at, '\n', text.length - at);
        size_t length = newline ? (size_t)(newline - text.bytes) - at : text.length - at;
        int r = check_line(&reader, (struct armor_slice){text.bytes + at, length});
        if (r < 0) {
            return r;
        }
        at += length + (newline != NULL);
    }
    if (reader.place != AFTER) {
        return refuse(&reader, -EBADMSG, 0,
                      reader.place == BEFORE ? "there is no profile in the text"
                                             : "the profile's closing brace is missing");
    }
    return 0;
}

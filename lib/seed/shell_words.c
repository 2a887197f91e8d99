/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simple commands of a shell's program. Grammar: POSIX.1-2017, Shell Command Language. See shell_words.h. */
#include "seed/shell_words.h"

#include <errno.h>
#include <stdlib.h>

#include "armor/limits.h"

enum {
    WORDS_MAX = 4096, /* of one simple command: a list of packages has some hundred */
    HERE_MAX = 8,     /* here-documents of one line */
};

struct reader {
    struct armor_slice program;
    size_t at;
    shell_lookup *lookup;
    shell_visit *visit;
    void *context;

    struct shell_word *words; /* of the current command; owned */
    size_t count, room;
    struct armor_text text;
    enum shell_link link;
    size_t depth, group; /* of subshells; how many there were */
    size_t compound;     /* of if, for, while, case, { of a function */
    size_t cases;        /* of case, among them */
    bool conditional;    /* behind || */
    bool pattern;        /* where `case` has a pattern */
    bool heading;        /* in `for x in ...` or `case x in`: words, no command */
    bool understood;
    struct armor_slice here[HERE_MAX]; /* names of the here-documents whose bodies come */
    size_t here_count;
};

static char peek(const struct reader *reader, size_t ahead)
{
    size_t at = reader->at + ahead;
    return (char)(at < reader->program.length ? reader->program.bytes[at] : '\0');
}

static bool is_name_byte(char byte)
{
    return armor_is_alnum(byte) || byte == '_';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool ends_word(char byte)
{
    return byte == '\0' || byte == '\n' || is_blank(byte) || strchr(";&|()<>", byte) != NULL;
}

/* Skip from an opening OPEN, or from behind it where CLOSE is the same, to behind its CLOSE; quotes and nesting minded. */
static void skip_nested(struct reader *reader, char open, char close)
{
    size_t depth = 0;
    char quote = '\0';
    for (; reader->at < reader->program.length; reader->at++) {
        char byte = peek(reader, 0);
        if (byte == '\\' && quote != '\'') {
            reader->at++;
        } else if (quote) {
            quote = (char)(byte == quote ? '\0' : quote);
        } else if (byte == '\'' || byte == '"') {
            quote = byte;
        } else if (byte == open && open != close) {
            depth++;
        } else if (byte == close && (open == close || --depth == 0)) {
            reader->at++;
            return;
        }
    }
    reader->at = reader->program.length;
    reader->understood = false;
}

/* Read what a dollar begins into the word. */
static void read_dollar(struct reader *reader, struct shell_word *word)
{
    reader->at++;
    char next = peek(reader, 0);
    if (next == '(') {
        word->known = false;
        skip_nested(reader, '(', ')');
        return;
    }
    size_t brace = next == '{';
    size_t start = reader->at + brace;
    size_t end = start;
    while (end < reader->program.length && is_name_byte(reader->program.bytes[end])) {
        end++;
    }
    struct armor_slice name = {reader->program.bytes + start, end - start};
    bool plain =
        name.length && (!brace || (end < reader->program.length && reader->program.bytes[end] == '}'));
    if (!plain) {
        bool special = !brace && next != '\0' && strchr("@*#?-$!", next) != NULL;
        if (brace) {
            skip_nested(reader, '{', '}');
        } else if (special) {
            reader->at++;
        } else {
            armor_text_char(&reader->text, '$');
            return;
        }
        word->known = false;
        return;
    }
    reader->at = end + brace;
    const char *value = reader->lookup(reader->context, name);
    if (value) {
        armor_text_string(&reader->text, value);
    } else {
        word->known = false;
    }
}

static void read_single(struct reader *reader)
{
    size_t start = ++reader->at;
    while (reader->at < reader->program.length && peek(reader, 0) != '\'') {
        reader->at++;
    }
    armor_text_slice(&reader->text, (struct armor_slice){reader->program.bytes + start, reader->at - start});
    reader->understood = reader->understood && reader->at < reader->program.length;
    reader->at++;
}

static void read_double(struct reader *reader, struct shell_word *word)
{
    reader->at++;
    while (reader->at < reader->program.length && peek(reader, 0) != '"') {
        char byte = peek(reader, 0);
        if (byte == '$') {
            read_dollar(reader, word);
            continue;
        }
        if (byte == '`') {
            word->known = false;
            reader->at++;
            while (reader->at < reader->program.length && peek(reader, 0) != '`') {
                reader->at++;
            }
        } else if (byte == '\\' && peek(reader, 1) != '\0' && strchr("$`\"\\\n", peek(reader, 1))) {
            armor_text_char(&reader->text, peek(reader, 1));
            reader->at++;
        } else {
            armor_text_char(&reader->text, byte);
        }
        reader->at++;
    }
    reader->understood = reader->understood && reader->at < reader->program.length;
    reader->at++;
}

/* Read one word at the current byte, which begins one, and add it to the command. */
static int read_word(struct reader *reader)
{
    if (reader->count == WORDS_MAX) {
        return -E2BIG;
    }
    if (reader->count == reader->room) {
        size_t room = reader->room ? reader->room * 2 : 32;
        struct shell_word *words = realloc(reader->words, room * sizeof *words);
        if (!words) {
            return -ENOMEM;
        }
        reader->words = words;
        reader->room = room;
    }
    struct shell_word word = {.text = reader->text.length, .offset = reader->at, .known = true};
    while (!ends_word(peek(reader, 0))) {
        char byte = peek(reader, 0);
        if (byte == '\'') {
            read_single(reader);
        } else if (byte == '"') {
            read_double(reader, &word);
        } else if (byte == '$') {
            read_dollar(reader, &word);
        } else if (byte == '`') {
            word.known = false;
            reader->at++;
            skip_nested(reader, '`', '`');
        } else if (byte == '\\') {
            if (peek(reader, 1) != '\0' && peek(reader, 1) != '\n') {
                armor_text_char(&reader->text, peek(reader, 1));
            }
            reader->at += 2;
        } else {
            word.glob = word.glob || strchr("*?[{", byte) != NULL;
            armor_text_char(&reader->text, byte);
            reader->at++;
        }
    }
    if (reader->at > reader->program.length) { /* behind an open quote, or a backslash at the end */
        reader->at = reader->program.length;
    }
    armor_text_slice(&reader->text, (struct armor_slice){"", 1}); /* its terminator */
    reader->words[reader->count++] = word;
    return reader->text.error;
}

/* Give the words read so far to the visitor, and begin the next command with LINK. */
static int end_command(struct reader *reader, enum shell_link link)
{
    int r = 0;
    if (reader->count && !reader->heading) {
        struct shell_command command = {.words = reader->words,
                                        .count = reader->count,
                                        .text = reader->text.bytes,
                                        .link = reader->link,
                                        .depth = reader->depth,
                                        .group = reader->group,
                                        .certain = !reader->compound && !reader->conditional};
        r = reader->visit(reader->context, &command);
    }
    reader->heading = reader->heading && reader->cases;
    reader->count = 0;
    reader->text.length = 0;
    reader->link = link;
    return r;
}

/* What a reserved word does to the reader. */
enum effect {
    OPENS,   /* a compound command; what follows is a command */
    LISTS,   /* as OPENS, but words follow up to a separator */
    CASES,   /* as OPENS; words follow up to `in` */
    GOES_ON, /* what follows is a command */
    CLOSES,
    CLOSES_CASE,
};

static const struct {
    const char *word;
    enum effect effect;
} reserved[] = {
    {"if", OPENS},   {"while", OPENS},  {"until", OPENS},  {"for", LISTS},
    {"case", CASES}, {"then", GOES_ON}, {"else", GOES_ON}, {"elif", GOES_ON},
    {"do", GOES_ON}, {"!", GOES_ON},    {"time", GOES_ON}, {"{", OPENS},
    {"fi", CLOSES},  {"done", CLOSES},  {"}", CLOSES},     {"esac", CLOSES_CASE},
};

/* If the one word that the command has so far is reserved, take it. */
static void take_reserved(struct reader *reader)
{
    const char *word = reader->text.bytes + reader->words[0].text;
    bool plain = reader->words[0].known &&
                 strlen(word) == reader->at - reader->words[0].offset; /* nothing quoted in it */
    for (size_t i = 0; plain && i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(word, reserved[i].word) != 0) {
            continue;
        }
        enum effect effect = reserved[i].effect;
        reader->compound += effect <= CASES;
        reader->compound -= effect >= CLOSES && reader->compound > 0;
        reader->heading = effect == LISTS || effect == CASES;
        reader->cases += effect == CASES;
        reader->cases -= effect == CLOSES_CASE && reader->cases > 0;
        reader->pattern = false;
        reader->count = 0;
        reader->text.length = 0;
        return;
    }
}

/* Skip a redirection and its word. The body of a here-document comes behind the end of the line. */
static int skip_redirection(struct reader *reader)
{
    bool here = peek(reader, 0) == '<' && peek(reader, 1) == '<' && peek(reader, 2) != '<';
    while (peek(reader, 0) != '\0' && strchr("<>&|-", peek(reader, 0))) {
        reader->at++;
    }
    while (is_blank(peek(reader, 0))) {
        reader->at++;
    }
    if (peek(reader, 0) == '(') { /* <(...) of bash */
        skip_nested(reader, '(', ')');
        return 0;
    }
    size_t count = reader->count;
    size_t length = reader->text.length;
    size_t start = reader->at;
    int r = ends_word(peek(reader, 0)) ? 0 : read_word(reader);
    if (here && reader->at > start && reader->here_count < HERE_MAX) {
        char quote = reader->program.bytes[start];
        size_t quoted = (quote == '\'' || quote == '"') && reader->at - start > 1;
        reader->here[reader->here_count++] =
            (struct armor_slice){reader->program.bytes + start + quoted, reader->at - start - 2 * quoted};
    }
    reader->count = count;
    reader->text.length = length;
    return r;
}

/* Skip the lines up to the one that has NAME alone, tabs before it aside. */
static void skip_here(struct reader *reader, struct armor_slice name)
{
    while (reader->at < reader->program.length) {
        const char *start = reader->program.bytes + reader->at;
        size_t left = reader->program.length - reader->at;
        const char *newline = memchr(start, '\n', left);
        struct armor_slice line = {start, newline ? (size_t)(newline - start) : left};
        reader->at += line.length + (newline != NULL);
        while (line.length && line.bytes[0] == '\t') {
            line.bytes++;
            line.length--;
        }
        if (armor_slice_equal(line, name)) {
            return;
        }
    }
    reader->understood = false;
}

/* Handle the operator at the current byte: the end of a command, or of a pattern. */
static int read_operator(struct reader *reader)
{
    char byte = peek(reader, 0);
    char next = peek(reader, 1);
    bool twice = next == byte;
    reader->at += 1 + twice;
    if (reader->pattern) { /* `a|b)`, `(a)` */
        reader->pattern = byte != ')';
        reader->count = 0;
        reader->text.length = 0;
        return 0;
    }
    bool pipe = byte == '|' && !twice;
    reader->at += pipe && next == '&'; /* |& of bash takes the errors along */
    int r = end_command(reader, pipe ? SHELL_PIPED : SHELL_FIRST);
    reader->conditional = (byte == '|' && twice) || (reader->conditional && (pipe || byte == '('));
    reader->pattern = byte == ';' && twice && reader->cases;
    if (byte == '(') {
        reader->at -= twice; /* ((...)) is arithmetic, read as two subshells of no command that matters */
        reader->depth++;
        reader->group++;
    } else if (byte == ')') {
        reader->at -= twice;
        reader->depth -= reader->depth > 0;
    }
    return r;
}

static int read_next(struct reader *reader)
{
    char byte = peek(reader, 0);
    if (is_blank(byte) || (byte == '\\' && peek(reader, 1) == '\n')) {
        reader->at += is_blank(byte) ? 1 : 2;
        return 0;
    }
    if (byte == '\n') {
        reader->at++;
        for (size_t i = 0; i < reader->here_count; i++) {
            skip_here(reader, reader->here[i]);
        }
        reader->here_count = 0;
        if (reader->pattern) {
            return 0;
        }
        reader->conditional = false;
        return end_command(reader, SHELL_FIRST);
    }
    if (byte == '#') {
        while (peek(reader, 0) != '\n' && reader->at < reader->program.length) {
            reader->at++;
        }
        return 0;
    }
    if (byte == '<' || byte == '>') {
        return skip_redirection(reader);
    }
    if (byte == '&' && peek(reader, 1) == '>') {
        reader->at++;
        return skip_redirection(reader);
    }
    if (strchr(";&|()", byte)) {
        return read_operator(reader);
    }
    int r = read_word(reader);
    if (r < 0) {
        return r;
    }
    const char *word = reader->text.bytes + reader->words[reader->count - 1].text;
    if ((peek(reader, 0) == '<' || peek(reader, 0) == '>') && word[strspn(word, "0123456789")] == '\0') {
        reader->text.length = reader->words[--reader->count].text; /* the descriptor of a redirection */
        return 0;
    }
    if (reader->heading && reader->cases && strcmp(word, "in") == 0) {
        reader->heading = false;
        reader->pattern = true;
        reader->count = 0;
        reader->text.length = 0;
        return 0;
    }
    if (reader->count == 1 && !reader->heading &&
        (!reader->pattern || strcmp(reader->text.bytes + reader->words[0].text, "esac") == 0)) {
        take_reserved(reader);
    }
    return 0;
}

int shell_read(struct armor_slice program, shell_lookup *lookup, shell_visit *visit, void *context)
{
    struct reader reader = {.program = program,
                            .lookup = lookup,
                            .visit = visit,
                            .context = context,
                            .text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX),
                            .understood = true};
    int r = 0;
    reader.program.length = program.length ? strnlen(program.bytes, program.length) : 0;
    while (r >= 0 && reader.at < reader.program.length) {
        r = read_next(&reader);
    }
    r = r < 0 ? r : end_command(&reader, SHELL_FIRST);
    free(reader.words);
    armor_text_done(&reader.text);
    return r < 0 ? r : reader.understood;
}

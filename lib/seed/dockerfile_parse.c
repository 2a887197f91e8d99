/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instructions of a Dockerfile. See dockerfile_parse.h. */
#include "seed/dockerfile_parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "armor/intern.h"
#include "armor/limits.h"
#include "seed/dockerfile_words.h"

static const struct {
    const char *name;
    dockerfile_words *words;
    bool heredocs;
} keywords[DOCKERFILE_KEYWORD_COUNT] = {
    [DOCKERFILE_ADD] = {"ADD", dockerfile_words_json_blanks, true},
    [DOCKERFILE_ARG] = {"ARG", dockerfile_words_quoted, false},
    [DOCKERFILE_CMD] = {"CMD", dockerfile_words_json, false},
    [DOCKERFILE_COPY] = {"COPY", dockerfile_words_json_blanks, true},
    [DOCKERFILE_ENTRYPOINT] = {"ENTRYPOINT", dockerfile_words_json, false},
    [DOCKERFILE_ENV] = {"ENV", dockerfile_words_pairs, false},
    [DOCKERFILE_EXPOSE] = {"EXPOSE", dockerfile_words_blanks, false},
    [DOCKERFILE_FROM] = {"FROM", dockerfile_words_blanks, false},
    [DOCKERFILE_HEALTHCHECK] = {"HEALTHCHECK", dockerfile_words_health, false},
    [DOCKERFILE_LABEL] = {"LABEL", dockerfile_words_pairs, false},
    [DOCKERFILE_MAINTAINER] = {"MAINTAINER", dockerfile_words_whole, false},
    [DOCKERFILE_RUN] = {"RUN", dockerfile_words_json, true},
    [DOCKERFILE_SHELL] = {"SHELL", dockerfile_words_json, false},
    [DOCKERFILE_STOPSIGNAL] = {"STOPSIGNAL", dockerfile_words_whole, false},
    [DOCKERFILE_USER] = {"USER", dockerfile_words_whole, false},
    [DOCKERFILE_VOLUME] = {"VOLUME", dockerfile_words_json_blanks, false},
    [DOCKERFILE_WORKDIR] = {"WORKDIR", dockerfile_words_whole, false},
};

const char *dockerfile_keyword_name(enum dockerfile_keyword keyword)
{
    return keywords[keyword].name;
}

static bool same_letters(struct armor_slice word, const char *upper)
{
    size_t at = 0;
    for (; at < word.length && upper[at]; at++) {
        char byte = word.bytes[at];
        if ((byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte) != upper[at]) {
            return false;
        }
    }
    return at == word.length && upper[at] == '\0';
}

static int keyword_of(struct armor_slice word)
{
    for (int i = 0; i < DOCKERFILE_KEYWORD_COUNT; i++) {
        if (same_letters(word, keywords[i].name)) {
            return i;
        }
    }
    return -ENOENT;
}

void dockerfile_place(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
                      size_t offset, size_t *ret_line, size_t *ret_column)
{
    const struct dockerfile_segment *segment = file->segments + instruction->segment;
    size_t low = 0;
    size_t high = instruction->segment_count;
    while (high - low > 1) { /* the last that starts at OFFSET or before it */
        size_t middle = low + (high - low) / 2;
        if (segment[middle].offset <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *ret_line = segment[low].line;
    *ret_column = segment[low].column + (offset - segment[low].offset);
}

int dockerfile_error(const struct dockerfile *file, const struct dockerfile_instruction *instruction,
                     size_t offset, struct armor_error *err, int code, const char *format, ...)
{
    char text[sizeof err->text];
    size_t line = 0;
    size_t column = 0;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    dockerfile_place(file, instruction, offset, &line, &column);
    return armor_error_at(err, code, line, column, "%s", text);
}

/* Keep what the lexer knows of the current line: its text and where the parts come from. */
static int keep_line(struct dockerfile *file, const struct dockerfile_lexer *lexer,
                     struct dockerfile_instruction *instruction)
{
    instruction->segment = file->segment_count;
    instruction->segment_count = lexer->segment_count;
    instruction->comments = lexer->comments;
    for (size_t i = 0; i < lexer->segment_count; i++) {
        void *segments = file->segments;
        int r =
            dockerfile_reserve(&segments, sizeof *file->segments, file->segment_count, &file->segment_room);
        if (r < 0) {
            return r;
        }
        file->segments = segments;
        file->segments[file->segment_count++] = lexer->segments[i];
    }
    int r = armor_intern_add(file->text, (struct armor_slice){lexer->joined.bytes, lexer->joined.length},
                             &instruction->line);
    return r < 0 ? r : 0;
}

/*
 * Read the name behind `<<` at byte AT of LINE, taking quotes away. Returns the byte behind it; 0: no heredoc here (`<<<`, no
 * name, or a quote without its other half).
 */
static size_t heredoc_name(struct armor_slice line, size_t at, struct armor_text *name, bool *ret_quoted)
{
    *ret_quoted = false;
    while (at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '\t')) {
        at++;
    }
    size_t start = at;
    while (at < line.length && !dockerfile_is_blank(line.bytes[at])) {
        char byte = line.bytes[at++];
        if (byte == '<' || (byte == '\\' && at == line.length)) {
            return 0;
        }
        if (byte == '\'' || byte == '"') {
            const char *end = memchr(line.bytes + at, byte, line.length - at);
            if (!end) {
                return 0;
            }
            *ret_quoted = true;
            armor_text_slice(name, (struct armor_slice){line.bytes + at, (size_t)(end - line.bytes) - at});
            at = (size_t)(end - line.bytes) + 1;
        } else {
            armor_text_char(name, line.bytes[byte == '\\' ? at++ : at - 1]);
        }
    }
    return at > start && name->length ? at : 0;
}

/* Whether byte AT of LINE begins a word, digits of a descriptor aside. */
static bool begins_word(struct armor_slice line, size_t at)
{
    while (at > 0 && line.bytes[at - 1] >= '0' && line.bytes[at - 1] <= '9') {
        at--;
    }
    return at == 0 || dockerfile_is_blank(line.bytes[at - 1]);
}

static int add_heredoc(struct dockerfile *file, struct dockerfile_lexer *lexer,
                       struct dockerfile_instruction *instruction, struct dockerfile_heredoc heredoc,
                       struct armor_error *err)
{
    const char *name = NULL;
    int r = armor_intern_add(file->text, heredoc.name, &name);
    heredoc.name.bytes = name;
    r = r < 0 ? r : dockerfile_lexer_heredoc(lexer, &heredoc, err);
    void *heredocs = file->heredocs;
    r = r < 0 ? r : dockerfile_reserve(&heredocs, sizeof heredoc, file->heredoc_count, &file->heredoc_room);
    if (r < 0) {
        return r;
    }
    file->heredocs = heredocs;
    file->heredocs[file->heredoc_count++] = heredoc;
    instruction->heredoc_count++;
    return 0;
}

/* Whether each quote of LINE has its other half; a line of which that isn't so has no heredocs for BuildKit either. */
static bool quotes_close(struct armor_slice line)
{
    char quote = '\0';
    for (size_t at = 0; at < line.length; at++) {
        char byte = line.bytes[at];
        if (byte == '\\' && quote != '\'') {
            at++;
        } else if (byte == quote) {
            quote = '\0';
        } else if (!quote && (byte == '\'' || byte == '"')) {
            quote = byte;
        }
    }
    return quote == '\0';
}

/* Find the words `<<NAME`, `<<-NAME`, `3<<"NAME"` of the line outside quotes, and take their bodies in turn. */
static int take_heredocs(struct dockerfile *file, struct dockerfile_lexer *lexer,
                         struct dockerfile_instruction *instruction, struct armor_error *err)
{
    struct armor_slice line = armor_slice_of(instruction->line);
    ARMOR_CLEANUP(armor_text_done) struct armor_text name = ARMOR_TEXT_INIT(line.length);
    char quote = '\0';
    instruction->heredoc = file->heredoc_count;
    if (!quotes_close(line)) {
        return 0;
    }
    for (size_t at = 0; at + 2 < line.length; at++) {
        char byte = line.bytes[at];
        if (byte == '\\' && quote != '\'') {
            at++;
            continue;
        }
        if (quote || byte == '\'' || byte == '"') {
            quote = (char)(!quote ? byte : byte == quote ? '\0' : quote);
            continue;
        }
        if (byte != '<' || line.bytes[at + 1] != '<' || !begins_word(line, at)) {
            continue;
        }
        struct dockerfile_heredoc heredoc = {.strip_tabs = line.bytes[at + 2] == '-'};
        bool quoted = false;
        name.length = 0;
        size_t end = heredoc_name(line, at + 2 + heredoc.strip_tabs, &name, &quoted);
        if (name.error) {
            return name.error;
        }
        if (end == 0) {
            at += 2; /* `<<<` is a string of the shell's */
            continue;
        }
        heredoc.name = (struct armor_slice){name.bytes, name.length};
        heredoc.expand = !quoted;
        int r = add_heredoc(file, lexer, instruction, heredoc, err);
        if (r < 0) {
            return r;
        }
        at = end - 1;
    }
    return 0;
}

/* Parse the keyword at byte AT of INSTRUCTION's line, and what follows it. */
static int parse_instruction(struct dockerfile *file, struct dockerfile_instruction *instruction, size_t at,
                             struct armor_error *err)
{
    struct armor_slice line = armor_slice_of(instruction->line);
    while (at < line.length && dockerfile_is_blank(line.bytes[at])) {
        at++;
    }
    size_t start = at;
    while (at < line.length && !dockerfile_is_blank(line.bytes[at])) {
        at++;
    }
    struct armor_slice word = {line.bytes + start, at - start};
    if (same_letters(word, "ONBUILD")) {
        size_t next = at;
        while (next < line.length && dockerfile_is_blank(line.bytes[next])) {
            next++;
        }
        if (next == line.length || instruction->onbuild) {
            return dockerfile_error(file, instruction, start, err, -EBADMSG, "ONBUILD of %s",
                                    instruction->onbuild ? "an ONBUILD" : "nothing");
        }
        instruction->onbuild = true;
        return parse_instruction(file, instruction, next, err);
    }
    int keyword = keyword_of(word);
    if (keyword < 0) {
        bool template =
            armor_slice_starts(word, ARMOR_SLICE("{{")) || armor_slice_starts(word, ARMOR_SLICE("{%"));
        return dockerfile_error(file, instruction, start, err, template ? -EOPNOTSUPP : -EBADMSG,
                                template
                                    ? "\"%.*s\" is of a template; give the Dockerfile that is made from it"
                                    : "\"%.*s\" isn't an instruction of a Dockerfile",
                                word.length > 40 ? 40 : (int)word.length, word.bytes);
    }
    instruction->keyword = (enum dockerfile_keyword)keyword;
    int r = dockerfile_words_flags(file, instruction, line, at, &at);
    r = r < 0 ? r : keywords[keyword].words(file, instruction, line, at, err);
    if (r == 0 && instruction->argument_count == 0 && !instruction->json) {
        r = dockerfile_error(file, instruction, start, err, -EBADMSG, "%s of nothing",
                             keywords[keyword].name);
    }
    return r;
}

static int parse_next(struct dockerfile *file, struct dockerfile_lexer *lexer, struct armor_error *err)
{
    if (file->instruction_count == ARMOR_DOCKERFILE_INSTRUCTIONS_MAX) {
        return armor_error_at(err, -E2BIG, lexer->line, 0, "more than %d instructions",
                              ARMOR_DOCKERFILE_INSTRUCTIONS_MAX);
    }
    void *instructions = file->instructions;
    int r = dockerfile_reserve(&instructions, sizeof *file->instructions, file->instruction_count,
                               &file->instruction_room);
    if (r < 0) {
        return r;
    }
    file->instructions = instructions;
    struct dockerfile_instruction instruction = {.word = file->word_count};
    r = keep_line(file, lexer, &instruction);
    r = r < 0 ? r : parse_instruction(file, &instruction, 0, err);
    if (r == 0 && keywords[instruction.keyword].heredocs) {
        r = take_heredocs(file, lexer, &instruction, err);
    }
    if (r == 0) {
        file->instructions[file->instruction_count++] = instruction;
    }
    return r;
}

int dockerfile_parse(struct armor_slice text, struct dockerfile *file, struct armor_error *err)
{
    ARMOR_CLEANUP(dockerfile_lexer_done) struct dockerfile_lexer lexer = {0};
    int r = dockerfile_lexer_init(&lexer, text, err);
    r = r < 0 ? r : armor_intern_new(ARMOR_DOCKERFILE_TEXT_MAX, 0, &file->text);
    while (r >= 0 && (r = dockerfile_lexer_next(&lexer, err)) > 0) {
        file->escape = lexer.escape;
        r = parse_next(file, &lexer, err);
    }
    if (r == 0 && file->instruction_count == 0) {
        return armor_error_at(err, -EBADMSG, lexer.line, 0, "no instruction; a Dockerfile begins with FROM");
    }
    if (r < 0) {
        return armor_error_at(err, r, lexer.line, 0, r == -ENOMEM ? "out of memory" : "the text is too long");
    }
    return 0;
}

void dockerfile_done(struct dockerfile *file)
{
    free(file->instructions);
    free(file->words);
    free(file->heredocs);
    free(file->segments);
    armor_intern_free(file->text);
    *file = (struct dockerfile){0};
}

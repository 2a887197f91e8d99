/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments cut into words. See dockerfile_words.h. */
#include "seed/dockerfile_words.h"

#include <errno.h>
#include <jansson.h>

#include "armor/intern.h"

int dockerfile_word_add(struct dockerfile *file, struct armor_slice bytes, size_t offset)
{
    void *words = file->words;
    int r = dockerfile_reserve(&words, sizeof *file->words, file->word_count, &file->word_room);
    if (r < 0) {
        return r;
    }
    file->words = words;
    const char *text = NULL;
    r = armor_intern_add(file->text, bytes, &text);
    if (r < 0) {
        return r;
    }
    file->words[file->word_count++] = (struct dockerfile_word){text, offset};
    return 0;
}

static int add_argument(struct dockerfile *file, struct dockerfile_instruction *instruction,
                        struct armor_slice bytes, size_t offset)
{
    int r = dockerfile_word_add(file, bytes, offset);
    instruction->argument_count += r == 0;
    return r;
}

static size_t skip_blanks(struct armor_slice line, size_t at)
{
    while (at < line.length && dockerfile_is_blank(line.bytes[at])) {
        at++;
    }
    return at;
}

static size_t skip_word(struct armor_slice line, size_t at)
{
    while (at < line.length && !dockerfile_is_blank(line.bytes[at])) {
        at++;
    }
    return at;
}

static struct armor_slice part(struct armor_slice line, size_t from, size_t to)
{
    return (struct armor_slice){line.bytes + from, to - from};
}

int dockerfile_words_flags(struct dockerfile *file, struct dockerfile_instruction *instruction,
                           struct armor_slice line, size_t at, size_t *ret_at)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text flag = ARMOR_TEXT_INIT(line.length);
    for (at = skip_blanks(line, at); at + 1 < line.length && memcmp(line.bytes + at, "--", 2) == 0;
         at = skip_blanks(line, at)) {
        size_t start = at;
        char quote = '\0';
        flag.length = 0;
        for (; at < line.length && (quote || !dockerfile_is_blank(line.bytes[at])); at++) {
            char byte = line.bytes[at];
            if (byte == quote) {
                quote = '\0';
            } else if (!quote && (byte == '\'' || byte == '"')) {
                quote = byte;
            } else {
                at += byte == file->escape && at + 1 < line.length;
                armor_text_char(&flag, line.bytes[at]);
            }
        }
        if (flag.error) {
            return flag.error;
        }
        if (flag.length == 2) { /* `--` alone ends the flags */
            break;
        }
        int r = dockerfile_word_add(file, (struct armor_slice){flag.bytes, flag.length}, start);
        if (r < 0) {
            return r;
        }
        instruction->flag_count++;
    }
    *ret_at = skip_blanks(line, at);
    return 0;
}

int dockerfile_words_blanks(struct dockerfile *file, struct dockerfile_instruction *instruction,
                            struct armor_slice line, size_t at, struct armor_error *err)
{
    (void)err;
    for (at = skip_blanks(line, at); at < line.length; at = skip_blanks(line, at)) {
        size_t start = at;
        at = skip_word(line, at);
        int r = add_argument(file, instruction, part(line, start, at), start);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int dockerfile_words_whole(struct dockerfile *file, struct dockerfile_instruction *instruction,
                           struct armor_slice line, size_t at, struct armor_error *err)
{
    (void)err;
    at = skip_blanks(line, at);
    return at < line.length ? add_argument(file, instruction, part(line, at, line.length), at) : 0;
}

/*
 * The end of the word at START: a blank outside quotes. An escape keeps the byte behind it, but not within single
 * quotes; one at the end of the line is no part of the word.
 */
static size_t quoted_end(const struct dockerfile *file, struct armor_slice line, size_t start,
                         size_t *ret_length)
{
    char quote = '\0';
    size_t at = start;
    for (; at < line.length && (quote || !dockerfile_is_blank(line.bytes[at])); at++) {
        char byte = line.bytes[at];
        if (byte == file->escape && quote != '\'') {
            if (at + 1 == line.length) {
                *ret_length = at - start;
                return line.length;
            }
            at++;
        } else if (byte == quote) {
            quote = '\0';
        } else if (!quote && (byte == '\'' || byte == '"')) {
            quote = byte;
        }
    }
    *ret_length = at - start;
    return at;
}

int dockerfile_words_quoted(struct dockerfile *file, struct dockerfile_instruction *instruction,
                            struct armor_slice line, size_t at, struct armor_error *err)
{
    (void)err;
    for (at = skip_blanks(line, at); at < line.length; at = skip_blanks(line, at)) {
        size_t start = at;
        size_t length = 0;
        at = quoted_end(file, line, start, &length);
        int r = length ? add_argument(file, instruction, part(line, start, start + length), start) : 0;
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int add_pair(struct dockerfile *file, struct dockerfile_instruction *instruction,
                    struct armor_slice line, size_t start, size_t end, struct armor_error *err)
{
    const char *equals = memchr(line.bytes + start, '=', end - start);
    if (!equals || equals == line.bytes + start) {
        return dockerfile_error(file, instruction, start, err, -EBADMSG, "\"%.*s\" isn't name=value",
                                end - start > 60 ? 60 : (int)(end - start), line.bytes + start);
    }
    size_t middle = (size_t)(equals - line.bytes);
    int r = add_argument(file, instruction, part(line, start, middle), start);
    return r < 0 ? r : add_argument(file, instruction, part(line, middle + 1, end), middle + 1);
}

int dockerfile_words_pairs(struct dockerfile *file, struct dockerfile_instruction *instruction,
                           struct armor_slice line, size_t at, struct armor_error *err)
{
    const char *keyword = dockerfile_keyword_name(instruction->keyword);
    at = skip_blanks(line, at);
    size_t length = 0;
    (void)quoted_end(file, line, at, &length);
    if (length && !memchr(line.bytes + at, '=', length)) {
        size_t key_end = skip_word(line, at);
        size_t value = skip_blanks(line, key_end);
        if (value == line.length) {
            return dockerfile_error(file, instruction, at, err, -EBADMSG,
                                    "%s without a value for \"%.*s\"; write name=value", keyword,
                                    length > 60 ? 60 : (int)length, line.bytes + at);
        }
        instruction->legacy = true;
        int r = add_argument(file, instruction, part(line, at, key_end), at);
        return r < 0 ? r : add_argument(file, instruction, part(line, value, line.length), value);
    }
    while (at < line.length) {
        size_t end = quoted_end(file, line, at, &length);
        int r = length ? add_pair(file, instruction, line, at, at + length, err) : 0;
        if (r < 0) {
            return r;
        }
        at = skip_blanks(line, end);
    }
    return 0;
}

/* Add the strings of the array at byte AT. Returns 1; 0 when it isn't a JSON array; negative. */
static int add_json(struct dockerfile *file, struct dockerfile_instruction *instruction,
                    struct armor_slice line, size_t at, struct armor_error *err)
{
    at = skip_blanks(line, at);
    if (at == line.length || line.bytes[at] != '[') {
        return 0;
    }
    json_t *array = json_loadb(line.bytes + at, line.length - at, 0, NULL);
    int r = json_is_array(array);
    size_t index = 0;
    const json_t *item = NULL;
    json_array_foreach(array, index, item)
    {
        if (!json_is_string(item)) {
            r = dockerfile_error(file, instruction, at, err, -EBADMSG,
                                 "item %zu of the array isn't a string; all must be", index + 1);
            break;
        }
        struct armor_slice string = {json_string_value(item), json_string_length(item)};
        int added = add_argument(file, instruction, string, at);
        if (added < 0) {
            r = added;
            break;
        }
    }
    json_decref(array);
    instruction->json = r == 1;
    return r;
}

int dockerfile_words_json(struct dockerfile *file, struct dockerfile_instruction *instruction,
                          struct armor_slice line, size_t at, struct armor_error *err)
{
    int r = add_json(file, instruction, line, at, err);
    return r == 0 ? dockerfile_words_whole(file, instruction, line, at, err) : r < 0 ? r : 0;
}

int dockerfile_words_json_blanks(struct dockerfile *file, struct dockerfile_instruction *instruction,
                                 struct armor_slice line, size_t at, struct armor_error *err)
{
    int r = add_json(file, instruction, line, at, err);
    return r == 0 ? dockerfile_words_blanks(file, instruction, line, at, err) : r < 0 ? r : 0;
}

int dockerfile_words_health(struct dockerfile *file, struct dockerfile_instruction *instruction,
                            struct armor_slice line, size_t at, struct armor_error *err)
{
    at = skip_blanks(line, at);
    size_t end = skip_word(line, at);
    int r = end > at ? add_argument(file, instruction, part(line, at, end), at) : 0;
    return r < 0 ? r : dockerfile_words_json(file, instruction, line, end, err);
}

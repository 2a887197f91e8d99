/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interpolation: $NAME and ${NAME...} of Compose files. See armor/compose.h. */
#include "armor/compose.h"

#include <errno.h>

enum { NESTING_MAX = 16 };

struct work {
    const struct armor_variables *variables;
    struct armor_slice *unset;
    struct armor_error *err;
};

/* What follows a name in braces: `:` asks for a value that isn't empty. */
struct operator
{
    char kind; /* '-', '+', '?'; 0: none */
    bool filled;
};

static size_t name_length(struct armor_slice text)
{
    size_t length = 0;
    while (length < text.length) {
        char byte = text.bytes[length];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        bool digit = byte >= '0' && byte <= '9';
        if (!letter && (!digit || length == 0)) {
            break;
        }
        length++;
    }
    return length;
}

/* TEXT begins behind `${`: the length up to the brace that closes it. False: there is none. */
static bool find_end(struct armor_slice text, size_t *ret_length)
{
    size_t depth = 1;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '$' && i + 1 < text.length &&
            (text.bytes[i + 1] == '{' || text.bytes[i + 1] == '$')) {
            depth += text.bytes[i + 1] == '{';
            i++;
        } else if (text.bytes[i] == '}' && --depth == 0) {
            *ret_length = i;
            return true;
        }
    }
    return false;
}

static struct armor_slice rest_of(struct armor_slice text, size_t from)
{
    return (struct armor_slice){text.bytes + from, text.length - from};
}

static int replace(struct work *work, struct armor_slice text, size_t depth, struct armor_text *result);

static void put_value(struct work *work, struct armor_slice name, const char *value,
                      struct armor_text *result)
{
    if (value) {
        armor_text_string(result, value);
    } else if (!work->unset->bytes) {
        *work->unset = name;
    }
}

static int put_mandatory(struct work *work, struct armor_slice name, struct armor_slice word, size_t depth,
                         struct operator operator)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text message = ARMOR_TEXT_INIT(256);
    int code = replace(work, word, depth + 1, &message);
    if (code == -ENOMEM) {
        return code;
    }
    return armor_error_set(work->err, -EBADMSG,
                           "the variable %.*s must be set%s%s%s; set it in .env or the environment",
                           (int)name.length, name.bytes, operator.filled ? " and not empty" : "",
                           message.length ? ": " : "", message.length ? message.bytes : "");
}

/* BODY: what stands between the braces. */
static int put_braced(struct work *work, struct armor_slice body, size_t depth, struct armor_text *result)
{
    struct armor_slice name = {body.bytes, name_length(body)};
    struct armor_slice word = rest_of(body, name.length);
    struct operator operator= {0};
    if (word.length > 1 && word.bytes[0] == ':') {
        operator.filled = true;
        word = rest_of(word, 1);
    }
    if (word.length > 0 && strchr("-+?", word.bytes[0]) && word.bytes[0]) {
        operator.kind = word.bytes[0];
        word = rest_of(word, 1);
    }
    if (name.length == 0 || (!operator.kind &&(operator.filled || word.length> 0))) {
        return armor_error_set(work->err, -EBADMSG,
                               "'${%.*s}' names no variable; a dollar that is meant literally is written $$",
                               (int)(body.length < 80 ? body.length : 80), body.bytes);
    }
    const char *value = armor_variables_get(work->variables, name);
    bool there = value && (!operator.filled || value[0] != '\0');
    if (operator.kind == '+') {
        return there ? replace(work, word, depth + 1, result) : 0;
    }
    if (operator.kind == '-' && !there) {
        return replace(work, word, depth + 1, result);
    }
    if (operator.kind == '?' && !there) {
        return put_mandatory(work, name, word, depth, operator);
    }
    put_value(work, name, value, result);
    return 0;
}

static int replace(struct work *work, struct armor_slice text, size_t depth, struct armor_text *result)
{
    if (depth > NESTING_MAX) {
        return armor_error_set(work->err, -EBADMSG, "variables are nested too deeply");
    }
    for (size_t at = 0; at < text.length;) {
        const char *dollar = memchr(text.bytes + at, '$', text.length - at);
        size_t literal = dollar ? (size_t)(dollar - text.bytes) - at : text.length - at;
        armor_text_slice(result, (struct armor_slice){text.bytes + at, literal});
        at += literal;
        if (at == text.length) {
            break;
        }
        struct armor_slice rest = rest_of(text, at + 1);
        size_t length = name_length(rest);
        if (length > 0) {
            struct armor_slice name = {rest.bytes, length};
            put_value(work, name, armor_variables_get(work->variables, name), result);
            at += 1 + length;
        } else if (rest.length > 0 && rest.bytes[0] == '{') {
            if (!find_end(rest_of(rest, 1), &length)) {
                return armor_error_set(work->err, -EBADMSG,
                                       "a '${' has no '}'; a dollar that is meant literally is written $$");
            }
            int code = put_braced(work, (struct armor_slice){rest.bytes + 1, length}, depth, result);
            if (code < 0) {
                return code;
            }
            at += 3 + length;
        } else {
            armor_text_char(result,
                            '$'); /* `$$`, or one that begins no variable: kept, as the specification says */
            at += rest.length > 0 && rest.bytes[0] == '$' ? 2 : 1;
        }
    }
    return result->error;
}

int armor_interpolate(struct armor_slice text, const struct armor_variables *variables,
                      struct armor_text *result, struct armor_slice *ret_unset, struct armor_error *err)
{
    struct work work = {variables, ret_unset, err};
    return replace(&work, text, 0, result);
}

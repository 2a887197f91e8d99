/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading: variables. A set variable stands for alternatives: `@{HOME}/x` is `{/root,/home/a}/x`, as apparmor_parser has it
 * (variable.cc). See reader.h.
 */
#include "reader.h"

#include "armor/match.h"

#include <errno.h>
#include <stdlib.h>

struct read_variable *read_find_variable(struct reader *reader, struct armor_slice name)
{
    struct read_variable *found = NULL;
    for (size_t i = 0; i < reader->variables.count; i++) {
        struct read_variable *variable = &reader->variables.list[i];
        if (armor_slice_is(name, variable->name) && (!found || variable->own)) {
            found = variable;
        }
    }
    return found;
}

/* A new variable NAME without values. */
static int add_variable(struct reader *reader, const char *name, struct read_variable **ret_variable)
{
    struct read_variables *variables = &reader->variables;
    if (variables->count == ARMOR_VARIABLES_MAX) {
        (void)armor_error_set(reader->err, -E2BIG, "more than %d variables", ARMOR_VARIABLES_MAX);
        return -E2BIG;
    }
    struct read_variable *list = realloc(variables->list, (variables->count + 1) * sizeof *list);
    if (!list) {
        return -ENOMEM;
    }
    variables->list = list;
    list[variables->count] = (struct read_variable){.name = name};
    *ret_variable = &list[variables->count++];
    return 0;
}

static void remove_variable(struct reader *reader, struct read_variable *variable)
{
    struct read_variables *variables = &reader->variables;
    free((void *)variable->values);
    size_t at = (size_t)(variable - variables->list);
    variables->count--;
    memmove(variable, variable + 1, (variables->count - at) * sizeof *variable);
}

/* Add VALUE to the sorted array at *VALUES of *COUNT, unless it is there. */
static int add_value(struct reader *reader, const char ***values, size_t *count, const char *value)
{
    size_t at = 0;
    while (at < *count && strcmp((*values)[at], value) < 0) {
        at++;
    }
    if (at < *count && strcmp((*values)[at], value) == 0) {
        return 0;
    }
    if (*count == ARMOR_READ_VALUES_MAX) {
        return armor_error_set(reader->err, -E2BIG, "a variable has more than %d values",
                               ARMOR_READ_VALUES_MAX);
    }
    const char **grown = realloc((void *)*values, (*count + 1) * sizeof *grown);
    if (!grown) {
        return -ENOMEM;
    }
    memmove((void *)&grown[at + 1], (void *)&grown[at], (*count - at) * sizeof *grown);
    grown[at] = value;
    *values = grown;
    (*count)++;
    return 0;
}

int read_set_own(struct reader *reader, const char *name, const char *value)
{
    struct read_variable *variable = read_find_variable(reader, armor_slice_of(name));
    if (variable && variable->own) {
        remove_variable(reader, variable);
    }
    if (!value) {
        return 0;
    }
    int code = add_variable(reader, name, &variable);
    if (code < 0) {
        return code;
    }
    variable->own = true;
    return add_value(reader, &variable->values, &variable->count, value);
}

/* `NAME` or `{NAME}` behind the sigil. */
static int read_name(struct reader *reader, const char **ret_name)
{
    struct read_cursor *cursor = reader->cursor;
    bool braced = read_peek(reader) == '{';
    read_step(reader, braced);
    size_t start = cursor->at;
    for (char byte = read_peek(reader);
         (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (cursor->at > start && ((byte >= '0' && byte <= '9') || byte == '_'));) {
        read_step(reader, 1);
        byte = read_peek(reader);
    }
    if (cursor->at == start) {
        return read_fail(reader, start, "a variable's name begins with a letter");
    }
    struct armor_slice name = {cursor->text.bytes + start, cursor->at - start};
    if (braced && read_peek(reader) != '}') {
        return read_fail(reader, cursor->at, "the name of a variable isn't closed");
    }
    read_step(reader, braced);
    return read_intern(reader, name, ret_name);
}

/* The operator of an assignment: `=`, `+=`, `?=`, `:=`; as its first byte. */
static int read_operator(struct reader *reader, char *ret_operator)
{
    static const char *const operators[] = {"=", "+=", "?=", ":="};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (read_take(reader, operators[i])) {
            *ret_operator = operators[i][0];
            return 0;
        }
    }
    return read_fail(reader, reader->cursor->at, "=, += or another assignment is expected here");
}

/* The values behind the operator, to the end of the line; a backslash at it goes on with the next one. */
static int read_set(struct reader *reader, const char ***values, size_t *count)
{
    for (;;) {
        struct read_cursor *cursor = reader->cursor;
        read_line_blanks(reader);
        char byte = read_peek(reader);
        struct armor_slice rest = {cursor->text.bytes + cursor->at, cursor->text.length - cursor->at};
        if (armor_slice_starts(rest, ARMOR_SLICE("\\\n"))) {
            read_step(reader, 2);
            cursor->line++;
            cursor->line_start = cursor->at;
            continue;
        }
        if (byte == '\0' || byte == '\n' || byte == '#') {
            break;
        }
        const char *value = NULL;
        size_t at = cursor->at;
        int code = read_word(reader, READ_ID, &value);
        if (code == 0) {
            return read_fail(reader, at,
                             byte == ',' ? "an assignment ends without a comma"
                                         : "a value can't begin with this");
        }
        code = code < 0 ? code : add_value(reader, values, count, value);
        if (code < 0) {
            return code;
        }
    }
    return *count ? 0 : read_fail(reader, reader->cursor->at, "a variable without values");
}

static int assign_set(struct reader *reader, const char *name, char operator, size_t at)
{
    const char **values = NULL;
    size_t count = 0;
    int code = read_set(reader, &values, &count);
    struct read_variable *variable = read_find_variable(reader, armor_slice_of(name));
    if (code == 0 && operator== '+' &&(!variable || variable->boolean)) {
        code = read_fail(reader, at, "@{%s} has no values yet that more could be added to", name);
    } else if (code == 0 && operator== '=' && variable) {
        code = read_fail(reader, at, "@{%s} has values already: += adds to them", name);
    }
    if (code == 0 && variable && operator== ':') {
        remove_variable(reader, variable);
        variable = NULL;
    }
    if (code == 0 && !variable) {
        code = add_variable(reader, name, &variable);
    } else if (operator== '?') {
        count = 0; /* it stays as it is */
    }
    for (size_t i = 0; code == 0 && i < count; i++) {
        code = add_value(reader, &variable->values, &variable->count, values[i]);
    }
    free((void *)values);
    return code;
}

static int assign_boolean(struct reader *reader, const char *name, char operator, size_t at)
{
    bool truth = false;
    int code = operator== '+' ? read_fail(reader, at, "nothing can be added to a boolean") : 0;
    reader->one_line = true;
    code = code < 0 ? code : read_expression(reader, &truth);
    reader->one_line = false;
    if (code < 0) {
        return code;
    }
    read_line_blanks(reader);
    char byte = read_peek(reader);
    if (byte != '\n' && byte != '#' && byte != '\0') {
        return read_fail(reader, reader->cursor->at, "the line is expected to end here");
    }
    struct read_variable *variable = read_find_variable(reader, armor_slice_of(name));
    if (operator== '=' && variable) {
        return read_fail(reader, at, "$%s has a value already", name);
    }
    if (variable && operator== ':') {
        remove_variable(reader, variable);
        variable = NULL;
    }
    if (!variable) {
        code = add_variable(reader, name, &variable);
        if (code < 0) {
            return code;
        }
        variable->boolean = true;
        variable->truth = truth;
    }
    return 0;
}

bool read_is_assignment(const struct reader *reader)
{
    const struct read_cursor *cursor = reader->cursor;
    size_t at = cursor->at + 1;
    while (at < cursor->text.length && !strchr(" \t\r\n=:?+/", cursor->text.bytes[at])) {
        at++;
    }
    while (at < cursor->text.length && strchr(" \t", cursor->text.bytes[at])) {
        at++;
    }
    return at < cursor->text.length && strchr("=:?+", cursor->text.bytes[at]) != NULL;
}

int read_assignment(struct reader *reader)
{
    size_t at = reader->cursor->at;
    bool boolean = read_peek(reader) == '$';
    const char *name = NULL;
    char operator= '\0';
    read_step(reader, 1);
    int code = read_name(reader, &name);
    code = code < 0 ? code : read_operator(reader, &operator);
    if (code < 0) {
        return code;
    }
    return boolean ? assign_boolean(reader, name, operator, at) : assign_set(reader, name, operator, at);
}

/* The parts of a word round the first variable in it. */
struct parts {
    struct armor_slice before, name, behind;
};

/*
 * The last `@{` before a `}` that none is escaped of, as the parser looks for it. Returns whether there is one. `@{a,b}`
 * isn't one, but an at sign and alternatives.
 */
static bool split(const char *word, struct parts *ret_parts)
{
    const char *start = NULL;
    for (const char *byte = word; *byte; byte++) {
        if (*byte == '\\' && byte[1]) {
            byte++;
        } else if (*byte == '@' && byte[1] == '{') {
            start = byte;
        } else if (*byte == '}' && start) {
            ret_parts->before = (struct armor_slice){word, (size_t)(start - word)};
            ret_parts->name = (struct armor_slice){start + 2, (size_t)(byte - start - 2)};
            ret_parts->behind = armor_slice_of(byte + 1);
            return !memchr(ret_parts->name.bytes, ',', ret_parts->name.length);
        }
    }
    return false;
}

static int undeclared(struct reader *reader, struct armor_slice name)
{
    return read_fail(reader, reader->token, "there is no variable @{%.*s}", (int)name.length, name.bytes);
}

/* Add WORD, expanded, to the values; for a variable in it, each of its values in its place. */
static int add_expanded(struct reader *reader, const char *word, const char ***values, size_t *count)
{
    struct parts parts;
    if (++reader->steps > ARMOR_READ_STEPS_MAX) {
        return armor_error_set(reader->err, -E2BIG, "the variables take more than %d steps to expand",
                               ARMOR_READ_STEPS_MAX);
    }
    if (!split(word, &parts)) {
        return add_value(reader, values, count, word);
    }
    struct read_variable *variable = read_find_variable(reader, parts.name);
    if (!variable || variable->boolean) {
        return undeclared(reader, parts.name);
    }
    const char **inner = NULL;
    size_t inner_count = 0;
    int code = read_values(reader, variable, &inner, &inner_count);
    for (size_t i = 0; code == 0 && i < inner_count; i++) {
        struct armor_text joined = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
        const char *next = NULL;
        armor_text_slice(&joined, parts.before);
        armor_text_string(&joined, inner[i]);
        armor_text_slice(&joined, parts.behind);
        code = joined.error;
        code = code < 0 ? code
                        : read_intern(reader,
                                      (struct armor_slice){joined.length ? joined.bytes : "", joined.length},
                                      &next);
        code = code < 0 ? code : add_expanded(reader, next, values, count);
        armor_text_done(&joined);
    }
    free((void *)inner);
    return code;
}

int read_values(struct reader *reader, struct read_variable *variable, const char ***ret_values,
                size_t *ret_count)
{
    const char **values = NULL;
    size_t count = 0;
    if (variable->expanding) {
        return read_fail(reader, reader->token, "@{%s} is a part of its own value", variable->name);
    }
    if (reader->depth == ARMOR_READ_DEPTH_MAX) {
        return armor_error_set(reader->err, -E2BIG, "variables within variables, more than %d deep",
                               ARMOR_READ_DEPTH_MAX);
    }
    reader->depth++;
    variable->expanding = true;
    int code = 0;
    for (size_t i = 0; code == 0 && i < variable->count; i++) {
        code = add_expanded(reader, variable->values[i], &values, &count);
    }
    variable->expanding = false;
    reader->depth--;
    if (code < 0) {
        free((void *)values);
        return code;
    }
    *ret_values = values;
    *ret_count = count;
    return 0;
}

/* VALUE without the slashes that would stand beside those of the word round it. */
static struct armor_slice trim(const char *value, bool leading, bool trailing)
{
    struct armor_slice slice = armor_slice_of(value);
    while (leading && slice.length > 0 && slice.bytes[0] == '/') {
        slice.bytes++;
        slice.length--;
    }
    while (trailing && slice.length > 0 && slice.bytes[slice.length - 1] == '/') {
        slice.length--;
    }
    return slice;
}

static bool only_slashes(struct armor_slice slice)
{
    return trim(slice.bytes, true, false).length == 0 || strspn(slice.bytes, "/") >= slice.length;
}

/* Whether there are several VALUES, and a slash is the first byte of each: it stands before them then, so that a path begins with it. */
static bool share_slash(const char *const *values, size_t count)
{
    bool shared = count > 1;
    for (size_t i = 0; i < count && shared; i++) {
        shared = values[i][0] == '/';
    }
    return shared;
}

/* Append WORD to TEXT with the variable between its PARTS replaced. */
static int replace(struct reader *reader, const struct parts *parts, struct armor_text *text)
{
    struct read_variable *variable = read_find_variable(reader, parts->name);
    if (!variable || variable->boolean) {
        return undeclared(reader, parts->name);
    }
    const char **values = NULL;
    size_t count = 0;
    int code = read_values(reader, variable, &values, &count);
    bool leading = parts->before.length && parts->before.bytes[parts->before.length - 1] == '/' &&
                   !only_slashes(parts->before);
    bool trailing = parts->behind.length && parts->behind.bytes[0] == '/';
    bool shared = !leading && share_slash(values, count);
    armor_text_slice(text, parts->before);
    armor_text_string(text, shared ? "/" : "");
    armor_text_string(text, count > 1 ? "{" : "");
    for (size_t i = 0; i < count; i++) {
        armor_text_string(text, i ? "," : "");
        armor_text_slice(text, trim(values[i] + shared, leading, trailing));
    }
    armor_text_string(text, count > 1 ? "}" : "");
    armor_text_slice(text, parts->behind);
    free((void *)values);
    return code < 0 ? code : text->error;
}

int read_expand(struct reader *reader, const char *word, const char **ret_pattern)
{
    struct parts parts;
    while (split(word, &parts)) {
        struct armor_text *text = &reader->other;
        text->length = 0;
        text->error = 0;
        int code = replace(reader, &parts, text);
        if (code == -E2BIG && text->error) {
            return read_fail(reader, reader->token, "the variables make a pattern of more than %d bytes",
                             ARMOR_PATTERN_MAX);
        }
        code = code < 0
                   ? code
                   : read_intern(reader, (struct armor_slice){text->length ? text->bytes : "", text->length},
                                 &word);
        if (code < 0) {
            return code;
        }
    }
    *ret_pattern = word;
    return 0;
}

int read_expand_pattern(struct reader *reader, const char *word, const char **ret_pattern)
{
    struct armor_pattern *pattern = NULL;
    struct armor_error why = {0};
    const char *expanded = NULL;
    if (reader->skipping) {
        *ret_pattern = word;
        return 0;
    }
    int code = read_expand(reader, word, &expanded);
    code = code < 0 ? code : armor_pattern_new(armor_slice_of(expanded), &pattern, &why);
    armor_pattern_free(pattern);
    if (code == -EBADMSG && reader->err && reader->err->code == 0) {
        return read_fail(reader, reader->token, "'%s': %s", expanded, why.text);
    }
    if (code == 0) {
        *ret_pattern = expanded;
    }
    return code;
}

void read_variables_done(struct read_variables *variables)
{
    for (size_t i = 0; i < variables->count; i++) {
        free((void *)variables->list[i].values);
    }
    free(variables->list);
    *variables = (struct read_variables){0};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Substitution of variables, as BuildKit's frontend does it. See dockerfile_expand.h. */
#include "seed/dockerfile_expand.h"

#include <errno.h>
#include <stdlib.h>

#include "armor/intern.h"
#include "armor/limits.h"
#include "seed/dockerfile_lex.h"

enum {
    DEPTH_MAX = 16,               /* ${a:-${b:-...}} */
    STEPS_MAX = 20 * 1000 * 1000, /* of matching, in one file */
};

/* A word being read. */
struct reader {
    struct dockerfile_scope *scope;
    struct armor_slice word;
    size_t at;
    int depth;
    char escape;
    bool known;
    struct armor_error *err;
};

static int read_until(struct reader *reader, char stop, bool raw_escapes, struct armor_text *out);

const struct dockerfile_variable *dockerfile_scope_find(const struct dockerfile_scope *scope,
                                                        struct armor_slice name)
{
    const char *word = armor_intern_find(scope->text, name);
    for (size_t i = 0; word && i < scope->count; i++) {
        if (scope->variables[i].name == word) {
            return &scope->variables[i];
        }
    }
    return NULL;
}

int dockerfile_scope_set(struct dockerfile_scope *scope, struct armor_slice name,
                         const struct armor_slice *value, bool env, bool unknown)
{
    struct dockerfile_variable own = {.env = env, .unknown = unknown};
    int r = armor_intern_add(scope->text, name, &own.name);
    r = r < 0 || !value ? r : armor_intern_add(scope->text, *value, &own.value);
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->variables[i].name == own.name) {
            if (env || !scope->variables[i].env) {
                scope->variables[i] = own;
            }
            return 0;
        }
    }
    if (scope->count == ARMOR_DOCKERFILE_VARIABLES_MAX) {
        return -E2BIG;
    }
    void *variables = scope->variables;
    r = dockerfile_reserve(&variables, sizeof own, scope->count, &scope->room);
    if (r < 0) {
        return r;
    }
    scope->variables = variables;
    scope->variables[scope->count++] = own;
    return 0;
}

void dockerfile_scope_done(struct dockerfile_scope *scope)
{
    free(scope->variables);
    *scope = (struct dockerfile_scope){0};
}

static int fail(const struct reader *reader, int code, const char *text)
{
    return armor_error_at(reader->err, code, 0, reader->at + 1, "%s", text);
}

static char peek(const struct reader *reader)
{
    return (char)(reader->at < reader->word.length ? reader->word.bytes[reader->at] : '\0');
}

/* Whether PATTERN (`*`, `?`, and escapes) matches all of TEXT. */
static bool matches(struct reader *reader, struct armor_slice pattern, struct armor_slice text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX;
    size_t star_text = 0;
    while (t < text.length || p < pattern.length) {
        if (++reader->scope->steps > STEPS_MAX) {
            return false;
        }
        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        size_t literal = p < pattern.length && pattern.bytes[p] == '\\' && p + 1 < pattern.length ? p + 1 : p;
        bool any = literal == p && p < pattern.length && pattern.bytes[p] == '?';
        if (p < pattern.length && t < text.length && (any || pattern.bytes[literal] == text.bytes[t])) {
            p = literal + 1;
            t++;
        } else if (star != SIZE_MAX && star_text < text.length) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    return true;
}

static int check_steps(const struct reader *reader)
{
    return reader->scope->steps > STEPS_MAX ? fail(reader, -E2BIG, "too much matching of patterns") : 0;
}

/* Append VALUE without the shortest or longest part at its end or start that PATTERN matches. */
static void trim(struct reader *reader, struct armor_slice value, struct armor_slice pattern, bool suffix,
                 bool greedy, struct armor_text *out)
{
    for (size_t i = 0; i <= value.length; i++) {
        size_t length = greedy ? value.length - i : i; /* of what is taken away */
        struct armor_slice part = {value.bytes + (suffix ? value.length - length : 0), length};
        if (matches(reader, pattern, part)) {
            armor_text_slice(out, (struct armor_slice){value.bytes + (suffix ? 0 : length),
                                                       value.length - length});
            return;
        }
    }
    armor_text_slice(out, value);
}

/* Append VALUE with the first, or each, longest part that PATTERN matches replaced by BY. */
static void replace(struct reader *reader, struct armor_slice value, struct armor_slice pattern,
                    struct armor_slice by, bool all, struct armor_text *out)
{
    bool more = true;
    for (size_t at = 0; at < value.length;) {
        size_t length = more ? value.length - at : 0;
        while (length && !matches(reader, pattern, (struct armor_slice){value.bytes + at, length})) {
            length--;
        }
        if (length == 0) {
            armor_text_char(out, value.bytes[at++]);
            continue;
        }
        armor_text_slice(out, by);
        at += length;
        more = all;
    }
}

/* Read ${NAME/PATTERN/BY}, behind the first slash. */
static int read_replacement(struct reader *reader, const struct dockerfile_variable *variable,
                            struct armor_text *out)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT(ARMOR_DOCKERFILE_VALUE_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text by = ARMOR_TEXT_INIT(ARMOR_DOCKERFILE_VALUE_MAX);
    bool all = peek(reader) == '/';
    reader->at += all;
    int r = read_until(reader, '/', true, &pattern);
    r = r < 0 ? r : read_until(reader, '}', true, &by);
    if (r < 0) {
        return r;
    }
    struct armor_slice value = armor_slice_of(variable && variable->value ? variable->value : "");
    replace(reader, value, (struct armor_slice){pattern.bytes, pattern.length},
            (struct armor_slice){by.bytes, by.length}, all, out);
    return check_steps(reader);
}

/* Append what the modifier KIND with WORD makes of VARIABLE (NULL: not set). */
static int modify(struct reader *reader, const struct dockerfile_variable *variable, char kind,
                  bool null_is_unset, struct armor_slice word, struct armor_text *out)
{
    struct armor_slice value = armor_slice_of(variable && variable->value ? variable->value : "");
    bool set = variable && variable->value && !(null_is_unset && value.length == 0);
    switch (kind) {
    case '-': armor_text_slice(out, set ? value : word); return 0;
    case '+': armor_text_slice(out, set ? word : (struct armor_slice){"", 0}); return 0;
    case '?':
        if (!set && (variable || reader->scope->closed) && !(variable && variable->unknown)) {
            return fail(reader, -EBADMSG, "a variable that must be set isn't (\"?\")");
        }
        armor_text_slice(out, value);
        return 0;
    default: break;
    }
    bool greedy = word.length && word.bytes[0] == kind;
    trim(reader, value, (struct armor_slice){word.bytes + greedy, word.length - greedy}, kind == '%', greedy,
         out);
    return check_steps(reader);
}

static bool is_name_byte(char byte, bool first)
{
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    return letter || (!first && byte >= '0' && byte <= '9');
}

static struct armor_slice read_name(struct reader *reader)
{
    size_t start = reader->at;
    if (peek(reader) >= '0' && peek(reader) <= '9') {
        while (peek(reader) >= '0' && peek(reader) <= '9') {
            reader->at++;
        }
    } else if (peek(reader) != '\0' && strchr("@*#?-$!", peek(reader))) {
        reader->at++;
    } else {
        while (is_name_byte(peek(reader), reader->at == start)) {
            reader->at++;
        }
    }
    return (struct armor_slice){reader->word.bytes + start, reader->at - start};
}

/* Look NAME up; where it can't be told, the word isn't known either. */
static const struct dockerfile_variable *look_up(struct reader *reader, struct armor_slice name)
{
    const struct dockerfile_variable *variable = dockerfile_scope_find(reader->scope, name);
    reader->known = reader->known && (variable ? !variable->unknown : reader->scope->closed);
    return variable;
}

/* Read ${...}, behind its brace. */
static int read_braces(struct reader *reader, struct armor_text *out)
{
    struct armor_slice name = read_name(reader);
    if (name.length == 0) {
        return fail(reader, -EBADMSG, "${ without a variable's name");
    }
    if (peek(reader) == '}') {
        const struct dockerfile_variable *variable = look_up(reader, name);
        armor_text_string(out, variable && variable->value ? variable->value : "");
        reader->known = reader->known && (!variable || variable->value); /* the builder may be given one */
        reader->at++;
        return 0;
    }
    if (peek(reader) == '/') {
        reader->at++;
        return read_replacement(reader, look_up(reader, name), out);
    }
    bool colon = peek(reader) == ':';
    reader->at += colon;
    char kind = peek(reader);
    if (kind == '\0' || !strchr(colon ? "-+?" : "-+?#%", kind)) {
        return fail(reader, -EBADMSG, kind ? "a modifier that a Dockerfile hasn't" : "${ without its }");
    }
    reader->at++;
    ARMOR_CLEANUP(armor_text_done) struct armor_text word = ARMOR_TEXT_INIT(ARMOR_DOCKERFILE_VALUE_MAX);
    int r = read_until(reader, '}', kind == '#' || kind == '%', &word);
    if (r < 0) {
        return r;
    }
    return modify(reader, look_up(reader, name), kind, colon,
                  (struct armor_slice){word.bytes ? word.bytes : "", word.length}, out);
}

/* Read what a dollar begins. */
static int read_dollar(struct reader *reader, struct armor_text *out)
{
    reader->at++;
    if (peek(reader) == '{') {
        if (++reader->depth > DEPTH_MAX) {
            return fail(reader, -E2BIG, "substitutions nested too deep");
        }
        reader->at++;
        int r = read_braces(reader, out);
        reader->depth--;
        return r;
    }
    struct armor_slice name = read_name(reader);
    if (name.length == 0) {
        armor_text_char(out, '$');
        return 0;
    }
    const struct dockerfile_variable *variable = look_up(reader, name);
    armor_text_string(out, variable && variable->value ? variable->value : "");
    reader->known = reader->known && (!variable || variable->value);
    return 0;
}

/* Read a quoted part. In double quotes an escape is one before a quote, a dollar and itself alone. */
static int read_quoted(struct reader *reader, bool raw_escapes, struct armor_text *out)
{
    char quote = reader->word.bytes[reader->at++];
    while (reader->at < reader->word.length) {
        char byte = peek(reader);
        if (byte == quote) {
            reader->at++;
            return 0;
        }
        if (byte == '$' && quote == '"') {
            int r = read_dollar(reader, out);
            if (r < 0) {
                return r;
            }
            continue;
        }
        reader->at++;
        if (byte == reader->escape && quote == '"') {
            char next = peek(reader);
            if (raw_escapes) {
                armor_text_char(out, byte);
            }
            if (next != '\0' && (next == '"' || next == '$' || next == reader->escape)) {
                byte = next;
                reader->at++;
            } else if (raw_escapes) {
                continue;
            }
        }
        armor_text_char(out, byte);
    }
    return fail(reader, -EBADMSG,
                quote == '"' ? "a \" without its other half" : "a ' without its other half");
}

/* Read up to STOP, or to the end when it is NUL. */
static int read_until(struct reader *reader, char stop, bool raw_escapes, struct armor_text *out)
{
    while (reader->at < reader->word.length) {
        char byte = peek(reader);
        int r = 0;
        if (stop && byte == stop) {
            reader->at++;
            return out->error;
        }
        if (byte == '$') {
            r = read_dollar(reader, out);
        } else if (byte == '\'' || byte == '"') {
            r = read_quoted(reader, raw_escapes, out);
        } else {
            reader->at++;
            if (byte == reader->escape) {
                if (raw_escapes) {
                    armor_text_char(out, byte);
                }
                byte = peek(reader);
                if (byte == '\0') {
                    break;
                }
                reader->at++;
            }
            armor_text_char(out, byte);
        }
        if (r < 0) {
            return r;
        }
    }
    return stop ? fail(reader, -EBADMSG, stop == '}' ? "${ without its }" : "${ without its second /")
                : out->error;
}

int dockerfile_expand(struct dockerfile_scope *scope, struct armor_slice word, char escape,
                      struct armor_text *out, bool *ret_known, struct armor_error *err)
{
    struct reader reader = {.scope = scope, .word = word, .escape = escape, .known = true, .err = err};
    int r = read_until(&reader, '\0', false, out);
    r = r < 0 ? r : out->error;
    if (r < 0) {
        return fail(&reader, r, r == -ENOMEM ? "out of memory" : "the value gets too long");
    }
    *ret_known = reader.known;
    return 0;
}

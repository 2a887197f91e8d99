/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: conditions behind `if`, as apparmor_parser decides them (cond_expr.cc). See reader.h. */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum comparison { EQUAL = 0, UNEQUAL, AT_LEAST, AT_MOST, MORE, LESS, IN, COMPARISONS };

/* The longer ones first. */
static const char *const operators[COMPARISONS] = {"==", "!=", ">=", "<=", ">", "<", "in"};

/* One side of a comparison: a sorted set of values. */
struct side {
    const char **values; /* owned */
    size_t count;
};

static int read_or(struct reader *reader, bool *ret_truth);

/* `true` or `false`, in any case, by itself. */
static int boolean_of(struct reader *reader, size_t at, const char *word, bool *ret_truth)
{
    if (strcasecmp(word, "true") != 0 && strcasecmp(word, "false") != 0) {
        return read_fail(reader, at, "'%s' is neither true nor false", word);
    }
    *ret_truth = strcasecmp(word, "true") == 0;
    return 0;
}

/* The variable whose name, braced or not, RAW is behind its sigil. */
static struct read_variable *variable_of(struct reader *reader, struct armor_slice raw)
{
    struct armor_slice name = {raw.bytes + 1, raw.length ? raw.length - 1 : 0};
    if (name.length > 1 && name.bytes[0] == '{' && name.bytes[name.length - 1] == '}') {
        name = (struct armor_slice){name.bytes + 1, name.length - 2};
    }
    return read_find_variable(reader, name);
}

/* An operand as it stands: up to a blank, a bracket, a brace that opens a block, or an operator. */
static int read_operand(struct reader *reader, struct armor_slice *ret_raw)
{
    struct read_cursor *cursor = reader->cursor;
    read_blanks(reader);
    size_t start = cursor->at;
    if (read_peek(reader) == '"') {
        return read_token(reader, READ_WORD, ret_raw) == 1 ? 0 : -EBADMSG;
    }
    bool sigil = read_peek(reader) == '@' || read_peek(reader) == '$';
    read_step(reader, sigil);
    if (sigil && read_peek(reader) == '{') {
        while (read_peek(reader) != '}' && read_peek(reader) > ' ') {
            read_step(reader, 1);
        }
        read_step(reader, read_peek(reader) == '}');
    }
    for (char byte = read_peek(reader); byte > ' ' && !strchr("(){\"#=!<>,", byte);) {
        read_step(reader, 1);
        byte = read_peek(reader);
    }
    *ret_raw = (struct armor_slice){cursor->text.bytes + start, cursor->at - start};
    return ret_raw->length ? 0 : read_fail(reader, start, "a condition is expected here");
}

static int side_of(struct reader *reader, struct armor_slice raw, size_t at, struct side *ret_side)
{
    if (raw.bytes[0] == '@') {
        struct read_variable *variable = variable_of(reader, raw);
        if (!variable || variable->boolean) {
            return read_fail(reader, at, "there is no variable %.*s", (int)raw.length, raw.bytes);
        }
        return read_values(reader, variable, &ret_side->values, &ret_side->count);
    }
    ret_side->values = calloc(1, sizeof *ret_side->values);
    ret_side->count = 1;
    return ret_side->values ? read_decode(reader, raw, &ret_side->values[0]) : -ENOMEM;
}

/* A side that is one number: whether it is, and which. */
static bool number_of(const struct side *side, long long *ret_number)
{
    char *end = NULL;
    if (side->count != 1 || !side->values[0][0]) {
        return false;
    }
    *ret_number = strtoll(side->values[0], &end, 0);
    return *end == '\0';
}

static int order_of(const struct side *left, const struct side *right)
{
    for (size_t i = 0; i < left->count && i < right->count; i++) {
        int order = strcmp(left->values[i], right->values[i]);
        if (order != 0) {
            return order;
        }
    }
    return (left->count > right->count) - (left->count < right->count);
}

static bool includes(const struct side *whole, const struct side *part)
{
    size_t found = 0;
    for (size_t i = 0; i < whole->count && found < part->count; i++) {
        found += strcmp(whole->values[i], part->values[found]) == 0;
    }
    return found == part->count;
}

static int compare(struct reader *reader, size_t at, enum comparison how, const struct side *left,
                   const struct side *right, bool *ret_truth)
{
    long long a = 0;
    long long b = 0;
    int order = order_of(left, right);
    if (how == IN) {
        *ret_truth = includes(right, left);
        return 0;
    }
    if (how != EQUAL && how != UNEQUAL) {
        bool left_number = number_of(left, &a);
        bool right_number = number_of(right, &b);
        if (left_number != right_number) {
            return read_fail(reader, at, "a number can be compared with a number alone");
        }
        order = left_number ? (a > b) - (a < b) : order;
    }
    const bool results[COMPARISONS] = {
        [EQUAL] = order == 0,   [UNEQUAL] = order != 0, [AT_LEAST] = order >= 0,
        [AT_MOST] = order <= 0, [MORE] = order > 0,     [LESS] = order < 0,
    };
    *ret_truth = results[how];
    return 0;
}

/* What a lone operand says. */
static int truth_of(struct reader *reader, struct armor_slice raw, size_t at, bool *ret_truth)
{
    if (raw.bytes[0] == '$') {
        const struct read_variable *variable = variable_of(reader, raw);
        if (!variable || !variable->boolean) {
            return read_fail(reader, at, "there is no boolean %.*s", (int)raw.length, raw.bytes);
        }
        *ret_truth = variable->truth;
        return 0;
    }
    const char *word = NULL;
    int code = read_decode(reader, raw, &word);
    return code < 0 ? code : boolean_of(reader, at, word, ret_truth);
}

static int read_comparison(struct reader *reader, bool *ret_truth)
{
    struct armor_slice left_raw;
    struct armor_slice right_raw;
    struct side left = {NULL, 0};
    struct side right = {NULL, 0};
    read_blanks(reader);
    size_t at = reader->cursor->at;
    int code = read_operand(reader, &left_raw);
    if (code < 0) {
        return code;
    }
    for (int how = 0; how < COMPARISONS; how++) {
        bool there = how == IN ? read_take_word(reader, operators[how]) : read_take(reader, operators[how]);
        if (!there) {
            continue;
        }
        code = read_operand(reader, &right_raw);
        code = code < 0 ? code : side_of(reader, left_raw, at, &left);
        code = code < 0 ? code : side_of(reader, right_raw, at, &right);
        code = code < 0 ? code : compare(reader, at, (enum comparison)how, &left, &right, ret_truth);
        free((void *)left.values);
        free((void *)right.values);
        return code;
    }
    return truth_of(reader, left_raw, at, ret_truth);
}

static int read_defined(struct reader *reader, bool *ret_truth)
{
    struct armor_slice raw;
    size_t at = reader->cursor->at;
    int code = read_operand(reader, &raw);
    if (code == 0 && raw.bytes[0] != '@' && raw.bytes[0] != '$') {
        code = read_fail(reader, at, "a variable is expected here");
    }
    if (code == 0) {
        const struct read_variable *variable = variable_of(reader, raw);
        *ret_truth = variable && variable->boolean == (raw.bytes[0] == '$');
    }
    return code;
}

static int read_not(struct reader *reader, bool *ret_truth)
{
    bool negated = false;
    while (read_take_word(reader, "not")) {
        negated = !negated;
    }
    int code = 0;
    if (read_take(reader, "(")) {
        code = read_or(reader, ret_truth);
        code = code < 0 ? code : read_expect(reader, ")");
    } else {
        code = read_take_word(reader, "defined") ? read_defined(reader, ret_truth)
                                                 : read_comparison(reader, ret_truth);
    }
    *ret_truth = *ret_truth != negated;
    return code;
}

static int read_and(struct reader *reader, bool *ret_truth)
{
    bool next = false;
    int code = read_not(reader, ret_truth);
    while (code == 0 && read_take_word(reader, "and")) {
        code = read_not(reader, &next);
        *ret_truth = *ret_truth && next;
    }
    return code;
}

static int read_or(struct reader *reader, bool *ret_truth)
{
    bool next = false;
    if (reader->depth == ARMOR_READ_DEPTH_MAX) {
        return armor_error_set(reader->err, -E2BIG, "conditions more than %d deep", ARMOR_READ_DEPTH_MAX);
    }
    reader->depth++;
    int code = read_and(reader, ret_truth);
    while (code == 0 && read_take_word(reader, "or")) {
        code = read_and(reader, &next);
        *ret_truth = *ret_truth || next;
    }
    reader->depth--;
    return code;
}

int read_expression(struct reader *reader, bool *ret_truth)
{
    bool truth = false;
    int code = read_or(reader, &truth);
    *ret_truth = truth;
    return code;
}

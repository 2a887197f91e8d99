/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patterns: from text to nodes. See armor/match.h and pattern.h. */
#include "pattern.h"

#include "armor/limits.h"
#include "escape.h"

#include <errno.h>
#include <stdlib.h>

enum {
    GROUPS_MAX = 50,    /* of the parser: this many open braces are too many */
    NODES_PER_BYTE = 4, /* a star in a segment of its own */
    NONE = UINT32_MAX,  /* end of a chain of jumps */
};

/* An open brace. */
struct group {
    uint32_t split; /* before the alternative that is being read; goes on to the next one */
    uint32_t jumps; /* from the ends of the alternatives before, chained by `other` */
    unsigned commas;
};

struct compiler {
    struct armor_slice text;
    size_t at;
    struct armor_pattern *pattern;
    struct group groups[GROUPS_MAX];
    size_t depth;
    bool only_bytes; /* so far: they are the prefix */
    char last;       /* the last byte written as itself; NUL behind anything else */
    struct armor_error *err;
};

static int fail(const struct compiler *compiler, size_t at, const char *what)
{
    return armor_error_at(compiler->err, -EBADMSG, 0, at + 1, "the pattern can't be: %s", what);
}

static uint32_t emit(struct compiler *compiler, enum pattern_op op, unsigned char byte)
{
    struct armor_pattern *pattern = compiler->pattern;
    pattern->nodes[pattern->node_count] =
        (struct pattern_node){.op = (uint8_t)op, .byte = byte, .other = NONE};
    return (uint32_t)pattern->node_count++;
}

/* One byte, as it is. */
static void put_byte(struct compiler *compiler, unsigned char byte)
{
    struct armor_pattern *pattern = compiler->pattern;
    if (compiler->only_bytes) {
        pattern->prefix[pattern->prefix_length++] = (char)byte;
    } else {
        (void)emit(compiler, PATTERN_BYTE, byte);
    }
    compiler->last = (char)byte;
}

/* Behind this, nodes take over from the prefix. */
static void put_other(struct compiler *compiler)
{
    compiler->only_bytes = false;
    compiler->last = '\0';
}

static void put_stars(struct compiler *compiler)
{
    struct armor_slice text = compiler->text;
    size_t behind = compiler->at;
    while (behind < text.length && text.bytes[behind] == '*') {
        behind++;
    }
    bool segment = compiler->last == '/' && (behind == text.length || text.bytes[behind] == '/');
    put_other(compiler);
    if (segment) {
        (void)emit(compiler, PATTERN_NOT_SLASH, 0);
    }
    while (compiler->at < behind) {
        bool two = behind - compiler->at > 1;
        uint32_t split = emit(compiler, PATTERN_SPLIT, 0);
        (void)emit(compiler, two ? PATTERN_ANY : PATTERN_NOT_SLASH, 0);
        uint32_t jump = emit(compiler, PATTERN_JUMP, 0);
        compiler->pattern->nodes[jump].other = split;
        compiler->pattern->nodes[split].other = jump + 1;
        compiler->at += two ? 2 : 1;
    }
}

/* A byte in brackets. */
struct member {
    unsigned char byte;
    bool plain; /* not escaped, so that a `-` or `^` means something */
};

/* The member at the reader's place, which it takes. Returns 1; 0 at the closing bracket; -EBADMSG. */
static int next_member(struct compiler *compiler, struct member *ret_member)
{
    struct armor_slice text = compiler->text;
    size_t at = compiler->at;
    if (at == text.length) {
        return fail(compiler, at, "a [ that no ] closes");
    }
    char byte = text.bytes[at];
    if (byte == ']') {
        return 0;
    }
    if (byte == '*' || byte == '?') {
        return fail(compiler, at,
                    "* and ? in brackets don't mean themselves: write them outside, or with a \\");
    }
    if (byte != '\\') {
        *ret_member = (struct member){(unsigned char)byte, true};
        compiler->at++;
        return 1;
    }
    struct armor_slice rest = {text.bytes + at + 1, text.length - at - 1};
    if (rest.length == 0) {
        return fail(compiler, at, "a \\ at its end");
    }
    unsigned char read = 0;
    size_t used = pattern_escape_read(rest, &read);
    read = used ? read : (unsigned char)rest.bytes[0];
    /* the parser drops the backslash before these, and then they mean what they mean without */
    *ret_member = (struct member){read, read == '-' || read == '^'};
    compiler->at += 1 + (used ? used : 1);
    return 1;
}

static void add_range(struct pattern_set *set, unsigned from, unsigned to)
{
    unsigned low = from < to ? from : to;
    unsigned high = from < to ? to : from;
    for (unsigned byte = low; byte <= high; byte++) {
        set->bits[byte / 64] |= UINT64_C(1) << (byte % 64);
    }
}

static bool is_plain(struct member member, char byte)
{
    return member.plain && member.byte == (unsigned char)byte;
}

/* All members up to the closing bracket: single bytes and ranges. A `-` may stand first. */
static int read_members(struct compiler *compiler, struct pattern_set *set, bool first)
{
    size_t start = compiler->at;
    struct member member = {0, false};
    struct member dash = {0, false};
    struct member last = {0, false};
    int result = 0;
    while ((result = next_member(compiler, &member)) == 1) {
        if (is_plain(member, '-') && !first) {
            return fail(compiler, compiler->at - 1, "a - that is no range; it may stand first in brackets");
        }
        first = false;
        size_t behind = compiler->at;
        result = next_member(compiler, &dash);
        if (result < 0) {
            return result;
        }
        if (result == 0 || !is_plain(dash, '-')) {
            compiler->at = behind;
            add_range(set, member.byte, member.byte);
            continue;
        }
        result = next_member(compiler, &last);
        if (result != 1 || is_plain(last, '-')) {
            return result < 0 ? result : fail(compiler, behind, "a range without end");
        }
        add_range(set, member.byte, last.byte);
    }
    return result < 0 || !first ? result : fail(compiler, start, "brackets without a byte");
}

static int put_set(struct compiler *compiler)
{
    struct pattern_set set = {{0}};
    struct member member = {0, false};
    compiler->at++; /* the bracket */
    size_t start = compiler->at;
    int result = next_member(compiler, &member);
    bool negated = result == 1 && is_plain(member, '^');
    bool caret = false; /* a second ^ is itself */
    if (negated) {
        start = compiler->at;
        result = next_member(compiler, &member);
        caret = result == 1 && is_plain(member, '^');
    }
    if (result < 0) {
        return result;
    }
    if (caret) {
        add_range(&set, '^', '^');
        struct member behind = {0, false};
        size_t place = compiler->at;
        result = next_member(compiler, &behind);
        if (result < 0 || (result == 1 && is_plain(behind, '-'))) {
            return result < 0 ? result : fail(compiler, place, "a - that is no range");
        }
        compiler->at = place;
        result = result == 0 ? 0 : read_members(compiler, &set, false);
    } else {
        compiler->at = start;
        result = read_members(compiler, &set, true);
    }
    if (result < 0) {
        return result;
    }
    compiler->at++; /* the other bracket */
    for (size_t i = 0; negated && i < 4; i++) {
        set.bits[i] = ~set.bits[i];
    }
    set.bits[0] &= ~UINT64_C(1); /* no name has a NUL */
    put_other(compiler);
    struct armor_pattern *pattern = compiler->pattern;
    uint32_t node = emit(compiler, PATTERN_SET, 0);
    pattern->nodes[node].other = (uint32_t)pattern->set_count;
    pattern->sets[pattern->set_count++] = set;
    return 0;
}

static int open_group(struct compiler *compiler)
{
    if (compiler->depth + 1 >= GROUPS_MAX) {
        return fail(compiler, compiler->at, "more than 49 { within each other");
    }
    put_other(compiler);
    compiler->groups[compiler->depth++] =
        (struct group){.split = emit(compiler, PATTERN_SPLIT, 0), .jumps = NONE};
    compiler->at++;
    return 0;
}

static void next_alternative(struct compiler *compiler)
{
    struct group *group = &compiler->groups[compiler->depth - 1];
    struct pattern_node *nodes = compiler->pattern->nodes;
    put_other(compiler);
    uint32_t jump = emit(compiler, PATTERN_JUMP, 0);
    nodes[jump].other = group->jumps;
    group->jumps = jump;
    nodes[group->split].other = jump + 1;
    group->split = emit(compiler, PATTERN_SPLIT, 0);
    group->commas++;
    compiler->at++;
}

static int close_group(struct compiler *compiler)
{
    if (compiler->depth == 0) {
        return fail(compiler, compiler->at, "a } without its {");
    }
    struct group *group = &compiler->groups[--compiler->depth];
    struct pattern_node *nodes = compiler->pattern->nodes;
    if (group->commas == 0) {
        return fail(compiler, compiler->at, "{} without a comma between");
    }
    put_other(compiler);
    uint32_t end = (uint32_t)compiler->pattern->node_count;
    nodes[group->split].other = group->split + 1; /* there is no further alternative */
    for (uint32_t jump = group->jumps; jump != NONE;) {
        uint32_t before = nodes[jump].other;
        nodes[jump].other = end;
        jump = before;
    }
    compiler->at++;
    return 0;
}

static int put_escaped(struct compiler *compiler)
{
    struct armor_slice rest = {compiler->text.bytes + compiler->at + 1,
                               compiler->text.length - compiler->at - 1};
    unsigned char byte = 0;
    if (rest.length == 0) {
        return fail(compiler, compiler->at, "a \\ at its end");
    }
    size_t used = pattern_escape_read(rest, &byte);
    put_byte(compiler, used ? byte : (unsigned char)rest.bytes[0]);
    compiler->at += 1 + (used ? used : 1);
    return 0;
}

static int compile(struct compiler *compiler)
{
    int code = 0;
    while (code == 0 && compiler->at < compiler->text.length) {
        char byte = compiler->text.bytes[compiler->at];
        if (byte == '\\') {
            code = put_escaped(compiler);
        } else if (byte == '*') {
            put_stars(compiler);
        } else if (byte == '?') {
            put_other(compiler);
            (void)emit(compiler, PATTERN_NOT_SLASH, 0);
            compiler->at++;
        } else if (byte == '[') {
            code = put_set(compiler);
        } else if (byte == ']') {
            code = fail(compiler, compiler->at, "a ] without its [");
        } else if (byte == '{') {
            code = open_group(compiler);
        } else if (byte == '}') {
            code = close_group(compiler);
        } else if (byte == ',' && compiler->depth > 0) {
            next_alternative(compiler);
        } else {
            put_byte(compiler, (unsigned char)byte);
            compiler->at++;
        }
    }
    if (code == 0 && compiler->depth > 0) {
        code = fail(compiler, compiler->text.length, "a { that no } closes");
    }
    (void)emit(compiler, PATTERN_END, 0);
    return code;
}

/* Give back what wasn't needed. Returns 0 or -ENOMEM. */
static int shrink(struct armor_pattern *pattern)
{
    char *prefix = realloc(pattern->prefix, pattern->prefix_length + 1);
    pattern->prefix = prefix ? prefix : pattern->prefix;
    void *nodes = realloc(pattern->nodes, pattern->node_count * sizeof *pattern->nodes);
    pattern->nodes = nodes ? nodes : pattern->nodes;
    void *sets = realloc(pattern->sets, (pattern->set_count + 1) * sizeof *pattern->sets);
    pattern->sets = sets ? sets : pattern->sets;
    return prefix && nodes && sets ? 0 : -ENOMEM;
}

static size_t count_sets(struct armor_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        count += text.bytes[i] == '[';
    }
    return count;
}

int armor_pattern_new(struct armor_slice text, struct armor_pattern **ret_pattern, struct armor_error *err)
{
    if (text.length > ARMOR_PATTERN_MAX) {
        return armor_error_set(err, -E2BIG, "the pattern has more than %d bytes", ARMOR_PATTERN_MAX);
    }
    struct armor_pattern *pattern = calloc(1, sizeof *pattern);
    if (!pattern) {
        return -ENOMEM;
    }
    size_t sets = count_sets(text) + 1; /* never nothing */
    pattern->prefix = malloc(text.length + 1);
    pattern->nodes = malloc((text.length * NODES_PER_BYTE + 2) * sizeof *pattern->nodes);
    pattern->sets = malloc(sets * sizeof *pattern->sets);
    struct compiler compiler = {.text = text, .pattern = pattern, .only_bytes = true, .err = err};
    int code = pattern->prefix && pattern->nodes && pattern->sets ? compile(&compiler) : -ENOMEM;
    code = code < 0 ? code : shrink(pattern);
    if (code < 0) {
        armor_pattern_free(pattern);
        return code;
    }
    *ret_pattern = pattern;
    return 0;
}

struct armor_slice armor_pattern_prefix(const struct armor_pattern *pattern)
{
    return (struct armor_slice){pattern->prefix, pattern->prefix_length};
}

bool armor_pattern_literal(const struct armor_pattern *pattern)
{
    return pattern->nodes[0].op == PATTERN_END;
}

void armor_pattern_free(struct armor_pattern *pattern)
{
    if (pattern) {
        free(pattern->prefix);
        free(pattern->nodes);
        free(pattern->sets);
        free(pattern);
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: a profile, hat or child profile: its head, and the rules between its braces. See reader.h. */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>

/* The families of rules by their keyword; what begins with none of these is a file rule. */
static const struct {
    const char *word;
    int (*read)(struct reader *reader, const struct read_prefix *prefix);
} families[] = {
    {"capability", read_capability},
    {"network", read_network},
    {"unix", read_unix},
    {"dbus", read_dbus},
    {"signal", read_signal},
    {"ptrace", read_ptrace},
    {"mqueue", read_mqueue},
    {"io_uring", read_io_uring},
    {"userns", read_userns},
    {"change_profile", read_change_profile},
    {"mount", read_mount},
    {"remount", read_remount},
    {"umount", read_umount},
    {"unmount", read_umount},
    {"pivot_root", read_pivot_root},
    {"link", read_link_rule},
    {"all", read_all},
};

static int read_body(struct reader *reader);

/* Room for a clause more. */
static int reserve(struct reader *reader, struct armor_section *section)
{
    if (reader->clauses == ARMOR_READ_CLAUSES_MAX) {
        return armor_error_set(reader->err, -E2BIG, "more than %d rules", ARMOR_READ_CLAUSES_MAX);
    }
    if (section->clause_count == section->clause_capacity) {
        size_t capacity = section->clause_capacity ? section->clause_capacity * 2 : 32;
        struct armor_clause *clauses = realloc(section->clauses, capacity * sizeof *clauses);
        if (!clauses) {
            return -ENOMEM;
        }
        section->clauses = clauses;
        section->clause_capacity = capacity;
    }
    return 0;
}

/* The rule's text from PREFIX to the cursor, with one blank for several. */
static int text_of(struct reader *reader, const struct read_prefix *prefix, const char **ret_text)
{
    const struct read_cursor *cursor = reader->cursor;
    struct armor_text *room = &reader->room;
    bool blank = false;
    room->length = 0;
    for (size_t i = prefix->start; i < cursor->at; i++) {
        char byte = cursor->text.bytes[i];
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
            blank = room->length > 0;
            continue;
        }
        armor_text_string(room, blank ? " " : "");
        armor_text_char(room, byte);
        blank = false;
    }
    if (room->error) { /* a rule of more bytes than a pattern may have: it is cut */
        room->error = 0;
    }
    return read_intern(reader, (struct armor_slice){room->length ? room->bytes : "", room->length}, ret_text);
}

static int add(struct reader *reader, const struct read_prefix *prefix, const struct armor_clause *clause)
{
    struct armor_section *section = &reader->reading->sections[reader->section];
    struct armor_clause added = *clause;
    int code = text_of(reader, prefix, &added.text);
    code = code < 0 ? code : reserve(reader, section);
    if (code < 0) {
        return code;
    }
    added.flags |= prefix->flags;
    added.priority = prefix->priority;
    added.source = reader->cursor->source;
    added.line = prefix->line;
    added.column = prefix->column;
    section->clauses[section->clause_count++] = added;
    reader->clauses++;
    return 0;
}

/* *NAME with the beginning that ALIAS replaces, replaced. Returns 1; 0 when it doesn't begin so; or what is wrong. */
static int apply_alias(struct reader *reader, const struct read_alias *alias, const char **name)
{
    struct armor_slice from = armor_slice_of(alias->from);
    if (!*name || !armor_slice_starts(armor_slice_of(*name), from)) {
        return 0;
    }
    reader->other.length = 0;
    armor_text_string(&reader->other, alias->to);
    armor_text_string(&reader->other, *name + from.length);
    int code = reader->other.error;
    code = code < 0
               ? code
               : read_intern(reader, (struct armor_slice){reader->other.bytes, reader->other.length}, name);
    return code < 0 ? code : 1;
}

int read_add(struct reader *reader, const struct read_prefix *prefix, const struct armor_clause *clause)
{
    if (reader->skipping) {
        return 0;
    }
    int code = add(reader, prefix, clause);
    bool paths =
        clause->kind == ARMOR_RULE_FILE || clause->kind == ARMOR_RULE_EXEC || clause->kind == ARMOR_RULE_LINK;
    for (size_t i = 0; code == 0 && paths && i < reader->alias_count; i++) {
        struct armor_clause other = *clause;
        int name = apply_alias(reader, &reader->aliases[i], &other.name);
        int peer = name < 0 ? name : apply_alias(reader, &reader->aliases[i], &other.peer);
        code = peer < 0 ? peer : 0;
        if (name == 1 || peer == 1) {
            code = code < 0 ? code : add(reader, prefix, &other);
        }
    }
    return code;
}

int read_no_owner(struct reader *reader, const struct read_prefix *prefix)
{
    return prefix->flags & (ARMOR_CLAUSE_OWNER | ARMOR_CLAUSE_OTHER)
               ? read_fail(reader, prefix->start, "owner is of rules of files alone")
               : 0;
}

/* `priority=-5`, a whole number from -1000 to 1000. */
static int read_priority(struct reader *reader, int32_t *ret_priority)
{
    int code = read_expect(reader, "=");
    if (code < 0) {
        return code;
    }
    read_blanks(reader);
    size_t at = reader->cursor->at;
    bool negative = read_peek(reader) == '-';
    read_step(reader, negative || read_peek(reader) == '+');
    int32_t value = 0;
    size_t digits = 0;
    for (char byte = read_peek(reader); byte >= '0' && byte <= '9' && value <= 1000; digits++) {
        value = value * 10 + (byte - '0');
        read_step(reader, 1);
        byte = read_peek(reader);
    }
    if (digits == 0 || value > 1000) {
        return read_fail(reader, at, "a priority is a number from -1000 to 1000");
    }
    *ret_priority = negative ? -value : value;
    return 0;
}

static int read_prefix(struct reader *reader, struct read_prefix *prefix)
{
    static const struct {
        const char *word;
        uint32_t flag;
        int place; /* they come in this order, one of each place */
    } words[] = {
        {"audit", ARMOR_CLAUSE_AUDIT, 0}, {"allow", 0, 1},
        {"deny", ARMOR_CLAUSE_DENY, 1},   {"prompt", ARMOR_CLAUSE_PROMPT, 1},
        {"owner", ARMOR_CLAUSE_OWNER, 2}, {"user", ARMOR_CLAUSE_OWNER, 2},
        {"other", ARMOR_CLAUSE_OTHER, 2},
    };
    int code = read_is_word(reader, "priority") && read_take_word(reader, "priority")
                   ? read_priority(reader, &prefix->priority)
                   : 0;
    int place = 0;
    for (size_t i = 0; code == 0 && i < sizeof words / sizeof words[0]; i++) {
        if (words[i].place >= place && read_take_word(reader, words[i].word)) {
            prefix->flags |= words[i].flag;
            prefix->allow = prefix->allow || words[i].flag == 0;
            place = words[i].place + 1;
        }
    }
    return code;
}

/* What a block's prefix adds to that of a rule in it. */
static int merge_prefix(struct reader *reader, const struct read_prefix *outer, struct read_prefix *prefix)
{
    const uint32_t modes = ARMOR_CLAUSE_DENY | ARMOR_CLAUSE_PROMPT;
    const uint32_t owners = ARMOR_CLAUSE_OWNER | ARMOR_CLAUSE_OTHER;
    bool mode = (outer->flags & modes) || outer->allow;
    bool other_mode = ((prefix->flags & modes) || prefix->allow) &&
                      ((outer->flags ^ prefix->flags) & modes || outer->allow != prefix->allow);
    bool other_owner =
        (outer->flags & owners) && (prefix->flags & owners) && ((outer->flags ^ prefix->flags) & owners);
    if ((mode && other_mode) || other_owner) {
        return read_fail(reader, prefix->start,
                         "what stands before this rule contradicts what stands before its block");
    }
    prefix->flags |= outer->flags;
    prefix->allow = prefix->allow || outer->allow;
    return 0;
}

/* `{ ... }` of rules. */
static int read_block(struct reader *reader)
{
    size_t at = reader->cursor->at;
    if (reader->depth == ARMOR_READ_DEPTH_MAX) {
        return armor_error_set(reader->err, -E2BIG, "braces more than %d deep", ARMOR_READ_DEPTH_MAX);
    }
    int code = read_expect(reader, "{");
    reader->depth++;
    code = code < 0 ? code : read_body(reader);
    reader->depth--;
    if (code == 0 && !read_take(reader, "}")) {
        code = read_fail(reader, at, "a { that nothing closes");
    }
    return code;
}

/* Behind `if`: branches up to the last `else`. Those that aren't taken are read, and dropped. */
static int read_if(struct reader *reader)
{
    bool before = reader->skipping;
    bool done = false; /* a branch was taken */
    for (;;) {
        bool truth = true;
        bool last = !read_take_word(reader, "if");
        int code = last ? 0 : read_expression(reader, &truth);
        reader->skipping = before || done || !truth;
        code = code < 0 ? code : read_block(reader);
        reader->skipping = before;
        done = done || truth;
        if (code < 0 || last || !read_take_word(reader, "else")) {
            return code;
        }
    }
}

/* A rule, or a block of them, with what stands before it. */
static int read_rule(struct reader *reader)
{
    struct read_prefix prefix = {.start = reader->cursor->at,
                                 .line = reader->cursor->line,
                                 .column = reader->cursor->at - reader->cursor->line_start + 1};
    const struct read_prefix outer = reader->outer;
    int code = read_prefix(reader, &prefix);
    code = code < 0 ? code : merge_prefix(reader, &outer, &prefix);
    if (code < 0) {
        return code;
    }
    read_blanks(reader);
    if (read_peek(reader) == '{') {
        if (prefix.priority != 0) {
            return read_fail(reader, prefix.start, "a block has no priority");
        }
        reader->outer = prefix;
        code = read_block(reader);
        reader->outer = outer;
        return code;
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (read_take_word(reader, families[i].word)) {
            return families[i].read(reader, &prefix);
        }
    }
    return read_file_rule(reader, &prefix);
}

/* What is between the braces of a section, a block or a branch, or in a file included there; not the closing brace. */
static int read_body(struct reader *reader)
{
    for (;;) {
        int code = 0;
        read_blanks(reader);
        char byte = read_peek(reader);
        if (byte == '\0' || byte == '}') {
            return 0;
        }
        if (read_take_include(reader)) {
            code = read_include(reader, read_body);
        } else if (read_is_word(reader, "if")) {
            code = read_if(reader);
        } else if (byte == '^' || read_is_word(reader, "hat") || read_is_word(reader, "profile")) {
            code = read_section(reader, reader->section);
        } else if (read_is_word(reader, "set")) {
            code = read_rlimit(reader);
        } else if (read_take_word(reader, "abi")) {
            code = read_abi(reader);
        } else {
            code = read_rule(reader);
        }
        if (code < 0) {
            return code;
        }
    }
}

/* A section more, in which clauses go from now on; its index is reader->section. */
static int push_section(struct reader *reader, const struct armor_section *section)
{
    struct armor_reading *reading = reader->reading;
    if (reading->section_count == ARMOR_READ_SECTIONS_MAX) {
        return armor_error_set(reader->err, -E2BIG, "more than %d profiles", ARMOR_READ_SECTIONS_MAX);
    }
    if (reading->section_count == reading->section_capacity) {
        size_t capacity = reading->section_capacity ? reading->section_capacity * 2 : 8;
        struct armor_section *grown = realloc(reading->sections, capacity * sizeof *grown);
        if (!grown) {
            return -ENOMEM;
        }
        reading->sections = grown;
        reading->section_capacity = capacity;
    }
    reader->section = reading->section_count++;
    reading->sections[reader->section] = *section;
    return 0;
}

static int check_new(struct reader *reader, size_t at, const struct armor_section *section)
{
    const struct armor_reading *reading = reader->reading;
    for (size_t i = 0; !reader->skipping && i < reading->section_count; i++) {
        const struct armor_section *other = &reading->sections[i];
        if (other->parent == section->parent && other->name == section->name &&
            other->namespace == section->namespace) {
            return read_fail(reader, at, "there is a profile %s already, in line %zu of %s", section->name,
                             other->line, other->source);
        }
    }
    return 0;
}

/* Two rules for one program, that it should go on under two profiles. */
static int by_program(const void *a, const void *b)
{
    const struct armor_clause *const *first = a;
    const struct armor_clause *const *second = b;
    int order = strcmp((*first)->name, (*second)->name);
    return order ? order : ((*first)->line > (*second)->line) - ((*first)->line < (*second)->line);
}

static bool same_transition(const struct armor_clause *a, const struct armor_clause *b)
{
    uint32_t owners = ARMOR_CLAUSE_OWNER | ARMOR_CLAUSE_OTHER;
    return (a->transition == b->transition && a->secure == b->secure && a->target == b->target) ||
           (a->flags & owners) != (b->flags & owners) || a->priority != b->priority;
}

static int check_transitions(struct reader *reader, const struct armor_section *section)
{
    const struct armor_clause **programs =
        calloc(section->clause_count + 1, sizeof(const struct armor_clause *));
    size_t count = 0;
    if (!programs) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < section->clause_count; i++) {
        const struct armor_clause *clause = &section->clauses[i];
        if (clause->kind == ARMOR_RULE_EXEC && !(clause->flags & ARMOR_CLAUSE_DENY)) {
            programs[count++] = clause;
        }
    }
    qsort((void *)programs, count, sizeof(const struct armor_clause *), by_program);
    int code = 0;
    for (size_t i = 1; code == 0 && i < count; i++) {
        if (programs[i]->name == programs[i - 1]->name && !same_transition(programs[i - 1], programs[i])) {
            armor_error_source(reader->err, programs[i]->source);
            code =
                armor_error_at(reader->err, -EBADMSG, programs[i]->line, programs[i]->column,
                               "%s goes on otherwise in line %zu", programs[i]->name, programs[i - 1]->line);
        }
    }
    free((void *)programs);
    return code;
}

/* The body of the section that was pushed, in a scope of its own for includes and the variables of its name. */
static int read_inside(struct reader *reader, size_t start)
{
    const char **included = reader->included;
    size_t included_count = reader->included_count;
    const struct read_prefix outer = reader->outer;
    reader->included = NULL;
    reader->included_count = 0;
    reader->outer = (struct read_prefix){.flags = 0};
    int code = read_body(reader);
    if (code == 0 && !read_take(reader, "}")) {
        code = read_fail(reader, start, "a profile that no } closes");
    }
    free((void *)reader->included);
    reader->included = included;
    reader->included_count = included_count;
    reader->outer = outer;
    return code;
}

int read_section(struct reader *reader, size_t parent)
{
    struct armor_section section;
    size_t before = reader->section;
    read_blanks(reader);
    size_t start = reader->cursor->at;
    if (reader->depth == ARMOR_READ_DEPTH_MAX) {
        return armor_error_set(reader->err, -E2BIG, "profiles more than %d deep", ARMOR_READ_DEPTH_MAX);
    }
    int code = read_head(reader, parent, &section);
    code = code < 0 ? code : check_new(reader, start, &section);
    code = code < 0 ? code : push_section(reader, &section);
    if (code < 0) {
        return code;
    }
    size_t mine = reader->section;
    reader->depth++;
    code = read_own_variables(reader, mine);
    code = code < 0 ? code : read_inside(reader, start);
    code = code < 0 ? code : check_transitions(reader, &reader->reading->sections[mine]);
    reader->depth--;
    reader->section = before;
    if (code == 0 && before != SIZE_MAX) {
        code = read_own_variables(reader, before);
    }
    while (reader->skipping && reader->reading->section_count > mine) {
        free(reader->reading->sections[--reader->reading->section_count].clauses);
    }
    return code;
}

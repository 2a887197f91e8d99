/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Diff: which clauses of one profile are covered by the other's. See armor/diff.h. */
#include "armor/diff.h"

#include "check_index.h"

#include <errno.h>
#include <stdlib.h>

static const char *const change_names[ARMOR_CHANGE_COUNT] = {
    [ARMOR_CHANGE_ADDED] = "added",
    [ARMOR_CHANGE_REMOVED] = "removed",
    [ARMOR_CHANGE_WIDENED] = "widened",
    [ARMOR_CHANGE_NARROWED] = "narrowed",
};

const char *armor_change_name(enum armor_change change)
{
    return (unsigned)change < ARMOR_CHANGE_COUNT ? change_names[change] : "unknown";
}

/* One profile of two, with its patterns. */
struct half {
    const struct armor_section *section;
    struct check_index index;
};

static bool same_word(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether the word A, of which WIDE is the pattern, if it is one, covers B. Returns 1, 0 or -ENOMEM. */
static int word_covers(const char *a, const struct armor_pattern *wide, const char *b,
                       const struct armor_pattern *narrow)
{
    if (!a || same_word(a, b)) {
        return 1;
    }
    if (!b || !wide || !narrow) {
        return 0;
    }
    int covers = armor_pattern_covers(wide, narrow);
    return covers == -E2BIG ? 0 : covers;
}

/* A profile's own name, as the target of its programs, is the same in both. */
static const char *target_of(const struct half *half, const struct armor_clause *clause)
{
    return clause->target && strcmp(clause->target, half->section->name) == 0 ? "" : clause->target;
}

static uint32_t mask_of(const struct armor_clause *clause)
{
    bool append = clause->kind == ARMOR_RULE_FILE && (clause->mask & ARMOR_FILE_WRITE);
    return clause->mask | (append ? (uint32_t)ARMOR_FILE_APPEND : 0);
}

/* Whether what is no pattern of A covers B: flags, mask, value, what a program goes on under. */
static bool rest_covers(const struct half *half, const struct armor_clause *a, const struct half *other,
                        const struct armor_clause *b)
{
    const uint32_t owner = ARMOR_CLAUSE_OWNER | ARMOR_CLAUSE_OTHER;
    bool owners = !(a->flags & owner) || (a->flags & owner) == (b->flags & owner);
    bool flags = (a->flags & ~owner) == (b->flags & ~owner);
    bool masks = (mask_of(b) & ~mask_of(a)) == 0;
    return owners && flags && masks && a->value >= b->value && a->priority == b->priority &&
           a->transition == b->transition && a->secure == b->secure &&
           same_word(target_of(half, a), target_of(other, b)) && (!a->noted || same_word(a->noted, b->noted));
}

static int covers(const struct half *half, const struct check_entry *a, const struct half *other,
                  const struct check_entry *b)
{
    const struct armor_clause *one = a->clause;
    const struct armor_clause *two = b->clause;
    if (!rest_covers(half, one, other, two)) {
        return 0;
    }
    int result = word_covers(one->name, a->name, two->name, b->name);
    result = result == 1 ? word_covers(one->peer, a->peer, two->peer, b->peer) : result;
    result = result == 1 ? word_covers(one->detail, a->detail, two->detail, b->detail) : result;
    /* of D-Bus the options are two patterns in one word: the same, or any */
    bool unix_kind = one->kind == ARMOR_RULE_UNIX;
    return result == 1 ? word_covers(one->options, unix_kind ? a->options : NULL, two->options, b->options)
                       : result;
}

/* The first entry of HALF that covers ENTRY of OTHER, or that it covers, for REVERSED; NULL: none. */
static int find(const struct half *half, const struct half *other, const struct check_entry *entry,
                bool reversed, const struct check_entry **ret_found)
{
    enum armor_rule_kind kind = entry->clause->kind;
    *ret_found = NULL;
    for (size_t i = half->index.begin[kind]; i < half->index.begin[kind + 1] && !*ret_found; i++) {
        const struct check_entry *mine = &half->index.entries[i];
        int found = reversed ? covers(other, entry, half, mine) : covers(half, mine, other, entry);
        if (found < 0) {
            return found;
        }
        *ret_found = found ? mine : NULL;
    }
    return 0;
}

/* Add what HALF has and OTHER doesn't cover: REMOVED, or narrowed, where HALF is the old one; otherwise added, or widened. */
static int compare(const struct half *half, const struct half *other, bool removed,
                   struct armor_difference *list, size_t *count)
{
    for (size_t i = 0; i < half->index.count; i++) {
        const struct check_entry *entry = &half->index.entries[i];
        const struct check_entry *found = NULL;
        int code = find(other, half, entry, false, &found);
        if (code < 0 || found) {
            if (code < 0) {
                return code;
            }
            continue;
        }
        code = find(other, half, entry, true, &found);
        if (code < 0) {
            return code;
        }
        const struct armor_clause *here = entry->clause;
        const struct armor_clause *there = found ? found->clause : NULL;
        enum armor_change change = removed ? (there ? ARMOR_CHANGE_NARROWED : ARMOR_CHANGE_REMOVED)
                                           : (there ? ARMOR_CHANGE_WIDENED : ARMOR_CHANGE_ADDED);
        list[(*count)++] = (struct armor_difference){.change = change,
                                                     .from = removed ? here : there,
                                                     .to = removed ? there : here};
    }
    return 0;
}

int armor_diff(const struct armor_section *old, const struct armor_section *new,
               struct armor_difference **ret_differences, size_t *ret_count)
{
    struct half from = {.section = old};
    struct half to = {.section = new};
    size_t count = 0;
    struct armor_difference *list = calloc(old->clause_count + new->clause_count + 1, sizeof *list);
    int code = list ? check_index_build(&from.index, old->clauses, old->clause_count) : -ENOMEM;
    code = code < 0 ? code : check_index_build(&to.index, new->clauses, new->clause_count);
    code = code < 0 ? code : compare(&from, &to, true, list, &count);
    code = code < 0 ? code : compare(&to, &from, false, list, &count);
    check_index_done(&from.index);
    check_index_done(&to.index);
    if (code < 0) {
        free(list);
        return code;
    }
    *ret_differences = list;
    *ret_count = count;
    return 0;
}

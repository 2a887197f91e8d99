/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is run must not be writable: otherwise a rule for one program is a rule for any. Of a file that was both written and run, the later
 * access waits: a program of the image that is then overwritten goes on running, a file that was made and then run
 * goes on being made. Only that tells the two apart; which of them armord heard of first doesn't matter. See armor/guard.h.
 */
#include "guard_path.h"
#include "overrule.h"
#include "profile_index.h"

#include <errno.h>
#include <stdlib.h>

#define WRITES ((uint32_t)(ARMOR_FILE_WRITE | ARMOR_FILE_APPEND | ARMOR_FILE_CREATE | ARMOR_FILE_DELETE))

/* What is looked through. */
struct review {
    const struct armor_profile *evidence;
    const struct armor_rule *
        *links; /* owned: the open ones, of equal names side by side, the earliest first */
    size_t link_count;
};

/* Whether RULE is of what the container did, and no operator has decided on it. */
static bool is_open(const struct armor_rule *rule)
{
    return rule && rule->state == ARMOR_STATE_ACTIVE && !armor_rule_more(rule)->decided_usec &&
           rule->origin != ARMOR_ORIGIN_ACCEPTED;
}

static const struct armor_rule *rule_of(const struct armor_profile *evidence, enum armor_rule_kind kind,
                                        const char *name)
{
    const struct armor_access access = {.kind = kind, .name = armor_slice_of(name)};
    const struct armor_rule *rule = armor_profile_find(evidence, &access);
    return is_open(rule) ? rule : NULL;
}

/* What isn't seen yet, a seed's word, was so from the start. */
static bool is_earlier(const struct armor_rule *a, const struct armor_rule *b)
{
    return a->first_usec < b->first_usec;
}

/* Names are interned, so that equal ones have equal pointers. */
static int compare_links(const void *a, const void *b)
{
    const struct armor_rule *first = *(const struct armor_rule *const *)a;
    const struct armor_rule *second = *(const struct armor_rule *const *)b;
    if (first->name != second->name) {
        return (uintptr_t)first->name < (uintptr_t)second->name ? -1 : 1;
    }
    return (first->first_usec > second->first_usec) - (first->first_usec < second->first_usec);
}

static int gather_links(struct review *review)
{
    const struct armor_profile *evidence = review->evidence;
    review->links = calloc(evidence->rule_count + 1, sizeof(struct armor_rule *));
    if (!review->links) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < evidence->rule_count; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        if (rule->kind == ARMOR_RULE_LINK && is_open(rule)) {
            review->links[review->link_count++] = rule;
        }
    }
    qsort((void *)review->links, review->link_count, sizeof(struct armor_rule *), compare_links);
    return 0;
}

/* The earliest link that made NAME, or NULL. */
static const struct armor_rule *first_link(const struct review *review, const char *name)
{
    size_t low = 0;
    size_t high = review->link_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)review->links[middle]->name < (uintptr_t)name) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < review->link_count && review->links[low]->name == name ? review->links[low] : NULL;
}

/* Whether a write or a new name of the program EXEC came before its run, or at the same time. */
static bool made_before_run(const struct review *review, const struct armor_rule *exec)
{
    const struct armor_rule *file = rule_of(review->evidence, ARMOR_RULE_FILE, exec->name);
    const struct armor_rule *link = first_link(review, exec->name);
    return (file && (file->mask & WRITES) && !is_earlier(exec, file)) || (link && !is_earlier(exec, link));
}

/* The bits of RULE that wait; UINT32_MAX: all of a rule without bits. */
static uint32_t held_bits(const struct review *review, const struct armor_rule *rule)
{
    bool writes = rule->kind == ARMOR_RULE_LINK || (rule->kind == ARMOR_RULE_FILE && (rule->mask & WRITES));
    if (!is_open(rule) || !(writes || rule->kind == ARMOR_RULE_EXEC)) {
        return 0;
    }
    if (rule->kind == ARMOR_RULE_EXEC) {
        return made_before_run(review, rule) ? UINT32_MAX : 0;
    }
    const struct armor_rule *exec = rule_of(review->evidence, ARMOR_RULE_EXEC, rule->name);
    uint32_t held = exec && !is_earlier(rule, exec) ? UINT32_MAX : 0;
    if (rule->kind == ARMOR_RULE_LINK) {
        return held;
    }
    if (rule->mask & ARMOR_FILE_MAP) {
        /* bits have no times; what was made anew wasn't there to be mapped before */
        bool own = (rule->mask & ARMOR_FILE_CREATE) && !(rule->mask & ARMOR_FILE_DELETE);
        return rule->mask & ((held & WRITES) | (own ? (uint32_t)ARMOR_FILE_MAP : WRITES));
    }
    return rule->mask & held & WRITES;
}

/* Copy RULE, with the bits HELD of it apart and in quarantine. */
static int copy_split(const struct armor_rule *rule, uint32_t held, struct armor_profile *reviewed)
{
    struct armor_rule *copy = NULL;
    struct armor_rule part = *rule;
    int code = 0;
    part.mask = rule->mask & ~held;
    if (part.mask || (!held && !rule->mask)) {
        code = profile_copy_rule(reviewed, &part, armor_slice_of(rule->name), &copy);
    }
    if (code >= 0 && held) {
        part.mask = rule->mask & held;
        part.state = ARMOR_STATE_QUARANTINED;
        struct armor_rule_more more = *armor_rule_more(rule);
        more.guard = guard_name(GUARD_WRITTEN_AND_RUN);
        part.more = &more;
        code = profile_copy_rule(reviewed, &part, armor_slice_of(rule->name), &copy);
    }
    return code < 0 ? code : 0;
}

/* The evidence with what waits apart. */
static int split_all(const struct review *review, struct armor_profile **ret_reviewed)
{
    const struct armor_profile *evidence = review->evidence;
    struct armor_profile *reviewed = NULL;
    int code = armor_profile_new(armor_slice_of(evidence->name), evidence->index->seed, &reviewed);
    for (size_t i = 0; i < evidence->rule_count && code == 0; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        code = copy_split(rule, held_bits(review, rule), reviewed);
    }
    if (code < 0) {
        armor_profile_free(reviewed);
        return code;
    }
    *ret_reviewed = reviewed;
    return 1;
}

/* What waits of EVIDENCE, of which operators' words on patterns are part already. Returns as armor_guard_review. */
static int review_all(const struct armor_profile *evidence, struct armor_profile **ret_reviewed)
{
    struct review review = {.evidence = evidence};
    bool any = false;
    int code = gather_links(&review);
    for (size_t i = 0; i < evidence->rule_count && code == 0 && !any; i++) {
        any = held_bits(&review, evidence->rules[i]) != 0;
    }
    code = code == 0 && any ? split_all(&review, ret_reviewed) : code;
    free((void *)review.links);
    return code;
}

int armor_guard_review(const struct armor_profile *evidence, struct armor_profile **ret_reviewed)
{
    struct armor_profile *overruled = NULL;
    struct armor_profile *reviewed = NULL;
    int any = profile_overrule(evidence, &overruled);
    int code = any < 0 ? any : review_all(overruled ? overruled : evidence, &reviewed);
    if (code < 0 || reviewed) {
        armor_profile_free(overruled);
        overruled = NULL;
    }
    if (code < 0) {
        return code;
    }
    if (reviewed || overruled) {
        *ret_reviewed = reviewed ? reviewed : overruled;
    }
    return reviewed || overruled;
}

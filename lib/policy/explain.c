/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Explain: what of a profile's rules covers an access, and what of the evidence a rule covers. See armor/explain.h. */
#include "armor/explain.h"

#include "armor/glob.h"
#include "armor/mask.h"
#include "armor/render.h"
#include "armor/rule_text.h"
#include "rule_cover.h"

#include <errno.h>
#include <stdlib.h>

/* What can be done to a file, as bits of its mask. */
static const uint32_t FILE_BITS = ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_APPEND | ARMOR_FILE_LOCK |
                                  ARMOR_FILE_LINK | ARMOR_FILE_MAP | ARMOR_FILE_EXEC;

static const char *const standing_names[ARMOR_STANDING_COUNT] = {
    [ARMOR_STANDING_ALLOWED] = "allowed",
    [ARMOR_STANDING_DENIED] = "denied",
    [ARMOR_STANDING_QUARANTINED] = "quarantined",
    [ARMOR_STANDING_EXPECTED] = "expected",
    [ARMOR_STANDING_OWNER] = "owner",
    [ARMOR_STANDING_UNSEEN] = "unseen",
};

const char *armor_standing_name(enum armor_standing standing)
{
    return (unsigned)standing < ARMOR_STANDING_COUNT ? standing_names[standing] : "unknown";
}

int armor_view_open(const struct armor_profile *evidence, const struct armor_generalise_options *options,
                    struct armor_view *ret_view)
{
    struct armor_view view = {.evidence = evidence};
    int code = armor_guard_review(evidence, &view.reviewed);
    view.evidence = view.reviewed ? view.reviewed : evidence;
    code = code < 0 ? code : armor_generalise(evidence, options, &view.policy);
    code = code < 0 ? code : armor_floor_lay(evidence, view.policy);
    code = code < 0 ? code : armor_floor_conflicts(evidence, &view.conflicts, &view.conflict_count);
    if (code < 0) {
        armor_view_done(&view);
        return -ENOMEM; /* all of it fitted before: nothing else can be the reason */
    }
    *ret_view = view;
    return 0;
}

void armor_view_done(struct armor_view *view)
{
    free(view->conflicts);
    armor_profile_free(view->policy);
    armor_profile_free(view->reviewed);
    *view = (struct armor_view){0};
}

/* Which of the bits each state of rules has. */
struct tally {
    uint32_t bits[ARMOR_STATE_COUNT];
    uint32_t owner; /* and which are allowed of the own user's files alone */
};

static void judge(struct armor_explanation *explanation, const struct tally *tally)
{
    const uint32_t *bits = tally->bits;
    uint32_t allowed = bits[ARMOR_STATE_ACTIVE] & ~bits[ARMOR_STATE_DENIED];
    uint32_t wanted = explanation->asked;
    if (!wanted) {
        wanted = allowed ? allowed
                         : bits[ARMOR_STATE_DENIED] | bits[ARMOR_STATE_QUARANTINED] |
                               bits[ARMOR_STATE_EXPECTED] | tally->owner;
        wanted = wanted ? wanted : (uint32_t)ARMOR_FILE_READ;
    }
    const struct {
        enum armor_state state;
        enum armor_standing standing;
    } rows[] = {
        {ARMOR_STATE_DENIED, ARMOR_STANDING_DENIED},
        {ARMOR_STATE_QUARANTINED, ARMOR_STANDING_QUARANTINED},
        {ARMOR_STATE_EXPECTED, ARMOR_STANDING_EXPECTED},
    };
    explanation->allowed = allowed;
    explanation->missing = wanted & ~allowed;
    explanation->standing = !explanation->missing                  ? ARMOR_STANDING_ALLOWED
                            : explanation->missing & ~tally->owner ? ARMOR_STANDING_UNSEEN
                                                                   : ARMOR_STANDING_OWNER;
    for (size_t i = sizeof rows / sizeof rows[0]; i-- > 0;) {
        if (explanation->missing & bits[rows[i].state]) {
            explanation->standing = rows[i].standing;
        }
    }
}

/* Whether RULE covers ACCESS: 1; 2, where it is of the own user's files alone; 0 or -ENOMEM. */
static int speaks(const struct armor_rule *rule, const struct armor_access *access)
{
    const struct armor_slice options = armor_slice_of(armor_rule_more(rule)->options);
    int code = rule_covers(rule, access);
    if (code == 0 && armor_rule_kind_is_path(rule->kind) && armor_options_owner(options)) {
        struct armor_access own = *access;
        own.options = options;
        code = rule_covers(rule, &own) == 1 ? 2 : 0;
    }
    return code;
}

/* Note the rules of the policy, in canonical order, that speak of ACCESS. */
static int gather_witnesses(const struct armor_view *view, const struct armor_access *access,
                            struct armor_explanation *explanation, struct tally *tally)
{
    const struct armor_rule **rules = NULL;
    int code = armor_profile_sorted(view->policy, &rules);
    size_t most = code < 0 ? 0 : view->policy->rule_count;
    explanation->witnesses = calloc(most + 1, sizeof *explanation->witnesses);
    code = code < 0 || explanation->witnesses ? code : -ENOMEM;
    for (size_t i = 0; i < most && code >= 0; i++) {
        uint32_t of = explanation->asked ? explanation->asked : FILE_BITS;
        uint32_t bits = rule_bits(rules[i]->kind, rules[i]->mask) & of;
        code = bits ? speaks(rules[i], access) : 0;
        if (code > 0) {
            explanation->witnesses[explanation->witness_count++] = (struct armor_witness){rules[i], bits};
            tally->bits[rules[i]->state] |= code == 1 ? bits : 0;
            tally->owner |= code == 2 && rules[i]->state == ARMOR_STATE_ACTIVE ? bits : 0;
        }
    }
    free((void *)rules);
    return code < 0 ? code : 0;
}

/* Note which denials that the policy doesn't have speak of ACCESS. */
static int gather_conflicts(const struct armor_view *view, const struct armor_access *access,
                            struct armor_explanation *explanation)
{
    int code = 0;
    explanation->conflicts = calloc(view->conflict_count + 1, sizeof(struct armor_conflict *));
    if (!explanation->conflicts) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < view->conflict_count && code >= 0; i++) {
        const struct armor_rule *denial = view->conflicts[i].denial;
        uint32_t of = explanation->asked ? explanation->asked : FILE_BITS;
        code = rule_bits(denial->kind, denial->mask) & of ? rule_covers(denial, access) : 0;
        if (code == 1) {
            explanation->conflicts[explanation->conflict_count++] = &view->conflicts[i];
        }
    }
    return code < 0 ? code : 0;
}

/* Write the rule for BITS of ACCESS, in the words of VIEW's container. */
static void put_remedy(const struct armor_view *view, const struct armor_access *access,
                       enum armor_rule_kind kind, uint32_t bits, struct armor_text *text)
{
    const struct armor_slice slices[] = {access->name, access->detail, access->peer, access->options};
    struct armor_text rooms[sizeof slices / sizeof slices[0]];
    const char *words[sizeof slices / sizeof slices[0]]; /* terminated; NULL: there is none */
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        rooms[i] = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
        armor_text_slice(&rooms[i], slices[i]);
        words[i] = rooms[i].bytes ? rooms[i].bytes : slices[i].bytes ? "" : NULL;
        text->error = text->error ? text->error : rooms[i].error;
    }
    struct armor_rule_more more = {.detail = words[1],
                                   .peer = words[2],
                                   .options = words[3],
                                   .value = access->value};
    const struct armor_rule rule = {.kind = kind, .mask = bits, .name = words[0], .more = &more};
    if (!text->error) {
        armor_render_rule(view->policy, &rule, text);
    }
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        armor_text_done(&rooms[i]);
    }
}

/* Write what would allow the missing bits. */
static int remedy(const struct armor_view *view, const struct armor_access *access,
                  struct armor_explanation *explanation)
{
    bool vague =
        !explanation->asked && explanation->standing == ARMOR_STANDING_DENIED; /* not all that is denied */
    uint32_t missing = vague ? 0 : explanation->missing;
    bool path = access->kind == ARMOR_RULE_FILE || access->kind == ARMOR_RULE_EXEC;
    uint32_t file =
        missing & ~(uint32_t)(ARMOR_FILE_EXEC | ARMOR_FILE_LINK); /* a link's rule has two names */
    size_t count = 0;
    if (path && file) {
        put_remedy(view, access, ARMOR_RULE_FILE, file, &explanation->remedies[count++]);
    }
    if (path && (missing & ARMOR_FILE_EXEC)) {
        put_remedy(view, access, ARMOR_RULE_EXEC, 0, &explanation->remedies[count++]);
    }
    if (!path && missing) {
        put_remedy(view, access, access->kind, access->mask ? missing : 0, &explanation->remedies[count++]);
    }
    return explanation->remedies[0].error ? explanation->remedies[0].error : explanation->remedies[1].error;
}

static struct armor_explanation nothing(void)
{
    struct armor_explanation explanation = {.rule = NULL};
    for (size_t i = 0; i < 2; i++) {
        explanation.remedies[i] = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    }
    return explanation;
}

/* The guard rail that would hold ACCESS, whose words are patterns of themselves; NULL: none, or it is of many things. */
static const struct armor_guard *guard_of(const struct armor_view *view, const struct armor_access *access,
                                          uint32_t bits)
{
    uint32_t held = 0;
    struct armor_access asked = *access;
    if ((asked.name.bytes && !armor_glob_plain(asked.name)) ||
        (asked.peer.bytes && !armor_glob_plain(asked.peer))) {
        return NULL;
    }
    if (asked.kind == ARMOR_RULE_FILE) {
        asked.mask = bits & ~(uint32_t)ARMOR_FILE_EXEC;
        asked.kind = asked.mask ? ARMOR_RULE_FILE : ARMOR_RULE_EXEC;
    }
    return armor_guard_of(&asked, view->policy->label, &held);
}

int armor_explain_access(const struct armor_view *view, const struct armor_access *access,
                         struct armor_explanation *ret_explanation)
{
    struct armor_explanation explanation = nothing();
    struct tally tally = {.owner = 0};
    bool any = access->kind == ARMOR_RULE_FILE && access->mask == 0;
    explanation.kind = access->kind;
    explanation.asked = any ? 0 : rule_bits(access->kind, access->mask);
    int code = gather_witnesses(view, access, &explanation, &tally);
    code = code < 0 ? code : gather_conflicts(view, access, &explanation);
    if (code == 0) {
        judge(&explanation, &tally);
        explanation.guard = explanation.missing ? guard_of(view, access, explanation.missing) : NULL;
        code = remedy(view, access, &explanation);
    }
    if (code < 0) {
        armor_explanation_done(&explanation);
        return -ENOMEM;
    }
    *ret_explanation = explanation;
    return 0;
}

/* Note what of the evidence, in canonical order, RULE stands for. */
static int gather_evidence(const struct armor_view *view, const struct armor_rule *rule,
                           struct armor_explanation *explanation)
{
    const struct armor_rule **rules = NULL;
    int code = armor_profile_sorted(view->evidence, &rules);
    size_t most = code < 0 ? 0 : view->evidence->rule_count;
    explanation->evidence = calloc(most + 1, sizeof(struct armor_rule *));
    code = code < 0 || explanation->evidence ? code : -ENOMEM;
    for (size_t i = 0; i < most && code >= 0; i++) {
        const struct armor_access access = armor_rule_access(rules[i]);
        uint32_t common = rule_bits(rules[i]->kind, rules[i]->mask) & rule_bits(rule->kind, rule->mask);
        code = rules[i]->state == rule->state && rules[i]->kind == rule->kind && common
                   ? rule_covers(rule, &access)
                   : 0;
        if (code == 1) {
            explanation->evidence[explanation->evidence_count++] = rules[i];
        }
    }
    free((void *)rules);
    return code < 0 ? code : 0;
}

int armor_explain_rule(const struct armor_view *view, const struct armor_rule *rule,
                       struct armor_explanation *ret_explanation)
{
    struct armor_access access = armor_rule_access(rule);
    struct armor_explanation explanation = {.rule = NULL};
    int code = armor_explain_access(view, &access, &explanation);
    if (code < 0) {
        return code;
    }
    explanation.rule = rule;
    code = gather_evidence(view, rule, &explanation);
    if (code < 0) {
        armor_explanation_done(&explanation);
        return -ENOMEM;
    }
    *ret_explanation = explanation;
    return 0;
}

/* Explain what a rule that reads TEXT would be for; there is none. */
static int explain_said(const struct armor_view *view, struct armor_slice text, uint64_t seed,
                        struct armor_explanation *ret_explanation, struct armor_error *err)
{
    struct armor_reading *reading = NULL;
    struct armor_access accesses[ARMOR_CLAUSE_ACCESSES_MAX];
    const char *label = view->policy->label;
    const char *why = NULL;
    int code = armor_rules_read(text, label, seed, &reading, err);
    if (code < 0) {
        return code;
    }
    const struct armor_clause *clause = &reading->sections[0].clauses[0];
    size_t count = armor_clause_accesses(clause, label, label, accesses, &why);
    if (count == 0) {
        code = armor_error_set(err, -EINVAL, "no rule here can say that: %s", why);
    } else {
        code = armor_explain_access(view, &accesses[0], ret_explanation);
    }
    armor_reading_free(reading);
    return code;
}

int armor_explain_text(const struct armor_view *view, struct armor_slice text, uint64_t seed,
                       struct armor_explanation *ret_explanation, struct armor_error *err)
{
    const struct armor_rule *rule = NULL;
    int code = armor_rule_find_text(view->policy, text, &rule);
    code = code == 0 ? armor_rule_find_text(view->evidence, text, &rule) : code;
    if (code < 0) {
        return code;
    }
    return rule ? armor_explain_rule(view, rule, ret_explanation)
                : explain_said(view, text, seed, ret_explanation, err);
}

int armor_explain_path(const struct armor_view *view, struct armor_slice name, struct armor_slice mask,
                       struct armor_explanation *ret_explanation, struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    uint32_t unknown = 0;
    uint32_t bits = armor_mask_parse(ARMOR_RULE_FILE, mask, &unknown);
    if (name.length == 0 || name.bytes[0] != '/' || name.length > ARMOR_PATH_MAX) {
        return armor_error_set(err, -EINVAL, "a path begins with a slash, and has up to %d bytes",
                               ARMOR_PATH_MAX);
    }
    if (unknown || (mask.length && !bits)) {
        return armor_error_set(err, -EINVAL, "an access is letters of r, w, a, k, l, m and x");
    }
    armor_glob_escape(&pattern, name);
    if (pattern.error) {
        return pattern.error;
    }
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .mask = armor_mask_granted(ARMOR_RULE_FILE, bits),
                                        .name = {pattern.bytes, pattern.length}};
    return armor_explain_access(view, &access, ret_explanation);
}

void armor_explanation_done(struct armor_explanation *explanation)
{
    free(explanation->witnesses);
    free((void *)explanation->evidence);
    free((void *)explanation->conflicts);
    armor_text_done(&explanation->remedies[0]);
    armor_text_done(&explanation->remedies[1]);
    *explanation = nothing();
}

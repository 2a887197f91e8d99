/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stated rules: from a profile's clauses, and into a container's profile state. See armor/stated.h. */
#include "armor/stated.h"

#include "armor/floor.h"
#include "armor/glob.h"
#include "armor/label.h"
#include "armor/render.h"
#include "armor/rule_text.h"
#include "profile_index.h"

#include <errno.h>
#include <stdlib.h>

/* SOURCE is where RULE of PROFILE stands, unless it is told already. */
static int tell_source(struct armor_profile *profile, struct armor_rule *rule, struct armor_slice source)
{
    struct armor_rule_more *more = NULL;
    int code = armor_profile_more(profile, rule, &more);
    return code < 0 || more->source ? code : armor_profile_word(profile, source, &more->source);
}

/* "web.profile:12". */
static int tell_clause(struct armor_profile *profile, struct armor_rule *rule,
                       const struct armor_clause *clause)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PATH_MAX + 32);
    armor_text_format(&text, "%s:%zu", clause->source, clause->line);
    return text.error ? text.error
                      : tell_source(profile, rule, (struct armor_slice){text.bytes, text.length});
}

int armor_stated_add(struct armor_profile *stated, const struct armor_clause *clause, const char *self,
                     const char **ret_why)
{
    struct armor_access accesses[ARMOR_CLAUSE_ACCESSES_MAX];
    size_t count = armor_clause_accesses(clause, self, stated->label, accesses, ret_why);
    bool gives_way = (clause->flags & ARMOR_CLAUSE_DENY) && (clause->flags & ARMOR_CLAUSE_AUDIT);
    for (size_t i = 0; i < count; i++) {
        struct armor_rule *rule = NULL;
        int code = armor_profile_merge(stated, &accesses[i], &rule);
        code = code < 0 ? code : tell_clause(stated, rule, clause);
        if (code < 0) {
            return code;
        }
        rule->origin = gives_way ? ARMOR_ORIGIN_SEEDED : ARMOR_ORIGIN_ACCEPTED;
    }
    return count > 0;
}

void armor_stated_join(struct armor_profile *stated)
{
    for (size_t i = stated->rule_count; i-- > 0;) {
        struct armor_rule *exec = stated->rules[i];
        struct armor_access access = armor_rule_access(exec);
        access.kind = ARMOR_RULE_FILE;
        struct armor_rule *file = armor_profile_find(stated, &access);
        if (exec->kind == ARMOR_RULE_EXEC && exec->state == ARMOR_STATE_DENIED && file &&
            file->origin == exec->origin) {
            file->mask |= ARMOR_FILE_EXEC;
            armor_profile_remove(stated, exec);
        }
    }
}

/* Whether CLAUSE is the rule by which the learning profile SELF has each exec logged. */
static bool logs_execs(const struct armor_clause *clause, const char *self)
{
    return clause->kind == ARMOR_RULE_EXEC && (clause->flags & ARMOR_CLAUSE_AUDIT) && clause->name &&
           strcmp(clause->name, "/**") == 0 && clause->target && strcmp(clause->target, self) == 0;
}

/* Whether CLAUSE is of the floor, as FLOOR, a profile of nothing else, has it. Returns 1, 0 or -ENOMEM. */
static int is_floor(const struct armor_profile *floor, const struct armor_clause *clause)
{
    const uint32_t both = ARMOR_CLAUSE_DENY | ARMOR_CLAUSE_AUDIT;
    const struct armor_rule *rule = NULL;
    return (clause->flags & both) == both ? armor_rule_find_text(floor, armor_slice_of(clause->text), &rule)
                                          : 0;
}

/* A clause as a container's profile has it. */
struct adapted {
    struct armor_clause clause;
    const char *why; /* why it isn't as it was written; NULL: it is */
};

/* Programs go on under the container's own profile: it is the only one that is learned, and the only one that armor-loader takes. */
static void adapt_exec(struct adapted *adapted, const char *self)
{
    struct armor_clause *clause = &adapted->clause;
    bool own = clause->transition == ARMOR_GO_INHERIT && !clause->target;
    bool into_own =
        clause->transition == ARMOR_GO_PROFILE && clause->target && strcmp(clause->target, self) == 0;
    if (own || (into_own && !clause->secure)) {
        return;
    }
    adapted->why =
        into_own ? "the program keeps its environment, for it goes on under the same profile"
                 : "the program goes on under the container's own profile, and does there what that allows";
    clause->transition = ARMOR_GO_PROFILE;
    clause->target = self;
    clause->secure = false;
}

/* CLAUSE, of the profile SELF, as a container can have it; GIVES_WAY: SELF is of armord's, whose audited denials give way. */
static struct adapted adapt(const struct armor_clause *clause, const char *self, bool gives_way)
{
    struct adapted adapted = {.clause = *clause};
    bool deny = clause->flags & ARMOR_CLAUSE_DENY;
    if ((clause->flags & ARMOR_CLAUSE_AUDIT) && !(deny && gives_way)) {
        adapted.clause.flags &= ~(uint32_t)ARMOR_CLAUSE_AUDIT;
        adapted.why = deny ? "what it refuses isn't logged, as of any denial of an operator's"
                           : "what it allows isn't logged";
    }
    if (clause->kind == ARMOR_RULE_EXEC && !deny) {
        adapt_exec(&adapted, self);
    }
    return adapted;
}

/* Why what CLAUSE says would stand in no text; NULL: it would. */
static const char *left_out(const struct armor_clause *clause)
{
    const struct armor_rule rule = {.kind = clause->kind,
                                    .state = clause->flags & ARMOR_CLAUSE_DENY ? ARMOR_STATE_DENIED
                                                                               : ARMOR_STATE_ACTIVE};
    return armor_render_left_out(&rule);
}

/* What one taking over needs. */
struct taking {
    struct armor_profile *stated;
    const struct armor_section *section;
    struct armor_profile *floor; /* owned; a profile of nothing else */
    bool ours;                   /* the section is one that armord rendered */
    armor_stated_tell tell;
    void *userdata;
    const struct armor_clause *told; /* the clause that was told last, and why */
    const char *why;
};

/* Tell of CLAUSE, unless the same was told of another clause of its line. */
static void tell(struct taking *taking, const struct armor_clause *clause, bool taken, const char *why)
{
    const struct armor_clause *told = taking->told;
    bool again = told && told->text == clause->text && told->line == clause->line &&
                 told->column == clause->column && told->source == clause->source && taking->why == why;
    if (!again) {
        taking->tell(clause, taken, why, taking->userdata);
    }
    taking->told = clause;
    taking->why = why;
}

static int take(struct taking *taking, const struct armor_clause *clause)
{
    const char *self = taking->section->name;
    int own = logs_execs(clause, self) ? 1 : taking->ours ? is_floor(taking->floor, clause) : 0;
    if (own) {
        return own;
    }
    const struct adapted adapted = adapt(clause, self, taking->ours);
    const char *why = left_out(clause);
    int code = why ? 0 : armor_stated_add(taking->stated, &adapted.clause, self, &why);
    if (code == 0 || (code > 0 && adapted.why)) {
        tell(taking, clause, code > 0, code ? adapted.why : why);
    }
    return code;
}

int armor_stated_take(struct armor_profile *stated, const struct armor_section *section,
                      armor_stated_tell tell_of, void *userdata)
{
    struct taking taking = {.stated = stated,
                            .section = section,
                            .ours = armor_slice_starts(armor_slice_of(section->name),
                                                       ARMOR_SLICE(ARMOR_PROFILE_PREFIX)),
                            .tell = tell_of,
                            .userdata = userdata};
    int code = armor_profile_new(armor_slice_of(stated->name), stated->index->seed, &taking.floor);
    code = code < 0 ? code : armor_floor_lay(taking.floor, taking.floor);
    for (size_t i = 0; i < section->clause_count && code >= 0; i++) {
        code = take(&taking, &section->clauses[i]);
    }
    armor_profile_free(taking.floor);
    armor_stated_join(stated);
    return code < 0 ? code : 0;
}

/* Whether PROFILE has all of ACCESS as each container does. */
static bool is_baseline(const struct armor_profile *profile, const struct armor_access *access)
{
    const struct armor_rule *rule = armor_profile_find(profile, access);
    return rule && rule->origin == ARMOR_ORIGIN_BASELINE && (access->mask & ~rule->mask) == 0;
}

/* The guard rail that would hold ACCESS, or NULL; of a pattern nobody can say. */
static const struct armor_guard *guard_of(const struct armor_access *access, const char *label)
{
    uint32_t held = 0;
    bool one = (!access->name.bytes || armor_glob_plain(access->name)) &&
               (!access->peer.bytes || armor_glob_plain(access->peer));
    return one && access->state == ARMOR_STATE_ACTIVE ? armor_guard_of(access, label, &held) : NULL;
}

/* A denial that gives way, as a seed's. */
static int add_denial(struct armor_profile *profile, const struct armor_access *access,
                      const struct armor_rule *rule)
{
    struct armor_rule *into = NULL;
    int code = armor_profile_merge(profile, access, &into);
    if (code == 1 && !armor_rule_more(into)->decided_usec && into->origin == ARMOR_ORIGIN_OBSERVED) {
        into->origin = ARMOR_ORIGIN_SEEDED;
        code = tell_source(profile, into, armor_slice_of(armor_rule_more(rule)->source));
    }
    return code < 0 ? code : 0;
}

static int apply(struct armor_profile *profile, const struct armor_rule *rule, struct armor_slice who,
                 int64_t now_usec, struct armor_taken *taken)
{
    const struct armor_access access = armor_rule_access(rule);
    struct armor_rule *into = NULL;
    if (is_baseline(profile, &access)) {
        return 0;
    }
    taken->rules++;
    if (rule->origin == ARMOR_ORIGIN_SEEDED) {
        return add_denial(profile, &access, rule);
    }
    int code = armor_profile_decide(profile, &access, rule->state, who, now_usec, &into);
    code = code < 0 ? code : tell_source(profile, into, armor_slice_of(armor_rule_more(rule)->source));
    return code < 0 ? code : 0;
}

/* Mark what RULE became with the guard rail that would have held it; nothing where a denial took its place. */
static int mark(struct armor_profile *profile, const struct armor_rule *rule, struct armor_taken *taken)
{
    const struct armor_access access = armor_rule_access(rule);
    const struct armor_guard *guard = guard_of(&access, profile->label);
    struct armor_rule *into = guard ? armor_profile_find(profile, &access) : NULL;
    if (!into || is_baseline(profile, &access)) {
        return 0;
    }
    taken->guarded++;
    taken->guard = taken->guard ? taken->guard : into;
    struct armor_rule_more *more = NULL;
    int code = armor_profile_more(profile, into, &more);
    return code < 0 || more->guard ? code
                                   : armor_profile_word(profile, armor_slice_of(guard->name), &more->guard);
}

int armor_stated_apply(struct armor_profile *profile, const struct armor_profile *stated,
                       struct armor_slice who, int64_t now_usec, struct armor_taken *ret_taken)
{
    const struct armor_rule **rules = NULL;
    struct armor_taken taken = {0};
    int code = armor_profile_sorted(stated, &rules);
    for (size_t i = 0; i < stated->rule_count && code >= 0; i++) {
        code = apply(profile, rules[i], who, now_usec, &taken);
    }
    for (size_t i = 0; i < stated->rule_count && code >= 0; i++) {
        code = mark(profile, rules[i], &taken);
    }
    free((void *)rules);
    if (code < 0) {
        return code;
    }
    *ret_taken = taken;
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Floor: the table of denials, and what contradicts a denial. The table says what moby's profile template does
 * (profiles/apparmor/template.go), for a profile that allows nothing else: with fewer patterns, and without its exception for
 * /proc/sys/kernel/shm*, which only a container that was granted it writes to. See armor/floor.h.
 */
#include "armor/floor.h"

#include "armor/match.h"
#include "profile_index.h"
#include "rule_cover.h"

#include <errno.h>
#include <stdlib.h>

#define WRITE (ARMOR_FILE_WRITE)
#define TOUCH (ARMOR_FILE_WRITE | ARMOR_FILE_LOCK | ARMOR_FILE_LINK | ARMOR_FILE_EXEC)
#define ALL   (TOUCH | ARMOR_FILE_READ)

#define TELLS(why) (&(struct armor_rule_more){.reason = (why)})
#define PATH(pattern, bits, why)                                                                             \
    {                                                                                                        \
        .kind = ARMOR_RULE_FILE, .mask = (bits), .name = (pattern), .state = ARMOR_STATE_DENIED,             \
        .origin = ARMOR_ORIGIN_BASELINE, .more = TELLS(why)                                                  \
    }

static const char proc[] = "writes in /proc, but for processes' own files, change the host's kernel";
static const char sys[] = "writes in /sys, but for cgroups, change the host's kernel and devices";
static const char host[] = "it is about the host, not about the container";

static const struct armor_rule rows[] = {
    {.kind = ARMOR_RULE_NETWORK,
     .name = "alg",
     .state = ARMOR_STATE_DENIED,
     .origin = ARMOR_ORIGIN_BASELINE,
     .more = TELLS("the kernel's cryptography by socket is rarely used and often attacked")},
    {.kind = ARMOR_RULE_MOUNT,
     .state = ARMOR_STATE_DENIED,
     .origin = ARMOR_ORIGIN_BASELINE,
     .more = TELLS("mounts put files where rules about paths don't look for them")},
    PATH("/proc/*", WRITE, proc),
    PATH("/proc/[^0-9s]*/**", WRITE, proc),
    PATH("/proc/kcore", ALL, host),
    PATH("/proc/s[^y]*/**", WRITE, proc),
    PATH("/proc/sys/[^k]*", WRITE, proc),
    PATH("/proc/sys/[^k]*/**", WRITE, proc),
    PATH("/proc/sys/kernel/**", WRITE, proc),
    PATH("/proc/sysrq-trigger", ALL, host),
    PATH("/sys/[^f]*/**", TOUCH, sys),
    PATH("/sys/devices/virtual/powercap/**", ALL, host),
    PATH("/sys/f[^s]*/**", TOUCH, sys),
    PATH("/sys/firmware/**", ALL, host),
    PATH("/sys/fs/[^c]*/**", TOUCH, sys),
    PATH("/sys/fs/c[^g]*/**", TOUCH, sys),
    PATH("/sys/kernel/security/**", ALL, host),
};

enum { ROWS = (int)(sizeof rows / sizeof rows[0]) };

bool armor_floor_has(const struct armor_rule *rule)
{
    return rule->state == ARMOR_STATE_DENIED && rule->origin == ARMOR_ORIGIN_BASELINE;
}

/* The bits of files that RULE grants; what only evidence has is none. */
static uint32_t file_bits(const struct armor_rule *rule)
{
    switch ((int)rule->kind) {
    case ARMOR_RULE_EXEC: return ARMOR_FILE_EXEC;
    case ARMOR_RULE_LINK: return ARMOR_FILE_LINK;
    case ARMOR_RULE_FILE:
        /* a denial of w is one of a too, and the other way round */
        return rule->mask & (ARMOR_FILE_WRITE | ARMOR_FILE_APPEND)
                   ? rule->mask | ARMOR_FILE_WRITE | ARMOR_FILE_APPEND
                   : rule->mask;
    default: return 0;
    }
}

/* Whether two paths may have a name in common, by the bytes before the first special one. */
static bool may_meet(const char *a, const char *b)
{
    static const char special[] = "*?[{\\";
    size_t length = strcspn(a, special);
    size_t other = strcspn(b, special);
    return strncmp(a, b, length < other ? length : other) == 0;
}

/* Whether the patterns DENIED and ALLOWED have names in common: 1, also where that can't be said, 0 or -ENOMEM. */
static int meets(const char *denied, const char *allowed)
{
    struct armor_pattern *one = NULL;
    struct armor_pattern *other = NULL;
    int code = armor_pattern_new(armor_slice_of(denied), &one, NULL);
    code = code < 0 ? code : armor_pattern_new(armor_slice_of(allowed), &other, NULL);
    code = code < 0 ? code : armor_pattern_meets(one, other);
    armor_pattern_free(one);
    armor_pattern_free(other);
    return code < 0 && code != -ENOMEM ? 1 : code;
}

/* Whether the words of two rules, NULL for any, have something in common. */
static bool share(const char *word, const char *other)
{
    return !word || !other || strcmp(word, other) == 0;
}

/* Whether DENIAL would refuse something of RULE, whatever its state: 1, 0 or -ENOMEM. */
static int refuses(const struct armor_rule *denial, const struct armor_rule *rule)
{
    uint32_t bits = file_bits(denial) & file_bits(rule) & ~(uint32_t)ARMOR_FILE_EVIDENCE;
    if (bits) {
        return may_meet(denial->name, rule->name) ? meets(denial->name, rule->name) : 0;
    }
    const struct armor_rule_more *refused = armor_rule_more(denial);
    const struct armor_rule_more *more = armor_rule_more(rule);
    return !file_bits(denial) && rule->kind == denial->kind && share(denial->name, rule->name) &&
           share(refused->detail, more->detail) && share(refused->peer, more->peer) &&
           share(refused->options, more->options);
}

/* Decisions that don't count; none is made then. */
enum { NO_TIME = -1 };

/*
 * Whether somebody's word on a pattern, but for one of the time EXCEPT, lets go what DENIAL refuses of RULE, which waited for one: 1, 0 or
 * -ENOMEM.
 */
static int is_let_go(const struct armor_profile *evidence, const struct armor_rule *denial,
                     const struct armor_rule *rule, int64_t except)
{
    uint32_t bits = rule_bits(rule->kind, rule->mask) & (file_bits(denial) ? file_bits(denial) : UINT32_MAX);
    const struct armor_access seen = rule_seen(rule);
    int code = 0;
    for (size_t i = 0; i < evidence->rule_count && code == 0; i++) {
        const struct armor_rule *word = evidence->rules[i];
        int64_t decided = armor_rule_more(word)->decided_usec;
        bool may = word->state == ARMOR_STATE_ACTIVE && decided && decided != except &&
                   word->kind == rule->kind && (bits & rule_bits(word->kind, word->mask));
        code = may ? rule_covers(word, &seen) : 0;
    }
    return code;
}

/* Whether RULE is somebody's word, and not what the container was seen to do. Seeds' denials give way to seeds' grants. */
static bool is_word(const struct armor_rule *denial, const struct armor_rule *rule)
{
    return rule->origin == ARMOR_ORIGIN_ACCEPTED ||
           (rule->origin == ARMOR_ORIGIN_SEEDED && rule->count == 0 && armor_floor_has(denial));
}

/* Whether RULE is of nothing but what DENIAL, which refuses something of it, is of: of paths, whatever is done to them. 1, 0 or -ENOMEM. */
static int lies_within(const struct armor_rule *denial, const struct armor_rule *rule)
{
    struct armor_access access = armor_rule_access(rule);
    if (file_bits(denial)) {
        access = (struct armor_access){.kind = denial->kind, .name = access.name};
    }
    return rule_covers(denial, &access);
}

/* What a rule of the evidence is to a denial. */
enum standing {
    STANDING_NONE = 0, /* it has nothing to do with it */
    STANDING_BEYOND,   /* somebody's word on more than is denied: the denial stays */
    STANDING_AGAINST, /* it was seen, or is a word on that very thing: the denial would break the container */
};

/* How RULE of EVIDENCE stands to DENIAL, without the words of the time EXCEPT. */
static int standing_of(const struct armor_profile *evidence, const struct armor_rule *denial,
                       const struct armor_rule *rule, int64_t except)
{
    int64_t decided = armor_rule_more(rule)->decided_usec;
    bool waits = rule->state == ARMOR_STATE_QUARANTINED && !decided;
    bool counts = (rule->state == ARMOR_STATE_ACTIVE || waits) && decided != except;
    int code = counts ? refuses(denial, rule) : 0;
    code = code == 1 && waits ? is_let_go(evidence, denial, rule, except) : code;
    if (code != 1 || !is_word(denial, rule)) {
        return code == 1 ? STANDING_AGAINST : code;
    }
    code = lies_within(denial, rule);
    return code < 0 ? code : code ? STANDING_AGAINST : STANDING_BEYOND;
}

/* The first rule of EVIDENCE that DENIAL contradicts: 1, 0 or -ENOMEM. */
static int find(const struct armor_profile *evidence, const struct armor_rule *denial,
                const struct armor_rule **ret_rule)
{
    const struct armor_rule *first = NULL;
    int code = 0;
    for (size_t i = 0; i < evidence->rule_count && code >= 0; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        code = standing_of(evidence, denial, rule, NO_TIME);
        if (code == STANDING_AGAINST && (!first || armor_rule_compare(rule, first) < 0)) {
            first = rule;
        }
    }
    if (first) {
        *ret_rule = first;
    }
    return code < 0 ? code : first != NULL;
}

/* Whether RULE of the evidence is a denial that gives way. */
static bool gives_way(const struct armor_rule *rule)
{
    return rule->state == ARMOR_STATE_DENIED && !armor_rule_more(rule)->decided_usec;
}

/* The denial at AT: the floor's, and behind them the evidence's rules. NULL: none that could give way. */
static const struct armor_rule *denial_at(const struct armor_profile *evidence, size_t at)
{
    const struct armor_rule *rule = at < ROWS ? &rows[at] : evidence->rules[at - ROWS];
    return gives_way(rule) ? rule : NULL;
}

int armor_floor_conflicts(const struct armor_profile *evidence, struct armor_conflict **ret_conflicts,
                          size_t *ret_count)
{
    struct armor_conflict *conflicts = NULL;
    size_t count = 0;
    for (size_t i = 0; i < ROWS + evidence->rule_count; i++) {
        struct armor_conflict conflict = {.denial = denial_at(evidence, i)};
        int code = conflict.denial ? find(evidence, conflict.denial, &conflict.rule) : 0;
        struct armor_conflict *grown =
            code > 0 ? realloc(conflicts, (count + 1) * sizeof *conflicts) : conflicts;
        if (code < 0 || (code > 0 && !grown)) {
            free(conflicts);
            return -ENOMEM;
        }
        conflicts = grown;
        if (code > 0) {
            conflicts[count++] = conflict;
        }
    }
    *ret_conflicts = conflicts;
    *ret_count = count;
    return 0;
}

/* Let WORD have what the rules that were decided at DECIDED_USEC are to DENIAL. */
static int weigh(const struct armor_profile *evidence, const struct armor_rule *denial, int64_t decided_usec,
                 struct armor_floor_word *word)
{
    bool before = false; /* it gives way without them */
    bool against = false;
    bool beyond = false;
    for (size_t i = 0; i < evidence->rule_count && !before; i++) {
        const struct armor_rule *rule = evidence->rules[i];
        int now = standing_of(evidence, denial, rule, NO_TIME);
        int then = now == STANDING_AGAINST ? standing_of(evidence, denial, rule, decided_usec) : now;
        if (now < 0 || then < 0) {
            return -ENOMEM;
        }
        before = then == STANDING_AGAINST;
        against = against || now == STANDING_AGAINST;
        beyond = beyond || (now == STANDING_BEYOND && armor_rule_more(rule)->decided_usec == decided_usec);
    }
    if (against && !before) {
        word->lifted = word->lifted ? word->lifted : denial;
        word->lifted_count++;
    } else if (beyond && !against) {
        word->held = word->held ? word->held : denial;
        word->held_count++;
    }
    return 0;
}

int armor_floor_weigh(const struct armor_profile *evidence, int64_t decided_usec,
                      struct armor_floor_word *ret_word)
{
    struct armor_floor_word word = {0};
    int code = 0;
    for (size_t i = 0; i < ROWS + evidence->rule_count && code == 0; i++) {
        const struct armor_rule *denial = denial_at(evidence, i);
        code = denial ? weigh(evidence, denial, decided_usec, &word) : 0;
    }
    if (code == 0) {
        *ret_word = word;
    }
    return code;
}

/* The policy's rule with the words of DENIAL, or NULL. */
static struct armor_rule *same(const struct armor_profile *policy, const struct armor_rule *denial)
{
    const struct armor_access access = armor_rule_access(denial);
    return armor_profile_find(policy, &access);
}

static bool in_conflict(const struct armor_conflict *conflicts, size_t count, const struct armor_rule *denial)
{
    for (size_t i = 0; i < count; i++) {
        if (conflicts[i].denial == denial) {
            return true;
        }
    }
    return false;
}

int armor_floor_lay(const struct armor_profile *evidence, struct armor_profile *policy)
{
    struct armor_conflict *conflicts = NULL;
    size_t count = 0;
    int code = armor_floor_conflicts(evidence, &conflicts, &count);
    for (size_t i = 0; i < count && code == 0; i++) {
        struct armor_rule *rule = same(policy, conflicts[i].denial);
        if (rule && gives_way(rule)) {
            armor_profile_remove(policy, rule);
        }
    }
    for (size_t i = 0; i < ROWS && code >= 0; i++) {
        struct armor_rule *rule = NULL;
        if (!in_conflict(conflicts, count, &rows[i]) && !same(policy, &rows[i])) {
            code = profile_copy_rule(policy, &rows[i], armor_slice_of(rows[i].name), &rule);
        }
    }
    free(conflicts);
    return code < 0 ? code : 0;
}

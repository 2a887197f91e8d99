/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Check: one small function for each kind that says whether a clause speaks of an access. See armor/check.h. */
#include "armor/check.h"

#include "check_index.h"
#include "reader.h"

#include <errno.h>
#include <stdlib.h>

struct armor_check {
    struct check_index index;
    const char **hats; /* owned array; the names are the caller's */
    size_t hat_count;
};

static const char *const answer_names[ARMOR_ANSWER_COUNT] = {
    [ARMOR_ANSWER_ALLOWED] = "allowed",
    [ARMOR_ANSWER_DENIED] = "denied",
    [ARMOR_ANSWER_MISSING] = "missing",
    [ARMOR_ANSWER_CONDITIONS] = "conditions",
};

const char *armor_answer_name(enum armor_answer answer)
{
    return (unsigned)answer < ARMOR_ANSWER_COUNT ? answer_names[answer] : "unknown";
}

/* Whether WORD is of PATTERN: 1, 0 or -ENOMEM. No pattern: any word is. */
static int is_of(const struct armor_pattern *pattern, struct armor_slice word)
{
    return pattern ? armor_pattern_matches(pattern, word.bytes ? word : ARMOR_SLICE("")) : 1;
}

/* Whether WORD is the one of the clause: any for NULL. */
static bool is_word(const char *clause, struct armor_slice word)
{
    return !clause || armor_slice_is(word, clause);
}

/* Of two answers 1 or 0, or one that is an error, both. */
static int both(int a, int b)
{
    return a < 0 ? a : b < 0 ? b : a && b;
}

static int by_name(const struct check_entry *entry, const struct armor_access *access)
{
    return is_of(entry->name, access->name);
}

static int by_peer(const struct check_entry *entry, const struct armor_access *access)
{
    return is_of(entry->peer, access->peer);
}

static int by_both(const struct check_entry *entry, const struct armor_access *access)
{
    return both(by_name(entry, access), by_peer(entry, access));
}

static int capability(const struct check_entry *entry, const struct armor_access *access)
{
    return is_word(entry->clause->name, access->name);
}

static int rlimit(const struct check_entry *entry, const struct armor_access *access)
{
    return is_word(entry->clause->name, access->name) && access->value <= entry->clause->value;
}

static int userns(const struct check_entry *entry, const struct armor_access *access)
{
    (void)entry;
    (void)access;
    return 1;
}

static int network(const struct check_entry *entry, const struct armor_access *access)
{
    return is_word(entry->clause->name, access->name) && is_word(entry->clause->detail, access->detail);
}

static int unix_socket(const struct check_entry *entry, const struct armor_access *access)
{
    int matched = both(by_both(entry, access), is_of(entry->options, access->options));
    return both(is_word(entry->clause->detail, access->detail), matched);
}

static int dbus(const struct check_entry *entry, const struct armor_access *access)
{
    int members = both(is_of(entry->options, access->options), is_of(entry->member, access->member));
    return both(both(by_both(entry, access), is_of(entry->detail, access->detail)), members);
}

static int mqueue(const struct check_entry *entry, const struct armor_access *access)
{
    return both(is_word(entry->clause->detail, access->detail), by_name(entry, access));
}

static int signal(const struct check_entry *entry, const struct armor_access *access)
{
    return both(is_word(entry->clause->name, access->name), by_peer(entry, access));
}

/* The flags of a mount: exactly those of the clause, or some of them; it may say nothing of them. */
static bool flags_match(const struct armor_clause *clause, struct armor_slice flags)
{
    uint32_t asked = 0;
    uint32_t had = 0;
    uint32_t off = 0;
    const uint32_t remount = 1U << 5;
    if (flags.bytes && read_mount_options(flags, &asked, &off) < 0) {
        return false;
    }
    if ((clause->flags & ARMOR_CLAUSE_REMOUNT) && !(asked & remount)) {
        return false;
    }
    if (!clause->options || read_mount_options(armor_slice_of(clause->options), &had, &off) < 0) {
        return !clause->options;
    }
    return clause->flags & ARMOR_CLAUSE_WITHIN ? (asked & ~had) == 0 : asked == had;
}

static int mount(const struct check_entry *entry, const struct armor_access *access)
{
    int words = both(by_both(entry, access), is_of(entry->detail, access->detail));
    return both(flags_match(entry->clause, access->options), words);
}

typedef int (*matcher)(const struct check_entry *entry, const struct armor_access *access);

/* NULL: files, programs and links, which are decided by bits below; hats, which are no clauses. */
static const matcher matchers[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_CAPABILITY] = capability,
    [ARMOR_RULE_RLIMIT] = rlimit,
    [ARMOR_RULE_USERNS] = userns,
    [ARMOR_RULE_IO_URING] = by_peer,
    [ARMOR_RULE_NETWORK] = network,
    [ARMOR_RULE_UNIX] = unix_socket,
    [ARMOR_RULE_DBUS] = dbus,
    [ARMOR_RULE_MQUEUE] = mqueue,
    [ARMOR_RULE_SIGNAL] = signal,
    [ARMOR_RULE_PTRACE] = by_peer,
    [ARMOR_RULE_MOUNT] = mount,
    [ARMOR_RULE_UMOUNT] = by_name,
    [ARMOR_RULE_PIVOT_ROOT] = by_both,
    [ARMOR_RULE_CHANGE_PROFILE] = by_name,
};

enum { BITS = 32, NEVER = INT32_MIN };

/* What the clauses seen so far say of each bit of a mask; kinds without one have bit 0. */
struct tally {
    int32_t allow[BITS], deny[BITS]; /* the highest priority that does */
    const struct armor_clause *denying, *allowing, *conditional, *partly;
};

static void tally_init(struct tally *tally)
{
    *tally = (struct tally){.denying = NULL};
    for (int bit = 0; bit < BITS; bit++) {
        tally->allow[bit] = tally->deny[bit] = NEVER;
    }
}

/* CLAUSE speaks of the access, of which it has MASK. */
static void tally_add(struct tally *tally, const struct armor_clause *clause, uint32_t mask, uint32_t asked)
{
    bool deny = clause->flags & ARMOR_CLAUSE_DENY;
    if (clause->noted || (clause->flags & ARMOR_CLAUSE_PROMPT)) {
        tally->conditional = (mask & asked) ? clause : tally->conditional;
        return;
    }
    for (int bit = 0; bit < BITS; bit++) {
        int32_t *best = deny ? &tally->deny[bit] : &tally->allow[bit];
        if ((mask >> bit & 1) && clause->priority > *best) {
            *best = clause->priority;
        }
    }
    if (deny && (mask & asked)) {
        tally->denying = clause;
    } else if (!deny) {
        tally->allowing = (mask & asked) ? clause : tally->allowing;
        tally->partly = clause;
    }
}

/* The bits that are allowed. */
static uint32_t tally_mask(const struct tally *tally)
{
    uint32_t mask = 0;
    for (int bit = 0; bit < BITS; bit++) {
        bool allowed = tally->allow[bit] != NEVER && tally->allow[bit] > tally->deny[bit];
        mask |= allowed ? 1U << bit : 0;
    }
    return mask;
}

static struct armor_ruling tally_ruling(const struct tally *tally, uint32_t asked, bool masked)
{
    uint32_t missing = asked & ~tally_mask(tally);
    struct armor_ruling ruling = {.answer = ARMOR_ANSWER_ALLOWED, .clause = tally->allowing};
    if (missing) {
        bool denied = false;
        for (int bit = 0; bit < BITS; bit++) {
            denied = denied || ((missing >> bit & 1) && tally->deny[bit] != NEVER);
        }
        ruling.answer = denied               ? ARMOR_ANSWER_DENIED
                        : tally->conditional ? ARMOR_ANSWER_CONDITIONS
                                             : ARMOR_ANSWER_MISSING;
        ruling.clause = denied ? tally->denying : tally->conditional ? tally->conditional : tally->partly;
        ruling.missing = masked ? missing : 0;
    }
    return ruling;
}

/* The bits of file masks that CLAUSE has: of a program, x, and with ix m too. */
static uint32_t file_mask(const struct armor_clause *clause)
{
    if (clause->kind == ARMOR_RULE_EXEC) {
        bool inherits = clause->transition == ARMOR_GO_INHERIT && !(clause->flags & ARMOR_CLAUSE_DENY);
        return ARMOR_FILE_EXEC | (inherits ? (uint32_t)ARMOR_FILE_MAP : 0);
    }
    return clause->mask | (clause->mask & ARMOR_FILE_WRITE ? (uint32_t)ARMOR_FILE_APPEND : 0);
}

static bool of_owner(const struct armor_clause *clause, uint32_t owners)
{
    bool self = owners == ARMOR_OWNER_SELF;
    return (!(clause->flags & ARMOR_CLAUSE_OWNER) || self) &&
           (!(clause->flags & ARMOR_CLAUSE_OTHER) || !self);
}

/* What files' and programs' clauses say of NAME, of which ASKED is asked. */
static int tally_file(const struct armor_check *check, struct armor_slice name, uint32_t owners,
                      uint32_t asked, struct tally *tally)
{
    struct check_walk walk = check_walk_begin(name);
    const struct check_entry *entry = NULL;
    while ((entry = check_walk_next(&check->index, &walk))) {
        if (entry->clause->kind == ARMOR_RULE_LINK || !of_owner(entry->clause, owners)) {
            continue;
        }
        int matched = is_of(entry->name, name);
        if (matched < 0) {
            return matched;
        }
        if (matched) {
            tally_add(tally, entry->clause, file_mask(entry->clause), asked);
        }
    }
    return 0;
}

static int check_file(const struct armor_check *check, const struct armor_access *access, uint32_t owners,
                      struct armor_ruling *ret_ruling)
{
    bool exec = access->kind == ARMOR_RULE_EXEC;
    uint32_t asked = exec ? (uint32_t)ARMOR_FILE_EXEC : access->mask & ~(uint32_t)ARMOR_FILE_EVIDENCE;
    struct tally tally;
    tally_init(&tally);
    int code = tally_file(check, access->name, owners, asked, &tally);
    if (code == 0) {
        *ret_ruling = tally_ruling(&tally, asked, !exec);
    }
    return code;
}

/* A link may do no more than what it is a link to. Returns 1, 0 or -ENOMEM. */
static int within_target(const struct armor_check *check, const struct armor_access *access, uint32_t owners)
{
    struct tally link;
    struct tally target;
    tally_init(&link);
    tally_init(&target);
    int code = tally_file(check, access->name, owners, 0, &link);
    code = code < 0 ? code : tally_file(check, access->peer, owners, 0, &target);
    return code < 0 ? code : (tally_mask(&link) & ~tally_mask(&target)) == 0;
}

static int check_link(const struct armor_check *check, const struct armor_access *access, uint32_t owners,
                      struct armor_ruling *ret_ruling)
{
    struct check_walk walk = check_walk_begin(access->name);
    const struct check_entry *entry = NULL;
    struct tally tally;
    tally_init(&tally);
    while ((entry = check_walk_next(&check->index, &walk))) {
        const struct armor_clause *clause = entry->clause;
        if (clause->kind != ARMOR_RULE_LINK || !of_owner(clause, owners)) {
            continue;
        }
        int matched = by_both(entry, access);
        if (matched == 1 && (clause->flags & ARMOR_CLAUSE_SUBSET) && !(clause->flags & ARMOR_CLAUSE_DENY)) {
            matched = within_target(check, access, owners);
        }
        if (matched < 0) {
            return matched;
        }
        if (matched) {
            tally_add(&tally, clause, 1, 1);
        }
    }
    *ret_ruling = tally_ruling(&tally, 1, false);
    return 0;
}

static int tally_kind(const struct armor_check *check, enum armor_rule_kind kind,
                      const struct armor_access *access, uint32_t asked, struct tally *tally)
{
    for (size_t i = check->index.begin[kind]; i < check->index.begin[kind + 1]; i++) {
        const struct check_entry *entry = &check->index.entries[i];
        int matched = matchers[kind](entry, access);
        if (matched < 0) {
            return matched;
        }
        if (matched) {
            /* between network and unix rules, what one allows of a socket is all that there is */
            bool whole = entry->clause->mask == 0 || kind != access->kind;
            tally_add(tally, entry->clause, whole ? asked : entry->clause->mask, asked);
        }
    }
    return 0;
}

/* A hat is there or not. */
static struct armor_ruling check_hat(const struct armor_check *check, const struct armor_access *access)
{
    for (size_t i = 0; i < check->hat_count; i++) {
        if (armor_slice_is(access->name, check->hats[i])) {
            return (struct armor_ruling){.answer = ARMOR_ANSWER_ALLOWED};
        }
    }
    return (struct armor_ruling){.answer = ARMOR_ANSWER_MISSING};
}

/* Whether the profile has a limit of that name: without one, it doesn't ask. */
static bool limits(const struct armor_check *check, struct armor_slice name)
{
    for (size_t i = check->index.begin[ARMOR_RULE_RLIMIT]; i < check->index.begin[ARMOR_RULE_RLIMIT + 1];
         i++) {
        if (armor_slice_is(name, check->index.entries[i].clause->name)) {
            return true;
        }
    }
    return false;
}

static int check_other(const struct armor_check *check, const struct armor_access *access,
                       struct armor_ruling *ret_ruling)
{
    uint32_t asked = access->mask ? access->mask : 1;
    struct tally tally;
    tally_init(&tally);
    int code = tally_kind(check, access->kind, access, asked, &tally);
    /* a socket of family unix is governed by rules of either kind, by the kernel and by the abi */
    if (code == 0 && access->kind == ARMOR_RULE_UNIX) {
        struct armor_access plain = {.kind = ARMOR_RULE_NETWORK,
                                     .name = ARMOR_SLICE("unix"),
                                     .detail = access->detail};
        code = tally_kind(check, ARMOR_RULE_NETWORK, &plain, asked, &tally);
    } else if (code == 0 && access->kind == ARMOR_RULE_NETWORK && armor_slice_is(access->name, "unix")) {
        for (size_t i = check->index.begin[ARMOR_RULE_UNIX]; i < check->index.begin[ARMOR_RULE_UNIX + 1];
             i++) {
            const struct armor_clause *clause = check->index.entries[i].clause;
            if (is_word(clause->detail, access->detail) && !(clause->flags & ARMOR_CLAUSE_DENY)) {
                tally_add(&tally, clause, asked, asked);
            }
        }
    }
    if (code == 0) {
        *ret_ruling = tally_ruling(&tally, asked, access->mask != 0);
    }
    return code;
}

int armor_check_access(const struct armor_check *check, const struct armor_access *access, uint32_t owners,
                       struct armor_ruling *ret_ruling)
{
    enum armor_rule_kind kind = access->kind;
    struct armor_ruling ruling = {.answer = ARMOR_ANSWER_ALLOWED};
    int code = 0;
    if (kind == ARMOR_RULE_HAT) {
        ruling = check_hat(check, access);
    } else if (kind == ARMOR_RULE_LINK) {
        code = check_link(check, access, owners, &ruling);
    } else if (kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_EXEC) {
        code = check_file(check, access, owners, &ruling);
    } else if (kind != ARMOR_RULE_RLIMIT || limits(check, access->name)) {
        code = check_other(check, access, &ruling);
    }
    bool path = kind == ARMOR_RULE_FILE || kind == ARMOR_RULE_EXEC || kind == ARMOR_RULE_LINK;
    if (code == 0 && path && ruling.answer == ARMOR_ANSWER_MISSING && !ruling.clause) {
        ruling.clause = check_index_nearest(&check->index, kind, access->name);
    }
    if (code == 0) {
        *ret_ruling = ruling;
    }
    return code;
}

int armor_check_new(const struct armor_clause *clauses, size_t count, const char *const *hats,
                    size_t hat_count, struct armor_check **ret_check)
{
    struct armor_check *check = calloc(1, sizeof *check);
    const char **copies = calloc(hat_count + 1, sizeof *copies);
    if (!check || !copies) {
        free((void *)copies);
        free(check);
        return -ENOMEM;
    }
    memcpy((void *)copies, (const void *)hats, hat_count * sizeof *copies);
    check->hats = copies;
    check->hat_count = hat_count;
    int code = check_index_build(&check->index, clauses, count);
    if (code < 0) {
        armor_check_free(check);
        return code;
    }
    *ret_check = check;
    return 0;
}

int armor_check_section(const struct armor_reading *reading, const struct armor_section *section,
                        struct armor_check **ret_check)
{
    const char **hats = calloc(reading->section_count + 1, sizeof *hats);
    size_t count = 0;
    if (!hats) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < reading->section_count; i++) {
        const struct armor_section *other = &reading->sections[i];
        if (other->hat && other->parent == (size_t)(section - reading->sections)) {
            hats[count++] = other->name;
        }
    }
    int code = armor_check_new(section->clauses, section->clause_count, hats, count, ret_check);
    free((void *)hats);
    return code;
}

static uint32_t flags_of_rule(const struct armor_rule *rule)
{
    struct armor_slice options =
        armor_slice_of(armor_rule_kind_is_path(rule->kind) ? armor_rule_more(rule)->options : NULL);
    return (rule->state == ARMOR_STATE_DENIED ? (uint32_t)ARMOR_CLAUSE_DENY : 0) |
           (armor_options_owner(options) ? (uint32_t)ARMOR_CLAUSE_OWNER : 0) |
           (armor_options_subset(options) ? (uint32_t)ARMOR_CLAUSE_SUBSET : 0);
}

struct armor_clause armor_clause_of_rule(const struct armor_profile *profile, const struct armor_rule *rule)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    return (struct armor_clause){
        .kind = rule->kind,
        .mask = rule->kind == ARMOR_RULE_FILE ? rule->mask & ~(uint32_t)ARMOR_FILE_EVIDENCE : rule->mask,
        .name = rule->name,
        .detail = more->detail,
        .peer = more->peer,
        .options = armor_rule_kind_is_path(rule->kind) ? NULL : more->options,
        .value = more->value,
        .flags = flags_of_rule(rule),
        .transition = rule->kind == ARMOR_RULE_EXEC && rule->state != ARMOR_STATE_DENIED ? ARMOR_GO_PROFILE
                                                                                         : ARMOR_GO_NONE,
        .target = rule->kind == ARMOR_RULE_EXEC && rule->state != ARMOR_STATE_DENIED ? profile->label : NULL,
    };
}

void armor_check_free(struct armor_check *check)
{
    if (check) {
        check_index_done(&check->index);
        free((void *)check->hats);
        free(check);
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Learning: an event's accesses, as patterns, into the profile state, with their evidence. See armor/learn.h. */
#include "armor/learn.h"

#include "armor/baseline.h"
#include "armor/guard.h"
#include "evidence_name.h"
#include "profile_index.h"

#include <errno.h>

/* Which words of a kind are paths or labels, and so become patterns. The others are words of the kernel's. */
static const struct {
    bool name, detail, peer, options;
} patterns[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_IO_URING] = {.peer = true},
    [ARMOR_RULE_UNIX] = {.name = true, .peer = true, .options = true},
    [ARMOR_RULE_DBUS] = {.name = true, .detail = true, .peer = true, .options = true},
    [ARMOR_RULE_MQUEUE] = {.name = true},
    [ARMOR_RULE_SIGNAL] = {.peer = true},
    [ARMOR_RULE_PTRACE] = {.peer = true},
    [ARMOR_RULE_MOUNT] = {.name = true, .detail = true, .peer = true},
    [ARMOR_RULE_UMOUNT] = {.name = true},
    [ARMOR_RULE_PIVOT_ROOT] = {.name = true, .peer = true},
    [ARMOR_RULE_CHANGE_PROFILE] = {.name = true},
    [ARMOR_RULE_HAT] = {.name = true},
    [ARMOR_RULE_FILE] = {.name = true},
    [ARMOR_RULE_LINK] = {.name = true, .peer = true},
    [ARMOR_RULE_EXEC] = {.name = true},
};

/* Make *WORD a pattern, in ROOM unless it is one already. */
static int to_pattern(struct armor_slice *word, bool literal, struct armor_text *room)
{
    if (!word->bytes || generalise_is_identity(*word, literal)) {
        return 0;
    }
    int code = generalise_path(*word, literal, room);
    if (code == 0) {
        *word = (struct armor_slice){room->bytes, room->length};
    }
    return code;
}

/* INTERFACE.MEMBER, as D-Bus itself writes a method's full name: interfaces have dots, members have none. */
static int join_member(struct armor_access *access, struct armor_text *room)
{
    if (!access->member.bytes) {
        return 0;
    }
    room->length = 0;
    room->error = 0;
    armor_text_slice(room, access->options);
    armor_text_char(room, '.');
    armor_text_slice(room, access->member);
    access->options = (struct armor_slice){room->bytes, room->length};
    return room->error;
}

/* The few words beside name and peer that outsiders choose are short: refuse those that would need escaping. */
static int only_plain(struct armor_slice word)
{
    return generalise_is_identity(word, true) ? 0 : -EINVAL;
}

static int access_to_patterns(struct armor_profile *profile, struct armor_access *access, bool literal)
{
    struct armor_profile_index *index = profile->index;
    int code = patterns[access->kind].name ? to_pattern(&access->name, literal, &index->pattern) : 0;
    if (code == 0 && patterns[access->kind].peer) {
        code = to_pattern(&access->peer, literal, &index->peer_pattern);
    }
    if (code == 0 && patterns[access->kind].detail) {
        code = only_plain(access->detail);
    }
    code = code < 0 ? code : join_member(access, &index->member);
    if (code == 0 && patterns[access->kind].options) {
        code = only_plain(access->options);
    }
    return code;
}

/*
 * RULE was asked for once more. Never fails: a rule that is in the profile must reach the caller, and a comm, which is only for
 * show, may be missing.
 */
static void note_evidence(struct armor_profile *profile, const struct armor_event *event,
                          struct armor_rule *rule)
{
    profile_note(profile, rule, event->time);
    if (rule->kind == ARMOR_RULE_FILE) {
        bool own = event->fsuid.present && event->ouid.present && event->fsuid.value == event->ouid.value;
        rule->owners |= (uint8_t)(own ? ARMOR_OWNER_SELF : ARMOR_OWNER_OTHER);
    }
    if (!rule->comm && event->comm.bytes && armor_profile_word(profile, event->comm, &rule->comm) < 0) {
        rule->comm = NULL;
    }
}

/*
 * A signal that a rule allows and reports, as the baseline's of the container runtime do in a learning profile: it is evidence for
 * that rule, and no reason for a narrower one.
 */
static void widen_reported(const struct armor_profile *profile, const struct armor_event *event,
                           struct armor_access *access)
{
    struct armor_access any = *access;
    any.name = (struct armor_slice){0};
    if (event->verdict != ARMOR_VERDICT_AUDIT || access->kind != ARMOR_RULE_SIGNAL) {
        return;
    }
    const struct armor_rule *rule = armor_profile_find(profile, &any);
    if (rule && armor_baseline_ends(rule, profile->label) && (rule->mask & access->mask) == access->mask) {
        *access = any;
    }
}

/* Why EVENT isn't to be learned from at all; ARMOR_SKIP_COUNT: it is. */
static enum armor_skip refuse(const struct armor_event *event)
{
    if (!event->trusted) {
        return ARMOR_SKIP_UNTRUSTED;
    }
    if (event->verdict == ARMOR_VERDICT_ALLOWED || event->verdict == ARMOR_VERDICT_AUDIT) {
        return ARMOR_SKIP_COUNT;
    }
    bool refused = event->verdict == ARMOR_VERDICT_DENIED || event->verdict == ARMOR_VERDICT_KILLED;
    return refused ? ARMOR_SKIP_DENIED : ARMOR_SKIP_STATUS;
}

/* What one event does to the profile. */
struct outcome {
    struct armor_rule *touched[ARMOR_LEARN_RULES_MAX]; /* rules that it was for */
    size_t touched_count;
    struct armor_rule **changed; /* the caller's: those of them that are new or wider */
    size_t changed_count;
    bool open; /* a later event of the same words may do more */
};

/* RULE was asked for by EVENT; CODE is of the merge. */
static void touch(struct outcome *outcome, struct armor_profile *profile, const struct armor_event *event,
                  struct armor_rule *rule, int code)
{
    note_evidence(profile, event, rule);
    outcome->touched[outcome->touched_count++] = rule;
    outcome->open = outcome->open || (!rule->comm && event->comm.bytes);
    if (code > 0) {
        outcome->changed[outcome->changed_count++] = rule;
    }
}

/* What of the bits ASKED is in RULE, which may be NULL. A denial holds for any value. */
static uint32_t known_bits(const struct armor_rule *rule, const struct armor_access *access, uint32_t asked)
{
    if (!rule || (rule->state != ARMOR_STATE_DENIED && armor_rule_more(rule)->value < access->value)) {
        return 0;
    }
    return access->mask ? asked & rule->mask : asked;
}

/* GUARD, or none, holds RULE; without memory for its name the state says so still. */
static void note_guard(struct armor_profile *profile, struct armor_rule *rule,
                       const struct armor_guard *guard)
{
    struct armor_rule_more *more = NULL;
    if (guard && armor_profile_more(profile, rule, &more) == 0 && !more->guard &&
        armor_profile_word(profile, armor_slice_of(guard->name), &more->guard) < 0) {
        more->guard = NULL;
    }
}

/* ACCESS into the rule of its state. */
static int merge(struct outcome *outcome, struct armor_profile *profile, const struct armor_event *event,
                 const struct armor_access *access, const struct armor_guard *guard)
{
    struct armor_rule *rule = NULL;
    int code = armor_profile_merge(profile, access, &rule);
    if (code < 0) {
        return code;
    }
    note_guard(profile, rule, guard);
    touch(outcome, profile, event, rule, code);
    return 0;
}

/*
 * ACCESS as patterns, of which LITERAL has the names as they came. What rules have already is counted there, whatever
 * their state, and so an operator's decision holds; the rest is held or learned, as the guard rails say.
 */
static int learn_access(struct outcome *outcome, struct armor_profile *profile,
                        const struct armor_event *event, struct armor_access *access,
                        const struct armor_access *literal)
{
    static const enum armor_state states[] = {ARMOR_STATE_ACTIVE, ARMOR_STATE_QUARANTINED,
                                              ARMOR_STATE_DENIED};
    struct armor_rule *known[ARMOR_STATE_COUNT] = {0};
    uint32_t novel[ARMOR_STATE_COUNT] = {0};
    uint32_t left = access->mask ? access->mask : UINT32_MAX;
    for (size_t i = 0; i < sizeof states / sizeof states[0] && left; i++) {
        access->state = states[i];
        struct armor_rule *rule = armor_profile_find(profile, access);
        uint32_t bits = known_bits(rule, access, left);
        known[states[i]] = bits ? rule : NULL;
        left &= ~bits;
        if (rule && access->kind == ARMOR_RULE_FILE && (rule->mask & ARMOR_FILE_WRITE)) {
            novel[states[i]] = left & ARMOR_FILE_EVIDENCE; /* they go where their `w` is */
            left &= ~(uint32_t)ARMOR_FILE_EVIDENCE;
        }
    }
    const struct armor_guard *guard = NULL;
    if (left) {
        uint32_t held = 0;
        guard = armor_guard_of(literal, profile->label, &held);
        novel[ARMOR_STATE_ACTIVE] |= left & ~held;
        novel[ARMOR_STATE_QUARANTINED] |= left & held;
    }
    uint32_t mask = access->mask;
    int code = 0;
    for (size_t i = 0; i < sizeof states / sizeof states[0] && code == 0; i++) {
        enum armor_state state = states[i];
        access->state = state;
        access->mask = mask & novel[state];
        if (novel[state]) {
            code = merge(outcome, profile, event, access, state == ARMOR_STATE_QUARANTINED ? guard : NULL);
        } else if (known[state]) {
            touch(outcome, profile, event, known[state], 0);
        }
    }
    return code;
}

int armor_learn(struct armor_profile *profile, const struct armor_event *event,
                const struct armor_learn_options *options,
                struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX], size_t *ret_count)
{
    struct armor_access accesses[ARMOR_ACCESSES_MAX];
    enum armor_skip reason = refuse(event);
    struct outcome outcome = {.changed = ret_rules};
    size_t count = 0;

    profile->events++;
    memset((void *)profile->index->touched, 0, sizeof profile->index->touched);
    if (reason == ARMOR_SKIP_COUNT) {
        profile->null_child = profile->null_child || armor_label_split(event->profile).null_chain.bytes;
        count = armor_access_from_event(event, profile->label, accesses, &reason);
    }
    if (count == 0) {
        profile->skipped[reason]++;
    }
    for (size_t i = 0; i < count; i++) {
        const struct armor_access literal = accesses[i];
        int code = access_to_patterns(profile, &accesses[i], options->literal);
        widen_reported(profile, event, &accesses[i]);
        code = code < 0 ? code : learn_access(&outcome, profile, event, &accesses[i], &literal);
        if (code == -ENOMEM) {
            return code;
        }
        if (code < 0) {
            profile->skipped[code == -E2BIG ? ARMOR_SKIP_FULL : ARMOR_SKIP_NAMELESS]++;
            outcome.open = true;
        }
    }
    if (outcome.changed_count && event->time.present && event->time.value > profile->last_novel_usec) {
        profile->last_novel_usec = event->time.value;
    }
    if (!outcome.open && outcome.touched_count <= ARMOR_RULES_TOUCHED_MAX) {
        memcpy((void *)profile->index->touched, (const void *)outcome.touched,
               sizeof profile->index->touched);
    }
    *ret_count = outcome.changed_count;
    return outcome.changed_count > 0;
}

int armor_learn_refused(struct armor_profile *profile, const struct armor_event *event, bool room,
                        struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX], size_t *ret_count,
                        enum armor_skip *ret_skip)
{
    struct armor_access accesses[ARMOR_ACCESSES_MAX];
    enum armor_skip reason = ARMOR_SKIP_UNTRUSTED;
    struct armor_rule *rules[ARMOR_ACCESSES_MAX] = {0};
    size_t found = 0;
    bool changed = false;
    size_t count = event->trusted ? armor_access_from_event(event, profile->label, accesses, &reason) : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t held = 0;
        const struct armor_guard *guard = armor_guard_of(&accesses[i], profile->label, &held);
        accesses[i].state = ARMOR_STATE_ACTIVE;
        int code = access_to_patterns(profile, &accesses[i], false);
        if (code == 0 && !room && !armor_profile_find(profile, &accesses[i])) {
            code = -E2BIG;
        }
        code = code < 0 ? code : armor_profile_merge(profile, &accesses[i], &rules[found]);
        if (code == -ENOMEM) {
            return code;
        }
        if (code < 0) {
            reason = code == -E2BIG ? ARMOR_SKIP_FULL : ARMOR_SKIP_NAMELESS;
            continue;
        }
        changed = changed || code > 0;
        note_evidence(profile, event, rules[found]);
        note_guard(profile, rules[found++], guard);
    }
    if (found == 0) {
        *ret_skip = reason;
    }
    for (size_t i = 0; i < found; i++) {
        ret_rules[i] = rules[i];
    }
    *ret_count = found;
    return changed;
}

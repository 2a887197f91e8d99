/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Learning: an event's accesses, as patterns, into the profile state, with their evidence. See armor/learn.h. */
#include "armor/learn.h"

#include "evidence_name.h"
#include "profile_index.h"

#include <errno.h>

_Static_assert((int)ARMOR_RULES_TOUCHED_MAX == (int)ARMOR_LEARN_RULES_MAX, "an event touches as many rules");

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
    profile_note(rule, event->time);
    if (rule->kind == ARMOR_RULE_FILE) {
        bool own = event->fsuid.present && event->ouid.present && event->fsuid.value == event->ouid.value;
        rule->owners |= own ? ARMOR_OWNER_SELF : ARMOR_OWNER_OTHER;
    }
    if (!rule->comm && event->comm.bytes && armor_profile_word(profile, event->comm, &rule->comm) < 0) {
        rule->comm = NULL;
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

int armor_learn(struct armor_profile *profile, const struct armor_event *event,
                const struct armor_learn_options *options,
                struct armor_rule *ret_rules[ARMOR_LEARN_RULES_MAX], size_t *ret_count)
{
    struct armor_access accesses[ARMOR_LEARN_RULES_MAX];
    enum armor_skip reason = refuse(event);
    struct armor_rule *touched[ARMOR_LEARN_RULES_MAX] = {0};
    size_t count = 0;
    size_t settled = 0;
    size_t changed = 0;

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
        struct armor_rule *rule = NULL;
        accesses[i].state = armor_rule_first_state(accesses[i].kind);
        int code = access_to_patterns(profile, &accesses[i], options->literal);
        code = code < 0 ? code : armor_profile_merge(profile, &accesses[i], &rule);
        if (code == -ENOMEM) {
            return code;
        }
        if (code < 0) {
            profile->skipped[code == -E2BIG ? ARMOR_SKIP_FULL : ARMOR_SKIP_NAMELESS]++;
            continue;
        }
        note_evidence(profile, event, rule);
        touched[i] = rule;
        settled += rule->comm || !event->comm.bytes;
        if (code > 0) {
            ret_rules[changed++] = rule;
        }
    }
    if (changed && event->time.present && event->time.value > profile->last_novel_usec) {
        profile->last_novel_usec = event->time.value;
    }
    if (settled == count) {
        memcpy((void *)profile->index->touched, (void *)touched, sizeof touched);
    }
    *ret_count = changed;
    return changed > 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rule: names of kinds, states and origins, canonical order. See armor/rule.h. */
#include "armor/rule.h"

#include <errno.h>

static const char *const kind_names[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_CAPABILITY] = "capability",
    [ARMOR_RULE_RLIMIT] = "rlimit",
    [ARMOR_RULE_USERNS] = "userns",
    [ARMOR_RULE_IO_URING] = "io_uring",
    [ARMOR_RULE_NETWORK] = "network",
    [ARMOR_RULE_UNIX] = "unix",
    [ARMOR_RULE_DBUS] = "dbus",
    [ARMOR_RULE_MQUEUE] = "mqueue",
    [ARMOR_RULE_SIGNAL] = "signal",
    [ARMOR_RULE_PTRACE] = "ptrace",
    [ARMOR_RULE_MOUNT] = "mount",
    [ARMOR_RULE_UMOUNT] = "umount",
    [ARMOR_RULE_PIVOT_ROOT] = "pivot_root",
    [ARMOR_RULE_CHANGE_PROFILE] = "change_profile",
    [ARMOR_RULE_HAT] = "hat",
    [ARMOR_RULE_FILE] = "file",
    [ARMOR_RULE_LINK] = "link",
    [ARMOR_RULE_EXEC] = "exec",
};

static const char *const state_names[ARMOR_STATE_COUNT] = {
    [ARMOR_STATE_ACTIVE] = "active",
    [ARMOR_STATE_EXPECTED] = "expected",
    [ARMOR_STATE_QUARANTINED] = "quarantined",
    [ARMOR_STATE_DENIED] = "denied",
};

static const char *const origin_names[ARMOR_ORIGIN_COUNT] = {
    [ARMOR_ORIGIN_OBSERVED] = "observed",
    [ARMOR_ORIGIN_BASELINE] = "baseline",
    [ARMOR_ORIGIN_SEEDED] = "seeded",
    [ARMOR_ORIGIN_ACCEPTED] = "accepted",
};

static int index_of(const char *const *names, int count, struct armor_slice name)
{
    for (int i = 0; i < count; i++) {
        if (armor_slice_is(name, names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

bool armor_options_owner(struct armor_slice options)
{
    return armor_slice_is(options, ARMOR_OPTION_OWNER) || armor_slice_is(options, ARMOR_OPTION_OWNER_SUBSET);
}

bool armor_options_subset(struct armor_slice options)
{
    return armor_slice_is(options, ARMOR_OPTION_SUBSET) || armor_slice_is(options, ARMOR_OPTION_OWNER_SUBSET);
}

const char *armor_rule_kind_name(enum armor_rule_kind kind)
{
    return (unsigned)kind < ARMOR_RULE_KIND_COUNT ? kind_names[kind] : "unknown";
}

int armor_rule_kind_from_name(struct armor_slice name)
{
    return index_of(kind_names, ARMOR_RULE_KIND_COUNT, name);
}

const char *armor_state_name(enum armor_state state)
{
    return (unsigned)state < ARMOR_STATE_COUNT ? state_names[state] : "unknown";
}

int armor_state_from_name(struct armor_slice name)
{
    return index_of(state_names, ARMOR_STATE_COUNT, name);
}

const char *armor_origin_name(enum armor_origin origin)
{
    return (unsigned)origin < ARMOR_ORIGIN_COUNT ? origin_names[origin] : "unknown";
}

int armor_origin_from_name(struct armor_slice name)
{
    return index_of(origin_names, ARMOR_ORIGIN_COUNT, name);
}

/* As strcmp; no word at all comes first. */
static int compare_words(const char *a, const char *b)
{
    if (a == b) {
        return 0;
    }
    if (!a || !b) {
        return a ? 1 : -1;
    }
    return strcmp(a, b);
}

int armor_rule_compare(const struct armor_rule *a, const struct armor_rule *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    const struct armor_rule_more *first = armor_rule_more(a);
    const struct armor_rule_more *second = armor_rule_more(b);
    int order = compare_words(a->name, b->name);
    order = order ? order : compare_words(first->detail, second->detail);
    order = order ? order : compare_words(first->peer, second->peer);
    order = order ? order : compare_words(first->options, second->options);
    return order ? order : (int)a->state - (int)b->state;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rules cover what, exactly. See rule_cover.h. */
#include "rule_cover.h"

#include "armor/match.h"

#include <errno.h>

/* Whether a rule of kind A can speak of what a rule of kind B is for. */
static bool related(enum armor_rule_kind a, enum armor_rule_kind b)
{
    return a == b || (a == ARMOR_RULE_FILE && b == ARMOR_RULE_EXEC) ||
           (a == ARMOR_RULE_EXEC && b == ARMOR_RULE_FILE);
}

uint32_t rule_bits(enum armor_rule_kind kind, uint32_t mask)
{
    if (kind == ARMOR_RULE_EXEC) {
        return ARMOR_FILE_EXEC;
    }
    if (kind == ARMOR_RULE_FILE) {
        return armor_mask_granted(kind, mask) | (mask & ARMOR_FILE_WRITE ? (uint32_t)ARMOR_FILE_APPEND : 0);
    }
    return mask ? mask : 1;
}

/* Whether all that NARROW, a pattern, is of is of WIDE, too; NULL is of anything. Returns 1, 0 or -ENOMEM. */
static int word_covers(const char *wide, struct armor_slice narrow)
{
    if (!wide || (narrow.bytes && armor_slice_is(narrow, wide))) {
        return 1;
    }
    size_t literal = strcspn(wide, "*?[]{}^,\\");
    if (!narrow.bytes || !wide[literal] || !armor_slice_starts(narrow, (struct armor_slice){wide, literal})) {
        return 0;
    }
    struct armor_pattern *patterns[2] = {NULL, NULL};
    int code = armor_pattern_new(armor_slice_of(wide), &patterns[0], NULL);
    code = code < 0 ? code : armor_pattern_new(narrow, &patterns[1], NULL);
    code = code < 0 ? code : armor_pattern_covers(patterns[0], patterns[1]);
    armor_pattern_free(patterns[0]);
    armor_pattern_free(patterns[1]);
    return code < 0 && code != -ENOMEM ? 0 : code;
}

struct armor_access rule_seen(const struct armor_rule *rule)
{
    struct armor_access access = armor_rule_access(rule);
    if (armor_rule_kind_is_path(rule->kind) && !access.options.bytes && rule->owners == ARMOR_OWNER_SELF) {
        access.options = armor_slice_of(ARMOR_OPTION_OWNER);
    }
    return access;
}

int rule_covers(const struct armor_rule *rule, const struct armor_access *access)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    if (!related(rule->kind, access->kind) || more->value < access->value) {
        return 0;
    }
    int code = word_covers(rule->name, access->name);
    code = code == 1 ? word_covers(more->peer, access->peer) : code;
    code = code == 1 ? word_covers(more->detail, access->detail) : code;
    return code == 1 ? word_covers(more->options, access->options) : code;
}

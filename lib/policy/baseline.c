/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Baseline: the table of rules that every profile starts with. See armor/baseline.h. */
#include "armor/baseline.h"

#include <errno.h>

static const char self[] = "SELF"; /* stands for the profile's own name in the table */

#define SIGNALS (ARMOR_SIGNAL_SEND | ARMOR_SIGNAL_RECEIVE)

/* Those by which programs are ended and looked for come when a container stops or fails, too late to be learned. Others are learned. */
static const char end[] = "processes of the container end each other";

/*
 * Measured on Debian 12 and 13: the sender of docker's signals is `unconfined` under the first one's policy and `runc` under
 * the second's; crun ships a profile of its name in the same manner.
 */
static const struct {
    enum armor_rule_kind kind;
    uint32_t mask;
    const char *name;
    const char *peer;
    const char *reason;
} baseline[] = {
    {ARMOR_RULE_SIGNAL, ARMOR_SIGNAL_RECEIVE, NULL, "unconfined", "docker stop, restart and kill"},
    {ARMOR_RULE_SIGNAL, ARMOR_SIGNAL_RECEIVE, NULL, "runc",
     "docker stop, restart and kill where runc is confined"},
    {ARMOR_RULE_SIGNAL, ARMOR_SIGNAL_RECEIVE, NULL, "crun", "podman stop and kill where crun is confined"},
    {ARMOR_RULE_SIGNAL, SIGNALS, "abrt", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "exists", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "hup", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "int", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "kill", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "pipe", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "quit", self, end},
    {ARMOR_RULE_SIGNAL, SIGNALS, "term", self, end},
    {ARMOR_RULE_FILE, ARMOR_FILE_READ | ARMOR_FILE_WRITE, "/dev/null", NULL, "any shell, any time"},
    {ARMOR_RULE_FILE, ARMOR_FILE_READ | ARMOR_FILE_WRITE, "/dev/tty", NULL, "docker exec -it"},
};

int armor_baseline_add(struct armor_profile *profile)
{
    for (size_t i = 0; i < sizeof baseline / sizeof baseline[0]; i++) {
        const char *peer = baseline[i].peer == self ? profile->label : baseline[i].peer;
        struct armor_access access = {.kind = baseline[i].kind,
                                      .mask = baseline[i].mask,
                                      .name = armor_slice_of(baseline[i].name),
                                      .peer = armor_slice_of(peer)};
        struct armor_rule *rule = NULL;
        struct armor_rule_more *more = NULL;
        int code = armor_profile_merge(profile, &access, &rule);
        code = code < 0 ? code : armor_profile_more(profile, rule, &more);
        if (code < 0) {
            return code;
        }
        rule->origin = ARMOR_ORIGIN_BASELINE;
        code = armor_profile_word(profile, armor_slice_of(baseline[i].reason), &more->reason);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

bool armor_baseline_ends(const struct armor_rule *rule, const char *label)
{
    const char *peer = armor_rule_more(rule)->peer;
    return rule->origin == ARMOR_ORIGIN_BASELINE && rule->kind == ARMOR_RULE_SIGNAL &&
           rule->mask == ARMOR_SIGNAL_RECEIVE && !rule->name && peer && strcmp(peer, label) != 0;
}

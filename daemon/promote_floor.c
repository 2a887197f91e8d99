/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a decision does to the floor, and what it doesn't: told with its answer. */
#include "promote_private.h"

#include "armor/floor.h"
#include "armor/render.h"

#include <stdio.h>

/* "`RULE`", and how many more there are. */
static void put(const struct armor_profile *profile, const struct armor_rule *rule, size_t count,
                struct armor_text *text)
{
    armor_text_char(text, '`');
    armor_render_rule(profile, rule, text);
    armor_text_char(text, '`');
    if (count > 1) {
        armor_text_format(text, " and %zu more denials", count - 1);
    }
}

/* A rule that lies within DENIAL, which would open it: what it refuses first. */
static struct armor_rule opening(const struct armor_rule *denial)
{
    struct armor_rule rule = *denial;
    rule.state = ARMOR_STATE_ACTIVE;
    if (denial->kind == ARMOR_RULE_FILE) {
        rule.mask = denial->mask & ARMOR_FILE_READ ? ARMOR_FILE_READ : ARMOR_FILE_WRITE;
    }
    return rule;
}

void promote_tell_floor(struct promote_job *job, const struct armor_profile *evidence)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(sizeof job->result.advice - 1);
    struct armor_floor_word word = {0};
    if (armor_floor_weigh(evidence, job->decided_usec, &word) < 0) {
        return; /* what is denied is in `status` and `explain` too */
    }
    if (word.lifted) {
        armor_text_string(&text, "under it ");
        put(evidence, word.lifted, word.lifted_count, &text);
        armor_text_string(&text, word.lifted_count > 1 ? " give way: see that this is meant"
                                                       : " gives way: see that this is meant");
    }
    if (word.held) {
        const struct armor_rule rule = opening(word.held);
        armor_text_string(&text, text.length ? "; " : "");
        put(evidence, word.held, word.held_count, &text);
        armor_text_string(&text, word.held_count > 1 ? " go on" : " goes on");
        armor_text_format(&text, " refusing what is meant by its own name alone: armorctl accept %s '",
                          job->request.name);
        armor_render_rule(evidence, &rule, &text);
        armor_text_char(&text, '\'');
    }
    if (text.length && !text.error) {
        size_t used = strlen(job->result.advice);
        (void)snprintf(job->result.advice + used, sizeof job->result.advice - used, "%s%s", used ? "; " : "",
                       text.bytes);
    }
}

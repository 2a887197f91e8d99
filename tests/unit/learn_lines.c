/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "learn_lines.h"

#include "armor/baseline.h"
#include "armor/learn.h"
#include "armor/render.h"

/* What guard rails hold is accepted, so that its text is seen; but no profile can have what would leave it. */
static void accept_all(struct armor_profile *profile, struct armor_rule *const *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool leaves = rules[i]->kind == ARMOR_RULE_CHANGE_PROFILE || rules[i]->kind == ARMOR_RULE_HAT;
        if (rules[i]->state == ARMOR_STATE_QUARANTINED && !leaves) {
            (void)armor_profile_move(profile, rules[i], ARMOR_STATE_ACTIVE);
        }
    }
}

/* Learn one LINE where it is about the container. Returns 0 or -ENOMEM. */
static int learn_line(struct armor_profile *profile, struct armor_slice line)
{
    static struct armor_event event;
    struct armor_record record;
    struct armor_error err = {0};
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    if (armor_record_from_line(line, &record, &err) != 1 || armor_event_parse(&record, &event, &err) != 1) {
        return 0;
    }
    struct armor_label label = armor_label_split(event.profile);
    if (!armor_slice_is(armor_label_container(&label), profile->name)) {
        return 0;
    }
    int code = armor_learn(profile, &event, &options, rules, &count);
    accept_all(profile, rules, code < 0 ? 0 : count);
    return code < 0 ? code : 0;
}

static int learn_all(struct armor_profile *profile, struct armor_slice log, bool reversed)
{
    int code = 0;
    size_t from = reversed ? log.length : 0;
    while (code == 0 && (reversed ? from > 0 : from < log.length)) {
        const char *newline =
            reversed ? memrchr(log.bytes, '\n', from - 1) : memchr(log.bytes + from, '\n', log.length - from);
        size_t at = newline ? (size_t)(newline - log.bytes) : log.length;
        size_t start = !reversed ? from : newline ? at + 1 : 0;
        size_t end = reversed ? from : at;
        code = learn_line(profile, (struct armor_slice){log.bytes + start, end - start});
        from = reversed ? start : at + 1;
    }
    return code;
}

struct armor_profile *learn_profile(struct armor_slice log, bool reversed, int rounds)
{
    struct armor_profile *profile = NULL;
    int code = armor_profile_new(ARMOR_SLICE("web"), 1, &profile);
    code = code < 0 ? code : armor_baseline_add(profile);
    for (int round = 0; round < rounds && code == 0; round++) {
        code = learn_all(profile, log, reversed);
    }
    if (code < 0) {
        armor_profile_free(profile);
        return NULL;
    }
    return profile;
}

char *learn_lines(struct armor_slice log, bool reversed, int rounds)
{
    struct armor_profile *profile = learn_profile(log, reversed, rounds);
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    int code = profile ? armor_render(profile, ARMOR_MODE_LEARNING, NULL, &text) : -1;
    code = code < 0 ? code : armor_text_take(&text, &string);
    armor_text_done(&text);
    armor_profile_free(profile);
    return code < 0 ? NULL : string;
}

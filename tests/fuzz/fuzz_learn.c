/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as log lines, to a profile and its text. Held: the text is printable in one line for each rule, quotes pair up
 * and hold no escape that could join them with others, braces stand only where the renderer puts them; a second time
 * the same log changes nothing; no more rules than the cap, and each event is a rule's or counted as skipped. With a memory
 * of repeats the same log twice gives the same text and counts.
 */
#include "armor/json.h"
#include "armor/learn.h"
#include "armor/render.h"
#include "armor/repeat.h"

#include "fuzz.h"

/* One line of the text: no control byte, and its quotes in pairs, none behind a backslash. */
static void check_line(struct armor_slice line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.length; i++) {
        char byte = line.bytes[i];
        INVARIANT((unsigned char)byte >= 0x20 && byte != 0x7f);
        INVARIANT(byte != '\\' || quoted);
        INVARIANT(byte != '"' || i == 0 || line.bytes[i - 1] != '\\');
        INVARIANT(quoted || byte != '#' || i == 2); /* a heading */
        quoted = byte == '"' ? !quoted : quoted;
    }
    INVARIANT(!quoted);
}

/* How many of PROFILE's rules stand in its text. */
static size_t count_rendered(const struct armor_profile *profile)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->rule_count; i++) {
        count += armor_render_left_out(profile->rules[i]) == NULL;
    }
    return count;
}

static void check_text(const char *text, size_t rule_count)
{
    const char *start = strstr(text, " {");
    size_t rules = 0;
    INVARIANT(start);
    for (const char *at = strchr(start, '\n'); at && at[1]; at = strchr(at + 1, '\n')) {
        const char *end = strchr(at + 1, '\n');
        INVARIANT(end);
        struct armor_slice line = {at + 1, (size_t)(end - at) - 1};
        check_line(line);
        bool rule = line.length > 3 && line.bytes[2] != '#';
        INVARIANT(!rule || line.bytes[line.length - 1] == ',');
        INVARIANT(rule || line.length == 0 || line.bytes[2] == '#' || armor_slice_is(line, "}"));
        INVARIANT(!armor_slice_is(line, "}") || end[1] == '\0');
        rules += rule;
    }
    INVARIANT(rules == rule_count + 1); /* and the rule of learning */
}

/* REPEAT NULL: each record is parsed. */
static size_t learn_log(struct armor_profile *profile, struct armor_slice log, struct armor_repeat *repeat)
{
    static struct armor_event event;
    size_t changed = 0;
    for (size_t at = 0; at < log.length;) {
        size_t bytes = 0;
        size_t lines =
            repeat ? armor_repeat_skim(repeat, (struct armor_slice){log.bytes + at, log.length - at}, &bytes)
                   : 0;
        INVARIANT((lines > 0) == (bytes > 0) && bytes <= log.length - at);
        at += bytes;
        if (at == log.length) {
            break;
        }
        const char *newline = memchr(log.bytes + at, '\n', log.length - at);
        size_t end = newline ? (size_t)(newline - log.bytes) : log.length;
        struct armor_record record;
        struct armor_error err = {0};
        struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
        struct armor_learn_options options = {.literal = log.length % 2};
        size_t count = 0;
        struct armor_profile *known = NULL;
        int found = armor_record_from_line((struct armor_slice){log.bytes + at, end - at}, &record, &err);
        if (found == 1 && repeat && armor_repeat_take(repeat, &record, &known)) {
            INVARIANT(known == profile);
        } else if (found == 1 && armor_event_parse(&record, &event, &err) == 1) {
            size_t before = profile->rule_count;
            int result = armor_learn(profile, &event, &options, rules, &count);
            INVARIANT(result >= 0 && result == (count > 0) && count <= ARMOR_LEARN_RULES_MAX);
            INVARIANT(event.trusted || (profile->rule_count == before && count == 0));
            changed += count;
            if (repeat) {
                armor_repeat_keep(repeat, &record, &event, profile);
            }
        }
        at = end + 1;
    }
    return changed;
}

static char *render(const struct armor_profile *profile)
{
    struct armor_text text = ARMOR_TEXT_INIT((size_t)64 * 1024 * 1024);
    char *string = NULL;
    INVARIANT(armor_render(profile, ARMOR_MODE_LEARNING, NULL, &text) == 0);
    INVARIANT(armor_text_take(&text, &string) == 0);
    return string;
}

/* What a memory of repeats makes of LOG, twice, against PROFILE, which parsed each record of it. */
static void check_repeat(const struct armor_profile *profile, const char *text, struct armor_slice log)
{
    struct armor_profile *other = NULL;
    struct armor_repeat *repeat = NULL;
    INVARIANT(armor_profile_new(ARMOR_SLICE("web"), 42, &other) == 0 && armor_repeat_new(&repeat) == 0);
    (void)learn_log(other, log, repeat);
    (void)learn_log(other, log, repeat);
    char *again = render(other);
    INVARIANT(strcmp(again, text) == 0);
    INVARIANT(other->events == profile->events && other->rule_count == profile->rule_count);
    INVARIANT(memcmp(other->skipped, profile->skipped, sizeof profile->skipped) == 0);
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule *a = profile->rules[i];
        const struct armor_rule *b = other->rules[i];
        INVARIANT(a->count == b->count && a->first_usec == b->first_usec && a->last_usec == b->last_usec);
    }
    free(again);
    armor_repeat_free(repeat);
    armor_profile_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_profile *profile = NULL;
    struct armor_slice log = {(const char *)data, size};
    INVARIANT(armor_profile_new(ARMOR_SLICE("web"), 42, &profile) == 0);
    (void)learn_log(profile, log, NULL);
    char *first = render(profile);
    check_text(first, count_rendered(profile));

    size_t changed = learn_log(profile, log, NULL);
    INVARIANT(changed == 0 || profile->skipped[ARMOR_SKIP_FULL]);
    char *second = render(profile);
    INVARIANT(strcmp(first, second) == 0);
    if (size % 16 == 1) { /* it is large: not for each */
        check_repeat(profile, second, log);
    }

    uint64_t skipped = 0;
    uint64_t counted = 0;
    for (int i = 0; i < ARMOR_SKIP_COUNT; i++) {
        skipped += profile->skipped[i];
    }
    for (size_t i = 0; i < profile->rule_count; i++) {
        counted += profile->rules[i]->count;
        json_t *rule = armor_rule_to_json(profile, profile->rules[i]);
        INVARIANT(rule);
        json_decref(rule);
    }
    INVARIANT(skipped + counted >= profile->events);
    INVARIANT(profile->rule_count <= ARMOR_RULES_MAX && armor_profile_size(profile) <= ARMOR_WORDS_MAX);
    free(first);
    free(second);
    armor_profile_free(profile);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learned_rules FILE...: the rules that the records of each file would teach if they were the kernel's and let pass, whatever they
 * are. One line each: FILE, a tab, the rule; or FILE, a tab, `# ` and why there is none.
 */
#include "armor/learn.h"
#include "armor/render.h"

#include <stdio.h>
#include <stdlib.h>

static void print_rule(const char *path, const struct armor_profile *profile, const struct armor_rule *rule)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    armor_render_rule(profile, rule, &text);
    (void)printf("%s\t%s\n", path, text.bytes ? text.bytes : "");
    armor_text_done(&text);
}

static void print_learned(const char *path, struct armor_slice line)
{
    static struct armor_event event;
    struct armor_record record;
    struct armor_error err = {0};
    struct armor_profile *profile = NULL;
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    struct armor_learn_options options = {0};
    size_t count = 0;
    if (armor_record_from_line(line, &record, &err) != 1 || armor_event_parse(&record, &event, &err) != 1) {
        (void)printf("%s\t# no record %s\n", path, err.text);
        return;
    }
    event.trusted = true;
    event.verdict = ARMOR_VERDICT_ALLOWED;
    if (armor_profile_new(ARMOR_SLICE("case"), 1, &profile) < 0 ||
        armor_learn(profile, &event, &options, rules, &count) < 0) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        print_rule(path, profile, rules[i]);
    }
    for (int i = 0; i < ARMOR_SKIP_COUNT; i++) {
        if (profile->skipped[i]) {
            (void)printf("%s\t# %s\n", path, armor_skip_name((enum armor_skip)i));
        }
    }
    armor_profile_free(profile);
}

int main(int argc, char **argv)
{
    static char bytes[ARMOR_RECORD_MAX];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rbe");
        if (!file) {
            (void)fprintf(stderr, "%s: can't be read\n", argv[i]);
            return EXIT_FAILURE;
        }
        print_learned(argv[i], (struct armor_slice){bytes, fread(bytes, 1, sizeof bytes, file)});
        (void)fclose(file);
    }
    return EXIT_SUCCESS;
}

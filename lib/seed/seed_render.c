/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A seed as a profile, each rule under its reason. See armor/seed_text.h. */
#include "armor/baseline.h"
#include "armor/seed_text.h"

#include <errno.h>
#include <stdlib.h>

/* STRING in a comment: what could end it is shown as `?`. */
static void put_comment(struct armor_text *text, const char *string)
{
    for (; *string; string++) {
        bool control = (unsigned char)*string < 0x20 || *string == 0x7f;
        armor_text_char(text, (char)(control ? '?' : *string));
    }
}

static void put_source(struct armor_text *text, const struct armor_seed_source *source)
{
    const char *file = source->file ? source->file : "standard input";
    bool directive = strncmp(file, "include", 7) == 0; /* `# include` is none to the parser's lexer */
    put_comment(text, directive ? "./" : "");
    put_comment(text, file);
    if (source->line) {
        armor_text_format(text, ":%zu", source->line);
    }
    if (source->pointer) {
        armor_text_char(text, '#');
        put_comment(text, source->pointer);
    }
}

static void put_rule(const struct armor_profile *profile, const struct armor_seed_rule *rule,
                     const char *prefix, struct armor_text *text)
{
    struct armor_rule_more more;
    const struct armor_rule plain = armor_seed_plain_rule(rule, &more);
    armor_text_string(text, "  # ");
    put_source(text, &rule->source);
    armor_text_string(text, ": ");
    put_comment(text, rule->reason ? rule->reason : "");
    armor_text_format(text, "\n  %s", prefix);
    armor_render_rule(profile, &plain, text);
    armor_text_char(text, '\n');
}

static void put_grant(const struct armor_seed *seed, const struct armor_profile *profile,
                      enum armor_seed_grant grant, const char *heading, const char *prefix,
                      struct armor_text *text)
{
    bool any = false;
    for (size_t i = 0; i < seed->rule_count; i++) {
        if (seed->rules[i].grant != grant) {
            continue;
        }
        if (!any) {
            armor_text_format(text, "\n  # --- %s ---\n", heading);
            any = true;
        }
        put_rule(profile, &seed->rules[i], prefix, text);
    }
}

static void put_baseline(const struct armor_profile *profile, struct armor_text *text)
{
    armor_text_string(text, "\n  # --- baseline: what each container needs ---\n");
    for (size_t i = 0; i < profile->rule_count; i++) {
        const char *reason = armor_rule_more(profile->rules[i])->reason;
        armor_text_format(text, "  # %s\n  ", reason ? reason : "");
        armor_render_rule(profile, profile->rules[i], text);
        armor_text_char(text, '\n');
    }
}

int armor_seed_render(const struct armor_seed *seed, struct armor_slice name, enum armor_mode mode,
                      struct armor_text *text)
{
    struct armor_profile *profile = NULL;
    int code = armor_profile_new(name, 0, &profile);
    code = code < 0 ? code : armor_baseline_add(profile);
    if (code == 0) {
        bool learning = mode == ARMOR_MODE_LEARNING;
        armor_text_format(text,
                          "# armord: seed of the container %s, %s\n"
                          "# Static analysis alone: nothing of it was observed.\n"
                          "abi <abi/3.0>,\n\n"
                          "profile %s flags=(attach_disconnected,mediate_deleted%s) {\n",
                          profile->name, armor_mode_name(mode), profile->label, learning ? ",complain" : "");
        put_grant(seed, profile, ARMOR_SEED_GRANTED, "granted", "", text);
        put_grant(seed, profile, ARMOR_SEED_EXPECTED, "expected: granted when it is observed",
                  "# expected: ", text);
        put_grant(seed, profile, ARMOR_SEED_DENIED,
                  learning ? "denied when the profile is enforced" : "denied",
                  learning ? "# denied: " : "deny ", text);
        put_baseline(profile, text);
        if (learning) {
            armor_text_format(text,
                              "\n  # learning: each exec is logged, and the process stays in this profile\n"
                              "  audit /** px -> %s,\n",
                              profile->label);
        }
        armor_text_string(text, "}\n");
        code = text->error;
    }
    armor_profile_free(profile);
    return code;
}

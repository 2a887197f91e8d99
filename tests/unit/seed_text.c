/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed_text.h"

#include "armor/mask.h"

static void put_word(struct armor_text *text, const char *key, struct armor_slice word)
{
    if (word.bytes) {
        armor_text_format(text, " %s%.*s", key, (int)word.length, word.bytes);
    }
}

static void put_place(struct armor_text *text, const struct armor_seed_source *source)
{
    armor_text_format(text, "%s:%zu:%zu", source->file ? source->file : "-", source->line, source->column);
}

void seed_text(const struct armor_seed *seed, struct armor_text *text)
{
    for (size_t i = 0; i < seed->rule_count; i++) {
        const struct armor_seed_rule *rule = &seed->rules[i];
        put_place(text, &rule->source);
        armor_text_format(text, " %s %s", armor_seed_grant_name(rule->grant),
                          armor_rule_kind_name(rule->access.kind));
        put_word(text, "", rule->access.name);
        if (rule->access.mask) {
            armor_text_char(text, ' ');
            armor_mask_render(rule->access.kind, rule->access.mask, text);
        }
        put_word(text, "", rule->access.detail);
        put_word(text, "peer=", rule->access.peer);
        armor_text_format(text, " # %s\n", rule->reason);
    }
    for (size_t i = 0; i < seed->finding_count; i++) {
        const struct armor_finding *finding = &seed->findings[i];
        put_place(text, &finding->source);
        armor_text_format(text, " %s %s: %s", armor_severity_name(finding->severity), finding->code,
                          finding->text);
        if (finding->suppressed) {
            armor_text_format(text, " [ignored: %s]", finding->suppressed);
        }
        armor_text_char(text, '\n');
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what somebody asks about: as a rule, and as a path with and without what is done to it. Held: it is refused with a
 * reason, or answered; what would allow it is a rule that can be asked about, and reads as itself.
 */
#include "armor/baseline.h"
#include "armor/explain.h"
#include "armor/rule_text.h"

#include "fuzz.h"

#include <errno.h>

static struct armor_view view;

static void set_up(void)
{
    static const struct armor_generalise_options options = {0};
    static struct armor_profile *profile;
    const struct armor_access accesses[] = {
        {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_READ, .name = ARMOR_SLICE("/a/*")},
        {.kind = ARMOR_RULE_FILE,
         .mask = ARMOR_FILE_WRITE,
         .state = ARMOR_STATE_DENIED,
         .name = ARMOR_SLICE("/a/b")},
        {.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/{bin,sbin}/**")},
    };
    INVARIANT(armor_profile_new(ARMOR_SLICE("fuzz"), 1, &profile) == 0);
    INVARIANT(armor_baseline_add(profile) == 0);
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
        struct armor_rule *rule = NULL;
        INVARIANT(armor_profile_merge(profile, &accesses[i], &rule) == 1);
    }
    INVARIANT(armor_view_open(profile, &options, &view) == 0);
}

static void check_answer(const struct armor_explanation *explanation)
{
    INVARIANT((unsigned)explanation->standing < ARMOR_STANDING_COUNT);
    INVARIANT((explanation->missing != 0) == (explanation->standing != ARMOR_STANDING_ALLOWED));
    for (size_t i = 0; i < 2; i++) {
        const struct armor_text *remedy = &explanation->remedies[i];
        struct armor_reading *reading = NULL;
        struct armor_error err = {0};
        if (remedy->length > 0) {
            struct armor_slice text = {remedy->bytes, remedy->length};
            INVARIANT(armor_rules_read(text, view.policy->label, 1, &reading, &err) == 0);
            INVARIANT(reading->sections[0].clause_count == 1);
            armor_reading_free(reading);
        }
    }
}

static void ask(struct armor_slice asked, const char *mask)
{
    struct armor_explanation explanation = {0};
    struct armor_error err = {0};
    int code = mask ? armor_explain_path(&view, asked, armor_slice_of(mask), &explanation, &err)
                    : armor_explain_text(&view, asked, 1, &explanation, &err);
    INVARIANT(code == 0 || code == -EBADMSG || code == -EINVAL || code == -E2BIG);
    INVARIANT(code == 0 || (err.code == code && err.text[0]));
    if (code == 0) {
        check_answer(&explanation);
        armor_explanation_done(&explanation);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!view.policy) {
        set_up();
    }
    struct armor_slice asked = {(const char *)data, size};
    ask(asked, NULL);
    if (!memchr(data, '\0', size)) { /* a path comes as a string */
        ask(asked, "");
        ask(asked, "rwx");
    }
    return 0;
}

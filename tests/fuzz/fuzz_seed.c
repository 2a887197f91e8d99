/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the JSON of a seed. Held: refused with a sentence, or a seed whose rules can all be rules, that becomes a profile state, and
 * whose own JSON gives the same seed.
 */
#include "armor/baseline.h"
#include "armor/reseed.h"
#include "armor/seed_text.h"
#include "armor/sound.h"

#include "fuzz.h"

#include <errno.h>

static void check(const struct armor_seed *seed)
{
    struct armor_profile *profile = NULL;
    struct armor_profile *fresh = NULL;
    struct armor_seed *again = NULL;
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    if (armor_profile_new(ARMOR_SLICE("fuzz"), 1, &profile) < 0 || armor_seed_new(&again) < 0) {
        abort();
    }
    for (size_t i = 0; i < seed->rule_count; i++) {
        INVARIANT(!armor_access_fault(&seed->rules[i].access));
    }
    INVARIANT(armor_profile_reseed(profile, seed, 1, &fresh) == 0);
    INVARIANT(armor_render(fresh, ARMOR_MODE_ENFORCED, NULL, &text) == 0);
    json_t *object = armor_seed_to_json(seed, ARMOR_SLICE("fuzz"));
    INVARIANT(object && armor_seed_from_json(object, again, NULL) == 0);
    INVARIANT(again->rule_count == seed->rule_count);
    json_decref(object);
    armor_text_done(&text);
    armor_seed_free(again);
    armor_profile_free(fresh);
    armor_profile_free(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    json_t *object = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (!object || armor_seed_new(&seed) < 0) {
        json_decref(object);
        return 0;
    }
    int code = armor_seed_from_json(object, seed, &err);
    INVARIANT(code <= 0 && (code < 0) == (err.text[0] != '\0'));
    if (code == 0) {
        check(seed);
    }
    armor_seed_free(seed);
    json_decref(object);
    return 0;
}

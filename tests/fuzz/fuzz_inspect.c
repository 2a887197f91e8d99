/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as inspect's JSON. Held: refused with a sentence, or a seed each rule of which has a pointer, and a reason. */
#include "armor/inspect.h"
#include "armor/limits.h"

#include "fuzz.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    struct armor_text name = ARMOR_TEXT_INIT(ARMOR_REQUEST_MAX);
    if (armor_seed_new(&seed) < 0) {
        return 0;
    }
    int code = armor_inspect_read((struct armor_slice){(const char *)data, size}, "fuzz", seed, &name, &err);
    INVARIANT(code <= 0);
    INVARIANT(code != -EBADMSG || err.text[0]);
    for (size_t i = 0; code == 0 && i < seed->rule_count; i++) {
        INVARIANT(seed->rules[i].source.pointer && seed->rules[i].reason);
    }
    armor_text_done(&name);
    armor_seed_free(seed);
    return 0;
}

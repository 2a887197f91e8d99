/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Compose file that puts services under their profiles. See armor/seed_text.h. */
#include "armor/label.h"
#include "armor/seed_text.h"

int armor_override_render(const struct armor_override *overrides, size_t count, struct armor_text *text)
{
    armor_text_string(text, ARMOR_OVERRIDE_MARK
                      " Start the services under their profiles with\n"
                      "#   docker compose -f YOUR-FILE -f THIS-FILE up -d\n"
                      "services:\n");
    for (size_t i = 0; i < count; i++) {
        /* both names have letters, digits, '.', '_' and '-' alone, so that quotes need no escapes */
        armor_text_format(text,
                          "  \"%s\":\n    security_opt:\n      - \"apparmor=" ARMOR_PROFILE_PREFIX "%s\"\n",
                          overrides[i].service, overrides[i].name);
    }
    return text->error;
}

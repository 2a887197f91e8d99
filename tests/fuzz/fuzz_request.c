/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of requests, for each verb: any bytes give a request or an error with a sentence, and the request
 * only when sound.
 */
#include "api_body.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* promote.c's, which needs all of the daemon. */
const char *promote_verb_name(enum promote_verb verb)
{
    (void)verb;
    return "verb";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct promote_request untouched;
    for (int verb = 0; verb < PROMOTE_VERB_COUNT; verb++) {
        struct promote_request request = {.name = "web", .hash = 1};
        struct armor_error err = {0};
        int result = api_body_read((enum promote_verb)verb, (struct armor_slice){(const char *)data, size},
                                   &request, &err);
        bool changed = memcmp(request.override, untouched.override, sizeof request.override) != 0;
        bool seeded = request.seed;
        bool stated = request.stated;
        bool set = request.settings.given.given || request.settings.inherit;
        armor_seed_free(request.seed);
        armor_profile_free(request.stated);
        free(request.rule);
        if (result > 0 || (result < 0) != (err.code < 0) ||
            (result < 0 && (changed || seeded || !err.text[0])) || (verb != PROMOTE_ENFORCE && changed) ||
            (result < 0 && (stated || request.rule)) || (verb != PROMOTE_LEARN && seeded) ||
            (verb != PROMOTE_LEARN && verb != PROMOTE_ACCEPT && stated) ||
            (set && (result < 0 || verb != PROMOTE_SETTINGS))) {
            abort();
        }
    }
    return 0;
}

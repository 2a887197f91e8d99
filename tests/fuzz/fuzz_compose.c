/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a Compose file, which every include and extends leads back to. Held: what is refused says so with a place or a cap; what
 * isn't has services that give seeds, whose text is rendered.
 */
#include "armor/compose.h"
#include "armor/limits.h"
#include "armor/seed_text.h"

#include "fuzz.h"

#include <errno.h>

static int load(void *userdata, const char *path, struct armor_text *text, struct armor_error *err)
{
    (void)path;
    (void)err;
    armor_text_slice(text, *(const struct armor_slice *)userdata);
    return 0;
}

static void check_seed(const struct armor_compose *compose, const char *service)
{
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    if (armor_seed_new(&seed) < 0) {
        return;
    }
    int code = armor_compose_seed(compose, service, seed, &err);
    INVARIANT(code <= 0 && (code == 0 || code == -ENOMEM || err.code == code));
    INVARIANT(code != -EBADMSG || err.line > 0);
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    if (code == 0 && armor_seed_render(seed, ARMOR_SLICE("fuzz"), ARMOR_MODE_ENFORCED, &text) == 0) {
        INVARIANT(memchr(text.bytes, '\0', text.length) == NULL);
    }
    armor_text_done(&text);
    armor_seed_free(seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"compose.yml"};
    struct armor_slice text = {(const char *)data, size};
    struct armor_compose_files files = {load, &text};
    struct armor_compose *compose = NULL;
    struct armor_error err = {0};
    int code = armor_compose_load(paths, 1, NULL, &files, &compose, &err);
    INVARIANT(code <= 0 && (code == 0 || code == -ENOMEM || err.code == code));
    for (size_t i = 0; code == 0 && armor_compose_service(compose, i); i++) {
        check_seed(compose, armor_compose_service(compose, i));
    }
    armor_compose_free(compose);
    return 0;
}

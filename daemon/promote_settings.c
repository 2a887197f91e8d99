/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A container's own settings: the store first, in one transaction; then they count, and what can't wait is done at once. */
#include "promote_private.h"

#include "settings_effect.h"
#include "store.h"
#include "watch.h"

#include <stdio.h>

static int store_change(const struct promote_job *job, uint32_t bits, struct armor_error *err)
{
    struct store *store = job->manager->store;
    int r = store_begin(store, err);
    r = r < 0 ? r : store_put_settings(store, job->container, bits, err);
    r = r < 0 ? r : store_commit(store, err);
    if (r < 0) {
        store_rollback(store);
    }
    return r;
}

/* The journal has who chose what: "web: watch-limit is 5 now, image-change is inherited (ask), by root (uid 0)". */
static void tell(const struct promote_job *job, uint32_t bits)
{
    const struct container *container = job->container;
    const struct choices now = settings_choices(&job->manager->settings, &container->own);
    const struct log_about about = {.message = LOG_MESSAGE_SETTINGS, .container = container->profile->name};
    char list[1024] = "";
    size_t used = 0;
    size_t count = 0;
    const struct setting *table = setting_table(&count);
    for (size_t i = 0; i < count && used < sizeof list; i++) {
        char value[SETTING_TEXT_SIZE];
        if (!(bits & setting_bit(&table[i]))) {
            continue;
        }
        bool own = container->own.given & setting_bit(&table[i]);
        int n =
            snprintf(list + used, sizeof list - used, own ? "%s%s is %s now" : "%s%s is inherited now (%s)",
                     used ? ", " : "", table[i].name, setting_format(&table[i], &now, value));
        used += n > 0 ? (size_t)n : 0;
    }
    log_write(LOG_NOTICE, &about, "%s: %s, by %s", container->profile->name, list, job->request.author);
}

/* What the operator may not expect of what changed from BEFORE to NOW. */
static void advise(struct promote_job *job, const struct choices *before, const struct choices *now)
{
    const struct container *container = job->container;
    bool enforced = container->mode == ARMOR_MODE_ENFORCED;
    bool returns = watch_is_due(job->manager, container);
    bool stays = enforced && !returns;
    const struct {
        bool holds;
        const char *text;
    } cases[] = {
        {returns, "By this it goes back to complain mode at once: `armorctl status` says why."},
        {stays && before->generalise.without != now->generalise.without,
         "The profile that is enforced stays as it is until the next accept, deny or enforce: "
         "`armorctl diff` shows what will change then."},
        {stays && container->watch_until_usec && before->watch_seconds != now->watch_seconds,
         "The watch after the next enforce is as long as that; the one that may still run isn't changed."},
    };
    char *advice = job->result.advice;
    size_t used = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].holds && used < sizeof job->result.advice) {
            int n = snprintf(advice + used, sizeof job->result.advice - used, "%s%s", used ? " " : "",
                             cases[i].text);
            used += n > 0 ? (size_t)n : 0;
        }
    }
}

enum step_outcome promote_take_settings(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct manager *manager = job->manager;
    struct container *container = job->container;
    const struct settings_change *change = &job->request.settings;
    const struct own_settings own = container->own;
    const struct choices before = settings_choices(&manager->settings, &own);
    uint32_t bits = change->given.given | change->inherit;
    struct armor_error err = {0};
    if (bits == 0) {
        return STEP_NEXT;
    }
    own_settings_take(&container->own, &change->given, change->inherit);
    if (store_change(job, bits, &err) < 0) {
        container->own = own;
        return promote_fail(job, PROMOTE_INTERNAL,
                            "see that armord's database can be written: `systemctl status armord`",
                            "the settings can't be stored: %s", err.text);
    }
    const struct choices now = settings_choices(&manager->settings, &container->own);
    settings_effect(manager, container, &before);
    tell(job, bits);
    advise(job, &before, &now);
    return STEP_NEXT;
}

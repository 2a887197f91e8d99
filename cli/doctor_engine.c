/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of doctor: a container that was started without its profile has no process under it, and so nothing that armord could see.
 * Docker or Podman is asked with the operator's own rights; where these don't reach, nothing is said.
 */
#include "doctor.h"

#include "runtime.h"

#include "armor/limits.h"

#include <errno.h>

/* The container that inspect's TEXT is of runs, and not under PROFILE: what it runs under, or NULL. */
static const char *other_profile(const json_t *inspected, const char *profile)
{
    const json_t *object = json_is_array(inspected) ? json_array_get(inspected, 0) : inspected;
    const char *there = json_string_value(json_object_get(object, "AppArmorProfile"));
    bool runs = json_is_true(json_object_get(json_object_get(object, "State"), "Running"));
    return !runs || (there && strcmp(there, profile) == 0) ? NULL : there && there[0] ? there : "no profile";
}

void doctor_look_engine(const struct cli *cli, const json_t *containers, struct doctor_host *host)
{
    const json_t *container = NULL;
    size_t i = 0;
    json_array_foreach(containers, i, container)
    {
        const char *name = json_string_value(json_object_get(container, "name"));
        const char *profile = json_string_value(json_object_get(container, "profile"));
        ARMOR_CLEANUP(armor_text_done) struct armor_text text = {0};
        struct armor_error err = {0};
        bool image = false;
        int code =
            name && profile ? runtime_inspect(cli, name, ARMOR_SOURCE_MAX, &text, &image, &err) : -EINVAL;
        if (code < 0 && code != -ENOENT) {
            return;
        }
        json_auto_t *inspected = code == 0 && !image ? json_loadb(text.bytes, text.length, 0, NULL) : NULL;
        const char *other = inspected ? other_profile(inspected, profile) : NULL;
        if (other) {
            char what[256];
            (void)snprintf(what, sizeof what, "The container runs under %.80s and not under %.80s.", other,
                           profile);
            doctor_add(host, "process-elsewhere", name,
                       "it was started without its profile, before it, or privileged, and is neither learned "
                       "nor held to it",
                       "start it anew with --security-opt apparmor=armord-NAME", what);
        }
    }
}

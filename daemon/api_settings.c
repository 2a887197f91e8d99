/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a container's settings are, and where each is from. They are changed as everything else of it is: api_post.c. */
#include "api_private.h"
#include "settings_json.h"

void request_settings(struct request *request, const struct container *container, const char *advice)
{
    const struct settings *settings = &request->api->manager->settings;
    json_t *object = json_pack("{s:s, s:o}", "name", container->profile->name, "settings",
                               settings_to_json(settings, &container->own));
    if (object && advice[0] && json_object_set_new(object, "advice", json_string(advice)) < 0) {
        json_decref(object);
        object = NULL;
    }
    request_json(request, 200, object);
}

void get_settings(struct request *request)
{
    const struct container *container = request_container(request);
    if (container) {
        request_settings(request, container, "");
    }
}

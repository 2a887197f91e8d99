/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of an event, by its own table of fields. See armor/json.h. */
#include "armor/json.h"

#include "json_parts.h"

#include <errno.h>

static int set_field(json_t *object, const struct armor_event *event, const struct armor_event_field *field)
{
    const void *place = (const char *)event + field->offset;
    if (!field->name) {
        return 0;
    }
    if (field->kind == ARMOR_EVENT_NUMBER) {
        const struct armor_number *number = place;
        return number->present ? json_set_number(object, field->name, number->value) : 0;
    }
    const struct armor_slice *slice = place;
    return slice->bytes ? armor_json_set_bytes(object, field->name, *slice) : 0;
}

static int set_head(json_t *object, const struct armor_event *event)
{
    int code = 0;
    if (event->time.present) {
        double seconds = (double)event->time.value / 1e6;
        code = json_object_set_new(object, "time", json_real(seconds)) < 0 ? -ENOMEM : 0;
    }
    if (code == 0 && event->serial.present) {
        code = json_set_number(object, "serial", event->serial.value);
    }
    if (code == 0 && event->record_type) {
        code = json_set_number(object, "record_type", event->record_type);
    }
    if (code == 0) {
        code = json_object_set_new(object, "trusted", json_boolean(event->trusted)) < 0 ? -ENOMEM : 0;
    }
    code = code ? code : json_set_string(object, "verdict", armor_verdict_name(event->verdict));
    return code ? code : json_set_string(object, "class", armor_class_name(event->class));
}

json_t *armor_event_to_json(const struct armor_event *event)
{
    size_t count = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    json_t *object = json_object();
    int code = object ? set_head(object, event) : -ENOMEM;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = set_field(object, event, &fields[i]);
    }
    if (code < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

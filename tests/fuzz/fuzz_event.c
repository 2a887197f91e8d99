/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the body of a record, the kernel's and a user's. Held: every slice lies in the body or in the event's own
 * buffer, or is a capability's name, and holds no NUL when it came from hex; trust isn't gained; the same bytes give the same event; JSON can be made.
 */
#include "armor/json.h"

#include "fuzz.h"

static bool inside(struct armor_slice slice, const char *start, size_t length)
{
    return slice.bytes >= start && slice.bytes + slice.length <= start + length;
}

static void check_slices(const struct armor_event *event, struct armor_slice body)
{
    size_t count = 0;
    const struct armor_event_field *fields = armor_event_fields(&count);
    INVARIANT(event->decoded_used <= sizeof event->decoded);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].kind == ARMOR_EVENT_NUMBER) {
            continue;
        }
        struct armor_slice slice;
        memcpy(&slice, (const char *)event + fields[i].offset, sizeof slice);
        if (slice.bytes == armor_capability_name(event->capability_number.value)) {
            continue; /* the one constant: a capability that the record has by number alone */
        }
        bool decoded = inside(slice, event->decoded, event->decoded_used);
        INVARIANT(!slice.bytes || decoded || inside(slice, body.bytes, body.length));
        INVARIANT(!decoded || !memchr(slice.bytes, '\0', slice.length));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct armor_event event;
    static const uint32_t types[] = {1400, 1107, 1502};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct armor_record record = {.type = types[i],
                                      .trusted = types[i] != 1107,
                                      .body = {(const char *)data, size},
                                      .column = 3};
        struct armor_error err = {0};
        memset(&event, (int)i + 1, sizeof event);
        int result = armor_event_parse(&record, &event, &err);
        INVARIANT(result <= 1 && (result < 0) == (err.code < 0));
        if (result < 0) {
            INVARIANT(err.text[0] && err.column <= size + 4);
        }
        if (result != 1) {
            continue;
        }
        INVARIANT(event.trusted == record.trusted && event.record_type == types[i]);
        INVARIANT(event.verdict > ARMOR_VERDICT_NONE && event.verdict < ARMOR_VERDICT_COUNT);
        INVARIANT(event.class >= ARMOR_CLASS_OTHER && event.class < ARMOR_CLASS_COUNT);
        check_slices(&event, record.body);
        json_t *object = armor_event_to_json(&event);
        INVARIANT(object);
        json_decref(object);
    }
    return 0;
}

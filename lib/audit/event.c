/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Event: fields of a record, decoded, by the table of keys. See armor/event.h. */
#include "event_table.h"

#include "armor/fields.h"

#include <errno.h>

/* Upper-case digits, as the kernel writes them. */
static bool is_hex(struct armor_slice value)
{
    if (value.length == 0 || value.length % 2) {
        return false;
    }
    for (size_t i = 0; i < value.length; i++) {
        if (armor_hex_value(value.bytes[i], 'A') < 0) {
            return false;
        }
    }
    return true;
}

/* Decode hex VALUE into EVENT's own buffer. False: it holds a NUL, which no name can. */
static bool decode(struct armor_event *event, struct armor_slice value, struct armor_slice *ret_decoded)
{
    char *to = event->decoded + event->decoded_used;
    size_t length = value.length / 2;
    for (size_t i = 0; i < length; i++) {
        unsigned high = (unsigned)armor_hex_value(value.bytes[2 * i], 'A');
        to[i] = (char)(high << 4 | (unsigned)armor_hex_value(value.bytes[2 * i + 1], 'A'));
    }
    if (memchr(to, '\0', length)) {
        return false;
    }
    event->decoded_used += length;
    *ret_decoded = (struct armor_slice){to, length};
    return true;
}

/*
 * A number at the start of VALUE; what follows it is no part of it (`ouid=0FSUID=`). Where LIMIT is set,
 * one of more than 18 digits counts as the largest: so RLIM_INFINITY is written.
 */
static bool read_number(struct armor_slice value, bool limit, int64_t *ret_number)
{
    bool negative = value.length && value.bytes[0] == '-';
    size_t at = negative ? 1 : 0;
    int64_t number = 0;
    size_t first = at;
    while (at < value.length && value.bytes[at] >= '0' && value.bytes[at] <= '9' && at - first < 18) {
        number = number * 10 + (value.bytes[at++] - '0');
    }
    bool more = at < value.length && value.bytes[at] >= '0' && value.bytes[at] <= '9';
    *ret_number = negative ? -number : more ? INT64_MAX : number;
    return at > first && (!more || (limit && !negative));
}

/* Store one field where its table entry says. The first value of a key counts. */
static int store(struct armor_event *event, const struct armor_event_field *entry,
                 const struct armor_field *field, size_t column, struct armor_error *err)
{
    void *place = (char *)event + entry->offset;

    if (entry->kind == ARMOR_EVENT_NUMBER) {
        struct armor_number *number = place;
        if (number->present) {
            event->repeated_fields++;
            return 0;
        }
        bool limit = entry->offset == offsetof(struct armor_event, value);
        if (!read_number(field->value, limit, &number->value)) {
            return armor_error_at(err, -EBADMSG, 0, column, "%s= isn't a number", entry->key);
        }
        number->present = true;
        return 0;
    }

    struct armor_slice *slice = place;
    if (slice->bytes) {
        event->repeated_fields++;
        return 0;
    }
    if (field->quoted || entry->kind == ARMOR_EVENT_WORD || !is_hex(field->value)) {
        if (!field->quoted && armor_slice_is(field->value, "?")) {
            return 0; /* how user-space senders write "none" */
        }
        *slice = field->value;
        return 0;
    }
    if (!decode(event, field->value, slice)) {
        return armor_error_at(err, -EBADMSG, 0, column, "%s= holds a NUL byte", entry->key);
    }
    return 0;
}

int armor_event_parse(const struct armor_record *record, struct armor_event *ret_event,
                      struct armor_error *err)
{
    static const struct armor_slice mark = {"apparmor=\"", 10};
    struct armor_event *event = ret_event;
    struct armor_fields fields = {.body = record->body, .base = record->column};

    bool old = record->type > ARMOR_RECORD_APPARMOR_MIN && record->type <= ARMOR_RECORD_APPARMOR_MAX;
    bool ours =
        armor_slice_starts(record->body, mark) || old ||
        (!record->trusted && memmem(record->body.bytes, record->body.length, mark.bytes, mark.length));
    if (!ours) {
        return 0;
    }
    if (record->body.length > ARMOR_RECORD_MAX) {
        return armor_error_set(err, -E2BIG, "a record of %zu bytes, more than %d", record->body.length,
                               ARMOR_RECORD_MAX);
    }
    memset(event, 0, offsetof(struct armor_event, decoded));
    event->time = record->time;
    event->serial = record->serial;
    event->record_type = record->type;
    event->trusted = record->trusted;
    event->verdict = event_verdict_from_type(record->type);

    struct armor_field field;
    int more = 0;
    while ((more = armor_fields_next(&fields, &field, err)) > 0) {
        const struct armor_event_field *entry = event_field_find(field.key);
        size_t column = record->column + field.column + 1;
        if (entry) {
            int code = store(event, entry, &field, column, err);
            if (code < 0) {
                return code;
            }
        } else if (armor_slice_is(field.key, "apparmor")) {
            enum armor_verdict verdict = event_verdict_from_word(field.value);
            if (verdict == ARMOR_VERDICT_NONE) {
                return armor_error_at(err, -EBADMSG, 0, column, "a verdict that isn't known in apparmor=");
            }
            event->verdict = verdict;
        } else {
            event->unknown_fields++;
        }
    }
    if (more < 0) {
        return more;
    }
    if (event->verdict == ARMOR_VERDICT_NONE) {
        return armor_error_at(err, -EBADMSG, 0, record->column + 1, "no verdict");
    }
    if (!event->capability.bytes && event->capability_number.present) {
        event->capability = armor_slice_of(armor_capability_name(event->capability_number.value));
    }
    event->class = event_class(event);
    return 1;
}

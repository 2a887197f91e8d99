/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Record: the stamp, the type and the body, whatever transport brought them. Bytes of one message in, a record out; the
 * framings of log lines are in framing.c. See armor/record.h.
 */
#include "record_parts.h"

#include "armor/limits.h"

#include <errno.h>

enum { ENRICHMENT = 0x1d }; /* auditd puts it between the kernel's text and its own translation */

bool record_type_is_kernel(uint32_t type)
{
    return type == ARMOR_RECORD_AVC ||
           (type >= ARMOR_RECORD_APPARMOR_MIN && type <= ARMOR_RECORD_APPARMOR_MAX);
}

size_t record_digits(struct armor_slice text, size_t at, size_t most, int64_t *ret_value)
{
    const char *first = text.bytes + at;
    size_t room = text.length - at < most ? text.length - at : most;
    size_t count = 0;
    int64_t value = 0;
    for (; count < room && first[count] >= '0' && first[count] <= '9'; count++) {
        value = value * 10 + (first[count] - '0');
    }
    if (count) {
        *ret_value = value;
    }
    return count;
}

int record_stamp(struct armor_slice text, size_t *at, struct armor_record *record)
{
    int64_t seconds = 0;
    int64_t fraction = 0;
    int64_t serial = 0;
    size_t position = *at;

    size_t used = record_digits(text, position, 11, &seconds);
    position += used;
    if (!used || position >= text.length || text.bytes[position] != '.') {
        *at = position;
        return -EBADMSG;
    }
    used = record_digits(text, ++position, 3, &fraction);
    position += used;
    if (used != 3 || position >= text.length || text.bytes[position] != ':') {
        *at = position;
        return -EBADMSG;
    }
    used = record_digits(text, ++position, 18, &serial);
    position += used;
    if (!used || position >= text.length || text.bytes[position] != ')') {
        *at = position;
        return -EBADMSG;
    }
    *at = position + 1;
    record->time = (struct armor_number){.value = seconds * 1000000 + fraction * 1000, .present = true};
    record->serial = (struct armor_number){.value = serial, .present = true};
    return 0;
}

void record_set_body(struct armor_record *record, struct armor_slice text, size_t at)
{
    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == ':')) {
        at++;
    }
    struct armor_slice body = {text.bytes + at, text.length - at};
    const char *enrichment = body.length ? memchr(body.bytes, ENRICHMENT, body.length) : NULL;
    if (enrichment) {
        body.length = (size_t)(enrichment - body.bytes);
    }

    /* What a user process sent stands in quotes behind what the kernel says of the sender. */
    const char *message =
        record->trusted || !body.length ? NULL : memmem(body.bytes, body.length, "msg='", 5);
    if (message) {
        record->sender = (struct armor_slice){body.bytes, (size_t)(message - body.bytes)};
        message += 5;
        body.length -= (size_t)(message - body.bytes);
        at += (size_t)(message - body.bytes);
        body.bytes = message;
        const char *end = memrchr(body.bytes, '\'', body.length);
        body.length = end ? (size_t)(end - body.bytes) : body.length;
    }
    record->body = body;
    record->column = at;
}

static bool is_end(char byte)
{
    return byte == '\n' || byte == ' ' || byte == '\0' || byte == '\r' || byte == '\t';
}

struct armor_slice record_trim(struct armor_slice text)
{
    while (text.length && is_end(text.bytes[text.length - 1])) {
        text.length--;
    }
    return text;
}

int armor_record_from_netlink(uint32_t type, struct armor_slice payload, struct armor_record *ret_record,
                              struct armor_error *err)
{
    static const struct armor_slice opening = {"audit(", 6};

    if (payload.length > ARMOR_RECORD_MAX) {
        return armor_error_set(err, -E2BIG, "audit message of %zu bytes, more than %d", payload.length,
                               ARMOR_RECORD_MAX);
    }
    payload = record_trim(payload);
    if (!armor_slice_starts(payload, opening)) {
        return armor_error_at(err, -EBADMSG, 0, 1,
                              "an audit message of type %u that doesn't start with \"audit(\"",
                              (unsigned)type);
    }
    struct armor_record record = {.type = type, .trusted = record_type_is_kernel(type)};
    size_t at = opening.length;
    if (record_stamp(payload, &at, &record) < 0) {
        return armor_error_at(err, -EBADMSG, 0, at + 1, "not SECONDS.MILLIS:SERIAL in an audit message");
    }
    record_set_body(&record, payload, at);
    *ret_record = record;
    return 1;
}

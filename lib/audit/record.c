/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Record: the stamp, the type and the body, whatever transport brought them. Bytes of one message in, a record out; the
 * framings of log lines are in framing.c. See armor/record.h.
 */
#include "record_parts.h"

#include "armor/limits.h"

#include <endian.h>
#include <errno.h>

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

/* Eight bytes of TEXT, the first one lowest. */
static uint64_t load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return le64toh(word);
}

/* Whether each byte of WORD is less than ten. */
static bool all_below_ten(uint64_t word)
{
    /* 0x76 brings ten and more to the high bit, and nothing over it */
    return (((word & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x7676767676767676)) | word) &
                   UINT64_C(0x8080808080808080)
               ? false
               : true;
}

/*
 * The time of a stamp from 2001 to 2286, `DDDDDDDDDD.DDD:`, in USUAL_TIME bytes: two words are checked and made numbers whole.
 * False: it is another's.
 */
enum { USUAL_TIME = 15 };

static bool read_usual_time(const char *text, int64_t *ret_usec)
{
    uint64_t high = load(text) ^ UINT64_C(0x3030303030303030);    /* seconds but for the last two digits */
    uint64_t low = load(text + 7) ^ UINT64_C(0x3a3030302e303030); /* a digit of the former, DD.DDD: */
    if (!all_below_ten(high) || !all_below_ten(low) || (low & UINT64_C(0xff000000ff000000))) {
        return false;
    }
    /* pairs, fours, eight */
    high = (high * 10 + (high >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    high = (high * 100 + (high >> 16)) & UINT64_C(0x0000ffff0000ffff);
    high = (high * 10000 + (high >> 32)) & UINT64_C(0x00000000ffffffff);
    uint64_t seconds = high * 100 + (low >> 8 & 15) * 10 + (low >> 16 & 15);
    uint64_t millis = (low >> 32 & 15) * 100 + (low >> 40 & 15) * 10 + (low >> 48 & 15);
    *ret_usec = (int64_t)(seconds * 1000000 + millis * 1000);
    return true;
}

/* `SECONDS.MILLIS:` at *AT, however many digits the seconds have. */
static int read_time(struct armor_slice text, size_t *at, int64_t *ret_usec)
{
    int64_t seconds = 0;
    int64_t millis = 0;
    if (text.length - *at >= USUAL_TIME && read_usual_time(text.bytes + *at, ret_usec)) {
        *at += USUAL_TIME;
        return 0;
    }
    size_t used = record_digits(text, *at, 11, &seconds);
    *at += used;
    if (!used || *at >= text.length || text.bytes[*at] != '.') {
        return -EBADMSG;
    }
    used = record_digits(text, ++*at, 3, &millis);
    *at += used;
    if (used != 3 || *at >= text.length || text.bytes[*at] != ':') {
        return -EBADMSG;
    }
    ++*at;
    *ret_usec = seconds * 1000000 + millis * 1000;
    return 0;
}

int record_read_stamp(struct armor_slice text, size_t *at, struct record_stamp *ret_stamp)
{
    int64_t usec = 0;
    int64_t serial = 0;
    if (read_time(text, at, &usec) < 0) {
        return -EBADMSG;
    }
    size_t used = record_digits(text, *at, 18, &serial);
    *at += used;
    if (!used || *at >= text.length || text.bytes[*at] != ')') {
        return -EBADMSG;
    }
    ++*at;
    *ret_stamp = (struct record_stamp){usec, serial};
    return 0;
}

static struct armor_number number_of(int64_t value)
{
    return (struct armor_number){value < 0 ? 0 : value, value >= 0};
}

void record_make(const struct record_stamp *stamp, uint32_t type, bool trusted, struct armor_slice text,
                 size_t at, struct armor_record *ret_record)
{
    struct armor_slice sender = {0};
    at = record_skip(text, at);
    struct armor_slice body = {text.bytes + at, text.length - at};
    const char *enrichment = body.length ? memchr(body.bytes, ARMOR_RECORD_ENRICHMENT, body.length) : NULL;
    if (enrichment) {
        body.length = (size_t)(enrichment - body.bytes);
    }

    /* What a user process sent stands in quotes behind what the kernel says of the sender. */
    const char *message = trusted || !body.length ? NULL : memmem(body.bytes, body.length, "msg='", 5);
    if (message) {
        sender = (struct armor_slice){body.bytes, (size_t)(message - body.bytes)};
        message += 5;
        body.length -= (size_t)(message - body.bytes);
        at += (size_t)(message - body.bytes);
        body.bytes = message;
        const char *end = memrchr(body.bytes, '\'', body.length);
        body.length = end ? (size_t)(end - body.bytes) : body.length;
    }
    ret_record->time = number_of(stamp->usec);
    ret_record->serial = number_of(stamp->serial);
    ret_record->type = type;
    ret_record->trusted = trusted;
    ret_record->body = body;
    ret_record->column = at;
    ret_record->sender = sender;
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
    struct record_stamp stamp;
    size_t at = opening.length;
    if (record_read_stamp(payload, &at, &stamp) < 0) {
        return armor_error_at(err, -EBADMSG, 0, at + 1, "not SECONDS.MILLIS:SERIAL in an audit message");
    }
    record_make(&stamp, type, record_type_is_kernel(type), payload, at, ret_record);
    return 1;
}

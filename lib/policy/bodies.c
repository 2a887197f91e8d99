/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bodies: the texts of records that came before. See armor/bodies.h.
 *
 * A body is looked for first where it is likely to be, behind the one before, and then by a hash of it. Neither decides: whatever is
 * found is compared to the last byte. What is touched for each record, lies close together; what is likely to be touched next, is
 * brought near in time: most of the cost is memory's.
 */
#include "armor/bodies.h"

#include "armor/fields.h"
#include "armor/limits.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    WAYS = 4, /* bodies of one set; the oldest makes room */
    SET_COUNT = ARMOR_BODIES_MAX / WAYS,
    NONE = ARMOR_BODIES_MAX,
    TEXT_MAX = 288,   /* of a body; 1 in 15 is longer */
    PID_DIGITS = 10,  /* most, of a 32-bit number */
    FOLLOWERS = 2,    /* bodies that came behind one, the latest first */
    SEARCH_FROM = 40, /* no ` pid=` stands before in what the kernel wrote: apparmor= operation= profile= */
    ENRICHMENT_MAX = 512, /* bytes that auditd adds to a line; some 30 to an AVC */
    CACHE_LINE = 64,      /* bytes, as nearly everywhere; four of them are about a line of a log */
    AHEAD = 2048,         /* bytes of a log that are brought near while those before are read */
};

/* The mark that the digits stand behind which are left out. */
static const char mark[] = " pid=";
enum { MARK = sizeof mark - 1 };

/* What tells a body from most others. 16 bytes, so that those of all places stay in the cache. */
struct sign {
    uint64_t name_end;             /* the eight bytes before the mark, of the name mostly */
    uint16_t head, tail;           /* bytes before the pid's digits, and behind them; 0: the place is free */
    uint16_t followers[FOLLOWERS]; /* places of what came next; any place where nothing did */
};

struct text {
    char bytes[TEXT_MAX]; /* head and tail */
};

struct set {
    uint16_t tags[WAYS]; /* of the hash of each text */
    uint16_t oldest;     /* the way that is to go next */
};

struct armor_bodies {
    size_t last;                /* place of the record before */
    struct set sets[SET_COUNT]; /* by hash */
    struct sign signs[ARMOR_BODIES_MAX];
    struct text texts[ARMOR_BODIES_MAX]; /* those of a set side by side */
};

/* A body without the digits of its pid. */
struct parts {
    struct armor_slice head, tail;
};

int armor_bodies_new(struct armor_bodies **ret_bodies)
{
    struct armor_bodies *bodies = calloc(1, sizeof *bodies);
    if (!bodies) {
        return -ENOMEM;
    }
    *ret_bodies = bodies;
    return 0;
}

/* Bytes that are compared at once, by whatever instructions the machine has for that. */
typedef uint8_t block __attribute__((vector_size(16)));

static block load(const char *bytes)
{
    block loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

/* Where the first byte of FLAGS is that isn't 0; its size when all are. */
static size_t first_of(block flags)
{
    uint64_t words[2];
    memcpy(words, &flags, sizeof words);
    if (words[0]) {
        return (size_t)__builtin_ctzll(le64toh(words[0])) / 8;
    }
    return words[1] ? 8 + (size_t)__builtin_ctzll(le64toh(words[1])) / 8 : sizeof flags;
}

/* Where the first mark of BODY starts, from SEARCH_FROM on; BODY's length when there is none. */
static size_t find_mark(struct armor_slice body)
{
    size_t at = SEARCH_FROM;
    while (at + MARK <= body.length) {
        const char *bytes = body.bytes + at;
        if (body.length - at >= sizeof(block) + MARK) {
            /* three of its five bytes rule out nearly all other places */
            block likely =
                (block)((load(bytes) == ' ') & (load(bytes + 1) == 'p') & (load(bytes + 4) == '='));
            size_t skip = first_of(likely);
            at += skip;
            bytes += skip;
            if (skip == sizeof likely) {
                continue;
            }
        }
        if (memcmp(bytes, mark, MARK) == 0) {
            return at;
        }
        at++;
    }
    return body.length;
}

/* How many of the bytes from FIRST on, MOST at most, are digits. */
static size_t count_digits(const char *first, size_t most)
{
    size_t count = 0;
    while (count < most && first[count] >= '0' && first[count] <= '9') {
        count++;
    }
    return count;
}

/* Part BODY at the digits behind its first mark, a field's or not. False: it has none, or is too long. */
static bool part(struct armor_slice body, struct parts *ret_parts)
{
    size_t head = find_mark(body) + MARK;
    if (head >= body.length) {
        return false;
    }
    size_t digits = count_digits(body.bytes + head, body.length - head);
    size_t tail = head + digits;
    if (digits < 1 || digits > PID_DIGITS || tail == body.length || body.bytes[tail] != ' ' ||
        body.length - digits > TEXT_MAX) {
        return false;
    }
    *ret_parts = (struct parts){{body.bytes, head}, {body.bytes + tail, body.length - tail}};
    return true;
}

static uint64_t hash_of(const struct parts *parts)
{
    XXH64_hash_t hash = XXH3_64bits(parts->head.bytes, parts->head.length);
    return XXH3_64bits_withSeed(parts->tail.bytes, parts->tail.length, hash);
}

static uint16_t tag_of(uint64_t hash)
{
    return (uint16_t)(hash >> 48);
}

/* The eight bytes before the mark in front of PID; a head is longer. */
static uint64_t name_end(const char *pid)
{
    uint64_t word;
    memcpy(&word, pid - MARK - sizeof word, sizeof word);
    return word;
}

/*
 * How many bytes at the start of TEXT are the body at PLACE, with some digits for its pid; 0: they are
 * another. The sign rules out most others; what it doesn't, is compared whole.
 */
static size_t match(const struct armor_bodies *bodies, size_t place, struct armor_slice text)
{
    const struct sign *sign = &bodies->signs[place];
    size_t fixed = (size_t)sign->head + sign->tail;
    if (!sign->head || text.length <= fixed || name_end(text.bytes + sign->head) != sign->name_end) {
        return 0;
    }
    const char *kept = bodies->texts[place].bytes;
    const char *pid = text.bytes + sign->head;
    size_t most = text.length - fixed < PID_DIGITS ? text.length - fixed : PID_DIGITS;
    size_t digits = count_digits(pid, most);
    bool same = digits && memcmp(kept, text.bytes, sign->head) == 0 &&
                memcmp(kept + sign->head, pid + digits, sign->tail) == 0;
    return same ? fixed + digits : 0;
}

/*
 * The place of what TEXT begins with, and the length of that body, if it came behind the record before already: as it does when
 * a program does once more what it did. Otherwise NONE.
 */
static size_t expect(const struct armor_bodies *bodies, struct armor_slice text, size_t *ret_length)
{
    const struct sign *last = &bodies->signs[bodies->last];
    for (size_t i = 0; i < FOLLOWERS; i++) {
        *ret_length = match(bodies, last->followers[i], text);
        if (*ret_length) {
            return last->followers[i];
        }
    }
    return NONE;
}

/* The place of BODY, whatever came before it; or NONE. */
static size_t find(const struct armor_bodies *bodies, struct armor_slice body)
{
    struct parts parts;
    if (!part(body, &parts)) {
        return NONE;
    }
    uint64_t hash = hash_of(&parts);
    const struct set *set = &bodies->sets[hash % SET_COUNT];
    for (size_t way = 0; way < WAYS; way++) {
        size_t place = hash % SET_COUNT * WAYS + way;
        if (set->tags[way] == tag_of(hash) && match(bodies, place, body) == body.length) {
            return place;
        }
    }
    return NONE;
}

/* What is at PLACE came behind the last record. What came behind it is likely to be next. */
static void follow(struct armor_bodies *bodies, size_t place)
{
    struct sign *last = &bodies->signs[bodies->last];
    if (last->followers[0] != place) {
        last->followers[1] = last->followers[0];
        last->followers[0] = (uint16_t)place;
    }
    bodies->last = place;
    const char *next = bodies->texts[bodies->signs[place].followers[0]].bytes;
    __builtin_prefetch(next);
    __builtin_prefetch(next + CACHE_LINE);
    __builtin_prefetch(next + (size_t)2 * CACHE_LINE);
    __builtin_prefetch(next + (size_t)3 * CACHE_LINE);
}

/* Records of the other types may come from anybody, or have their verdict from the type. */
static bool may_repeat(const struct armor_record *record)
{
    return record->trusted && record->type == ARMOR_RECORD_AVC && record->body.bytes;
}

int armor_bodies_find(struct armor_bodies *bodies, const struct armor_record *record)
{
    if (!may_repeat(record)) {
        return -ENOENT;
    }
    size_t length = 0;
    size_t place = expect(bodies, record->body, &length);
    place = place != NONE && length == record->body.length ? place : find(bodies, record->body);
    if (place == NONE) {
        return -ENOENT;
    }
    follow(bodies, place);
    return (int)place;
}

/* The place of the body that TEXT begins with, and its length; it ends with the line or at auditd's enrichment. Or NONE. */
static size_t recall(const struct armor_bodies *bodies, struct armor_slice text, size_t *ret_length)
{
    size_t place = expect(bodies, text, ret_length);
    if (place != NONE) {
        return place;
    }
    const char *newline = memchr(text.bytes, '\n', text.length);
    size_t length = newline ? (size_t)(newline - text.bytes) : text.length;
    const char *enrichment = memchr(text.bytes, ARMOR_RECORD_ENRICHMENT, length);
    *ret_length = enrichment ? (size_t)(enrichment - text.bytes) : length;
    return find(bodies, (struct armor_slice){text.bytes, *ret_length});
}

/*
 * How many bytes it is from the end of a body, where TEXT starts, to the next line: the newline, and what auditd added before it. 0: the
 * body goes on, or the line, with another record perhaps whose newline was lost, or it ends here without a newline.
 */
static size_t rest_of_line(struct armor_slice text)
{
    if (text.length && *text.bytes == '\n') {
        return 1;
    }
    if (!text.length || *text.bytes != ARMOR_RECORD_ENRICHMENT) {
        return 0;
    }
    size_t most = text.length < ENRICHMENT_MAX ? text.length : ENRICHMENT_MAX;
    const char *newline = memchr(text.bytes, '\n', most);
    size_t length = newline ? (size_t)(newline - text.bytes) : 0;
    return length && !memchr(text.bytes, '(', length) ? length + 1 : 0;
}

/* Find the line at the start of LOG. Returns how many bytes it has, with its newline; 0: it isn't known. */
static size_t skim_line(struct armor_bodies *bodies, struct armor_slice log, struct armor_found *ret_found)
{
    size_t length = 0;
    log.length = log.length < ARMOR_RECORD_MAX + 1 ? log.length : ARMOR_RECORD_MAX + 1; /* the longest line */
    size_t start = armor_record_usual(log, &ret_found->time.value);
    struct armor_slice text = {log.bytes + start, log.length - start};
    size_t place = start && text.length ? recall(bodies, text, &length) : NONE;
    size_t rest =
        place == NONE ? 0 : rest_of_line((struct armor_slice){text.bytes + length, text.length - length});
    if (!rest) {
        return 0;
    }
    ret_found->line = log.bytes;
    ret_found->time.present = true;
    ret_found->body = (struct armor_slice){text.bytes, length};
    ret_found->place = (uint32_t)place;
    follow(bodies, place);
    return start + length + rest;
}

size_t armor_bodies_skim(struct armor_bodies *bodies, struct armor_slice log, struct armor_found *ret_found,
                         size_t most, size_t *ret_bytes)
{
    size_t lines = 0;
    size_t at = 0;
    while (lines < most) {
        if (log.length - at > AHEAD + 4 * CACHE_LINE) {
            const char *later = log.bytes + at + AHEAD;
            __builtin_prefetch(later);
            __builtin_prefetch(later + CACHE_LINE);
            __builtin_prefetch(later + (size_t)2 * CACHE_LINE);
            __builtin_prefetch(later + (size_t)3 * CACHE_LINE);
        }
        struct armor_slice rest = {log.bytes + at, log.length - at};
        size_t length = skim_line(bodies, rest, &ret_found[lines]);
        if (!length) {
            break;
        }
        at += length;
        lines++;
    }
    *ret_bytes = at;
    return lines;
}

/* Whether the digits that PARTS leaves out are the value of a field `pid=` of BODY, not text in another's. */
static bool parted_at_field(struct armor_slice body, const struct parts *parts)
{
    struct armor_fields fields = {.body = body};
    struct armor_field field;
    while (armor_fields_next(&fields, &field, NULL) > 0) {
        if (field.value.bytes == body.bytes + parts->head.length) {
            return armor_slice_is(field.key, "pid") &&
                   field.value.bytes + field.value.length == parts->tail.bytes;
        }
    }
    return false;
}

/* Whether BODY is what a line of a log can end with, and so the same record there as here. */
static bool ends_line(struct armor_slice body)
{
    return body.length && (unsigned char)body.bytes[body.length - 1] > ' ' &&
           !memchr(body.bytes, '\n', body.length);
}

int armor_bodies_keep(struct armor_bodies *bodies, const struct armor_record *record,
                      const struct armor_event *event)
{
    struct parts parts;
    if (event->unknown_fields || !may_repeat(record) || !part(record->body, &parts) ||
        !parted_at_field(record->body, &parts) || !ends_line(record->body)) {
        return -EINVAL;
    }
    size_t place = find(bodies, record->body);
    if (place == NONE) {
        uint64_t hash = hash_of(&parts);
        struct set *set = &bodies->sets[hash % SET_COUNT];
        place = hash % SET_COUNT * WAYS + set->oldest;
        set->tags[set->oldest] = tag_of(hash);
        set->oldest = (uint16_t)((set->oldest + 1U) % WAYS);
        struct sign *sign = &bodies->signs[place];
        sign->name_end = name_end(parts.head.bytes + parts.head.length);
        sign->head = (uint16_t)parts.head.length;
        sign->tail = (uint16_t)parts.tail.length;
        char *text = bodies->texts[place].bytes;
        memcpy(text, parts.head.bytes, parts.head.length);
        memcpy(text + parts.head.length, parts.tail.bytes, parts.tail.length);
    }
    follow(bodies, place);
    return (int)place;
}

void armor_bodies_free(struct armor_bodies *bodies)
{
    free(bodies);
}

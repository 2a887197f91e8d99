/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repeat: bodies that were learned from. See armor/repeat.h.
 *
 * A body is looked for first where it is likely to be, behind the one before, and then by a hash of it. Neither decides: whatever is
 * found is compared to the last byte. What is touched for each record, lies close together; what is likely to be touched next, is
 * brought near in time: most of the cost is memory's.
 */
#include "armor/repeat.h"

#include "armor/fields.h"
#include "armor/limits.h"
#include "profile_index.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    SET_COUNT = 4096, /* a power of two */
    WAYS = 4,         /* bodies of one set; the oldest makes room */
    NONE = SET_COUNT * WAYS,
    TEXT_MAX = 288,  /* of a body; 1 in 15 is longer. With the rest of a slot, 320 bytes: whole cache lines */
    PID_DIGITS = 10, /* most, of a 32-bit number */
    FOLLOWERS = 2,   /* bodies that came behind one, the latest first */
    SEARCH_FROM = 40, /* no ` pid=` stands before in what the kernel wrote: apparmor= operation= profile= */
    ENRICHMENT_MAX = 512, /* bytes that auditd adds to a line; some 30 to an AVC */
    CACHE_LINE = 64,      /* bytes, as nearly everywhere; four of them are about a line of a log */
    AHEAD = 2048,         /* bytes of a log that are brought near while those before are read */
};

/* The mark that the digits stand behind which are left out. */
static const char mark[] = " pid=";
enum { MARK = sizeof mark - 1 };

/* What tells a body from most others. 16 bytes, so that those of all slots stay in the cache. */
struct sign {
    uint64_t name_end;             /* the eight bytes before the mark, of the name mostly */
    uint16_t head, tail;           /* bytes before the pid's digits, and behind them; 0: the slot is free */
    uint16_t followers[FOLLOWERS]; /* slots of what came next; any slot where nothing did */
};

struct slot {
    struct armor_known known;
    uint32_t turn;       /* of the profile's index, when it was kept */
    char text[TEXT_MAX]; /* head and tail */
};

_Static_assert((int)ARMOR_KNOWN_RULES_MAX == (int)ARMOR_RULES_TOUCHED_MAX, "as many rules");

struct set {
    uint16_t tags[WAYS]; /* of the hash of each slot's text */
    uint16_t oldest;     /* the way that is to go next */
};

struct armor_repeat {
    size_t last;                /* slot of the record before */
    struct set sets[SET_COUNT]; /* by hash */
    struct sign signs[SET_COUNT * WAYS];
    struct slot slots[SET_COUNT * WAYS]; /* those of a set side by side */
};

/* A body without the digits of its pid. */
struct parts {
    struct armor_slice head, tail;
};

int armor_repeat_new(struct armor_repeat **ret_repeat)
{
    struct armor_repeat *repeat = calloc(1, sizeof *repeat);
    if (!repeat) {
        return -ENOMEM;
    }
    *ret_repeat = repeat;
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
 * How many bytes at the start of TEXT are the body that the slot at PLACE keeps, with some digits for its pid; 0: they are
 * another. The sign rules out most others; what it doesn't, is compared whole.
 */
static size_t match(const struct armor_repeat *repeat, size_t place, struct armor_slice text)
{
    const struct sign *sign = &repeat->signs[place];
    size_t fixed = (size_t)sign->head + sign->tail;
    if (!sign->head || text.length <= fixed || name_end(text.bytes + sign->head) != sign->name_end) {
        return 0;
    }
    const char *kept = repeat->slots[place].text;
    const char *pid = text.bytes + sign->head;
    size_t most = text.length - fixed < PID_DIGITS ? text.length - fixed : PID_DIGITS;
    size_t digits = count_digits(pid, most);
    bool same = digits && memcmp(kept, text.bytes, sign->head) == 0 &&
                memcmp(kept + sign->head, pid + digits, sign->tail) == 0 &&
                repeat->slots[place].known.profile->index->turn == repeat->slots[place].turn;
    return same ? fixed + digits : 0;
}

/*
 * The slot of what TEXT begins with, and the length of that body, if it came behind the record before already: as it does when
 * a program does once more what it did. Otherwise NONE.
 */
static size_t expect(const struct armor_repeat *repeat, struct armor_slice text, size_t *ret_length)
{
    const struct sign *last = &repeat->signs[repeat->last];
    for (size_t i = 0; i < FOLLOWERS; i++) {
        *ret_length = match(repeat, last->followers[i], text);
        if (*ret_length) {
            return last->followers[i];
        }
    }
    return NONE;
}

/* The slot of BODY, whatever came before it; or NONE. */
static size_t find(const struct armor_repeat *repeat, struct armor_slice body)
{
    struct parts parts;
    if (!part(body, &parts)) {
        return NONE;
    }
    uint64_t hash = hash_of(&parts);
    const struct set *set = &repeat->sets[hash % SET_COUNT];
    for (size_t way = 0; way < WAYS; way++) {
        size_t place = hash % SET_COUNT * WAYS + way;
        if (set->tags[way] == tag_of(hash) && match(repeat, place, body) == body.length) {
            return place;
        }
    }
    return NONE;
}

/* What the slot at PLACE keeps came behind the last record. What came behind it is likely to be next. */
static void follow(struct armor_repeat *repeat, size_t place)
{
    struct sign *last = &repeat->signs[repeat->last];
    if (last->followers[0] != place) {
        last->followers[1] = last->followers[0];
        last->followers[0] = (uint16_t)place;
    }
    repeat->last = place;
    const char *next = (const char *)&repeat->slots[repeat->signs[place].followers[0]];
    __builtin_prefetch(next);
    __builtin_prefetch(next + CACHE_LINE);
    __builtin_prefetch(next + (size_t)2 * CACHE_LINE);
    __builtin_prefetch(next + (size_t)3 * CACHE_LINE);
}

/* The body of the slot at PLACE came once more, at TIME. */
static void count(struct armor_repeat *repeat, size_t place, struct armor_number time)
{
    const struct armor_known *known = &repeat->slots[place].known;
    follow(repeat, place);
    known->profile->events++;
    for (size_t i = 0; i < ARMOR_KNOWN_RULES_MAX && known->rules[i]; i++) {
        profile_note(known->profile, known->rules[i], time);
    }
}

/* Records of the other types may come from anybody, or have their verdict from the type. */
static bool may_repeat(const struct armor_record *record)
{
    return record->trusted && record->type == ARMOR_RECORD_AVC && record->body.bytes;
}

const struct armor_known *armor_repeat_find(struct armor_repeat *repeat, const struct armor_record *record)
{
    if (!may_repeat(record)) {
        return NULL;
    }
    size_t length = 0;
    size_t place = expect(repeat, record->body, &length);
    place = place != NONE && length == record->body.length ? place : find(repeat, record->body);
    return place == NONE ? NULL : &repeat->slots[place].known;
}

void armor_repeat_count(struct armor_repeat *repeat, const struct armor_known *known,
                        struct armor_number time)
{
    count(repeat, (size_t)((const struct slot *)known - repeat->slots), time);
}

bool armor_repeat_take(struct armor_repeat *repeat, const struct armor_record *record,
                       struct armor_profile **ret_profile)
{
    const struct armor_known *known = armor_repeat_find(repeat, record);
    if (known) {
        armor_repeat_count(repeat, known, record->time);
        *ret_profile = known->profile;
    }
    return known != NULL;
}

/* The slot of the body that TEXT begins with, and its length; it ends with the line or at auditd's enrichment. Or NONE. */
static size_t recall(const struct armor_repeat *repeat, struct armor_slice text, size_t *ret_length)
{
    size_t place = expect(repeat, text, ret_length);
    if (place != NONE) {
        return place;
    }
    const char *newline = memchr(text.bytes, '\n', text.length);
    size_t length = newline ? (size_t)(newline - text.bytes) : text.length;
    const char *enrichment = memchr(text.bytes, ARMOR_RECORD_ENRICHMENT, length);
    *ret_length = enrichment ? (size_t)(enrichment - text.bytes) : length;
    return find(repeat, (struct armor_slice){text.bytes, *ret_length});
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

/* Count the line at the start of LOG. Returns how many bytes it has, with its newline; 0: it isn't known. */
static size_t skim_line(struct armor_repeat *repeat, struct armor_slice log)
{
    struct armor_number time = {.present = true};
    size_t length = 0;
    log.length = log.length < ARMOR_RECORD_MAX + 1 ? log.length : ARMOR_RECORD_MAX + 1; /* the longest line */
    size_t start = armor_record_usual(log, &time.value);
    struct armor_slice text = {log.bytes + start, log.length - start};
    size_t place = start && text.length ? recall(repeat, text, &length) : NONE;
    size_t rest =
        place == NONE ? 0 : rest_of_line((struct armor_slice){text.bytes + length, text.length - length});
    if (!rest) {
        return 0;
    }
    count(repeat, place, time);
    return start + length + rest;
}

size_t armor_repeat_skim(struct armor_repeat *repeat, struct armor_slice log, size_t *ret_bytes)
{
    size_t lines = 0;
    size_t at = 0;
    for (;; lines++) {
        if (log.length - at > AHEAD + 4 * CACHE_LINE) {
            const char *later = log.bytes + at + AHEAD;
            __builtin_prefetch(later);
            __builtin_prefetch(later + CACHE_LINE);
            __builtin_prefetch(later + (size_t)2 * CACHE_LINE);
            __builtin_prefetch(later + (size_t)3 * CACHE_LINE);
        }
        size_t length = skim_line(repeat, (struct armor_slice){log.bytes + at, log.length - at});
        if (!length) {
            break;
        }
        at += length;
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

void armor_repeat_keep(struct armor_repeat *repeat, const struct armor_record *record,
                       const struct armor_event *event, struct armor_profile *profile)
{
    struct parts parts;
    const struct armor_profile_index *index = profile->index;
    if (!index->touched[0] || event->unknown_fields || !may_repeat(record) || !part(record->body, &parts) ||
        !parted_at_field(record->body, &parts) || !ends_line(record->body)) {
        return;
    }
    uint64_t hash = hash_of(&parts);
    struct set *set = &repeat->sets[hash % SET_COUNT];
    size_t place = hash % SET_COUNT * WAYS + set->oldest;
    struct sign *sign = &repeat->signs[place];
    struct slot *slot = &repeat->slots[place];
    set->tags[set->oldest] = tag_of(hash);
    set->oldest = (uint16_t)((set->oldest + 1U) % WAYS);
    sign->name_end = name_end(parts.head.bytes + parts.head.length);
    sign->head = (uint16_t)parts.head.length;
    sign->tail = (uint16_t)parts.tail.length;
    slot->known = (struct armor_known){.profile = profile, .verdict = event->verdict};
    memcpy((void *)slot->known.rules, (void *)index->touched, sizeof slot->known.rules);
    slot->turn = index->turn;
    memcpy(slot->text, parts.head.bytes, parts.head.length);
    memcpy(slot->text + parts.head.length, parts.tail.bytes, parts.tail.length);
    follow(repeat, place);
}

void armor_repeat_forget(struct armor_repeat *repeat, const struct armor_profile *profile)
{
    for (size_t place = 0; place < NONE; place++) {
        struct sign *sign = &repeat->signs[place];
        if (sign->head && repeat->slots[place].known.profile == profile) {
            sign->head = sign->tail = 0;
        }
    }
}

void armor_repeat_free(struct armor_repeat *repeat)
{
    free(repeat);
}

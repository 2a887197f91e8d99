/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shape: a name is read from left to right as words of letters and digits and what stands between them; each matcher looks at
 * the name from one place and says how much of it varies. See shape.h.
 */
#include "shape.h"

#include "armor/glob.h"
#include "extension.h"

enum {
    HASH_MIN = 8, /* digits of a hash; shorter ones are words too often ("cafe", "3f9ac1") */
    HEX_LIKELY =
        16, /* so many decimal digits are a hash or a sequence in hexadecimal without letters as likely */
    TOKEN_MIN = 16,      /* characters of a random word */
    SHORT_TOKEN_MIN = 8, /* of one that has upper and lower letters and digits */
    TOKEN_CHANGES = 4,   /* of kind of character within it, at least */
    NUMBER_MIN = 6,      /* digits of a number that is long */
    RANDOM_UNIT = 3,     /* characters of a part of a random word, on average, at most */
    RANDOM_DIGITS = 3,   /* digits in a row in a random word */
};

static const char digits[] = "[0-9]";
static const char number[] = "[0-9]*"; /* a digit and what follows: numbers grow */

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

/* What a word has in it. */
struct word {
    size_t length;
    size_t digits, lower, upper; /* how many of each */
    size_t hex_lower, hex_upper; /* of the letters, those that are hexadecimal digits */
    size_t changes;              /* of kind from one character to the next */
    size_t units;                /* parts as people write them: Word, WORD, word, 123 */
    size_t longest;              /* run of digits */
};

static struct word word_at(struct armor_slice name, size_t at)
{
    struct word word = {0};
    int last = 0;
    size_t run = 0; /* characters of the last kind */
    for (; at + word.length < name.length && armor_is_alnum(name.bytes[at + word.length]); word.length++) {
        char byte = name.bytes[at + word.length];
        int kind = armor_is_digit(byte) ? 1 : is_lower(byte) ? 2 : 3;
        word.digits += kind == 1;
        word.lower += kind == 2;
        word.upper += kind == 3;
        word.hex_lower += byte >= 'a' && byte <= 'f';
        word.hex_upper += byte >= 'A' && byte <= 'F';
        word.changes += last != 0 && kind != last;
        /* a lower letter goes on what one upper letter began; behind several, the last of them begins a word */
        word.units += kind != last && !(kind == 2 && last == 3 && run == 1);
        run = kind == last ? run + 1 : 1;
        word.longest = kind == 1 && run > word.longest ? run : word.longest;
        last = kind;
    }
    return word;
}

static void put(struct armor_text *pattern, const char *class, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        armor_text_string(pattern, class);
    }
}

void shape_put_hex(struct armor_text *pattern, unsigned digits_case, size_t length)
{
    static const char *const classes[] = {"[0-9]", "[0-9a-f]", "[0-9A-F]", "[0-9a-fA-F]"};
    put(pattern, classes[digits_case & 3U], length);
}

/* Digits: as many as there are where they say so by zeros in front or by being a time, otherwise any number of them. */
static void put_number(struct armor_text *pattern, struct armor_slice run)
{
    bool seconds = run.length == 10 && run.bytes[0] == '1';
    if ((run.bytes[0] == '0' && run.length > 1) || seconds) {
        put(pattern, digits, run.length);
    } else {
        armor_text_string(pattern, number);
    }
}

/* Where a matcher looks, and what it may know. */
struct place {
    struct armor_slice name;
    size_t at;
    struct word word; /* that begins there; length 0: none does */
    const struct shape_facts *facts;
    bool sure;   /* names of this zone vary although nobody made them here */
    bool dated;  /* a date stands before */
    bool varied; /* something that varies stands before */
    bool done;   /* a random part stands before: there is one at most */
};

/* How much of the name from PLACE on varies, after writing its pattern; 0: nothing. */
typedef size_t (*matcher)(const struct place *place, struct armor_text *pattern);

static size_t match_uuid(const struct place *place, struct armor_text *pattern)
{
    static const unsigned char groups[] = {8, 4, 4, 4, 12};
    struct armor_slice between = {NULL, 1};
    size_t at = place->at;
    unsigned upper = 0;
    for (size_t group = 0; group < sizeof groups; group++) {
        struct word word = word_at(place->name, at);
        if (word.length != groups[group] || word.digits + word.hex_lower + word.hex_upper != word.length) {
            return 0;
        }
        upper |= (word.upper ? 2U : 0U) | (word.lower ? 1U : 0U);
        at += word.length;
        if (group == 0 && at < place->name.length) {
            between.bytes = place->name.bytes + at;
        }
        if (group + 1 < sizeof groups && (at >= place->name.length || !strchr("-_", place->name.bytes[at]) ||
                                          place->name.bytes[at++] != between.bytes[0])) {
            return 0;
        }
    }
    for (size_t group = 0; group < sizeof groups; group++) {
        armor_text_slice(pattern, group ? between : (struct armor_slice){0});
        shape_put_hex(pattern, upper ? upper : 1, groups[group]);
    }
    return at - place->at;
}

static unsigned value_of(const char *bytes, size_t length)
{
    unsigned value = 0;
    for (size_t i = 0; i < length; i++) {
        value = value * 10 + (unsigned)(bytes[i] - '0');
    }
    return value;
}

/* Whether YYYYMMDD of these digits can be a day of our time. */
static bool is_day(const char *year, const char *month, const char *day)
{
    unsigned y = value_of(year, 4);
    unsigned m = value_of(month, 2);
    unsigned d = value_of(day, 2);
    return y >= 1990 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static size_t digits_at(struct armor_slice name, size_t at)
{
    size_t count = 0;
    while (at + count < name.length && armor_is_digit(name.bytes[at + count])) {
        count++;
    }
    return count;
}

/* 2026-11-22 in its spellings. */
static size_t match_spelled_date(const struct place *place, struct armor_text *pattern)
{
    struct armor_slice name = place->name;
    size_t at = place->at;
    if (at + 10 > name.length || digits_at(name, at) != 4 || !strchr("-_.", name.bytes[at + 4]) ||
        digits_at(name, at + 5) != 2 || name.bytes[at + 7] != name.bytes[at + 4] ||
        digits_at(name, at + 8) != 2 || !is_day(name.bytes + at, name.bytes + at + 5, name.bytes + at + 8)) {
        return 0;
    }
    const struct armor_slice between = {name.bytes + at + 4, 1};
    put(pattern, digits, 4);
    armor_text_slice(pattern, between);
    put(pattern, digits, 2);
    armor_text_slice(pattern, between);
    put(pattern, digits, 2);
    return 10;
}

/* 20261122, with or without hours behind; behind a date each number is a part of it; a year that is a directory. */
static size_t match_date(const struct place *place, struct armor_text *pattern)
{
    size_t length = digits_at(place->name, place->at);
    const char *bytes = place->name.bytes + place->at;
    bool word = length == place->word.length;
    bool stamp = (length == 8 || length == 12 || length == 14) && is_day(bytes, bytes + 4, bytes + 6);
    if ((stamp && word) || (place->dated && length > 0)) {
        put(pattern, digits, length);
        return length;
    }
    return match_spelled_date(place, pattern);
}

/* #123, as a file made by O_TMPFILE is called. */
static size_t match_unnamed(const struct place *place, struct armor_text *pattern)
{
    struct armor_slice name = place->name;
    if (place->at > 0 || name.length < 2 || name.bytes[0] != '#' || digits_at(name, 1) != name.length - 1) {
        return 0;
    }
    armor_text_char(pattern, '#');
    armor_text_string(pattern, number);
    return name.length;
}

static size_t match_hash(const struct place *place, struct armor_text *pattern)
{
    const struct word *word = &place->word;
    bool lower = word->upper == 0 && word->hex_lower == word->lower;
    bool upper = word->lower == 0 && word->hex_upper == word->upper;
    bool mixed = word->digits > 0 && word->lower + word->upper > 0;
    if (word->length >= HEX_LIKELY && word->digits == word->length && place->name.bytes[place->at] == '0') {
        shape_put_hex(pattern, 3, word->length);
        return word->length;
    }
    if (word->length < HASH_MIN || !mixed || (!lower && !upper)) {
        return 0;
    }
    shape_put_hex(pattern, lower ? 1 : 2, word->length);
    return word->length;
}

/* The class that holds all of WORD, and no more kinds of characters than it has. */
static const char *class_of(const struct word *word)
{
    return word->upper == 0 ? "[a-z0-9]" : word->lower == 0 ? "[A-Z0-9]" : "[A-Za-z0-9]";
}

/* A short word of all three kinds of characters, changing nearly all the time. */
static size_t match_short_token(const struct place *place, struct armor_text *pattern)
{
    const struct word *word = &place->word;
    bool token = word->length >= SHORT_TOKEN_MIN && word->upper > 0 && word->lower > 0 && word->digits > 0 &&
                 word->longest <= RANDOM_DIGITS && word->changes >= 3 && word->units * 2 + 1 >= word->length;
    put(pattern, class_of(word), token ? word->length : 0);
    return token ? word->length : 0;
}

static size_t match_token(const struct place *place, struct armor_text *pattern)
{
    const struct word *word = &place->word;
    if (word->length < TOKEN_MIN || word->changes < TOKEN_CHANGES ||
        word->units * RANDOM_UNIT < word->length || word->digits == 0) {
        return 0;
    }
    put(pattern, class_of(word), word->length);
    return word->length;
}

/* A whole name, but for its extension, of base64's alphabet for names: the `-` and `_` within part no words. */
static size_t match_base64(const struct place *place, struct armor_text *pattern)
{
    size_t length = 0;
    size_t lower = 0;
    size_t upper = 0;
    size_t numbers = 0;
    size_t others = 0;
    for (; length < place->name.length && place->name.bytes[length] != '.'; length++) {
        char byte = place->name.bytes[length];
        bool other = byte == '-' || byte == '_';
        if (!other && !armor_is_alnum(byte)) {
            return 0;
        }
        lower += is_lower(byte);
        upper += is_upper(byte);
        numbers += armor_is_digit(byte);
        others += other;
    }
    /* words of a language have an upper letter in front, if any, and digits at the end */
    if (place->at > 0 || length < 20 || length > 24 || others < 1 || others > 3 || numbers < 1 || upper < 4 ||
        lower < 4) {
        return 0;
    }
    put(pattern, "[A-Za-z0-9_-]", length);
    return length;
}

static size_t match_number(const struct place *place, struct armor_text *pattern)
{
    size_t length = digits_at(place->name, place->at);
    bool ends = length == place->word.length;
    if (length < NUMBER_MIN || !ends) {
        return 0;
    }
    put_number(pattern, (struct armor_slice){place->name.bytes + place->at, length});
    return length;
}

/* Whether what is in front of AT in NAME ends in "pid": a number behind it is a process's. */
static bool is_behind_pid(struct armor_slice name, size_t at)
{
    return at >= 3 && memcmp(name.bytes + at - 3, "pid", 3) == 0;
}

/*
 * A word of digits; also behind letters where the name was deleted, varies anyway, or says that it is of a process: pgsql_tmp123, M12345P678,
 * .java_pid12.
 */
static size_t match_counter(const struct place *place, struct armor_text *pattern)
{
    size_t length = digits_at(place->name, place->at);
    size_t end = place->at + length;
    bool before = place->at > 0 && armor_is_alnum(place->name.bytes[place->at - 1]);
    bool behind = end < place->name.length && armor_is_alnum(place->name.bytes[end]);
    bool glued = (before || behind) && !is_behind_pid(place->name, place->at);
    if (length == 0 || (glued && !place->varied && !place->facts->deleted) ||
        (before && armor_is_digit(place->name.bytes[place->at - 1]))) {
        return 0;
    }
    put_number(pattern, (struct armor_slice){place->name.bytes + place->at, length});
    return length;
}

/* Whether the LENGTH characters at AT look as if no person chose them: many short parts, no number. */
static bool is_random(const struct place *place, size_t at, size_t length)
{
    struct word word = word_at((struct armor_slice){place->name.bytes, at + length}, at);
    bool odd = word.changes >= 2 && word.units * RANDOM_UNIT + 1 >= length && word.longest <= RANDOM_DIGITS;
    return word.length == length && (odd || place->facts->loose);
}

/* Eight of [a-z0-9_], the whole name or behind "tmp", as Python's tempfile makes them. */
static size_t match_python(const struct place *place, struct armor_text *pattern)
{
    static const struct armor_slice prefix = {"tmp", 3};
    struct armor_slice name = place->name;
    size_t skip = armor_slice_starts(name, prefix) && name.length >= 11 ? prefix.length : 0;
    size_t length = 0;
    size_t odd = 0;
    for (; skip + length < name.length; length++) {
        char byte = name.bytes[skip + length];
        if (!is_lower(byte) && !armor_is_digit(byte) && byte != '_') {
            break;
        }
        odd += !is_lower(byte);
    }
    bool ends = skip + length == name.length || name.bytes[skip + length] == '.';
    bool whole = skip + length == name.length;
    bool enough = odd > 0 || (place->facts->deleted && whole) || place->facts->loose;
    if (place->at > 0 || length != 8 || !ends || !enough || (!skip && (!whole || !place->facts->deleted)) ||
        place->facts->zone != ZONE_TEMPORARY) {
        return 0;
    }
    armor_text_slice(pattern, (struct armor_slice){name.bytes, skip});
    put(pattern, "[a-z0-9_]", 8);
    return skip + 8;
}

/* What mkstemp(3), mktemp(1) and their like put in place of XXXXXX: a word, or the last six of one. */
static size_t match_temporary(const struct place *place, struct armor_text *pattern)
{
    static const char any[] = "[A-Za-z0-9]";
    const struct word *word = &place->word;
    if (word->length < 6 || place->done) {
        return 0;
    }
    size_t front = 0;
    while (front < word->length && is_lower(place->name.bytes[place->at + front])) {
        front++;
    }
    size_t kept = word->length - 6; /* characters before the last six */
    bool whole = word->length == 6 || word->length == 8 || word->length == 10 || word->length == 12;
    size_t end = place->at + word->length;
    bool extended = end < place->name.length && place->name.bytes[end] == '.';
    bool prefixed = kept > 0 && kept <= front;
    bool eight = prefixed && kept == 2 && (word->upper > 0 || extended); /* ccXXXXXX.o, not Python's eight */
    if (whole && !eight && is_random(place, place->at, word->length)) {
        put(pattern, word->length == 8 && !word->upper ? "[a-z0-9_]" : any, word->length);
        return word->length;
    }
    if (!prefixed || !is_random(place, place->at + kept, 6)) {
        return 0;
    }
    armor_text_slice(pattern, (struct armor_slice){place->name.bytes + place->at, kept});
    put(pattern, any, 6);
    return word->length;
}

/* What a row needs to be tried. */
enum needs {
    NEEDS_NOTHING = 0, /* but a zone where names vary, or that the container made the name */
    NEEDS_CREATED,     /* that the container made the name; beyond data, that it deleted it too */
    NEEDS_TEMPORARY,   /* that it made it in a temporary directory, or deleted it too */
};

/* In this order at each place of the name. */
static const struct {
    enum armor_transformation made_by;
    enum needs needs;
    bool anywhere; /* also where no word begins */
    matcher match;
} rows[] = {
    {ARMOR_MAKE_NUMBER, NEEDS_NOTHING, true, match_unnamed},
    {ARMOR_MAKE_UUID, NEEDS_NOTHING, false, match_uuid},
    {ARMOR_MAKE_DATE, NEEDS_NOTHING, false, match_date},
    {ARMOR_MAKE_TEMPORARY, NEEDS_TEMPORARY, true, match_python},
    {ARMOR_MAKE_TOKEN, NEEDS_NOTHING, false, match_base64},
    {ARMOR_MAKE_HASH, NEEDS_NOTHING, false, match_hash},
    {ARMOR_MAKE_TOKEN, NEEDS_NOTHING, false, match_token},
    {ARMOR_MAKE_TEMPORARY, NEEDS_TEMPORARY, false, match_temporary},
    {ARMOR_MAKE_TOKEN, NEEDS_NOTHING, false, match_short_token},
    {ARMOR_MAKE_NUMBER, NEEDS_NOTHING, false, match_number},
    {ARMOR_MAKE_COUNTER, NEEDS_CREATED, true, match_counter},
};

static bool may_try(const struct place *place, enum needs needs)
{
    const struct shape_facts *facts = place->facts;
    bool gone = facts->created && facts->deleted;
    switch (needs) {
    case NEEDS_NOTHING: return place->sure || facts->created;
    case NEEDS_CREATED: return facts->created && (place->sure || gone);
    case NEEDS_TEMPORARY: return gone || (facts->created && facts->zone == ZONE_TEMPORARY);
    }
    return false;
}

/* Try each row at PLACE. Returns how much of the name is done, and adds to *MADE_BY; 0: nothing varies here. */
static size_t match_at(struct place *place, struct armor_text *pattern, uint32_t *made_by)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t bit = 1U << rows[i].made_by;
        bool begins = place->word.length > 0;
        if ((place->facts->without & bit) || (!begins && !rows[i].anywhere) ||
            !may_try(place, rows[i].needs)) {
            continue;
        }
        size_t length = rows[i].match(place, pattern);
        if (length > 0) {
            *made_by |= bit;
            place->varied = true;
            place->dated = place->dated || rows[i].made_by == ARMOR_MAKE_DATE;
            place->done = place->done || rows[i].made_by == ARMOR_MAKE_TEMPORARY;
            return length;
        }
    }
    return 0;
}

uint32_t shape_of(struct armor_slice name, const struct shape_facts *facts, struct armor_text *pattern)
{
    struct place place = {.name = name, .facts = facts};
    uint32_t made_by = 0;
    place.sure = facts->zone != ZONE_SYSTEM && facts->zone != ZONE_CONFIG;
    pattern->length = 0;
    pattern->error = 0;
    if (facts->zone == ZONE_FIXED || extension_shared_object(name).bytes) {
        armor_glob_escape(pattern, name);
        return 0;
    }
    while (place.at < name.length) {
        bool inside =
            place.at > 0 && armor_is_alnum(name.bytes[place.at - 1]) && armor_is_alnum(name.bytes[place.at]);
        place.word = inside ? (struct word){0} : word_at(name, place.at);
        if (inside && armor_is_digit(name.bytes[place.at]) && !armor_is_digit(name.bytes[place.at - 1])) {
            place.word =
                word_at(name, place.at); /* the digits behind the letters of a word: go-build123456 */
            place.word.length = place.word.digits == place.word.length ? place.word.length : 0;
        }
        size_t length = match_at(&place, pattern, &made_by);
        if (length == 0) {
            armor_glob_escape(pattern, (struct armor_slice){name.bytes + place.at, 1});
            length = 1;
        }
        place.at += length;
    }
    return made_by;
}

unsigned shape_hash_case(struct armor_slice name)
{
    struct word word = word_at(name, 0);
    bool whole = word.length == name.length || (word.length && name.bytes[word.length] == '.');
    bool mixed = word.digits > 0 && word.lower + word.upper > 0;
    if (!whole || word.length < HASH_MIN || word.digits + word.hex_lower + word.hex_upper != word.length ||
        (!mixed && word.length < HEX_LIKELY) || (word.lower && word.upper)) {
        return 0;
    }
    return word.upper ? 2 : 1;
}

bool shape_may_shard(struct armor_slice name)
{
    struct word word = word_at(name, 0);
    return name.length >= 1 && name.length <= 3 && word.length == name.length &&
           word.digits + word.hex_lower + word.hex_upper == word.length && !(word.lower && word.upper);
}

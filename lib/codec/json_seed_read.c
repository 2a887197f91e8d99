/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A seed from JSON, which anybody may have written: keys, sizes, kinds, masks, words. See armor/seed_text.h. */
#include "armor/label.h"
#include "armor/limits.h"
#include "armor/mask.h"
#include "armor/match.h"
#include "armor/seed_text.h"
#include "armor/sound.h"

#include <errno.h>

enum {
    REASON_MAX = 1024,   /* bytes of a reason; the longest of our own has 120 */
    PLACE_MAX = 1 << 24, /* a line or column: more than a source has bytes */
};

/* Kinds that a source can speak of; the others are learned, or decided by an operator. */
static const bool seeded[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_CAPABILITY] = true, [ARMOR_RULE_RLIMIT] = true, [ARMOR_RULE_NETWORK] = true,
    [ARMOR_RULE_SIGNAL] = true,     [ARMOR_RULE_FILE] = true,   [ARMOR_RULE_EXEC] = true,
};

/* One rule while it is read. */
struct reading {
    const json_t *object;
    size_t number; /* of the rule, from 1; for messages */
    struct armor_error *err;
};

static int refuse(const struct reading *reading, const char *key, const char *why)
{
    return armor_error_set(reading->err, -EINVAL, "rule %zu of the seed: \"%s\" %s", reading->number, key,
                           why);
}

static int check_keys(const struct reading *reading, const json_t *object, const char *const *known,
                      size_t count)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(known[i], key) != 0) {
            i++;
        }
        if (i == count) {
            return armor_error_set(reading->err, -EINVAL, "rule %zu of the seed: \"%.40s\" is no key of it",
                                   reading->number, key);
        }
    }
    return 0;
}

/* The string at KEY of OBJECT, without control bytes; absent: there is none. */
static int take_text(const struct reading *reading, const json_t *object, const char *key, size_t most,
                     struct armor_slice *ret_text)
{
    const json_t *value = json_object_get(object, key);
    struct armor_slice text = {json_string_value(value), json_string_length(value)};
    if (value && !json_is_string(value)) {
        return refuse(reading, key, "is no string");
    }
    if (text.length > most) {
        return refuse(reading, key, "is too long");
    }
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.bytes[i] < 0x20 || text.bytes[i] == 0x7f) {
            return refuse(reading, key, "holds a control byte");
        }
    }
    *ret_text = text;
    return 0;
}

static int take_number(const struct reading *reading, const json_t *object, const char *key, int64_t most,
                       int64_t *ret_number)
{
    const json_t *value = json_object_get(object, key);
    int64_t number = json_integer_value(value);
    if (value && (!json_is_integer(value) || number < 0 || number > most)) {
        return refuse(reading, key, "is no such number");
    }
    *ret_number = number;
    return 0;
}

/* The bytes of KEY, by KEY_HEX where they aren't UTF-8, into ROOM. */
static int take_word(const struct reading *reading, const char *key, const char *hex_key,
                     struct armor_text *room, struct armor_slice *ret_word)
{
    struct armor_slice hex = {0};
    int code = take_text(reading, reading->object, hex_key, 2 * (size_t)ARMOR_WORD_MAX, &hex);
    if (code < 0 || !hex.bytes) {
        return code < 0 ? code : take_text(reading, reading->object, key, ARMOR_WORD_MAX, ret_word);
    }
    for (size_t i = 0; i < hex.length; i += 2) {
        int high = armor_hex_value(hex.bytes[i], 'a');
        int low = i + 1 < hex.length ? armor_hex_value(hex.bytes[i + 1], 'a') : -1;
        int byte = high * 16 + low;
        if (high < 0 || low < 0 || byte < 0x20 || byte == 0x7f) {
            return refuse(reading, hex_key, "isn't hex, or holds a control byte");
        }
        armor_text_char(room, (char)byte);
    }
    *ret_word = (struct armor_slice){room->bytes ? room->bytes : "", room->length};
    return room->error;
}

static int take_kind(const struct reading *reading, struct armor_seed_rule *rule)
{
    struct armor_slice kind = {0};
    struct armor_slice grant = {0};
    int code = take_text(reading, reading->object, "kind", ARMOR_PATH_MAX, &kind);
    code = code < 0 ? code : take_text(reading, reading->object, "grant", ARMOR_PATH_MAX, &grant);
    if (code < 0) {
        return code;
    }
    int found = armor_rule_kind_from_name(kind);
    if (found < 0 || !seeded[found]) {
        return refuse(reading, "kind", "is no kind of rule that a seed can have");
    }
    int wanted = 0;
    while (wanted < ARMOR_SEED_GRANT_COUNT &&
           !armor_slice_is(grant, armor_seed_grant_name((enum armor_seed_grant)wanted))) {
        wanted++;
    }
    if (wanted == ARMOR_SEED_GRANT_COUNT) {
        return refuse(reading, "grant", "is granted, expected or denied");
    }
    rule->access.kind = (enum armor_rule_kind)found;
    rule->grant = (enum armor_seed_grant)wanted;
    return 0;
}

static int take_mask(const struct reading *reading, struct armor_seed_rule *rule)
{
    struct armor_slice mask = {0};
    uint32_t unknown = 0;
    int code = take_text(reading, reading->object, "mask", ARMOR_PATH_MAX, &mask);
    rule->access.mask = code < 0 ? 0 : armor_mask_parse(rule->access.kind, mask, &unknown);
    if (rule->access.kind == ARMOR_RULE_FILE && (rule->access.mask & ARMOR_FILE_EVIDENCE)) {
        unknown++; /* `c` and `d` are of records; a source says `w` */
    }
    return code < 0 || !unknown ? code : refuse(reading, "mask", "has what this kind doesn't");
}

static int take_source(const struct reading *reading, struct armor_seed_rule *rule)
{
    static const char *const known[] = {"file", "file_hex", "line", "column", "pointer", "pointer_hex"};
    const json_t *source = json_object_get(reading->object, "source");
    struct armor_slice file = {0};
    struct armor_slice pointer = {0};
    int64_t line = 0;
    int64_t column = 0;
    if (!json_is_object(source)) {
        return refuse(reading, "source", "is no object");
    }
    int code = check_keys(reading, source, known, sizeof known / sizeof known[0]);
    code = code < 0 ? code : take_text(reading, source, "file", ARMOR_PATH_MAX, &file);
    code = code < 0 ? code : take_text(reading, source, "pointer", ARMOR_PATH_MAX, &pointer);
    code = code < 0 ? code : take_number(reading, source, "line", PLACE_MAX, &line);
    code = code < 0 ? code : take_number(reading, source, "column", PLACE_MAX, &column);
    rule->source = (struct armor_seed_source){file.bytes, (size_t)line, (size_t)column, pointer.bytes};
    return code;
}

static int take_words(const struct reading *reading, struct armor_text rooms[static 4],
                      struct armor_seed_rule *rule)
{
    struct armor_access *access = &rule->access;
    int code = take_word(reading, "name", "name_hex", &rooms[0], &access->name);
    code = code < 0 ? code : take_word(reading, "detail", "detail_hex", &rooms[1], &access->detail);
    code = code < 0 ? code : take_word(reading, "peer", "peer_hex", &rooms[2], &access->peer);
    return code < 0 ? code : take_word(reading, "options", "options_hex", &rooms[3], &access->options);
}

/* A name that the parser can't read would keep the whole profile from compiling. */
static int check_patterns(const struct reading *reading, const struct armor_access *access)
{
    bool path = access->kind == ARMOR_RULE_FILE || access->kind == ARMOR_RULE_EXEC;
    const struct {
        const char *key;
        struct armor_slice word;
    } patterns[] = {{"name", path ? access->name : (struct armor_slice){0}}, {"peer", access->peer}};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct armor_pattern *pattern = NULL;
        struct armor_error inner = {0};
        int code = patterns[i].word.bytes ? armor_pattern_new(patterns[i].word, &pattern, &inner) : 0;
        armor_pattern_free(pattern);
        if (code == -ENOMEM) {
            return code;
        }
        if (code < 0) {
            return refuse(reading, patterns[i].key, inner.text[0] ? inner.text : "is no pattern");
        }
    }
    return path && !armor_slice_starts(access->name, ARMOR_SLICE("/"))
               ? refuse(reading, "name", "is no absolute path")
               : 0;
}

static int take_rule(const struct reading *reading, struct armor_text rooms[static 4],
                     struct armor_seed *seed)
{
    static const char *const known[] = {"kind",       "grant",     "reason",   "source",      "mask",
                                        "name",       "detail",    "peer",     "options",     "value",
                                        "rule",       "name_hex",  "peer_hex", "options_hex", "rule_hex",
                                        "reason_hex", "detail_hex"};
    struct armor_seed_rule rule = {0};
    struct armor_slice reason = {0};
    if (!json_is_object(reading->object)) {
        return armor_error_set(reading->err, -EINVAL, "rule %zu of the seed is no object", reading->number);
    }
    int code = check_keys(reading, reading->object, known, sizeof known / sizeof known[0]);
    code = code < 0 ? code : take_kind(reading, &rule);
    code = code < 0 ? code : take_mask(reading, &rule);
    code = code < 0 ? code : take_words(reading, rooms, &rule);
    code = code < 0 ? code : take_number(reading, reading->object, "value", INT64_MAX, &rule.access.value);
    code = code < 0 ? code : take_text(reading, reading->object, "reason", REASON_MAX, &reason);
    code = code < 0 ? code : take_source(reading, &rule);
    if (code < 0) {
        return code;
    }
    code = check_patterns(reading, &rule.access);
    if (code < 0) {
        return code;
    }
    const char *fault = armor_access_fault(&rule.access);
    if (fault) {
        return armor_error_set(reading->err, -EINVAL, "rule %zu of the seed %s", reading->number, fault);
    }
    rule.reason = reason.bytes;
    code = armor_seed_add_rule(seed, &rule);
    return code < 0 ? code : 0;
}

int armor_seed_from_json(const json_t *object, struct armor_seed *seed, struct armor_error *err)
{
    static const char *const known[] = {"name", "profile", "rules", "findings"};
    const json_t *rules = json_object_get(object, "rules");
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(object) || !json_is_array(rules)) {
        return armor_error_set(err, -EINVAL, "a seed is an object with an array \"rules\"");
    }
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && strcmp(known[i], key) != 0) {
            i++;
        }
        if (i == sizeof known / sizeof known[0]) {
            return armor_error_set(err, -EINVAL, "\"%.40s\" is no key of a seed", key);
        }
    }
    if (json_array_size(rules) > ARMOR_SEED_LEARN_MAX) {
        return armor_error_set(err, -E2BIG, "a seed has at most %d rules, and this one %zu",
                               ARMOR_SEED_LEARN_MAX, json_array_size(rules));
    }
    struct armor_text rooms[4];
    int code = 0;
    for (size_t i = 0; i < json_array_size(rules) && code == 0; i++) {
        struct reading reading = {json_array_get(rules, i), i + 1, err};
        for (size_t j = 0; j < 4; j++) {
            rooms[j] = ARMOR_TEXT_INIT(ARMOR_WORD_MAX);
        }
        code = take_rule(&reading, rooms, seed);
        for (size_t j = 0; j < 4; j++) {
            armor_text_done(&rooms[j]);
        }
    }
    /* where nothing was said yet, it is the size or the memory */
    if (code == -E2BIG) {
        (void)armor_error_set(err, code, "the seed's words have over %d bytes", ARMOR_SEED_TEXT_MAX);
    } else if (code < 0) {
        (void)armor_error_set(err, code, "out of memory");
    }
    return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals. See refusals.h. */
#include "refusals.h"

#include "armor/glob.h"
#include "armor/intern.h"
#include "armor/json.h"
#include "armor/limits.h"
#include "armor/mask.h"
#include "armor/render.h"
#include "armor/time.h"

#include <errno.h>
#include <stdlib.h>

int refusals_init(struct refusals *refusals, uint64_t seed)
{
    *refusals = (struct refusals){.slot_count = 1024};
    refusals->slots = calloc(refusals->slot_count, sizeof *refusals->slots);
    return refusals->slots ? armor_intern_new(ARMOR_CHECK_WORDS_MAX, seed, &refusals->words) : -ENOMEM;
}

static bool same(const struct armor_access *a, const struct armor_access *b)
{
    /* the words are interned: equal ones are at one place */
    return a->kind == b->kind && a->mask == b->mask && a->value == b->value &&
           a->name.bytes == b->name.bytes && a->detail.bytes == b->detail.bytes &&
           a->peer.bytes == b->peer.bytes && a->options.bytes == b->options.bytes &&
           a->member.bytes == b->member.bytes;
}

static size_t hash_of(const struct armor_access *access, const struct armor_section *section, uint32_t owners)
{
    const uint64_t parts[] = {(uint64_t)access->kind << 40 | (uint64_t)owners << 32 | access->mask,
                              (uint64_t)access->value,
                              (uint64_t)(uintptr_t)access->name.bytes,
                              (uint64_t)(uintptr_t)access->detail.bytes,
                              (uint64_t)(uintptr_t)access->peer.bytes,
                              (uint64_t)(uintptr_t)access->options.bytes,
                              (uint64_t)(uintptr_t)access->member.bytes,
                              (uint64_t)(uintptr_t)section};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        hash = (hash ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

static uint32_t *probe(const struct refusals *refusals, const struct armor_access *access,
                       const struct armor_section *section, uint32_t owners)
{
    for (size_t at = hash_of(access, section, owners);; at++) {
        uint32_t *slot = &refusals->slots[at & (refusals->slot_count - 1)];
        const struct refusal *other = *slot ? &refusals->list[*slot - 1] : NULL;
        if (!other ||
            (other->section == section && other->owners == owners && same(&other->access, access))) {
            return slot;
        }
    }
}

static int grow(struct refusals *refusals)
{
    size_t capacity = refusals->capacity ? refusals->capacity * 2 : 256;
    struct refusal *list = realloc(refusals->list, capacity * sizeof *list);
    if (!list) {
        return -ENOMEM;
    }
    refusals->list = list;
    refusals->capacity = capacity;
    if (capacity * 2 <= refusals->slot_count) {
        return 0;
    }
    uint32_t *slots = calloc(capacity * 2, sizeof *slots);
    if (!slots) {
        return -ENOMEM;
    }
    free(refusals->slots);
    refusals->slots = slots;
    refusals->slot_count = capacity * 2;
    for (size_t i = 0; i < refusals->count; i++) {
        const struct refusal *refusal = &list[i];
        *probe(refusals, &refusal->access, refusal->section, refusal->owners) = (uint32_t)i + 1;
    }
    return 0;
}

/* Let each word of ACCESS be the table's own. Returns 0, -E2BIG, -EINVAL for a word with NUL, -ENOMEM. */
static int keep_words(struct refusals *refusals, struct armor_access *access)
{
    struct armor_slice *const words[] = {&access->name, &access->detail, &access->peer, &access->options,
                                         &access->member};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *kept = NULL;
        int code = words[i]->bytes ? armor_intern_add(refusals->words, *words[i], &kept) : 0;
        if (code < 0) {
            return code;
        }
        words[i]->bytes = kept;
    }
    return 0;
}

static void note(struct refusal *refusal, const struct armor_event *event)
{
    int64_t now = event->time.present ? event->time.value : 0;
    refusal->first_usec = refusal->count == 0 || now < refusal->first_usec ? now : refusal->first_usec;
    refusal->last_usec = now > refusal->last_usec ? now : refusal->last_usec;
    refusal->count++;
}

int refusals_add(struct refusals *refusals, const struct armor_section *section,
                 const struct armor_access *access, uint32_t owners, const struct armor_ruling *ruling,
                 const struct armor_event *event)
{
    struct armor_access kept = *access;
    int code = keep_words(refusals, &kept);
    if (code == -E2BIG || code == -EINVAL) {
        refusals->over++;
        return 0;
    }
    if (code < 0) {
        return code;
    }
    uint32_t *slot = probe(refusals, &kept, section, owners);
    if (*slot) {
        note(&refusals->list[*slot - 1], event);
        return 0;
    }
    if (refusals->count == ARMOR_CHECK_REFUSALS_MAX) {
        refusals->over++;
        return 0;
    }
    if (refusals->count == refusals->capacity) {
        code = grow(refusals);
        if (code < 0) {
            return code;
        }
        slot = probe(refusals, &kept, section, owners);
    }
    struct refusal *refusal = &refusals->list[refusals->count];
    *refusal = (struct refusal){.access = kept, .owners = owners, .ruling = *ruling, .section = section};
    if (event->comm.length && armor_intern_add(refusals->words, event->comm, &refusal->comm) < 0) {
        refusal->comm = NULL; /* only for show */
    }
    note(refusal, event);
    *slot = (uint32_t)++refusals->count;
    return 0;
}

static int by_count(const void *a, const void *b)
{
    const struct refusal *first = a;
    const struct refusal *second = b;
    if (first->count != second->count) {
        return first->count > second->count ? -1 : 1;
    }
    if (first->access.kind != second->access.kind) {
        return first->access.kind < second->access.kind ? -1 : 1;
    }
    const char *one = first->access.name.bytes ? first->access.name.bytes : "";
    const char *two = second->access.name.bytes ? second->access.name.bytes : "";
    int order = strcmp(one, two);
    return order ? order
                 : (first->first_usec > second->first_usec) - (first->first_usec < second->first_usec);
}

void refusals_sort(struct refusals *refusals)
{
    if (refusals->count) {
        qsort(refusals->list, refusals->count, sizeof *refusals->list, by_count);
    }
}

/* WORD as a pattern of itself, in ROOM; NULL for an absent one. */
static const char *escaped(struct armor_slice word, struct armor_text *room)
{
    if (!word.bytes) {
        return NULL;
    }
    armor_glob_escape(room, word);
    return room->length ? room->bytes : "";
}

int refusal_rule(const struct refusal *refusal, struct armor_text *text)
{
    const struct armor_access *access = &refusal->access;
    struct armor_text rooms[2] = {ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX), ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX)};
    struct armor_text options = ARMOR_TEXT_INIT(ARMOR_PATTERN_MAX);
    struct armor_profile self = {.name = "self"};
    armor_text_slice(&options, access->options);
    if (access->member.bytes) {
        armor_text_format(&options, ".%.*s", (int)access->member.length, access->member.bytes);
    }
    (void)snprintf(self.label, sizeof self.label, "%s", refusal->section->name);
    bool word = access->kind == ARMOR_RULE_CAPABILITY || access->kind == ARMOR_RULE_NETWORK ||
                access->kind == ARMOR_RULE_SIGNAL || access->kind == ARMOR_RULE_RLIMIT;
    struct armor_rule_more more = {
        .detail = access->detail.bytes,
        .peer = escaped(access->peer, &rooms[1]),
        .options = access->options.bytes || access->member.bytes ? options.bytes : NULL,
        .value = access->value,
    };
    struct armor_rule rule = {
        .kind = access->kind,
        .mask = refusal->ruling.missing ? refusal->ruling.missing : access->mask,
        .name = word ? access->name.bytes : escaped(access->name, &rooms[0]),
        .more = &more,
    };
    int code = rooms[0].error ? rooms[0].error : rooms[1].error ? rooms[1].error : options.error;
    if (code == 0) {
        armor_render_rule(&self, &rule, text);
        code = text->error;
    }
    armor_text_done(&rooms[0]);
    armor_text_done(&rooms[1]);
    armor_text_done(&options);
    return code;
}

void refusal_reason(const struct refusal *refusal, struct armor_text *text)
{
    static const char *const forms[ARMOR_ANSWER_COUNT] = {
        [ARMOR_ANSWER_DENIED] = "denied by",
        [ARMOR_ANSWER_MISSING] = "no rule; nearest",
        [ARMOR_ANSWER_CONDITIONS] = "only under conditions that a record doesn't tell:",
    };
    const struct armor_clause *clause = refusal->ruling.clause;
    if (!clause) {
        armor_text_string(text, "no rule");
        return;
    }
    armor_text_format(text, "%s `%s` (%s:%zu)", forms[refusal->ruling.answer], clause->text, clause->source,
                      clause->line);
}

static int set_time(json_t *object, const char *key, int64_t usec)
{
    char room[ARMOR_TIME_SIZE];
    return usec ? json_object_set_new(object, key, json_string(armor_time_format(usec, room))) : 0;
}

json_t *refusal_to_json(const struct refusal *refusal)
{
    const struct armor_access *access = &refusal->access;
    const struct armor_clause *clause = refusal->ruling.clause;
    ARMOR_CLEANUP(armor_text_done) struct armor_text rule = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text mask = ARMOR_TEXT_INIT(256);
    if (refusal_rule(refusal, &rule) < 0) {
        return NULL;
    }
    armor_mask_render(access->kind, refusal->ruling.missing, &mask);
    json_t *object =
        json_pack("{s:I, s:s, s:s}", "count", (json_int_t)refusal->count, "kind",
                  armor_rule_kind_name(access->kind), "answer", armor_answer_name(refusal->ruling.answer));
    const struct {
        const char *key;
        struct armor_slice bytes;
    } words[] = {
        {"rule", {rule.bytes, rule.length}},
        {"name", access->name},
        {"detail", access->detail},
        {"peer", access->peer},
        {"options", access->options},
        {"member", access->member},
        {"missing", {mask.length ? mask.bytes : NULL, mask.length}},
        {"profile", armor_slice_of(refusal->section->name)},
        {"comm", armor_slice_of(refusal->comm)},
        {"clause", armor_slice_of(clause ? clause->text : NULL)},
        {"source", armor_slice_of(clause ? clause->source : NULL)},
    };
    int failed = object ? 0 : -1;
    for (size_t i = 0; !failed && i < sizeof words / sizeof words[0]; i++) {
        failed = words[i].bytes.bytes ? armor_json_set_bytes(object, words[i].key, words[i].bytes) : 0;
    }
    if (!failed && clause) {
        failed = json_object_set_new(object, "line", json_integer((json_int_t)clause->line));
    }
    failed = failed ? failed : set_time(object, "first", refusal->first_usec);
    failed = failed ? failed : set_time(object, "last", refusal->last_usec);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

void refusals_done(struct refusals *refusals)
{
    armor_intern_free(refusals->words);
    free(refusals->slots);
    free(refusals->list);
    *refusals = (struct refusals){0};
}

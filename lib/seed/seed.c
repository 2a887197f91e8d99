/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seed: rules and findings with their sources; equal words have equal pointers, so comparing is cheap. See armor/seed.h. */
#include "armor/seed.h"

#include <errno.h>
#include <stdlib.h>

#include "armor/glob.h"
#include "armor/intern.h"
#include "armor/limits.h"

enum { FIRST_ROOM = 32 };

static const char *const grant_names[ARMOR_SEED_GRANT_COUNT] = {
    [ARMOR_SEED_GRANTED] = "granted",
    [ARMOR_SEED_EXPECTED] = "expected",
    [ARMOR_SEED_DENIED] = "denied",
};

static const char *const severity_names[ARMOR_SEVERITY_COUNT] = {
    [ARMOR_SEVERITY_NOTE] = "note",
    [ARMOR_SEVERITY_LOW] = "low",
    [ARMOR_SEVERITY_MEDIUM] = "medium",
    [ARMOR_SEVERITY_HIGH] = "high",
};

struct armor_rule armor_seed_plain_rule(const struct armor_seed_rule *rule, struct armor_rule_more *room)
{
    *room = (struct armor_rule_more){.detail = rule->access.detail.bytes,
                                     .peer = rule->access.peer.bytes,
                                     .options = rule->access.options.bytes,
                                     .value = rule->access.value};
    return (struct armor_rule){.kind = rule->access.kind,
                               .mask = rule->access.mask,
                               .name = rule->access.name.bytes,
                               .more = room};
}

const char *armor_seed_grant_name(enum armor_seed_grant grant)
{
    return (unsigned)grant < ARMOR_SEED_GRANT_COUNT ? grant_names[grant] : "unknown";
}

const char *armor_severity_name(enum armor_severity severity)
{
    return (unsigned)severity < ARMOR_SEVERITY_COUNT ? severity_names[severity] : "unknown";
}

int armor_seed_new(struct armor_seed **ret_seed)
{
    struct armor_seed *seed = calloc(1, sizeof *seed);
    if (!seed) {
        return -ENOMEM;
    }
    /* No secret for the hash: the text has one author, and its size is capped before it comes here. */
    int r = armor_intern_new(ARMOR_SEED_TEXT_MAX, 0, &seed->words);
    if (r < 0) {
        free(seed);
        return r;
    }
    *ret_seed = seed;
    return 0;
}

void armor_seed_free(struct armor_seed *seed)
{
    if (!seed) {
        return;
    }
    armor_intern_free(seed->words);
    free(seed->findings);
    free(seed->rules);
    free(seed);
}

static int own_string(struct armor_seed *seed, const char **string)
{
    if (!*string) {
        return 0;
    }
    int r = armor_intern_add(seed->words, armor_slice_of(*string), string);
    return r < 0 ? r : 0;
}

static int own_slice(struct armor_seed *seed, struct armor_slice *slice)
{
    if (!slice->bytes) {
        return 0;
    }
    int r = armor_intern_add(seed->words, *slice, &slice->bytes);
    return r < 0 ? r : 0;
}

static int own_source(struct armor_seed *seed, struct armor_seed_source *source)
{
    int r = own_string(seed, &source->file);
    return r < 0 ? r : own_string(seed, &source->pointer);
}

/* Room for one more element of SIZE bytes in ARRAY, which has COUNT of ROOM. */
static int reserve(void **array, size_t size, size_t count, size_t most, size_t *room)
{
    if (count >= most) {
        return -E2BIG;
    }
    if (count < *room) {
        return 0;
    }
    size_t wanted = *room ? *room * 2 : FIRST_ROOM;
    void *grown = realloc(*array, wanted * size);
    if (!grown) {
        return -ENOMEM;
    }
    *array = grown;
    *room = wanted;
    return 0;
}

static bool same_access(const struct armor_access *a, const struct armor_access *b)
{
    return a->kind == b->kind && a->mask == b->mask && a->value == b->value &&
           a->name.bytes == b->name.bytes && a->detail.bytes == b->detail.bytes &&
           a->peer.bytes == b->peer.bytes && a->options.bytes == b->options.bytes;
}

int armor_seed_add_rule(struct armor_seed *seed, const struct armor_seed_rule *rule)
{
    struct armor_seed_rule own = *rule;
    struct armor_slice *const words[] = {&own.access.name, &own.access.detail, &own.access.peer,
                                         &own.access.options};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int r = own_slice(seed, words[i]);
        if (r < 0) {
            return r;
        }
    }
    for (size_t i = 0; i < seed->rule_count; i++) {
        if (seed->rules[i].grant == own.grant && same_access(&seed->rules[i].access, &own.access)) {
            return 0;
        }
    }
    int r = own_source(seed, &own.source);
    r = r < 0 ? r : own_string(seed, &own.reason);
    void *array = seed->rules;
    r = r < 0 ? r : reserve(&array, sizeof own, seed->rule_count, ARMOR_SEED_RULES_MAX, &seed->rule_room);
    if (r < 0) {
        return r;
    }
    seed->rules = array;
    seed->rules[seed->rule_count++] = own;
    return 1;
}

static bool same_place(const struct armor_seed_source *a, const struct armor_seed_source *b)
{
    return a->file == b->file && a->line == b->line && a->column == b->column && a->pointer == b->pointer;
}

int armor_seed_add_finding(struct armor_seed *seed, const struct armor_finding *finding)
{
    struct armor_finding own = *finding;
    int r = own_source(seed, &own.source);
    r = r < 0 ? r : own_string(seed, &own.code);
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < seed->finding_count; i++) {
        if (seed->findings[i].code == own.code && same_place(&seed->findings[i].source, &own.source)) {
            return 0;
        }
    }
    r = own_string(seed, &own.text);
    r = r < 0 ? r : own_string(seed, &own.fix);
    r = r < 0 ? r : own_string(seed, &own.suppressed);
    void *array = seed->findings;
    r = r < 0
            ? r
            : reserve(&array, sizeof own, seed->finding_count, ARMOR_SEED_FINDINGS_MAX, &seed->finding_room);
    if (r < 0) {
        return r;
    }
    seed->findings = array;
    seed->findings[seed->finding_count++] = own;
    return 1;
}

int armor_seed_add_all(struct armor_seed *seed, const struct armor_seed *from)
{
    int code = 0;
    for (size_t i = 0; i < from->rule_count && code >= 0; i++) {
        code = armor_seed_add_rule(seed, &from->rules[i]);
    }
    for (size_t i = 0; i < from->finding_count && code >= 0; i++) {
        code = armor_seed_add_finding(seed, &from->findings[i]);
    }
    return code < 0 ? code : 0;
}

int armor_seed_add_tree(struct armor_seed *seed, const struct armor_seed_rule *rule, struct armor_slice path,
                        uint32_t mask)
{
    while (path.length && path.bytes[path.length - 1] == '/') {
        path.length--;
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)ARMOR_PATH_MAX * 2);
    armor_glob_escape(&pattern, path);
    armor_text_char(&pattern, '/');
    if (pattern.error) {
        return pattern.error;
    }
    struct armor_seed_rule own = *rule;
    own.access = (struct armor_access){.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_READ};
    own.access.name = (struct armor_slice){pattern.bytes, pattern.length};
    int top = armor_seed_add_rule(seed, &own);
    if (top < 0) {
        return top;
    }
    armor_text_string(&pattern, "**");
    if (pattern.error) {
        return pattern.error;
    }
    own.access.mask = mask;
    own.access.name = (struct armor_slice){pattern.bytes, pattern.length};
    int below = armor_seed_add_rule(seed, &own);
    return below < 0 ? below : top | below;
}

/* Append the parts of PATH to CLEAN, which is empty (the root) or "/a/b". */
static void append_parts(struct armor_text *clean, struct armor_slice path)
{
    for (size_t at = 0; at < path.length;) {
        const char *slash = memchr(path.bytes + at, '/', path.length - at);
        size_t end = slash ? (size_t)(slash - path.bytes) : path.length;
        struct armor_slice part = {path.bytes + at, end - at};
        at = end + 1;
        if (armor_slice_is(part, "..")) {
            while (clean->length && clean->bytes[--clean->length] != '/') {
            }
        } else if (part.length && !armor_slice_is(part, ".")) {
            armor_text_char(clean, '/');
            armor_text_slice(clean, part);
        }
    }
}

void armor_seed_path(struct armor_text *clean, struct armor_slice base, struct armor_slice path)
{
    if (path.length == 0 || path.bytes[0] != '/') {
        append_parts(clean, base);
    }
    append_parts(clean, path);
    if (clean->length == 0) {
        armor_text_char(clean, '/');
    } else {
        clean->bytes[clean->length] = '\0';
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Generalisation: the evidence's paths become a tree, each directory's names what they are the next time, from the root down, and
 * what is left in the tree the policy. See armor/generalise.h.
 */
#include "armor/generalise.h"

#include "armor/guard.h"
#include "armor/match.h"
#include "collapse.h"
#include "expect.h"
#include "names.h"
#include "profile_index.h"
#include "shape.h"
#include "twins.h"

#include <errno.h>
#include <stdlib.h>

static const char *const transformation_names[ARMOR_MAKE_COUNT] = {
    [ARMOR_MAKE_IDS] = "ids",
    [ARMOR_MAKE_UUID] = "uuid",
    [ARMOR_MAKE_HASH] = "hash",
    [ARMOR_MAKE_TOKEN] = "token",
    [ARMOR_MAKE_DATE] = "date",
    [ARMOR_MAKE_NUMBER] = "number",
    [ARMOR_MAKE_TEMPORARY] = "temporary",
    [ARMOR_MAKE_COUNTER] = "counter",
    [ARMOR_MAKE_SERIES] = "series",
    [ARMOR_MAKE_SHARD] = "shard",
    [ARMOR_MAKE_SCRATCH] = "scratch",
    [ARMOR_MAKE_LIBRARY] = "library",
    [ARMOR_MAKE_EXTENSION] = "extension",
    [ARMOR_MAKE_CONTENT] = "content",
    [ARMOR_MAKE_FAMILY] = "family",
    [ARMOR_MAKE_TWINS] = "twins",
    [ARMOR_MAKE_READ_BACK] = "read-back",
    [ARMOR_MAKE_ROTATED] = "rotated",
};

const char *armor_transformation_name(enum armor_transformation transformation)
{
    return (unsigned)transformation < ARMOR_MAKE_COUNT ? transformation_names[transformation] : "unknown";
}

int armor_transformation_from_name(struct armor_slice name)
{
    for (int i = 0; i < ARMOR_MAKE_COUNT; i++) {
        if (armor_slice_is(name, transformation_names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

/* One making of policy. */
struct making {
    struct collapse collapse;
    struct armor_profile *policy;
    const struct armor_rule **rules; /* the evidence, sorted */
    size_t rule_count;
    struct names_node **ends; /* for each rule, the nodes of its name and its peer, or NULL */
    struct armor_text path;   /* of the directory that is looked at, or of the rule that is made */
    struct armor_text other;  /* for the second path of a link */
};

static bool is_path(const char *word)
{
    return word && word[0] == '/';
}

/* Whether RULE's names are evidence for others: it stands in the profile, and neither an operator nor a seed alone put it there. */
static bool is_evidence(const struct armor_rule *rule)
{
    bool paths =
        rule->kind == ARMOR_RULE_FILE || rule->kind == ARMOR_RULE_LINK || rule->kind == ARMOR_RULE_EXEC;
    bool told =
        rule->origin == ARMOR_ORIGIN_ACCEPTED || (rule->origin == ARMOR_ORIGIN_SEEDED && rule->count == 0);
    return paths && rule->state == ARMOR_STATE_ACTIVE && !told && is_path(rule->name) &&
           (rule->kind != ARMOR_RULE_LINK || is_path(armor_rule_more(rule)->peer));
}

/* What was asked for by RULE: all of it, but for what an earlier making added. */
static uint32_t asked_of(const struct armor_rule *rule)
{
    bool added = armor_rule_more(rule)->made_by & (1U << ARMOR_MAKE_READ_BACK);
    return rule->mask & ~(added ? (uint32_t)ARMOR_FILE_READ : 0);
}

/* Put RULE's paths into the tree. */
static int plant(struct making *making, size_t at)
{
    const struct armor_rule *rule = making->rules[at];
    struct names *names = making->collapse.names;
    struct names_node *node = NULL;
    struct names_node *peer = NULL;
    int code = names_add(names, armor_slice_of(rule->name), &node);
    if (code == 0 && rule->kind == ARMOR_RULE_LINK) {
        code = names_add(names, armor_slice_of(armor_rule_more(rule)->peer), &peer);
    }
    if (code < 0) {
        return code;
    }
    making->ends[2 * at] = node;
    making->ends[2 * at + 1] = peer;
    switch ((int)rule->kind) {
    case ARMOR_RULE_EXEC: node->runs = true; return 0;
    case ARMOR_RULE_LINK:
        node->mask |= ARMOR_FILE_CREATE;
        names_use(node);
        names_use(peer);
        return 0;
    default:
        node->runs = node->runs || (rule->mask & ARMOR_FILE_MAP);
        node->mask |= asked_of(rule);
        node->made_by |= node->literal.bytes ? 0 : armor_rule_more(rule)->made_by;
        names_use(node);
        return names_note(names, node, rule);
    }
}

static int plant_all(struct making *making)
{
    int code = 0;
    for (size_t i = 0; i < making->rule_count && code == 0; i++) {
        code = is_evidence(making->rules[i]) ? plant(making, i) : 0;
    }
    return code;
}

/* Names of keys and the like, and all below directories of such, stay as they are. */
static void fix_secrets(struct names_node *directory)
{
    for (struct names_node *child = directory->first; child; child = child->next) {
        struct armor_slice name = child->literal;
        bool secret =
            name.bytes && (child->directory ? zone_is_secret_directory(name) : zone_is_secret(name));
        child->fixed = directory->fixed || secret;
        fix_secrets(child);
    }
}

/* What the container writes in, a service keeps its data in, wherever it is. */
static enum zone zone_in_use(const struct names_node *directory, enum zone zone)
{
    for (const struct names_node *child = directory->first; child && zone == ZONE_SYSTEM;
         child = child->next) {
        zone = child->mask & ARMOR_FILE_CREATE ? ZONE_DATA : zone;
    }
    return zone;
}

/* Generalise what is in DIRECTORY, whose path is in making->path, and go down. */
static int descend(struct making *making, struct names_node *directory)
{
    size_t length = making->path.length;
    struct place_of_names place = {.path = {making->path.bytes, length}};
    struct collapse *collapse = &making->collapse;
    place.zone = zone_in_use(directory, zone_of(place.path));
    int code = collapse_content(collapse, directory, &place);
    code = code < 0 ? code : siblings_shape(collapse, directory, place.zone);
    code = code < 0 ? code : collapse_companions(collapse, directory, &place);
    code = code < 0 ? code : twins_join(collapse, directory, &place);
    code = code < 0 ? code : collapse_libraries(collapse, directory, &place);
    code = code < 0 ? code : collapse_extensions(collapse, directory, &place);
    code = code < 0 ? code : collapse_take_companions(directory);
    code = code < 0 ? code : collapse_scratch(collapse, directory, &place);
    for (struct names_node *child = directory->first; child && code == 0; child = child->next) {
        if (child->directory) {
            armor_text_string(&making->path, child->name);
            armor_text_char(&making->path, '/');
            code = making->path.error < 0 ? making->path.error : descend(making, child);
            making->path.length = length;
        }
    }
    return code;
}

/* Of two names the one that comes first, whatever order they came in; a pattern is none. */
static const char *smaller_sample(const char *sample, const struct armor_rule *rule)
{
    const char *seen = armor_rule_more(rule)->sample;
    const char *name = seen ? seen : rule->name;
    bool literal = seen || !rule->name[strcspn(rule->name, "*?[]{}^,\\")];
    return literal && (!sample || strcmp(name, sample) < 0) ? name : sample;
}

/* Whether something that is executed, or mapped as code, has a name of PATH, a pattern. Returns 1, 0 or -ENOMEM. */
static int covers_code(const struct making *making, const char *path)
{
    struct armor_pattern *pattern = NULL;
    size_t literal = strcspn(path, "*?[]{}^,\\");
    int covers = 0;
    for (size_t i = 0; i < making->rule_count && covers == 0; i++) {
        const struct armor_rule *rule = making->rules[i];
        bool code =
            rule->kind == ARMOR_RULE_EXEC || (rule->kind == ARMOR_RULE_FILE && (rule->mask & ARMOR_FILE_MAP));
        if (!code || rule->state != ARMOR_STATE_ACTIVE || strncmp(rule->name, path, literal) != 0) {
            continue;
        }
        struct armor_error err = {0};
        covers = pattern ? 0 : armor_pattern_new(armor_slice_of(path), &pattern, &err);
        covers = covers < 0 ? covers : armor_pattern_matches(pattern, armor_slice_of(rule->name));
    }
    armor_pattern_free(pattern);
    return covers;
}

/* What the container made itself and keeps, it may read: RULE is of NODE, in ZONE. */
static void read_back(const struct making *making, const struct names_node *node, enum zone zone,
                      struct armor_rule *rule)
{
    bool own = (node->mask & ARMOR_FILE_CREATE) && !node->fixed && zone != ZONE_CONFIG &&
               zone != ZONE_SYSTEM && zone != ZONE_FIXED;
    if (own && collapse_does(&making->collapse, ARMOR_MAKE_READ_BACK) && !(rule->mask & ARMOR_FILE_READ)) {
        rule->mask |= ARMOR_FILE_READ;
        rule->more->made_by |= 1U << ARMOR_MAKE_READ_BACK;
    }
}

/* The last segment of the path NAME, without its slash. */
static struct armor_slice last_segment(struct armor_slice name, bool directory)
{
    size_t end = name.length - directory;
    size_t begin = end;
    while (begin > 0 && name.bytes[begin - 1] != '/') {
        begin--;
    }
    return (struct armor_slice){name.bytes + begin, end - begin};
}

/*
 * The name under which PIECE of NODE may be written where NODE's own path has one of something that runs: the shape of its own name where NODE is,
 * NODE's name in the very directory that PIECE was seen in, its own shape there, or else PIECE's own. The first that has none
 * is in *RET_NAME. Returns whether it is a pattern, or -ENOMEM.
 */
static int beside_code(struct making *making, const struct names_node *node, const struct armor_rule *piece,
                       struct armor_slice *ret_name)
{
    struct armor_slice literal = armor_slice_of(piece->name);
    struct armor_slice path = {making->path.bytes, making->path.length};
    struct armor_slice segment = last_segment(literal, node->directory);
    const struct shape_facts facts = {.zone = zone_of(literal),
                                      .created = piece->mask & ARMOR_FILE_CREATE,
                                      .deleted = piece->mask & ARMOR_FILE_DELETE,
                                      .without = making->collapse.without};
    struct armor_text *shape = &making->collapse.room;
    bool plain = segment.bytes && !segment.bytes[strcspn(segment.bytes, "*?[]{}^,\\")];
    collapse_begin(&making->collapse, node->name);
    if (plain) {
        (void)shape_of(segment, &facts, shape);
    }
    const struct armor_slice shaped = {shape->bytes, shape->length};
    const struct armor_slice name = armor_slice_of(node->name);
    const struct {
        struct armor_slice path, name;
    } ways[] = {{path, shaped}, {literal, name}, {literal, shaped}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct armor_slice last = last_segment(ways[i].path, node->directory);
        making->other.length = 0;
        armor_text_slice(&making->other,
                         (struct armor_slice){ways[i].path.bytes, (size_t)(last.bytes - ways[i].path.bytes)});
        armor_text_slice(&making->other, ways[i].name);
        armor_text_string(&making->other, node->directory ? "/" : "");
        int code = making->other.error < 0 ? making->other.error : shape->error;
        code = code < 0 ? code : covers_code(making, making->other.bytes);
        if (code <= 0) {
            *ret_name = (struct armor_slice){making->other.bytes, making->other.length};
            return code < 0 ? code : 1;
        }
    }
    *ret_name = literal;
    return 0;
}

/* RULE, which profile_copy_rule made, has its name by MADE_BY, and was seen as SAMPLE; NULL: no matter. Returns 0, -E2BIG or -ENOMEM. */
static int tell_making(const struct making *making, struct armor_rule *rule, uint32_t made_by,
                       const char *sample)
{
    rule->more->made_by |= made_by;
    int code = sample ? armor_profile_word(making->policy, armor_slice_of(sample), &rule->more->sample) : 0;
    return code < 0 ? code : 0;
}

/* Nothing that runs becomes writable by another's name: what NODE stands for, by narrower names. */
static int emit_beside_code(struct making *making, const struct names_node *node, uint32_t made_by,
                            enum zone zone)
{
    int code = 0;
    for (const struct names_piece *piece = node->pieces; piece && code >= 0; piece = piece->next) {
        struct armor_rule *rule = NULL;
        struct armor_slice name;
        int pattern = beside_code(making, node, piece->rule, &name);
        code = pattern < 0 ? pattern : profile_copy_rule(making->policy, piece->rule, name, &rule);
        if (code >= 0 && pattern) {
            const char *sample = smaller_sample(rule->more->sample, piece->rule);
            code = tell_making(making, rule, made_by, sample);
        }
        if (code >= 0) {
            read_back(making, node, zone, rule);
        }
    }
    return code < 0 ? code : 0;
}

/* Add the rule of NODE, whose path is in making->path, to the policy. */
static int emit(struct making *making, const struct names_node *node, uint32_t made_by)
{
    const struct armor_slice path = {making->path.bytes, making->path.length};
    enum zone zone = zone_of(path);
    struct armor_rule *rule = NULL;
    const char *sample = NULL;
    bool writes = made_by && (node->mask & (ARMOR_FILE_WRITE | ARMOR_FILE_APPEND));
    int code = writes ? covers_code(making, making->path.bytes) : 0;
    if (code != 0) {
        return code < 0 ? code : emit_beside_code(making, node, made_by, zone);
    }
    for (const struct names_piece *piece = node->pieces; piece && code >= 0; piece = piece->next) {
        sample = smaller_sample(sample, piece->rule);
        code = profile_copy_rule(making->policy, piece->rule, path, &rule);
    }
    if (code >= 0 && node->covers &&
        (!rule ||
         (node->grants & ~rule->mask))) { /* what it was made of is allowed by narrower rules too: it stays */
        struct armor_rule example = *node->covers;
        example.mask = node->grants;
        sample = smaller_sample(NULL, &example);
        code = profile_copy_rule(making->policy, &example, path, &rule);
    }
    if (code < 0 || !rule) {
        return code < 0 ? code : 0;
    }
    read_back(making, node, zone, rule);
    return tell_making(making, rule, made_by, made_by ? sample : NULL);
}

/* Add what is below DIRECTORY, whose path is in making->path and made by MADE_BY, to the policy. */
static int emit_all(struct making *making, const struct names_node *directory, uint32_t made_by)
{
    size_t length = making->path.length;
    int code = emit(making, directory, made_by);
    for (const struct names_node *child = directory->first; child && code == 0; child = child->next) {
        armor_text_string(&making->path, child->name);
        if (child->directory) {
            armor_text_char(&making->path, '/');
        }
        code = making->path.error;
        if (code == 0) {
            code = child->directory ? emit_all(making, child, made_by | child->made_by)
                                    : emit(making, child, made_by | child->made_by);
        }
        making->path.length = length;
    }
    return code;
}

/* Rules that are not of files: links under the patterns that their names have become, all others as they are. */
static int copy_rest(struct making *making)
{
    int code = 0;
    for (size_t i = 0; i < making->rule_count && code >= 0; i++) {
        const struct armor_rule *rule = making->rules[i];
        struct armor_rule *copy = NULL;
        if (rule->kind == ARMOR_RULE_FILE && making->ends[2 * i]) {
            continue;
        }
        if (rule->kind != ARMOR_RULE_LINK || !making->ends[2 * i]) {
            code = profile_copy_rule(making->policy, rule, armor_slice_of(rule->name), &copy);
            continue;
        }
        names_path(making->ends[2 * i], &making->path);
        names_path(making->ends[2 * i + 1], &making->other);
        struct armor_rule link = *rule;
        struct armor_rule_more more = *armor_rule_more(rule);
        link.more = &more;
        more.peer = making->other.bytes;
        code = making->path.error < 0 ? making->path.error : making->other.error;
        code = code < 0
                   ? code
                   : profile_copy_rule(making->policy, &link,
                                       (struct armor_slice){making->path.bytes, making->path.length}, &copy);
    }
    return code < 0 ? code : 0;
}

static int make(struct making *making)
{
    struct names_node *root = names_root(making->collapse.names);
    int code = plant_all(making);
    if (code < 0) {
        return code;
    }
    making->collapse.rules = making->rules;
    making->collapse.rule_count = making->rule_count;
    fix_secrets(root);
    collapse_count(root);
    armor_text_char(&making->path, '/');
    code = making->collapse.without == ARMOR_MAKE_ALL ? 0 : descend(making, root);
    making->path.length = 1;
    collapse_settle(root);
    code = code < 0 ? code : emit_all(making, root, 0);
    return code < 0 ? code : copy_rest(making);
}

int armor_generalise(const struct armor_profile *evidence, const struct armor_generalise_options *options,
                     struct armor_profile **ret_policy)
{
    struct armor_profile *reviewed = NULL;
    int code = armor_guard_review(evidence, &reviewed);
    evidence = reviewed ? reviewed : evidence;
    struct making making = {.rule_count = evidence->rule_count};
    uint64_t seed = evidence->index->seed;
    making.collapse.without = options->without;
    making.collapse.room = ARMOR_TEXT_INIT((size_t)16 * ARMOR_PATH_MAX);
    making.path = ARMOR_TEXT_INIT((size_t)64 * ARMOR_PATH_MAX);
    making.other = ARMOR_TEXT_INIT((size_t)64 * ARMOR_PATH_MAX);
    making.ends = calloc(2 * evidence->rule_count + 1, sizeof(struct names_node *));
    code = code < 0 || making.ends ? code : -ENOMEM;
    code = code < 0 ? code : armor_profile_new(armor_slice_of(evidence->name), seed, &making.policy);
    code = code < 0 ? code : armor_profile_sorted(evidence, &making.rules);
    code = code < 0 ? code : names_new(seed, &making.collapse.names);
    code = code < 0 ? code : make(&making);
    code = code < 0 ? code : profile_expect(evidence, making.policy);
    names_free(making.collapse.names);
    armor_text_done(&making.collapse.room);
    armor_text_done(&making.path);
    armor_text_done(&making.other);
    free((void *)making.ends);
    free((void *)making.rules);
    armor_profile_free(reviewed);
    if (code < 0) {
        armor_profile_free(making.policy);
        return code;
    }
    *ret_policy = making.policy;
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's reading side. Whoever can write the file, or a disk that fails, could have put anything into it: each row is
 * checked before it becomes a container or a rule, and what is left out is counted and marked.
 */
#include "store_private.h"

#include "armor/label.h"
#include "armor/sound.h"

#include <errno.h>
#include <stdio.h>

/* Columns of STORE_LIST_CONTAINERS. */
enum {
    CONTAINER_ID,
    CONTAINER_NAME,
    CONTAINER_MODE,
    CONTAINER_SINCE,
    CONTAINER_REVISION,
    CONTAINER_LOST,
    CONTAINER_LOST_BASE,
    CONTAINER_DENIED,
    CONTAINER_EVENTS,
    CONTAINER_LAST_NOVEL,
    CONTAINER_NULL_CHILD,
    CONTAINER_PINNED,
    CONTAINER_IMAGE,
    CONTAINER_IMAGE_SEEN,
    CONTAINER_RETURNED,
    CONTAINER_WATCH_UNTIL
};

/* Columns of STORE_LIST_RULES. */
enum {
    RULE_KIND,
    RULE_STATE,
    RULE_NAME,
    RULE_DETAIL,
    RULE_PEER,
    RULE_OPTIONS,
    RULE_MASK,
    RULE_VALUE,
    RULE_ORIGIN,
    RULE_REASON,
    RULE_SOURCE,
    RULE_GUARD,
    RULE_COMM,
    RULE_SAMPLE,
    RULE_DECIDED_BY,
    RULE_DECIDED,
    RULE_OWNERS,
    RULE_RUNS,
    RULE_LAST_RUN,
    RULE_COUNT,
    RULE_FIRST,
    RULE_LAST
};

/* A count from the row, which is never negative. */
static uint64_t count_of(sqlite3_stmt *row, int column)
{
    int64_t value = sqlite3_column_int64(row, column);
    return value < 0 ? 0 : (uint64_t)value;
}

/* A word of the row, absent when it is empty. False: it can't be a word. */
static bool take_word(sqlite3_stmt *row, int column, struct armor_slice *ret_word)
{
    struct armor_slice word = store_column_slice(row, column);
    if (!word.bytes || word.length > ARMOR_WORD_MAX || memchr(word.bytes, '\0', word.length)) {
        return false;
    }
    *ret_word = word.length ? word : (struct armor_slice){0};
    return true;
}

/* What a rule tells beside its key and its evidence. Returns 0, -EINVAL for what can't be a word, or -ENOMEM. */
static int take_more(sqlite3_stmt *row, struct armor_profile *profile, struct armor_rule *rule)
{
    struct armor_rule_more told = *armor_rule_more(rule);
    told.decided_usec = sqlite3_column_int64(row, RULE_DECIDED);
    bool any = told.decided_usec != 0;
    const struct {
        int column;
        const char **word;
    } words_told[] = {
        {RULE_REASON, &told.reason}, {RULE_SOURCE, &told.source}, {RULE_GUARD, &told.guard},
        {RULE_COMM, &rule->comm},    {RULE_SAMPLE, &told.sample}, {RULE_DECIDED_BY, &told.decided_by},
    };
    for (size_t i = 0; i < sizeof words_told / sizeof words_told[0]; i++) {
        struct armor_slice word;
        if (!take_word(row, words_told[i].column, &word)) {
            return -EINVAL;
        }
        if (word.bytes && armor_profile_word(profile, word, words_told[i].word) == -ENOMEM) {
            return -ENOMEM;
        }
        any = any || (word.bytes && words_told[i].column != RULE_COMM);
    }
    struct armor_rule_more *more = NULL;
    if (any && armor_profile_more(profile, rule, &more) < 0) {
        return -ENOMEM;
    }
    if (more) {
        *more = told;
    }
    return 0;
}

/* A number of 32 bits from the row; what isn't one is the nearest that is. */
static uint32_t small_of(sqlite3_stmt *row, int column)
{
    uint64_t value = count_of(row, column);
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

int store_take_rule(sqlite3_stmt *row, struct armor_profile *profile, struct armor_rule **ret_rule)
{
    struct armor_access access = {0};
    int kind = armor_rule_kind_from_name(store_column_slice(row, RULE_KIND));
    int origin = armor_origin_from_name(store_column_slice(row, RULE_ORIGIN));
    int state = armor_state_from_name(store_column_slice(row, RULE_STATE));
    int64_t mask = sqlite3_column_int64(row, RULE_MASK);
    if (kind < 0 || origin < 0 || state < 0 || !take_word(row, RULE_NAME, &access.name) ||
        !take_word(row, RULE_DETAIL, &access.detail) || !take_word(row, RULE_PEER, &access.peer) ||
        !take_word(row, RULE_OPTIONS, &access.options)) {
        return 0;
    }
    access.kind = (enum armor_rule_kind)kind;
    access.state = (enum armor_state)state;
    access.mask = (uint32_t)mask;
    access.value = sqlite3_column_int64(row, RULE_VALUE);
    if (mask < 0 || mask > UINT32_MAX || armor_access_fault(&access)) {
        return 0;
    }
    struct armor_rule *rule;
    int r = armor_profile_merge(profile, &access, &rule);
    if (r < 0) {
        return r == -ENOMEM ? r : 0;
    }
    rule->origin = (enum armor_origin)origin;
    rule->owners = (uint8_t)(small_of(row, RULE_OWNERS) & (ARMOR_OWNER_SELF | ARMOR_OWNER_OTHER));
    rule->runs = small_of(row, RULE_RUNS);
    rule->last_run = small_of(row, RULE_LAST_RUN);
    rule->count = count_of(row, RULE_COUNT);
    rule->first_usec = sqlite3_column_int64(row, RULE_FIRST);
    rule->last_usec = sqlite3_column_int64(row, RULE_LAST);
    if (rule->first_usec >
        profile->last_novel_usec) { /* rules are stored at once, the container's row may lag */
        profile->last_novel_usec = rule->first_usec;
    }
    r = take_more(row, profile, rule);
    if (r == -EINVAL) {
        armor_profile_remove(profile, rule);
        return 0;
    }
    *ret_rule = rule;
    return r < 0 ? r : 1;
}

static int load_rules(struct store *store, struct container *container, struct store_damage *damage,
                      struct armor_error *err)
{
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_RULES);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    uint64_t left_out = 0;
    int r;
    while ((r = store_row(store, rows, "rules can't be read", err)) > 0) {
        struct armor_rule *rule = NULL;
        int taken = store_take_rule(rows, container->profile, &rule);
        if (taken < 0) {
            (void)sqlite3_reset(rows);
            return armor_error_set(err, taken, "out of memory while reading rules");
        }
        left_out += taken == 0;
    }
    if (r == 0 && left_out > 0) {
        damage->rules += left_out;
        container_mark(container, CONTAINER_GAP_STORE, "%llu stored rules were damaged and left out",
                       (unsigned long long)left_out);
        container->dirty = true;
    }
    return r;
}

/* A note as it may be shown: what isn't plain ASCII didn't come from here. */
static void printable(struct armor_slice note, char *ret_text, size_t size)
{
    size_t length = note.length < size ? note.length : size - 1;
    for (size_t i = 0; i < length; i++) {
        ret_text[i] = (char)(note.bytes[i] >= ' ' && note.bytes[i] <= '~' ? note.bytes[i] : '?');
    }
    ret_text[length] = '\0';
}

static int load_gaps(struct store *store, struct container *container, struct armor_error *err)
{
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_GAPS);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    int r;
    while ((r = store_row(store, rows, "what is missing of a container can't be read", err)) > 0) {
        int gap = container_gap_from_name(store_column_slice(rows, 0));
        struct armor_slice note = store_column_slice(rows, 1);
        /* A gap that isn't understood is still a gap: dropping it would open the gate that it holds shut. */
        char text[CONTAINER_NOTE_SIZE];
        printable(note, text, sizeof text);
        if (!text[0]) {
            (void)snprintf(text, sizeof text, "something is missing, and the stored note on it was damaged");
        }
        container_mark(container, gap < 0 ? CONTAINER_GAP_STORE : (enum container_gap)gap, "%s", text);
    }
    return r;
}

static int load_skipped(struct store *store, struct container *container, struct armor_error *err)
{
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_SKIPPED);
    (void)sqlite3_bind_int64(rows, 1, container->id);
    int r;
    while ((r = store_row(store, rows, "a container's counters can't be read", err)) > 0) {
        struct armor_slice reason = store_column_slice(rows, 0);
        for (int i = 0; i < ARMOR_SKIP_COUNT; i++) {
            if (armor_slice_is(reason, armor_skip_name((enum armor_skip)i))) {
                container->profile->skipped[i] = count_of(rows, 1);
            }
        }
    }
    return r;
}

/* Returns 1 and the container that the row is, without its rules; 0 for a row that can't be one; or -ENOMEM. */
static int take_container(sqlite3_stmt *row, uint64_t seed, struct container **ret_container)
{
    struct armor_slice name = store_column_slice(row, CONTAINER_NAME);
    int mode = armor_mode_from_name(store_column_slice(row, CONTAINER_MODE));
    int64_t revision = sqlite3_column_int64(row, CONTAINER_REVISION);
    if (!name.bytes || !armor_name_valid(name) || mode < 0 || revision < 0 || revision > UINT32_MAX) {
        return 0;
    }
    struct container *container;
    int r = container_new(name, sqlite3_column_int64(row, CONTAINER_SINCE), seed, &container);
    if (r < 0) {
        return r;
    }
    container->id = sqlite3_column_int64(row, CONTAINER_ID);
    container->mode = (enum armor_mode)mode;
    container->revision = (uint32_t)revision;
    container->lost = count_of(row, CONTAINER_LOST);
    container->lost_base.present = sqlite3_column_type(row, CONTAINER_LOST_BASE) == SQLITE_INTEGER;
    container->lost_base.value = sqlite3_column_int64(row, CONTAINER_LOST_BASE) & UINT32_MAX;
    container->denied = count_of(row, CONTAINER_DENIED);
    container->profile->events = count_of(row, CONTAINER_EVENTS);
    container->profile->last_novel_usec = sqlite3_column_int64(row, CONTAINER_LAST_NOVEL);
    container->profile->null_child = sqlite3_column_int64(row, CONTAINER_NULL_CHILD) != 0;
    container->pinned = small_of(row, CONTAINER_PINNED);
    printable(store_column_slice(row, CONTAINER_IMAGE), container->image, sizeof container->image);
    printable(store_column_slice(row, CONTAINER_IMAGE_SEEN), container->image_seen,
              sizeof container->image_seen);
    printable(store_column_slice(row, CONTAINER_RETURNED), container->returned, sizeof container->returned);
    container->watch_until_usec = (int64_t)count_of(row, CONTAINER_WATCH_UNTIL);
    *ret_container = container;
    return 1;
}

/* Read what belongs to CONTAINER, and have REGISTRY take it over; on failure it is freed. */
static int load_container(struct store *store, struct registry *registry, struct container *container,
                          struct store_damage *damage, struct armor_error *err)
{
    int r = load_gaps(store, container, err);
    r = r < 0 ? r : load_skipped(store, container, err);
    r = r < 0 ? r : store_load_history(store, container, err);
    r = r < 0 ? r : store_load_settings(store, container, damage, err);
    r = r < 0 ? r : load_rules(store, container, damage, err);
    r = r < 0 ? r : store_load_denials(store, container, err);
    denials_settle(&container->denials, container->profile);
    if (r == 0) {
        r = registry_add(registry, container);
        if (r == -E2BIG || r == -EEXIST) {
            damage->containers++;
            container_free(container);
            return 0;
        }
    }
    if (r < 0) {
        container_free(container);
        return armor_error_set(err, r, "out of memory while reading containers");
    }
    return 0;
}

int store_load(struct store *store, struct registry *registry, uint64_t seed, struct store_damage *ret_damage,
               struct armor_error *err)
{
    struct store_damage damage = {0};
    sqlite3_stmt *rows = store_statement(store, STORE_LIST_CONTAINERS);
    int r;
    while ((r = store_row(store, rows, "containers can't be read", err)) > 0) {
        struct container *container;
        r = take_container(rows, seed, &container);
        if (r == 0) {
            damage.containers++;
        } else if (r > 0) {
            r = load_container(store, registry, container, &damage, err);
        }
        if (r < 0) {
            (void)sqlite3_reset(rows);
            return armor_error_set(err, r, "out of memory while reading containers");
        }
    }
    if (r == 0) {
        *ret_damage = damage;
    }
    return r;
}

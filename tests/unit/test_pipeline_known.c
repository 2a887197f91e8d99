/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipeline: what it knows already it counts without parsing it again, and nobody can tell. The same stream goes through a pipeline that
 * remembers, and through one that is made to forget before each record; after all that may happen to a container in between, states,
 * counters, messages to followers and what is stored are the same.
 */
#include "pipeline.h"

#include "armor/json.h"
#include "check_main.h"
#include "scratch.h"
#include "store.h"

enum { PATH_SIZE = 128, RECORDS = 1500 };

struct rig {
    struct scratch scratch;
    char path[PATH_SIZE];
    struct store *store;
    struct registry *registry;
    struct ring *ring;
    struct pipeline *pipeline;
    uint64_t compared; /* number of the last message of the ring that was compared */
    bool forgetful;
};

static uint64_t random_state;

static size_t draw(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

static void add(struct rig *rig, const char *name)
{
    struct armor_error err = {0};
    struct container *container;
    ck_assert_int_eq(container_new(armor_slice_of(name), 1, 42, &container), 0);
    ck_assert_int_eq(registry_add(rig->registry, container), 0);
    ck_assert_int_eq(store_put_container(rig->store, container, &err), 0);
}

static void make(struct rig *rig, bool forgetful)
{
    struct armor_error err = {0};
    rig->forgetful = forgetful;
    rig->compared = 0;
    scratch_make(&rig->scratch);
    ck_assert_int_eq(store_open(scratch_path(&rig->scratch, "armord.db", rig->path), &rig->store, &err), 0);
    ck_assert_int_eq(registry_new(&rig->registry), 0);
    ck_assert_int_eq(ring_new(&rig->ring), 0);
    ck_assert_int_eq(pipeline_new(rig->registry, rig->ring, rig->store, &rig->pipeline), 0);
    add(rig, "web");
    add(rig, "db");
}

static void drop(struct rig *rig)
{
    pipeline_free(rig->pipeline);
    ring_free(rig->ring);
    registry_free(rig->registry);
    store_free(rig->store);
    scratch_remove(&rig->scratch);
}

static void feed(struct rig *rig, const struct armor_record *record)
{
    struct armor_error err = {0};
    for (size_t i = 0; rig->forgetful && i < registry_count(rig->registry); i++) {
        pipeline_forget(rig->pipeline, registry_at(rig->registry, i)); /* all was committed */
    }
    pipeline_record(rig->pipeline, record);
    ck_assert_msg(pipeline_commit(rig->pipeline, &err) == 0, "%s", err.text);
}

/* Something that isn't a record happens to the container NAME. */
static void happen(struct rig *rig, size_t what, const char *name, size_t number)
{
    struct container *container = registry_find(rig->registry, armor_slice_of(name));
    struct armor_profile *profile = container->profile;
    struct armor_rule *rule = profile->rule_count ? profile->rules[number % profile->rule_count] : NULL;
    struct armor_error err = {0};
    switch (what) {
    case 0: container->mode = ARMOR_MODE_ENFORCED; break;
    case 1:
    case 2: container->mode = ARMOR_MODE_LEARNING; break;
    case 3: /* somebody decides on a rule */
        rule = rule ? armor_profile_move(profile, rule, number % 2 ? ARMOR_STATE_DENIED : ARMOR_STATE_ACTIVE)
                    : NULL;
        break;
    case 4:
        if (rule) {
            armor_profile_remove(profile, rule);
        }
        break;
    case 5:
    case 8: /* a rule comes from elsewhere, with the same name as others */
        if (rule && rule->kind == ARMOR_RULE_FILE) {
            struct armor_access access = {.kind = rule->kind,
                                          .state = (enum armor_state)(number % ARMOR_STATE_COUNT),
                                          .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE,
                                          .name = armor_slice_of(rule->name)};
            ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
        }
        break;
    case 6: /* the container is forgotten, and comes again */
        pipeline_forget(rig->pipeline, container);
        ck_assert_int_eq(store_delete_container(rig->store, container, &err), 0);
        registry_remove(rig->registry, container);
        add(rig, name);
        break;
    default: ck_assert_int_eq(pipeline_flush(rig->pipeline, false, &err), 0);
    }
}

/* A message of the kernel, or one that poses as it; the same few again and again. */
static struct armor_record make_record(char *text, size_t size, int64_t serial)
{
    static const char *const labels[] = {"armord-web", "armord-web", "armord-db", "armord-none",
                                         "armord-web//null-/bin/x"};
    static const char *const names[] = {"/etc/passwd",      "/srv/a",   "/srv/b",
                                        "/run/docker.sock", "relative", "/proc/7/stat"};
    static const char *const rest[] = {"requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0",
                                       "requested_mask=\"w\" denied_mask=\"w\" fsuid=0 ouid=1",
                                       "requested_mask=\"rw\" denied_mask=\"rw\" fsuid=0 ouid=0",
                                       "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0 novelty=1"};
    struct armor_record record;
    bool exec = draw(6) == 0;
    (void)snprintf(text, size,
                   "audit(%u.%03u:%lld): apparmor=\"%s\" operation=\"%s\" class=\"file\" profile=\"%s\" "
                   "name=\"%s\" pid=%zu "
                   "comm=\"c%zu\" %s",
                   1700000000U + (unsigned)draw(50), (unsigned)draw(1000),
                   (long long)(draw(20) ? serial : serial - 5),
                   draw(12)  ? "ALLOWED"
                   : draw(2) ? "DENIED"
                             : "AUDIT",
                   exec ? "exec" : "open", labels[draw(LENGTH(labels))], names[draw(LENGTH(names))],
                   draw(30000), draw(2),
                   exec ? "requested_mask=\"x\" denied_mask=\"x\""
                        : rest[draw(12) ? draw(2) : draw(LENGTH(rest))]);
    ck_assert_int_eq(armor_record_from_netlink(draw(40) ? 1400 : 1107, armor_slice_of(text), &record, NULL),
                     1);
    return record;
}

/* All that can be seen of REGISTRY, as text; the caller frees it. */
static char *state_of(const struct registry *registry)
{
    json_t *all = json_array();
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct container *container = registry_at(registry, i);
        json_t *object = armor_profile_to_json(container->profile);
        json_t *rules = json_array();
        for (size_t j = 0; j < container->profile->rule_count; j++) {
            (void)json_array_append_new(rules,
                                        armor_rule_to_json(container->profile, container->profile->rules[j]));
        }
        (void)json_object_set_new(object, "list", rules);
        (void)json_object_set_new(object, "denied", json_integer((json_int_t)container->denied));
        (void)json_object_set_new(object, "dirty", json_boolean(container->dirty));
        (void)json_array_append_new(all, object);
    }
    char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
    ck_assert_ptr_nonnull(text);
    json_decref(all);
    return text;
}

static void check_registries(const struct registry *a, const struct registry *b)
{
    char *first = state_of(a);
    char *second = state_of(b);
    ck_assert_msg(strcmp(first, second) == 0, "%s\ninstead of %s", first, second);
    free(first);
    free(second);
}

/* The next message of RIG that nobody has compared, but for those of forged records: how many of these are told depends on the clock. */
static const struct ring_entry *next_told(struct rig *rig)
{
    const struct ring_entry *entry = NULL;
    do {
        entry = ring_after(rig->ring, rig->compared);
        rig->compared = entry ? entry->id : rig->compared;
    } while (entry && entry->topic == RING_SECURITY);
    return entry;
}

static void check_same(struct rig *quick, struct rig *plain)
{
    struct pipeline_counters counters = *pipeline_counters(quick->pipeline);
    ck_assert_uint_eq(pipeline_counters(plain->pipeline)->known, 0);
    counters.known = 0;
    ck_assert_mem_eq(&counters, pipeline_counters(plain->pipeline), sizeof counters);
    ck_assert_int_eq(pipeline_dirty(quick->pipeline), pipeline_dirty(plain->pipeline));
    ck_assert_int_eq(pipeline_position(quick->pipeline)->time_usec,
                     pipeline_position(plain->pipeline)->time_usec);
    ck_assert_int_eq(pipeline_position(quick->pipeline)->serial, pipeline_position(plain->pipeline)->serial);
    for (;;) {
        const struct ring_entry *a = next_told(quick);
        const struct ring_entry *b = next_told(plain);
        ck_assert(!a == !b);
        if (!a || !b) {
            break;
        }
        ck_assert(a->topic == b->topic && strcmp(a->container, b->container) == 0);
        ck_assert_str_eq(a->data, b->data);
    }
    check_registries(quick->registry, plain->registry);
}

/* What RIG has stored, by itself, is the same too. */
static void check_stored(const struct rig *quick, const struct rig *plain)
{
    struct registry *read[2];
    const struct rig *const rigs[] = {quick, plain};
    for (size_t i = 0; i < 2; i++) {
        struct store_damage damage;
        struct armor_error err = {0};
        ck_assert_int_eq(pipeline_flush(rigs[i]->pipeline, true, &err), 0);
        ck_assert_int_eq(registry_new(&read[i]), 0);
        ck_assert_int_eq(store_load(rigs[i]->store, read[i], 42, &damage, &err), 0);
    }
    check_registries(read[0], read[1]);
    registry_free(read[0]);
    registry_free(read[1]);
}

START_TEST(known_is_as_parsed)
{
    static struct rig quick;
    static struct rig plain;
    random_state = (uint64_t)_i + 1;
    make(&quick, false);
    make(&plain, true);
    for (int i = 0; i < RECORDS; i++) {
        char text[512];
        struct armor_record record = make_record(text, sizeof text, 1000 + i);
        if (draw(30) == 0) {
            size_t what = draw(9);
            size_t number = draw(1000);
            const char *name = draw(2) ? "web" : "db";
            happen(&quick, what, name, number);
            happen(&plain, what, name, number);
        }
        feed(&quick, &record);
        feed(&plain, &record);
        if (i % 100 == 99) {
            check_same(&quick, &plain);
        }
    }
    check_stored(&quick, &plain);
    ck_assert_uint_gt(pipeline_counters(quick.pipeline)->known, RECORDS / 10);
    drop(&quick);
    drop(&plain);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pipeline_known");
    TCase *tcase = check_case(suite, "pipeline_known");
    tcase_add_loop_test(tcase, known_is_as_parsed, 0, 4);
    return check_main(suite);
}

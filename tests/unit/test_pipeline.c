/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipeline: from the bytes of a message to a rule in the store, and what becomes of all other messages. */
#include "pipeline_rig.h"

static struct container *web;

static void make_web(void)
{
    struct armor_error err = {0};
    make_pipeline();
    ck_assert_int_eq(container_new(ARMOR_SLICE("web"), 1, 42, &web), 0);
    ck_assert_int_eq(registry_add(registry, web), 0);
    ck_assert_int_eq(store_put_container(store, web, &err), 0);
}

/* Each is a record of its own: the stamp in PAYLOAD is moved on. */
static void feed(uint32_t type, const char *payload)
{
    static int64_t serial;
    struct armor_record record;
    ck_assert_int_eq(armor_record_from_netlink(type, armor_slice_of(payload), &record, NULL), 1);
    record.serial.value += ++serial;
    pipeline_record(pipeline, &record);
}

static void commit(void)
{
    struct armor_error err = {0};
    ck_assert_msg(pipeline_commit(pipeline, &err) == 0, "%s", err.text);
}

/* Rules of web in the store, as another program would see them. */
static int stored_rules(const char *where)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    char sql[256];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM rule WHERE %s", where);
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
    return count;
}

static const char *ring_text(uint64_t after)
{
    const struct ring_entry *entry = ring_after(ring, after);
    return entry ? entry->data : "";
}

#define OPEN(verdict, label, file)                                                                           \
    "audit(1700000000.123:45): apparmor=\"" verdict "\" operation=\"open\" class=\"file\" profile=\"" label  \
    "\" name=\"" file "\" pid=7 comm=\"cat\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0"

START_TEST(an_event_becomes_a_stored_rule)
{
    feed(1400, OPEN("ALLOWED", "armord-web", "/etc/passwd"));
    ck_assert_uint_eq(web->profile->rule_count, 1);
    ck_assert_int_eq(stored_rules("1"), 0);
    commit();
    ck_assert_int_eq(stored_rules("kind = 'file' AND name = CAST('/etc/passwd' AS BLOB) AND count = 1"), 1);
    ck_assert_uint_eq(web->novel, 1);

    const struct ring_entry *entry = ring_after(ring, 0);
    ck_assert_int_eq(entry->topic, RING_RULE);
    ck_assert_str_eq(entry->container, "web");
    ck_assert_ptr_nonnull(strstr(entry->data, "\"container\":\"web\""));
    ck_assert_ptr_nonnull(strstr(entry->data, "\"time\":\"2023-11-14T22:13:20.123000Z\""));
    ck_assert_ptr_nonnull(strstr(entry->data, "/etc/passwd r,"));

    /* Again: nothing new, the count lags until a flush. */
    feed(1400, OPEN("ALLOWED", "armord-web", "/etc/passwd"));
    commit();
    ck_assert_uint_eq(web->novel, 1);
    ck_assert_uint_eq(ring_newest(ring), 1);
    ck_assert_int_eq(stored_rules("count = 2"), 0);
    ck_assert(pipeline_dirty(pipeline));
    struct armor_error err = {0};
    ck_assert_int_eq(pipeline_flush(pipeline, false, &err), 0);
    ck_assert_int_eq(stored_rules("count = 2"), 1);
    ck_assert(!pipeline_dirty(pipeline));
    ck_assert_uint_eq(pipeline_counters(pipeline)->records, 2);
    ck_assert_uint_eq(pipeline_counters(pipeline)->apparmor, 2);
    ck_assert_uint_eq(pipeline_counters(pipeline)->rules, 1);
}
END_TEST

START_TEST(counters_of_any_age_are_written_at_the_end)
{
    struct armor_error err = {0};
    feed(1400, OPEN("ALLOWED", "armord-web", "/a"));
    commit();
    feed(
        1400,
        "audit(1800000000.000:46): apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/b\""
        " requested_mask=\"r\" denied_mask=\"r\"");
    commit();
    ck_assert_int_eq(pipeline_flush(pipeline, false, &err), 0);
    feed(1400, OPEN("ALLOWED", "armord-web", "/a")); /* with an old time */
    ck_assert_int_eq(pipeline_flush(pipeline, true, &err), 0);
    ck_assert_int_eq(stored_rules("name = CAST('/a' AS BLOB) AND count = 2"), 1);
}
END_TEST

/* Messages that give no rule, and the counter that each of them ticks. */
static const struct {
    uint32_t type;
    const char *payload;
    size_t counter;
} others[] = {
    {1300, "audit(1700000000.123:45): arch=c000003e syscall=257", SIZE_MAX},
    {1400, "audit(1700000000.123:45): apparmor=\"ALLOWED\" operation=\"open",
     offsetof(struct pipeline_counters, malformed)},
    {1400, "audit(1700000000.123:45): avc:  denied  { read } for  pid=1", SIZE_MAX},
    {1400, OPEN("ALLOWED", "armord-db", "/x"), offsetof(struct pipeline_counters, foreign)},
    {1400, OPEN("ALLOWED", "web", "/x"), offsetof(struct pipeline_counters, foreign)},
    {1400, OPEN("ALLOWED", ":ns:armord-web", "/x"), offsetof(struct pipeline_counters, foreign)},
    {1400, OPEN("ALLOWED", "armord-web//&other", "/x"), offsetof(struct pipeline_counters, foreign)},
    {1400, OPEN("STATUS", "unconfined", "armord-web"), offsetof(struct pipeline_counters, foreign)},
};

START_TEST(other_messages_are_counted)
{
    struct pipeline_counters before = *pipeline_counters(pipeline);
    feed(others[_i].type, others[_i].payload);
    const struct pipeline_counters *after = pipeline_counters(pipeline);
    ck_assert_uint_eq(after->records, 1);
    ck_assert_uint_eq(after->rules, before.rules);
    ck_assert_uint_eq(web->profile->rule_count, 0);
    ck_assert_uint_eq(after->malformed + after->foreign + after->untrusted, others[_i].counter != SIZE_MAX);
    if (others[_i].counter != SIZE_MAX) {
        uint64_t value;
        memcpy(&value, (const char *)after + others[_i].counter, sizeof value);
        ck_assert_uint_eq(value, 1);
    }
    ck_assert(!pipeline_dirty(pipeline));
}
END_TEST

/* A flood of new names behind the cap of rules: counted each, told once in a second, and what is refused meanwhile is told all the same. */
START_TEST(a_flood_over_the_cap_leaves_the_ring_to_others)
{
    char name[64];
    char payload[512];
    struct armor_rule *rule = NULL;
    for (size_t i = 0; i < ARMOR_RULES_MAX; i++) {
        (void)snprintf(name, sizeof name, "/srv/%zu", i);
        const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                            .mask = ARMOR_FILE_READ,
                                            .name = armor_slice_of(name)};
        ck_assert_int_eq(armor_profile_merge(web->profile, &access, &rule), 1);
    }
    for (int i = 0; i < 40; i++) {
        (void)snprintf(payload, sizeof payload,
                       "audit(1700000000.123:45): apparmor=\"ALLOWED\" operation=\"open\" class=\"file\" "
                       "profile=\"armord-web\" name=\"/new/%d\" pid=7 comm=\"x\" requested_mask=\"r\" "
                       "denied_mask=\"r\"",
                       i);
        feed(1400, payload);
    }
    feed(1400, OPEN("DENIED", "armord-web", "/etc/shadow"));
    ck_assert_uint_eq(web->profile->skipped[ARMOR_SKIP_FULL], 40);
    size_t told = 0;
    const struct ring_entry *entry = NULL;
    for (uint64_t after = 0; (entry = ring_after(ring, after)); after = entry->id) {
        told += entry->topic == RING_ACCESS;
    }
    ck_assert_uint_ge(told, 2);
    ck_assert_uint_le(told, 4); /* on a machine that takes two seconds for this */
    ck_assert_ptr_nonnull(strstr(ring_text(ring_newest(ring) - 1), "/etc/shadow"));
}
END_TEST

START_TEST(forged_records_are_told_not_learned)
{
    feed(1107,
         "audit(1700000000.123:45): pid=618 uid=0 auid=4294967295 ses=4294967295 subj=armord-evil msg='"
         "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/etc/shadow\""
         " requested_mask=\"r\" denied_mask=\"r\" : exe=\"/x\" res=success'");
    ck_assert_uint_eq(pipeline_counters(pipeline)->untrusted, 1);
    ck_assert_uint_eq(web->profile->rule_count, 0);
    ck_assert_uint_eq(web->profile->events, 0);
    const struct ring_entry *entry = ring_after(ring, 0);
    ck_assert_int_eq(entry->topic, RING_SECURITY);
    ck_assert_ptr_nonnull(strstr(entry->data, "\"kind\":\"forged\""));
    ck_assert_ptr_nonnull(strstr(entry->data, "\"pid\":\"618\""));
    ck_assert_ptr_nonnull(strstr(entry->data, "\"label\":\"armord-evil\""));

    /* Sent from in a container of ours: it is named, and that flood can't hide another forger's. */
    feed(1107,
         "audit(1700000000.123:45): pid=7 subj=armord-web msg='apparmor=\"ALLOWED\" operation=\"open\" "
         "profile=\"armord-db\"'");
    ck_assert_uint_eq(web->forged, 1);
    ck_assert_str_eq(ring_after(ring, 1)->container, "web");
    ck_assert_ptr_nonnull(strstr(ring_text(1), "\"profile\":\"armord-db\""));

    /* dbus-daemon tells audit what AppArmor answered it: not learned, and no news. */
    feed(1107,
         "audit(1700000000.123:45): pid=8 subj=unconfined msg='apparmor=\"DENIED\" "
         "operation=\"dbus_method_call\"'");
    ck_assert_uint_eq(ring_newest(ring), 2);

    /* A flood of them can't push out what matters. */
    for (int i = 0; i < 1000; i++) {
        feed(1107, "audit(1700000000.123:45): pid=618 msg='apparmor=\"ALLOWED\" operation=\"open\"'");
    }
    ck_assert_uint_eq(pipeline_counters(pipeline)->untrusted, 1003);
    ck_assert_uint_le(ring_newest(ring), 4);
}
END_TEST

START_TEST(refusals_of_an_enforced_container_are_kept)
{
    web->mode = ARMOR_MODE_ENFORCED;
    feed(1400, OPEN("DENIED", "armord-web", "/etc/shadow"));
    ck_assert_uint_eq(web->denied, 1);
    ck_assert_uint_eq(web->denials.count, 1);
    ck_assert_str_eq(web->denials.entries[0].rule->name, "/etc/shadow");
    ck_assert_ptr_nonnull(strstr(web->denials.entries[0].event, "/etc/shadow"));
    ck_assert_int_eq(ring_after(ring, 0)->topic, RING_ACCESS);
    ck_assert_uint_eq(web->profile->rule_count, 0);
    ck_assert_uint_eq(web->profile->skipped[ARMOR_SKIP_DENIED], 1);

    /* Too late to learn. */
    feed(1400, OPEN("ALLOWED", "armord-web//null-/bin/x", "/etc/hosts"));
    ck_assert_uint_eq(web->profile->rule_count, 0);
    ck_assert_uint_eq(pipeline_counters(pipeline)->late, 1);
    ck_assert_uint_eq(web->denied, 1);
    ck_assert_ptr_nonnull(strstr(ring_text(1), "/etc/hosts"));
}
END_TEST

START_TEST(what_gives_no_rule_is_shown)
{
    feed(1400,
         "audit(1700000000.123:45): apparmor=\"ALLOWED\" operation=\"exec\" profile=\"armord-web\" name=\"/\""
         " requested_mask=\"x\" denied_mask=\"x\"");
    ck_assert_uint_eq(web->profile->skipped[ARMOR_SKIP_MEMFD], 1);
    ck_assert_int_eq(ring_after(ring, 0)->topic, RING_ACCESS);
    ck_assert_uint_eq(web->denials.count, 0);
}
END_TEST

START_TEST(loss_marks_who_learns)
{
    struct container *db;
    struct armor_error err = {0};
    ck_assert_int_eq(container_new(ARMOR_SLICE("db"), 1, 42, &db), 0);
    ck_assert_int_eq(registry_add(registry, db), 0);
    ck_assert_int_eq(store_put_container(store, db, &err), 0);
    db->mode = ARMOR_MODE_ENFORCED;
    pipeline_lost(pipeline, 3, "in the socket's buffer", NULL);
    pipeline_lost(pipeline, 4, "in the socket's buffer", NULL);
    ck_assert_uint_eq(web->lost, 7);
    ck_assert_int_eq(strncmp(web->gaps[CONTAINER_GAP_LOST], "7 audit records lost in the socket's buffer",
                             43),
                     0);
    ck_assert(container_complete(db));
    ck_assert_int_eq(ring_after(ring, 0)->topic, RING_LOSS);
    ck_assert_ptr_nonnull(strstr(ring_text(1), "\"count\":4"));
    pipeline_lost(pipeline, 0, "in the socket's buffer", NULL);
    ck_assert_int_eq(strncmp(web->gaps[CONTAINER_GAP_LOST], "an unknown number", 17), 0);

    /* At once, not with the next flush. */
    struct registry *again;
    struct store *other;
    struct store_damage damage;
    ck_assert_int_eq(registry_new(&again), 0);
    ck_assert_int_eq(store_open(path, &other, &err), 0);
    ck_assert_int_eq(store_load(other, again, 42, &damage, &err), 0);
    ck_assert_uint_eq(registry_find(again, ARMOR_SLICE("web"))->lost, 7);
    ck_assert(!container_complete(registry_find(again, ARMOR_SLICE("web"))));
    registry_free(again);
    store_free(other);
}
END_TEST

/* AppArmor's own records; what a process wrote isn't believed here either. */
START_TEST(what_cannot_be_read_is_lost)
{
    static const char cut[] = "audit(1700000000.123:45): apparmor=\"ALLOWED\" operation=\"open";
    feed(1107, cut);
    commit();
    ck_assert(container_complete(web));
    feed(1400, cut);
    feed(1400, cut);
    ck_assert(container_complete(web)); /* told once for a batch */
    commit();
    ck_assert_uint_eq(web->lost, 2);
    ck_assert_int_eq(strncmp(web->gaps[CONTAINER_GAP_LOST], "2 audit records lost as they came", 33), 0);
    commit();
    ck_assert_uint_eq(web->lost, 2);
}
END_TEST

START_TEST(what_finds_no_room_is_missing)
{
    char payload[256];
    for (int i = 0; i < ARMOR_RULES_MAX; i++) {
        (void)snprintf(payload, sizeof payload, OPEN("ALLOWED", "armord-web", "/data/%d"), i);
        feed(1400, payload);
    }
    ck_assert(container_complete(web));
    feed(1400, OPEN("ALLOWED", "armord-web", "/one-more"));
    ck_assert_uint_eq(web->profile->skipped[ARMOR_SKIP_FULL], 1);
    ck_assert_int_eq(strncmp(web->gaps[CONTAINER_GAP_MEMORY], "rules were left out", 19), 0);
    ck_assert(!container_complete(web));
}
END_TEST

START_TEST(a_store_that_refuses_loses_nothing)
{
    struct armor_error err = {0};
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    feed(1400, OPEN("ALLOWED", "armord-web", "/etc/passwd"));
    ck_assert_int_eq(pipeline_commit(pipeline, &err), -EBUSY);
    ck_assert(web->unsaved);
    armor_error_clear(&err);
    ck_assert_int_eq(pipeline_flush(pipeline, false, &err), -EBUSY);
    ck_assert(pipeline_dirty(pipeline));
    ck_assert_uint_eq(pipeline_counters(pipeline)->commits_failed, 2);

    ck_assert_int_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    armor_error_clear(&err);
    ck_assert_int_eq(pipeline_flush(pipeline, false, &err), 0);
    ck_assert(!web->unsaved);
    ck_assert_int_eq(stored_rules("name = CAST('/etc/passwd' AS BLOB)"), 1);
}
END_TEST

/* Many containers are written in parts, each of them once in a round, and what gets dirty in between by the next one. */
START_TEST(a_large_flush_comes_in_parts)
{
    enum { MANY = 60, EACH = 100, ALL = MANY * EACH };
    struct armor_error err = {0};
    int parts = 0;
    for (int i = 0; i < MANY; i++) {
        struct container *container;
        char name[16];
        (void)snprintf(name, sizeof name, "m%03d", i);
        ck_assert_int_eq(container_new(armor_slice_of(name), 1, 42, &container), 0);
        ck_assert_int_eq(registry_add(registry, container), 0);
        ck_assert_int_eq(store_put_container(store, container, &err), 0);
        for (int j = 0; j < EACH; j++) {
            char text[256];
            (void)snprintf(text, sizeof text,
                           "audit(1700000000.123:45): apparmor=\"ALLOWED\" operation=\"open\" "
                           "profile=\"armord-m%03d\" name=\"/%d\""
                           " requested_mask=\"r\" denied_mask=\"r\"",
                           i, j);
            feed(1400, text);
            feed(1400, text);
        }
    }
    commit();
    ck_assert_int_eq(stored_rules("count = 2"), ALL); /* as they were at the commit */
    for (int i = 0; i < MANY; i++) {
        char text[256];
        (void)snprintf(text, sizeof text,
                       "audit(1700000001.123:45): apparmor=\"ALLOWED\" operation=\"open\" "
                       "profile=\"armord-m%03d\" name=\"/7\""
                       " requested_mask=\"r\" denied_mask=\"r\"",
                       i);
        feed(1400, text);
    }
    int r = 1;
    for (; r > 0; parts++) {
        int before = stored_rules("count = 3");
        r = pipeline_flush_some(pipeline, &err);
        ck_assert_int_lt(stored_rules("count = 3") - before, MANY / 2);
        if (parts == 0) { /* the round has passed this one */
            feed(1400, OPEN("ALLOWED", "armord-m000", "/again"));
            commit();
            feed(1400, OPEN("ALLOWED", "armord-m000", "/again"));
        }
    }
    ck_assert_int_eq(r, 0);
    ck_assert_int_ge(parts, 2);
    ck_assert_int_eq(stored_rules("count = 3"), MANY);
    ck_assert(pipeline_dirty(pipeline)); /* "/again" */
    while (pipeline_dirty(pipeline)) {
        ck_assert_int_ge(pipeline_flush_some(pipeline, &err), 0);
    }
    ck_assert_int_eq(stored_rules("name = CAST('/again' AS BLOB) AND count = 2"), 1);
}
END_TEST

START_TEST(a_container_that_is_not_stored_yet_waits)
{
    struct container *db;
    struct armor_error err = {0};
    ck_assert_int_eq(container_new(ARMOR_SLICE("db"), 1, 42, &db), 0);
    ck_assert_int_eq(registry_add(registry, db), 0);
    feed(1400, OPEN("ALLOWED", "armord-db", "/a"));
    feed(1400, OPEN("ALLOWED", "armord-web", "/b"));
    commit();
    ck_assert_int_eq(stored_rules("1"), 1);
    ck_assert_int_eq(pipeline_flush(pipeline, true, &err), 0);
    ck_assert_int_eq(stored_rules("1"), 1);
    feed(1400, OPEN("ALLOWED", "armord-db", "/c"));
    pipeline_forget(pipeline, db);
    registry_remove(registry, db);
    commit();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pipeline");
    TCase *all = check_case(suite, "pipeline");
    tcase_add_checked_fixture(all, make_web, drop_pipeline);
    tcase_add_test(all, an_event_becomes_a_stored_rule);
    tcase_add_test(all, counters_of_any_age_are_written_at_the_end);
    tcase_add_loop_test(all, other_messages_are_counted, 0, LENGTH(others));
    tcase_add_test(all, a_flood_over_the_cap_leaves_the_ring_to_others);
    tcase_add_test(all, forged_records_are_told_not_learned);
    tcase_add_test(all, refusals_of_an_enforced_container_are_kept);
    tcase_add_test(all, what_gives_no_rule_is_shown);
    tcase_add_test(all, loss_marks_who_learns);
    tcase_add_test(all, what_cannot_be_read_is_lost);
    tcase_add_test(all, what_finds_no_room_is_missing);
    tcase_add_test(all, a_store_that_refuses_loses_nothing);
    tcase_add_test(all, a_large_flush_comes_in_parts);
    tcase_add_test(all, a_container_that_is_not_stored_yet_waits);
    return check_main(suite);
}

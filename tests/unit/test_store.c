/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes in comes out: containers, rules, revisions, numbers. */
#include "store_rig.h"

#include "rule_more.h"

/* Killed after a rule was stored, before the container's counters were. */
START_TEST(a_lagging_row_is_caught_up)
{
    struct container *container = add_container("web");
    struct armor_rule *rule =
        add_rule(container, (struct armor_access){.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/bin/sh")});
    rule->count = 1;
    rule->first_usec = 50;
    rule->last_usec = 50;
    container->profile->last_novel_usec = 13;
    put_all(container);
    (void)reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_int_eq(container->profile->last_novel_usec, 50);
}
END_TEST

START_TEST(everything_comes_back)
{
    struct container *container = add_container("web");
    ck_assert_int_eq(armor_baseline_add(container->profile), 0);
    struct armor_rule *rule =
        add_rule(container,
                 (struct armor_access){.kind = ARMOR_RULE_FILE,
                                       .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_APPEND,
                                       .name = ARMOR_SLICE("/a\xff \"b\n*")});
    rule->count = 7;
    rule->first_usec = 11;
    rule->last_usec = 12;
    ck_assert_int_ge(armor_profile_word(container->profile, ARMOR_SLICE("ngi\xffnx"), &rule->comm), 0);
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_CAPABILITY, .name = ARMOR_SLICE("chown")});
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_NETWORK,
                                              .name = ARMOR_SLICE("inet"),
                                              .detail = ARMOR_SLICE("stream")});
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_NETWORK, .name = ARMOR_SLICE("inet")});
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_MOUNT,
                                              .name = ARMOR_SLICE("/mnt/"),
                                              .detail = ARMOR_SLICE("tmpfs"),
                                              .peer = ARMOR_SLICE("none"),
                                              .options = ARMOR_SLICE("rw, nosuid")});
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/bin/sh")});
    container->mode = ARMOR_MODE_ENFORCED;
    container->revision = 3;
    container->lost = 5;
    container->lost_base = (struct armor_number){.value = 4000000000, .present = true};
    container->denied = 6;
    container->profile->events = 100;
    container->profile->skipped[ARMOR_SKIP_MEMFD] = 2;
    container->profile->last_novel_usec = 13;
    container->profile->null_child = true;
    container_mark(container, CONTAINER_GAP_LOST, "5 records lost");
    put_all(container);
    put_all(add_container("db"));
    size_t rules = container->profile->rule_count;

    struct store_damage damage = reopen();
    ck_assert_uint_eq(damage.containers, 0);
    ck_assert_uint_eq(damage.rules, 0);
    ck_assert_uint_eq(registry_count(registry), 2);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_ptr_nonnull(container);
    ck_assert_int_gt(container->id, 0);
    ck_assert_int_eq(container->mode, ARMOR_MODE_ENFORCED);
    ck_assert_int_eq(container->since_usec, 1000);
    ck_assert_uint_eq(container->revision, 3);
    ck_assert_uint_eq(container->lost, 5);
    ck_assert(container->lost_base.present);
    ck_assert_int_eq(container->lost_base.value, 4000000000);
    ck_assert_uint_eq(container->denied, 6);
    ck_assert_uint_eq(container->profile->events, 100);
    ck_assert_uint_eq(container->profile->skipped[ARMOR_SKIP_MEMFD], 2);
    ck_assert_uint_eq(container->profile->skipped[ARMOR_SKIP_CLASS], 0);
    ck_assert_int_eq(container->profile->last_novel_usec, 13);
    ck_assert(container->profile->null_child);
    ck_assert_str_eq(container->gaps[CONTAINER_GAP_LOST], "5 records lost");
    ck_assert_uint_eq(container->profile->rule_count, rules);

    size_t found = 0;
    for (size_t i = 0; i < rules; i++) {
        rule = container->profile->rules[i];
        if (rule->kind == ARMOR_RULE_FILE && strcmp(rule->name, "/a\xff \"b\n*") == 0) {
            found++;
            ck_assert_uint_eq(rule->mask, ARMOR_FILE_READ | ARMOR_FILE_WRITE | ARMOR_FILE_APPEND);
            ck_assert_uint_eq(rule->count, 7);
            ck_assert_int_eq(rule->first_usec, 11);
            ck_assert_int_eq(rule->last_usec, 12);
            ck_assert_str_eq(rule->comm, "ngi\xffnx");
            ck_assert_int_eq(rule->origin, ARMOR_ORIGIN_OBSERVED);
        }
        if (rule->kind == ARMOR_RULE_FILE && strcmp(rule->name, "/dev/null") == 0) {
            found++;
            ck_assert_int_eq(rule->origin, ARMOR_ORIGIN_BASELINE);
            ck_assert_str_eq(armor_rule_more(rule)->reason, "any shell, any time");
        }
    }
    ck_assert_uint_eq(found, 2);
    ck_assert(!registry_find(registry, ARMOR_SLICE("db"))->lost_base.present);
}
END_TEST

START_TEST(a_rule_is_put_again_in_place)
{
    struct container *container = add_container("web");
    struct armor_rule *rule = add_rule(container, (struct armor_access){.kind = ARMOR_RULE_FILE,
                                                                        .mask = ARMOR_FILE_READ,
                                                                        .name = ARMOR_SLICE("/a")});
    put_all(container);
    rule->mask |= ARMOR_FILE_MAP;
    rule->count = 9;
    put_all(container);
    reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 1);
    ck_assert_uint_eq(container->profile->rules[0]->mask, ARMOR_FILE_READ | ARMOR_FILE_MAP);
    ck_assert_uint_eq(container->profile->rules[0]->count, 9);
}
END_TEST

START_TEST(states_and_values_are_kept)
{
    struct container *container = add_container("web");
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_RLIMIT,
                                              .name = ARMOR_SLICE("nofile"),
                                              .value = ARMOR_VALUE_UNLIMITED});
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_CHANGE_PROFILE,
                                              .state = ARMOR_STATE_QUARANTINED,
                                              .name = ARMOR_SLICE("x")});
    put_all(container);
    reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 2);
    bool first = container->profile->rules[0]->kind == ARMOR_RULE_RLIMIT;
    ck_assert(armor_rule_more(container->profile->rules[!first])->value == ARMOR_VALUE_UNLIMITED);
    ck_assert_int_eq(container->profile->rules[first]->state, ARMOR_STATE_QUARANTINED);
}
END_TEST

/* Read back, /data is there three times: its states are three rules. What each tells is its own. */
START_TEST(what_a_rule_tells_is_kept)
{
    static const enum armor_state states[] = {ARMOR_STATE_ACTIVE, ARMOR_STATE_EXPECTED, ARMOR_STATE_DENIED};
    struct container *container = add_container("web");
    for (int i = 0; i < LENGTH(states); i++) {
        struct armor_rule *rule =
            add_rule(container, (struct armor_access){.kind = ARMOR_RULE_FILE,
                                                      .state = states[i],
                                                      .mask = i ? ARMOR_FILE_WRITE : ARMOR_FILE_READ,
                                                      .name = ARMOR_SLICE("/data")});
        rule->origin = i ? ARMOR_ORIGIN_SEEDED : ARMOR_ORIGIN_ACCEPTED;
        struct armor_rule_more *more = more_of(container->profile, rule);
        more->reason = i ? "it is a volume" : NULL;
        more->source = i ? "compose.yml:3:5" : NULL;
        more->guard = i ? NULL : "executable-writable";
        more->sample = i ? "/data/\xff" : NULL;
        more->decided_by = i ? NULL : "root (uid 0)";
        more->decided_usec = i ? 0 : 77;
        rule->owners = (uint8_t)(ARMOR_OWNER_SELF << !i);
        rule->runs = 4;
        rule->last_run = 9;
    }
    put_all(container);
    ck_assert_uint_eq(reopen().rules, 0);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 3);
    for (int i = 0; i < LENGTH(states); i++) {
        struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                      .state = states[i],
                                      .name = ARMOR_SLICE("/data")};
        const struct armor_rule *rule = armor_profile_find(container->profile, &access);
        ck_assert_ptr_nonnull(rule);
        ck_assert_uint_eq(rule->mask, i ? ARMOR_FILE_WRITE : ARMOR_FILE_READ);
        ck_assert_int_eq(rule->origin, i ? ARMOR_ORIGIN_SEEDED : ARMOR_ORIGIN_ACCEPTED);
        ck_assert_pstr_eq(armor_rule_more(rule)->reason, i ? "it is a volume" : NULL);
        ck_assert_pstr_eq(armor_rule_more(rule)->source, i ? "compose.yml:3:5" : NULL);
        ck_assert_pstr_eq(armor_rule_more(rule)->guard, i ? NULL : "executable-writable");
        ck_assert_pstr_eq(armor_rule_more(rule)->sample, i ? "/data/\xff" : NULL);
        ck_assert_pstr_eq(armor_rule_more(rule)->decided_by, i ? NULL : "root (uid 0)");
        ck_assert_int_eq(armor_rule_more(rule)->decided_usec, i ? 0 : 77);
        ck_assert_uint_eq(rule->owners, ARMOR_OWNER_SELF << !i);
        ck_assert_uint_eq(rule->runs, 4);
        ck_assert_uint_eq(rule->last_run, 9);
    }
}
END_TEST

/* A decision moves rules: what is replaced has none that are gone. */
START_TEST(rules_are_replaced)
{
    struct armor_error err = {0};
    struct container *container = add_container("web");
    struct armor_rule *rule = add_rule(container, (struct armor_access){.kind = ARMOR_RULE_CAPABILITY,
                                                                        .state = ARMOR_STATE_QUARANTINED,
                                                                        .name = ARMOR_SLICE("bpf")});
    put_all(container);
    (void)armor_profile_move(container->profile, rule, ARMOR_STATE_DENIED);
    ck_assert_int_eq(store_replace_rules(store, container, &err), 0);
    reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 1);
    ck_assert_int_eq(container->profile->rules[0]->state, ARMOR_STATE_DENIED);
}
END_TEST

/* A store of schema 1, which knew no states: its rules are active ones. */
START_TEST(schema_1_is_brought_up)
{
    struct container *container = add_container("web");
    add_rule(container,
             (struct armor_access){.kind = ARMOR_RULE_FILE, .mask = 1, .name = ARMOR_SLICE("/good")});
    put_all(container);
    plant(
        "ALTER TABLE container DROP COLUMN pinned; ALTER TABLE container DROP COLUMN image;"
        "ALTER TABLE container DROP COLUMN image_seen; ALTER TABLE container DROP COLUMN returned;"
        "ALTER TABLE container DROP COLUMN watch_until; DROP TABLE setting;"
        "ALTER TABLE revision DROP COLUMN note; ALTER TABLE revision DROP COLUMN image; DROP TABLE denial;"
        "CREATE TABLE old AS SELECT container, kind, name, detail, peer, options, mask, origin, reason, comm,"
        " count, first, last FROM rule; DROP TABLE rule; ALTER TABLE old RENAME TO rule; DROP TABLE position;"
        " DROP TABLE history; DROP TABLE run; DROP TABLE intent;"
        " PRAGMA user_version = 1");
    struct store_damage damage = reopen();
    ck_assert_uint_eq(damage.rules, 0);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 1);
    ck_assert_int_eq(container->profile->rules[0]->state, ARMOR_STATE_ACTIVE);
}
END_TEST

/* CONTAINER has VALUE of its own for the setting NAME, or none where it is NULL; stored. */
static void set_own(struct container *container, const char *name, const char *value)
{
    const struct setting *setting = setting_find(armor_slice_of(name));
    struct armor_error err = {0};
    struct own_settings given = {.given = value ? setting_bit(setting) : 0};
    if (value) {
        ck_assert_int_eq(setting_parse(setting, armor_slice_of(value), &given.choices, &err), 0);
    }
    own_settings_take(&container->own, &given, setting_bit(setting));
    ck_assert_msg(store_put_settings(store, container, setting_bit(setting), &err) == 0, "%s", err.text);
}

START_TEST(its_own_settings_come_back)
{
    put_all(add_container("web"));
    put_all(add_container("db"));
    struct container *container = registry_find(registry, ARMOR_SLICE("web"));
    set_own(container, "image-change", "learn");
    set_own(container, "watch-limit", "0");
    set_own(container, "without", "uuid rotated");
    put_all(container); /* its row has nothing to do with them */
    ck_assert_uint_eq(reopen().settings, 0);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_int_eq(__builtin_popcount(container->own.given), 3);
    ck_assert_int_eq(container->own.choices.image_change, SETTINGS_IMAGE_LEARN);
    ck_assert_int_eq(container->own.choices.watch_limit, 0);
    ck_assert_uint_eq(container->own.choices.generalise.without,
                      (1U << ARMOR_MAKE_UUID) | (1U << ARMOR_MAKE_ROTATED));
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("db"))->own.given, 0);
    set_own(container, "watch-limit", NULL);
    (void)reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_int_eq(__builtin_popcount(container->own.given), 2);
    struct armor_error err = {0};
    ck_assert_int_eq(store_delete_container(store, container, &err), 0);
    put_all(add_container("web2")); /* which may get its number */
    (void)reopen();
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("web2"))->own.given, 0);
}
END_TEST

/* More runs than are kept, and a curve. */
START_TEST(history_comes_back)
{
    struct container *container = add_container("web");
    struct history *history = &container->history;
    for (uint32_t i = 1; i <= ARMOR_RUNS_MAX + 2; i++) {
        struct armor_run *run = armor_runs_begin(&history->runs, 1000 * (int64_t)i);
        *run = (struct armor_run){run->started_usec, i, i + 1, i + 2, i % 2 == 0};
        ck_assert_int_eq(armor_curve_add(&history->curve, 1000 * (int64_t)i, 5 * i), 0);
        put_all(container);
    }
    history->boot = 77;
    history->started_usec = 88;
    history->judged_usec = 99;
    put_all(container);
    reopen();
    history = &registry_find(registry, ARMOR_SLICE("web"))->history;
    ck_assert_uint_eq(history->runs.count, ARMOR_RUNS_MAX + 2);
    ck_assert_uint_eq(history->curve.count, ARMOR_RUNS_MAX + 2);
    for (uint32_t i = 1; i <= history->curve.count; i++) {
        ck_assert_int_eq(history->curve.points[i - 1].usec, 1000 * (int64_t)i);
        ck_assert_uint_eq(history->curve.points[i - 1].rules, 5 * i);
    }
    ck_assert_int_eq(history->boot, 77);
    ck_assert_uint_eq(history->started_usec, 88);
    ck_assert_int_eq(history->judged_usec, 99);
    for (uint32_t i = 3; i <= ARMOR_RUNS_MAX + 2; i++) {
        const struct armor_run *run = armor_runs_get(&history->runs, i);
        ck_assert_int_eq(run->started_usec, 1000 * (int64_t)i);
        ck_assert_uint_eq(run->novel, i);
        ck_assert_uint_eq(run->used, i + 1);
        ck_assert_uint_eq(run->known, i + 2);
        ck_assert_int_eq(run->whole, i % 2 == 0);
    }
    plant("UPDATE run SET novel = -5, number = 400 WHERE number = 9; UPDATE history SET curve = x'0102'");
    reopen();
    history = &registry_find(registry, ARMOR_SLICE("web"))->history;
    ck_assert_uint_eq(armor_runs_get(&history->runs, 9)->novel, 0);
    ck_assert_uint_eq(history->curve.count, 0);
}
END_TEST

START_TEST(revisions_are_kept_and_trimmed)
{
    struct armor_error err = {0};
    struct container *container = add_container("web");
    put_all(container);
    for (uint32_t i = 1; i <= ARMOR_REVISIONS_MAX + 3; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "text %u", i);
        struct revision revision = {.number = i,
                                    .mode = i % 2 ? ARMOR_MODE_LEARNING : ARMOR_MODE_ENFORCED,
                                    .time_usec = i,
                                    .reason = (char *)"learn",
                                    .author = (char *)"root (uid 0)",
                                    .note = i == 4 ? (char *)"why not" : NULL,
                                    .image = (char *)"sha256:1",
                                    .gates = i % 2 ? NULL : (char *)"[]"};
        ck_assert_int_eq(store_add_revision(store, container, &revision, armor_slice_of(text), &err), 0);
        if (i == 2) {
            ck_assert_int_eq(store_add_revision(store, container, &revision, ARMOR_SLICE("other"), &err),
                             -EEXIST);
            armor_error_clear(&err);
        }
    }
    struct revision *revisions;
    size_t count;
    ck_assert_int_eq(store_revisions(store, container, &revisions, &count, &err), 0);
    ck_assert_uint_eq(count, ARMOR_REVISIONS_MAX);
    ck_assert_uint_eq(revisions[0].number, 4);
    ck_assert_int_eq(revisions[0].mode, ARMOR_MODE_ENFORCED);
    ck_assert_int_eq(revisions[0].time_usec, 4);
    ck_assert_str_eq(revisions[0].reason, "learn");
    ck_assert_str_eq(revisions[0].author, "root (uid 0)");
    ck_assert_str_eq(revisions[0].note, "why not");
    ck_assert_str_eq(revisions[1].note, "");
    ck_assert_str_eq(revisions[0].image, "sha256:1");
    ck_assert_str_eq(revisions[0].gates, "[]");
    ck_assert_ptr_null(revisions[1].gates);
    ck_assert_uint_eq(revisions[count - 1].number, ARMOR_REVISIONS_MAX + 3);
    store_free_revisions(revisions, count);

    char *text;
    ck_assert_int_eq(store_revision_text(store, container, 4, &text, &err), 0);
    ck_assert_str_eq(text, "text 4");
    free(text);
    ck_assert_int_eq(store_revision_text(store, container, 3, &text, &err), -ENOENT);
}
END_TEST

START_TEST(deleted_with_all_that_is_its)
{
    struct armor_error err = {0};
    struct container *container = add_container("web");
    add_rule(container, (struct armor_access){.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/bin/sh")});
    container_mark(container, CONTAINER_GAP_LOST, "x");
    put_all(container);
    struct revision revision = {.number = 1, .reason = (char *)"learn", .author = (char *)"root"};
    ck_assert_int_eq(store_add_revision(store, container, &revision, ARMOR_SLICE("text"), &err), 0);
    ck_assert_int_eq(store_delete_container(store, container, &err), 0);
    ck_assert_int_eq(container->id, 0);
    store_free(store);
    plant(
        "CREATE TEMP TABLE empty (n INTEGER CHECK (n = 0));"
        "INSERT INTO empty SELECT (SELECT count(*) FROM rule) + (SELECT count(*) FROM gap) +"
        " (SELECT count(*) FROM revision) + (SELECT count(*) FROM container)");
    ck_assert_int_eq(store_open(path, &store, &err), 0);
}
END_TEST

START_TEST(rolled_back_is_as_it_was)
{
    struct armor_error err = {0};
    struct container *container = add_container("web");
    put_all(container);
    container->denied = 5;
    ck_assert_int_eq(store_begin(store, &err), 0);
    ck_assert_int_eq(store_put_container(store, container, &err), 0);
    store_rollback(store);
    store_rollback(store);
    reopen();
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("web"))->denied, 0);
}
END_TEST

START_TEST(numbers)
{
    struct armor_error err = {0};
    int64_t value = 0;
    ck_assert_int_eq(store_get_number(store, "x", &value, &err), 0);
    ck_assert_int_eq(store_set_number(store, "x", 64, &err), 0);
    ck_assert_int_eq(store_set_number(store, "x", 65, &err), 0);
    reopen();
    ck_assert_int_eq(store_get_number(store, "x", &value, &err), 1);
    ck_assert_int_eq(value, 65);
    ck_assert_int_eq(store_clear_number(store, "x", &err), 0);
    ck_assert_int_eq(store_get_number(store, "x", &value, &err), 0);
}
END_TEST
int main(void)
{
    Suite *suite = suite_create("store");
    TCase *all = check_case(suite, "store");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, a_lagging_row_is_caught_up);
    tcase_add_test(all, everything_comes_back);
    tcase_add_test(all, a_rule_is_put_again_in_place);
    tcase_add_test(all, states_and_values_are_kept);
    tcase_add_test(all, what_a_rule_tells_is_kept);
    tcase_add_test(all, rules_are_replaced);
    tcase_add_test(all, schema_1_is_brought_up);
    tcase_add_test(all, its_own_settings_come_back);
    tcase_add_test(all, history_comes_back);
    tcase_add_test(all, revisions_are_kept_and_trimmed);
    tcase_add_test(all, deleted_with_all_that_is_its);
    tcase_add_test(all, rolled_back_is_as_it_was);
    tcase_add_test(all, numbers);
    return check_main(suite);
}

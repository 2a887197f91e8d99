/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Store: what goes in comes out, what was planted or damaged doesn't, and a failure in the middle leaves what was. */
#include "store.h"

#include "armor/baseline.h"
#include "check_main.h"
#include "scratch.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

static struct scratch scratch;
static char path[128];
static struct store *store;
static struct registry *registry;

static void make(void)
{
    struct armor_error err = {0};
    scratch_make(&scratch);
    scratch_path(&scratch, "armord.db", path);
    ck_assert_msg(store_open(path, &store, &err) == 0, "%s", err.text);
    ck_assert_int_eq(registry_new(&registry), 0);
}

static void drop(void)
{
    registry_free(registry);
    store_free(store);
    scratch_remove(&scratch);
}

/* Close, open, and read all back into an empty registry. */
static struct store_damage reopen(void)
{
    struct armor_error err = {0};
    struct store_damage damage;
    store_free(store);
    registry_free(registry);
    ck_assert_msg(store_open(path, &store, &err) == 0, "%s", err.text);
    ck_assert_int_eq(registry_new(&registry), 0);
    ck_assert_msg(store_load(store, registry, 42, &damage, &err) == 0, "%s", err.text);
    return damage;
}

static struct container *add_container(const char *name)
{
    struct container *container;
    ck_assert_int_eq(container_new(armor_slice_of(name), 1000, 42, &container), 0);
    ck_assert_int_eq(registry_add(registry, container), 0);
    return container;
}

static struct armor_rule *add_rule(struct container *container, struct armor_access access)
{
    struct armor_rule *rule;
    ck_assert_int_eq(armor_profile_merge(container->profile, &access, &rule), 1);
    return rule;
}

static void put_all(struct container *container)
{
    struct armor_error err = {0};
    ck_assert_int_eq(store_begin(store, &err), 0);
    ck_assert_msg(store_put_container(store, container, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < container->profile->rule_count; i++) {
        ck_assert_msg(store_put_rule(store, container, container->profile->rules[i], &err) == 0, "%s",
                      err.text);
    }
    ck_assert_int_eq(store_commit(store, &err), 0);
}

/* Do with the file what no armord would. */
static void plant(const char *sql)
{
    sqlite3 *database;
    char *said = NULL;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, &said) == SQLITE_OK, "%s", said);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}

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
            ck_assert_str_eq(rule->reason, "any shell, any time");
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
    struct armor_rule *rule = add_rule(container, (struct armor_access){.kind = ARMOR_RULE_CHANGE_PROFILE,
                                                                        .name = ARMOR_SLICE("x")});
    ck_assert_int_eq(rule->state, ARMOR_STATE_QUARANTINED);
    put_all(container);
    reopen();
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 2);
    bool first = container->profile->rules[0]->kind == ARMOR_RULE_RLIMIT;
    ck_assert(container->profile->rules[!first]->value == ARMOR_VALUE_UNLIMITED);
    ck_assert_int_eq(container->profile->rules[first]->state, ARMOR_STATE_QUARANTINED);
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
        "ALTER TABLE rule DROP COLUMN state; ALTER TABLE rule DROP COLUMN value; DROP TABLE position; "
        "PRAGMA user_version = 1");
    struct store_damage damage = reopen();
    ck_assert_uint_eq(damage.rules, 0);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 1);
    ck_assert_int_eq(container->profile->rules[0]->state, ARMOR_STATE_ACTIVE);
}
END_TEST

/* Values of one rule row, as SQL; what each makes impossible is that it becomes a rule. */
static const char *const planted_rules[] = {
    "'flie', x'2f61', x'', x'', x'', 1, 'observed'",
    "'file', x'2f61', x'', x'', x'', 1, 'nobody'",
    "'file', x'2f61', x'', x'', x'', 0, 'observed'",    /* nothing allowed: no rule */
    "'file', x'2f61', x'', x'', x'', 1024, 'observed'", /* a bit that files don't have */
    "'file', x'2f61', x'', x'', x'', -1, 'observed'",
    "'file', x'2f61', x'', x'', x'', 4294967297, 'observed'",    /* 1, if it were cut to 32 bits */
    "'capability', x'63686f776e', x'', x'', x'', 1, 'observed'", /* a mask where there is none */
    "'file', x'2f6100', x'', x'', x'', 1, 'observed'",           /* NUL */
    "'file', x'', x'', x'', x'', 1, 'observed'",                 /* no name */
    "'file', x'6162', x'', x'', x'', 1, 'observed'",             /* not a path: `deny` would be a word */
    "'file', zeroblob(9000), x'', x'', x'', 1, 'observed'",
    "'file', CAST('/' || hex(randomblob(5000)) AS BLOB), x'', x'', x'', 1, 'observed'", /* too long */
    "'capability', CAST('chown, file' || char(10) AS BLOB), x'', x'', x'', 0, 'observed'",
    "'network', CAST('inet,file,' || char(10) AS BLOB), x'', x'', x'', 0, 'observed'",
    "'signal', CAST('term) peer=x, file,#' AS BLOB), x'', x'', x'', 1, 'observed'",
    "'mount', x'2f61', CAST('a) {' AS BLOB), x'', x'', 0, 'observed'",
    "'mount', x'2f61', x'', x'', CAST('rw), file' || char(10) AS BLOB), 0, 'observed'",
    "'link', x'2f61', x'', x'', x'', 0, 'observed'",   /* of what? */
    "'mqueue', x'2f61', x'', x'', x'', 1, 'observed'", /* of which type? */
    "'hat', x'', x'', x'', x'', 0, 'observed'",
    "'rlimit', CAST('nofile <= 1, file' AS BLOB), x'', x'', x'', 1, 'observed'",
};

START_TEST(planted_rules_are_left_out)
{
    struct container *container = add_container("web");
    add_rule(container,
             (struct armor_access){.kind = ARMOR_RULE_FILE, .mask = 1, .name = ARMOR_SLICE("/good")});
    put_all(container);
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO rule (kind, name, detail, peer, options, mask, origin, container, reason, "
                   "comm, count, first,"
                   " last) VALUES (%s, 1, x'', x'', 0, 0, 0)",
                   planted_rules[_i]);
    plant(sql);
    struct store_damage damage = reopen();
    ck_assert_uint_eq(damage.rules, 1);
    ck_assert_uint_eq(damage.containers, 0);
    container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_uint_eq(container->profile->rule_count, 1);
    ck_assert_str_eq(container->gaps[CONTAINER_GAP_STORE], "1 stored rules were damaged and left out");
    ck_assert(container->dirty);
}
END_TEST

static const char *const planted_containers[] = {
    "'../x', 'learning', 0, 0",
    "'x', 'lenient', 0, 0",
    "'x', 'learning', 0, -1",
    "'x', 'learning', 0, 4294967296",
    "CAST(x'61002f' AS TEXT), 'learning', 0, 0",
    "'', 'learning', 0, 0",
};

START_TEST(planted_containers_are_left_out)
{
    put_all(add_container("web"));
    char sql[512];
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO container (name, mode, since, revision, lost, denied, events, last_novel, null_child)"
        " VALUES (%s, 0, 0, 0, 0, 0)",
        planted_containers[_i]);
    plant(sql);
    ck_assert_uint_eq(reopen().containers, 1);
    ck_assert_uint_eq(registry_count(registry), 1);
}
END_TEST

START_TEST(an_unknown_gap_is_still_a_gap)
{
    put_all(add_container("web"));
    plant("INSERT INTO gap VALUES (1, 'of a newer armord', 'a\x1b[31m note')");
    reopen();
    struct container *container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert(!container_complete(container));
    ck_assert_str_eq(container->gaps[CONTAINER_GAP_STORE], "a?[31m note");
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

/* Files that can't be the store; each open is refused with the reason, and the file stays as it is. */
START_TEST(what_is_not_ours_is_refused)
{
    static const struct {
        const char *sql;
        int code;
        const char *says;
    } cases[] = {
        {"PRAGMA user_version = 99", -ENOTSUP, "a newer armord wrote it"},
        {"PRAGMA application_id = 7", -EBADMSG, "some other program's"},
        {"DROP TABLE rule", -EIO, "aren't as they should be"},
    };
    struct armor_error err = {0};
    store_free(store);
    store = NULL;
    plant(cases[_i].sql);
    struct store *other = NULL;
    ck_assert_int_eq(store_open(path, &other, &err), cases[_i].code);
    ck_assert_msg(strstr(err.text, cases[_i].says) != NULL, "%s", err.text);
    ck_assert_str_eq(err.source, path);
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(no_database_at_all)
{
    struct armor_error err = {0};
    struct store *other = NULL;
    char name[128];
    ck_assert_int_eq(store_open("/nonexistent/armord.db", &other, &err), -ENOENT);
    armor_error_clear(&err);
    FILE *file = fopen(scratch_path(&scratch, "noise", name), "we");
    for (int i = 0; i < 2000; i++) {
        ck_assert_int_ge(fputs("noise ", file), 0);
    }
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(store_open(name, &other, &err), -EBADMSG);
    ck_assert_ptr_null(other);
    store_free(NULL);
}
END_TEST

/* A process that dies with a transaction open and others committed: the committed ones are there, the open one isn't. */
START_TEST(killed_in_the_middle)
{
    struct armor_error err = {0};
    struct container *container = add_container("web");
    put_all(container);
    store_free(store);
    store = NULL;
    int ready[2];
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store *own;
        if (store_open(path, &own, &err) < 0) {
            _exit(1);
        }
        for (uint64_t i = 1; i <= 3; i++) {
            container->denied = i;
            if (store_begin(own, &err) < 0 || store_put_container(own, container, &err) < 0 ||
                (i < 3 && store_commit(own, &err) < 0)) {
                _exit(2);
            }
        }
        (void)!write(ready[1], "!", 1);
        (void)pause();
        _exit(3);
    }
    char byte;
    (void)close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    reopen();
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("web"))->denied, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *all = check_case(suite, "store");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, everything_comes_back);
    tcase_add_test(all, a_lagging_row_is_caught_up);
    tcase_add_test(all, a_rule_is_put_again_in_place);
    tcase_add_test(all, states_and_values_are_kept);
    tcase_add_test(all, schema_1_is_brought_up);
    tcase_add_loop_test(all, planted_rules_are_left_out, 0, LENGTH(planted_rules));
    tcase_add_loop_test(all, planted_containers_are_left_out, 0, LENGTH(planted_containers));
    tcase_add_test(all, an_unknown_gap_is_still_a_gap);
    tcase_add_test(all, revisions_are_kept_and_trimmed);
    tcase_add_test(all, deleted_with_all_that_is_its);
    tcase_add_test(all, rolled_back_is_as_it_was);
    tcase_add_test(all, numbers);
    tcase_add_loop_test(all, what_is_not_ours_is_refused, 0, 3);
    tcase_add_test(all, no_database_at_all);
    tcase_add_test(all, killed_in_the_middle);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store that somebody else wrote to, that isn't ours, or whose writer was killed. */
#include "store_rig.h"

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
    (void)
        snprintf(sql, sizeof sql,
                 "INSERT INTO rule (kind, name, detail, peer, options, mask, origin, container, state, value,"
                 " reason, source, guard, comm, sample, decided_by, decided, owners, runs, last_run, count,"
                 " first, last)"
                 " VALUES (%s, 1, 'active', 0, x'', x'', x'', x'', x'', x'', 0, 0, 0, 0, 0, 0, 0)",
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

/* What isn't understood doesn't count and stays where it is, for the armord that wrote it; what is given anew takes its place. */
START_TEST(planted_settings_are_inherited)
{
    put_all(add_container("web"));
    plant(
        "INSERT INTO setting VALUES (1, 'of a newer armord', 'on'), (1, 'database', '/etc/shadow'),"
        " (1, 'image-change', 'newer'), (1, 'watch-limit', '-1'), (1, 'watch-seconds', CAST(x'363000' AS "
        "TEXT)),"
        " (1, 'ready-percent', '5')");
    struct store_damage damage = reopen();
    ck_assert_uint_eq(damage.settings, 5);
    ck_assert_uint_eq(damage.containers + damage.rules, 0);
    struct container *container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert(container_complete(container));
    ck_assert_uint_eq(container->own.given, setting_bit(setting_find(ARMOR_SLICE("ready-percent"))));
    ck_assert_int_eq(container->own.choices.ready_percent, 5);
    ck_assert_int_eq(__builtin_popcount(container->own.damaged), 3);
    uint32_t bits = setting_bit(setting_find(ARMOR_SLICE("image-change"))) |
                    setting_bit(setting_find(ARMOR_SLICE("watch-limit")));
    struct own_settings given = {.given = setting_bit(setting_find(ARMOR_SLICE("watch-limit")))};
    struct armor_error err = {0};
    own_settings_take(&container->own, &given, bits);
    ck_assert_int_eq(store_put_settings(store, container, bits, &err), 0);
    ck_assert_uint_eq(reopen().settings, 3);
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

/* A schema that isn't what its number says: nothing of the climb is left, and the database is as good as before. */
START_TEST(a_climb_that_fails_leaves_all_as_it_was)
{
    struct armor_error err = {0};
    put_all(add_container("web"));
    store_free(store);
    store = NULL;
    plant("CREATE TABLE kept AS SELECT user_version FROM pragma_user_version; PRAGMA user_version = 6");
    ck_assert_int_lt(store_open(path, &store, &err), 0);
    ck_assert_msg(strstr(err.text, "of schema 6, stays as it was: ") != NULL, "%s", err.text);
    ck_assert_ptr_null(store);
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_stmt *kept;
    ck_assert_int_eq(sqlite3_prepare_v2(database, "SELECT user_version FROM kept", -1, &kept, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(kept), SQLITE_ROW);
    char sql[80];
    (void)snprintf(sql, sizeof sql, "DROP TABLE kept; PRAGMA user_version = %d", sqlite3_column_int(kept, 0));
    ck_assert_int_eq(sqlite3_finalize(kept), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
    plant(sql);
    reopen();
    ck_assert_uint_eq(registry_count(registry), 1);
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
    Suite *suite = suite_create("store damage");
    TCase *all = check_case(suite, "store damage");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_loop_test(all, planted_rules_are_left_out, 0, LENGTH(planted_rules));
    tcase_add_loop_test(all, planted_containers_are_left_out, 0, LENGTH(planted_containers));
    tcase_add_test(all, planted_settings_are_inherited);
    tcase_add_test(all, an_unknown_gap_is_still_a_gap);
    tcase_add_loop_test(all, what_is_not_ours_is_refused, 0, 3);
    tcase_add_test(all, a_climb_that_fails_leaves_all_as_it_was);
    tcase_add_test(all, a_climb_that_fails_leaves_all_as_it_was);
    tcase_add_test(all, no_database_at_all);
    tcase_add_test(all, killed_in_the_middle);
    return check_main(suite);
}

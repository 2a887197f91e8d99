/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source audit-log: a log that grows, is renamed, cut, and gone on with after a restart. */
#include "armor/limits.h"
#include "scratch.h"
#include "source_rig.h"

#include <errno.h>

static struct source_rig rig;
static struct scratch scratch;
static char path[128];

static void add(const char *text)
{
    FILE *file = fopen(path, "ae");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* A line with the record NAME. */
static void log_record(const char *name)
{
    char line[256];
    (void)snprintf(line, sizeof line,
                   "type=AVC msg=audit(1700000000.123:45): %s\x1dSYSCALL=open AUID=\"unset\"\n", name);
    add(line);
}

/* As auditd does it. */
static void rotate(void)
{
    char from[160];
    char to[160];
    for (int i = 3; i > 0; i--) {
        (void)snprintf(from, sizeof from, i > 1 ? "%s.%d" : "%s", path, i - 1);
        (void)snprintf(to, sizeof to, "%s.%d", path, i);
        (void)rename(from, to);
    }
    add("");
}

static void make(void)
{
    rig_make(&rig);
    scratch_make(&scratch);
    rig.config.audit_log = scratch_path(&scratch, "audit.log", path);
    log_record("old");
}

static void drop(void)
{
    rig_drop(&rig);
    scratch_remove(&scratch);
}

START_TEST(lines_become_records)
{
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    rig_expect(&rig, "old;");
    add("type=USER_AVC msg=audit(1.100:2): pid=1 msg='apparmor=\"ALLOWED\"'\ntype=AVC msg=audit(1.100:3): "
        "ha");
    rig_expect(&rig, "!apparmor=\"ALLOWED\";");
    add("lf\n[1.0] audit: type=1400 audit(1.100:4): other framing\ntype=AVC msg=audit(1.1\n\n");
    log_record("last");
    rig_expect(&rig, "half;last;");
    ck_assert_uint_eq(source_counters(rig.source)->bent, 2);
}
END_TEST

START_TEST(a_line_without_end_is_stepped_over)
{
    static char huge[3 * ARMOR_RECORD_MAX];
    memset(huge, 'x', sizeof huge - 2);
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    add(huge);
    rig_expect(&rig, "old;");
    add("tail\n");
    log_record("next");
    rig_expect(&rig, "next;");
    ck_assert_uint_eq(source_counters(rig.source)->bent, 1);
}
END_TEST

START_TEST(rotation_loses_nothing)
{
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    rig_expect(&rig, "old;");
    log_record("a");
    rotate();
    log_record("b");
    rig_expect(&rig, "a;b;");
    log_record("c");
    rotate();
    log_record("d");
    rotate();
    log_record("e");
    rig_expect(&rig, "c;d;e;");
    ck_assert_uint_eq(rig.losses, 0);
}
END_TEST

START_TEST(a_restart_goes_on_where_it_was)
{
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    log_record("a");
    add("type=AVC msg=audit(1.100:3): ha");
    rig_expect(&rig, "old;a;");
    rig_stop(&rig);
    add("lf\n");
    rotate();
    log_record("b");
    rotate();
    log_record("c");
    rig_start(&rig, SOURCE_AUDIT_LOG, rig.place, 1);
    rig_expect(&rig, "half;b;c;");
    rig_stop(&rig);
    rig_start(&rig, SOURCE_AUDIT_LOG, rig.place, 1);
    rig_expect(&rig, "");
    ck_assert_uint_eq(rig.losses, 0);
}
END_TEST

START_TEST(what_was_rotated_away_is_told)
{
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    rig_expect(&rig, "old;");
    rig_stop(&rig);
    ck_assert_int_eq(unlink(path), 0);
    log_record("a");
    rotate();
    log_record("b");
    rig_start(&rig, SOURCE_AUDIT_LOG, "1:1:1", 0);
    rig_expect(&rig, "a;b;");
    ck_assert_uint_eq(rig.losses, 1);
}
END_TEST

START_TEST(truncation_is_told)
{
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    log_record("longer");
    rig_expect(&rig, "old;longer;");
    ck_assert_int_eq(truncate(path, 0), 0);
    rig_expect(&rig, "");
    log_record("a");
    rig_expect(&rig, "a;");
    ck_assert_uint_eq(rig.losses, 1);
}
END_TEST

START_TEST(batches_are_bounded)
{
    for (int i = 0; i < 2 * SOURCE_BATCH; i++) {
        add("type=AVC msg=audit(1.100:1): \n");
    }
    rig_start(&rig, SOURCE_AUDIT_LOG, "", 0);
    ck_assert_int_gt(sd_event_run(rig.loop, 0), 0);
    ck_assert_uint_eq(source_counters(rig.source)->messages, SOURCE_BATCH);
    while (sd_event_run(rig.loop, 20000) > 0) {
    }
    ck_assert_uint_eq(source_counters(rig.source)->messages, 2 * SOURCE_BATCH + 1);
    ck_assert_uint_eq(rig.batches, 3);
}
END_TEST

START_TEST(without_a_log_it_says_why)
{
    ck_assert_int_eq(unlink(path), 0);
    rig_start(&rig, SOURCE_AUDIT_LOG, "", -ENOENT);
    rig.config.audit_log = "/nowhere/audit.log";
    rig_start(&rig, SOURCE_AUDIT_LOG, "", -ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_file");
    TCase *all = check_case(suite, "audit-log");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, lines_become_records);
    tcase_add_test(all, a_line_without_end_is_stepped_over);
    tcase_add_test(all, rotation_loses_nothing);
    tcase_add_test(all, a_restart_goes_on_where_it_was);
    tcase_add_test(all, what_was_rotated_away_is_told);
    tcase_add_test(all, truncation_is_told);
    tcase_add_test(all, batches_are_bounded);
    tcase_add_test(all, without_a_log_it_says_why);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source journal, on journal files of the test's own: systemd-journal-remote(8) makes them from the export format, fields of journald's
 * own included, as only journald can otherwise.
 */
#include "scratch.h"
#include "source_rig.h"

#include <errno.h>

#define REMOTE "/lib/systemd/systemd-journal-remote"

static struct source_rig rig;
static struct scratch scratch;
static unsigned written; /* entries of this test */

/* Append an entry with FIELDS, each ended by a newline. */
static void entry(const char *fields)
{
    char file[128];
    char command[384];
    (void)scratch_path(&scratch, "system.journal", file);
    (void)snprintf(command, sizeof command, REMOTE " --output=%s - >/dev/null 2>&1", file);
    FILE *remote = popen(command, "we"); /* NOLINT(cert-env33-c): a command of this test's own */
    ck_assert_ptr_nonnull(remote);
    written++;
    (void)fprintf(remote,
                  "__REALTIME_TIMESTAMP=17000000000000%02u\n__MONOTONIC_TIMESTAMP=%u\n"
                  "_BOOT_ID=0123456789abcdef0123456789abcdef\n%s\n",
                  written, 1000 + written, fields);
    ck_assert_int_eq(pclose(remote), 0);
}

#define AUDIT(type, serial, text)                                                                            \
    "_TRANSPORT=audit\n_AUDIT_TYPE=" type "\n_AUDIT_ID=" serial                                              \
    "\n_SOURCE_REALTIME_TIMESTAMP=1700000000123000\nMESSAGE=" text "\n"
#define KERNEL(facility, text) "_TRANSPORT=kernel\nSYSLOG_FACILITY=" facility "\nMESSAGE=" text "\n"

static void make(void)
{
    rig_make(&rig);
    scratch_make(&scratch);
    rig.config.journal = scratch.directory;
    written = 0;
    entry(AUDIT("1400", "1", "AVC first"));
}

static void drop(void)
{
    rig_drop(&rig);
    scratch_remove(&scratch);
}

START_TEST(only_what_journald_vouches_for_is_trusted)
{
    entry(AUDIT("1107", "2", "USER_AVC pid=3 subj=a msg='apparmor=\"ALLOWED\" user'"));
    entry(KERNEL("0", "audit: type=1400 audit(1.100:3): apparmor=\"ALLOWED\" log"));
    entry(KERNEL("1", "audit: type=1400 audit(1.100:4): apparmor=\"ALLOWED\" forged"));
    entry(
        "_TRANSPORT=journal\nAUDIT_TYPE=1400\nSYSLOG_FACILITY=0\nMESSAGE=audit: type=1400 audit(1.100:5): a "
        "process\n");
    entry(AUDIT("x", "6", "AVC bent"));
    entry("_TRANSPORT=audit\n_AUDIT_TYPE=1400\nMESSAGE=AVC no number\n");
    rig_start(&rig, SOURCE_JOURNAL, "", 0);
    rig_expect(&rig,
               "first;!apparmor=\"ALLOWED\" user;apparmor=\"ALLOWED\" log;!apparmor=\"ALLOWED\" forged;");
    ck_assert_uint_eq(source_counters(rig.source)->messages, 6);
    ck_assert_uint_eq(source_counters(rig.source)->bent, 2);
    ck_assert_uint_eq(source_counters(rig.source)->strangers, 1);
}
END_TEST

START_TEST(what_journald_missed_is_loss)
{
    entry(
        "_TRANSPORT=driver\nMESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606\nMESSAGE=Missed 3 kernel messages\n");
    entry("_TRANSPORT=journal\nMESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606\nMESSAGE=says a process\n");
    rig_start(&rig, SOURCE_JOURNAL, "", 0);
    rig_expect(&rig, "first;");
    ck_assert_uint_eq(rig.losses, 1);
}
END_TEST

START_TEST(a_restart_goes_on_behind_its_place)
{
    entry(AUDIT("1400", "2", "AVC second"));
    rig_start(&rig, SOURCE_JOURNAL, "", 0);
    rig_expect(&rig, "first;second;");
    rig_stop(&rig);
    entry(AUDIT("1400", "3", "AVC third"));
    rig_start(&rig, SOURCE_JOURNAL, rig.place, 1);
    rig_expect(&rig, "=first;=second;third;");
    ck_assert_uint_eq(rig.losses, 0);
    rig_stop(&rig);
    rig_start(&rig, SOURCE_JOURNAL, rig.place, 1);
    rig_expect(&rig, "=first;=second;=third;");
}
END_TEST

START_TEST(a_place_that_is_gone_is_told)
{
    rig_start(&rig, SOURCE_JOURNAL,
              "s=00000000000000000000000000000001;i=1;b=00000000000000000000000000000002;m=1;t=1;x=1", 0);
    rig_expect(&rig, "first;");
    ck_assert_uint_eq(rig.losses, 1);
}
END_TEST

int main(void)
{
    if (access(REMOTE, X_OK) < 0) {
        (void)puts("SKIP: " REMOTE
                   " isn't there; it makes the journal that is read (package systemd-journal-remote)");
        return 77;
    }
    Suite *suite = suite_create("source_journal");
    TCase *all = check_case(suite, "journal");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, only_what_journald_vouches_for_is_trusted);
    tcase_add_test(all, what_journald_missed_is_loss);
    tcase_add_test(all, a_restart_goes_on_behind_its_place);
    tcase_add_test(all, a_place_that_is_gone_is_told);
    return check_main(suite);
}

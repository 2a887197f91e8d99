/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source kmsg: one message for each read, as the device has it; a socket that keeps messages apart stands in for it. */
#include "source_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct source_rig rig;
static int device;

static void make(void)
{
    int pair[2];
    rig_make(&rig);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    rig.config.kmsg = pair[0];
    device = pair[1];
}

static void drop(void)
{
    rig_drop(&rig);
    (void)close(rig.config.kmsg);
    (void)close(device);
}

/* The kernel writes message SEQUENCE of PRIORITY. */
static void print(unsigned priority, unsigned sequence, const char *text)
{
    char message[512];
    int length =
        snprintf(message, sizeof message, "%u,%u,99999999999999,-,caller=T42;%s\n", priority, sequence, text);
    ck_assert_int_eq(send(device, message, (size_t)length, 0), length);
}

START_TEST(only_the_kernels_own_are_trusted)
{
    rig_start(&rig, SOURCE_KMSG, "", 0);
    print(5, 1, "audit: type=1400 audit(1.100:1): apparmor=\"ALLOWED\" a=\\x22b");
    print(6, 2, "something else");
    print(12, 3, "audit: type=1400 audit(1.100:2): apparmor=\"ALLOWED\" forged");
    print(5, 4, "audit: type=1107 audit(1.100:3): pid=3 msg='apparmor=\"ALLOWED\" user'");
    print(5, 5, "audit: type=1400 audit(1.100");
    rig_expect(&rig, "apparmor=\"ALLOWED\" a=\"b;!apparmor=\"ALLOWED\" forged;!apparmor=\"ALLOWED\" user;");
    ck_assert_uint_eq(source_counters(rig.source)->messages, 5);
    ck_assert_uint_eq(source_counters(rig.source)->strangers, 1);
    ck_assert_uint_eq(source_counters(rig.source)->bent, 1);
    ck_assert_uint_eq(rig.losses, 0);
}
END_TEST

START_TEST(gaps_and_the_rate_limit_are_loss)
{
    rig_start(&rig, SOURCE_KMSG, "", 0);
    print(5, 10, "audit: type=1400 audit(1.100:1): a");
    print(5, 14, "audit: type=1400 audit(1.100:2): b");
    rig_expect(&rig, "a;b;");
    ck_assert_uint_eq(rig.losses, 1);
    ck_assert_uint_eq(rig.lost, 0); /* nobody knows how many of them were records */
    ck_assert_uint_eq(source_counters(rig.source)->dropped, 3);
    print(4, 15, "audit: kauditd_printk_skb: 7 callbacks suppressed");
    print(12, 16, "audit: kauditd_printk_skb: 9 callbacks suppressed"); /* says a process */
    rig_expect(&rig, "");
    ck_assert_uint_eq(rig.losses, 2);
    ck_assert_uint_eq(rig.lost, 7);
}
END_TEST

START_TEST(nothing_is_read_twice)
{
    rig_start(&rig, SOURCE_KMSG, "", 0);
    print(5, 1, "audit: type=1400 audit(1.100:1): a");
    print(5, 2, "audit: type=1400 audit(1.100:2): b");
    rig_expect(&rig, "a;b;");
    rig_stop(&rig);
    rig_start(&rig, SOURCE_KMSG, rig.place, 1);
    print(5, 1, "audit: type=1400 audit(1.100:1): a"); /* opened anew, from its start */
    print(5, 2, "audit: type=1400 audit(1.100:2): b");
    print(5, 3, "audit: type=1400 audit(1.100:3): c");
    rig_expect(&rig, "c;");
    ck_assert_uint_eq(rig.losses, 0);
    rig_stop(&rig);
    rig_start(&rig, SOURCE_KMSG, "0123456789abcdef0123456789abcdef 3", 0); /* another boot */
    print(5, 1, "audit: type=1400 audit(1.100:1): d");
    rig_expect(&rig, "d;");
}
END_TEST

START_TEST(batches_are_bounded)
{
    int size = 4 << 20;
    (void)setsockopt(device, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    (void)setsockopt(device, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    rig_start(&rig, SOURCE_KMSG, "", 0);
    unsigned sequence = 0;
    for (; sequence < SOURCE_BATCH + 10; sequence++) {
        print(6, sequence, "x");
    }
    rig_expect(&rig, "");
    ck_assert_uint_eq(rig.batches, 2);
    ck_assert_uint_eq(source_counters(rig.source)->messages, sequence);
}
END_TEST

START_TEST(without_the_device_it_says_how_to_get_it)
{
    int kmsg = rig.config.kmsg;
    rig.config.kmsg = -1;
    rig_start(&rig, SOURCE_KMSG, "", -ENOENT);
    rig.config.kmsg = kmsg;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_kmsg");
    TCase *all = check_case(suite, "kmsg");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, only_the_kernels_own_are_trusted);
    tcase_add_test(all, gaps_and_the_rate_limit_are_loss);
    tcase_add_test(all, nothing_is_read_twice);
    tcase_add_test(all, batches_are_bounded);
    tcase_add_test(all, without_the_device_it_says_how_to_get_it);
    return check_main(suite);
}

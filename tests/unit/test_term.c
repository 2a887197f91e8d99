/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a gap in the events' numbers is: of who learned between them. Records and gaps go through pipeline and serials, as from the source. */
#include "term.h"

#include "pipeline_rig.h"
#include "serials.h"

#include <stdio.h>

enum { SECOND = 1000 * 1000 };

static struct serials serials;
static struct container *web;
static struct container *db;

static void make_two(void)
{
    make_pipeline();
    serials = (struct serials){0};
    web = add_container("web");
    db = add_container("db");
}

static void tell(struct serials_gap gap)
{
    if (gap.count > 0) {
        pipeline_lost(pipeline, gap.count, "in the test", &gap);
    }
}

/* The event numbered SERIAL comes. */
static void come(uint32_t serial, const char *said)
{
    char payload[256];
    struct armor_record record;
    (void)snprintf(payload, sizeof payload, "audit(1700000000.123:%u): %s", serial, said);
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(payload), &record, NULL), 1);
    pipeline_record(pipeline, &record);
    tell(serials_take(&serials, serial));
}

static void come_others(uint32_t from, uint32_t to)
{
    for (uint32_t serial = from; serial <= to; serial++) {
        come(serial, "of another kind");
    }
}

/* The kernel's word on a load, by the loader or by anybody. */
static void come_load(uint32_t serial, const char *label)
{
    char said[192];
    (void)
        snprintf(said, sizeof said,
                 "apparmor=\"STATUS\" operation=\"profile_replace\" profile=\"unconfined\" name=\"%s\" pid=7 "
                 "comm=\"armor-loader\"",
                 label);
    come(serial, said);
}

/* CONTAINER's profile is loaded by the event numbered SERIAL, and the container is in MODE from then on. */
static void change(struct container *container, enum armor_mode mode, uint32_t serial)
{
    term_loading(&container->term, mode);
    come_load(serial, container->profile->label);
    container->mode = mode;
    term_settle(&container->term, mode);
}

/* Time enough for each number to have come. */
static void wait_long(void)
{
    static int64_t now = 0;
    for (int i = 0; i < 2; i++) {
        now += INT64_C(10) * SECOND;
        tell(serials_settle(&serials, now));
    }
}

START_TEST(before_learning_is_nobodys)
{
    db->mode = ARMOR_MODE_ENFORCED;
    come_others(1, 10);
    change(web, ARMOR_MODE_LEARNING, 20); /* the first event that shows the gap is the load itself */
    wait_long();
    ck_assert_uint_eq(web->lost, 0);
    ck_assert(container_complete(web));
    ck_assert_ptr_nonnull(strstr(ring_after(ring, 0)->data, "no container was learning"));
    come_others(21, 30);
    come_others(33, 40); /* and this one is its own */
    wait_long();
    ck_assert_uint_eq(web->lost, 2);
    ck_assert_uint_eq(db->lost, 0);
}
END_TEST

/* More than there is room for in the window: judged by the load's own event. */
START_TEST(before_learning_and_many)
{
    come_others(1, 10);
    change(web, ARMOR_MODE_LEARNING, 100000);
    wait_long();
    ck_assert_uint_eq(web->lost, 0);
    ck_assert_uint_eq(db->lost, 99989); /* learned all the while, as far as anybody knows */
}
END_TEST

START_TEST(across_the_beginning_is_its_own)
{
    come_others(1, 10);
    change(web, ARMOR_MODE_LEARNING, 12);
    come_others(15, 20);
    wait_long();
    ck_assert_uint_eq(web->lost, 3); /* which of them were before isn't told apart */
    ck_assert(!container_complete(web));
}
END_TEST

/* The load's own event is lost: nobody knows when learning began. A later load, as to quiet what is known, doesn't say so. */
START_TEST(an_unknown_beginning_counts)
{
    come_others(1, 10);
    term_loading(&web->term, ARMOR_MODE_LEARNING);
    term_settle(&web->term, ARMOR_MODE_LEARNING);
    come_load(15, web->profile->label);
    wait_long();
    ck_assert(!web->term.from.present);
    ck_assert_uint_eq(web->lost, 4);
}
END_TEST

START_TEST(of_two_only_who_learned)
{
    change(web, ARMOR_MODE_LEARNING, 1);
    come_others(2, 10);
    change(db, ARMOR_MODE_LEARNING, 14);
    come_others(15, 20);
    wait_long();
    ck_assert_uint_eq(web->lost, 3);
    ck_assert_uint_eq(db->lost, 0);
}
END_TEST

/* Learned on, and enforced before the gap was judged. */
START_TEST(before_it_was_enforced_counts)
{
    change(web, ARMOR_MODE_LEARNING, 1);
    change(db, ARMOR_MODE_LEARNING, 2);
    change(db, ARMOR_MODE_ENFORCED, 3);
    come_others(4, 10);
    come_others(12, 14);
    change(web, ARMOR_MODE_ENFORCED, 15);
    come_others(17, 20); /* too late for both */
    wait_long();
    ck_assert_uint_eq(web->lost, 2);
    ck_assert_uint_eq(db->lost, 0);
    come_others(22, 30);
    wait_long();
    ck_assert_uint_eq(web->lost, 2);
    change(web, ARMOR_MODE_LEARNING, 31);
    come_others(33, 40);
    wait_long();
    ck_assert_uint_eq(web->lost, 3);
}
END_TEST

/* The load of a change that failed, and of the text that was before it. */
START_TEST(a_change_that_failed_ends_nothing)
{
    change(web, ARMOR_MODE_LEARNING, 1);
    term_loading(&web->term, ARMOR_MODE_ENFORCED);
    come_load(2, web->profile->label);
    come_load(3, web->profile->label);
    term_settle(&web->term, ARMOR_MODE_LEARNING);
    come_others(5, 10);
    wait_long();
    ck_assert_uint_eq(web->lost, 1);
}
END_TEST

/* Somebody else's loads, and such as another armord's candidate, aren't its. */
START_TEST(only_its_own_load)
{
    come_others(1, 10);
    term_loading(&web->term, ARMOR_MODE_LEARNING);
    come_load(12, "armord-db");
    come_load(13, "web");
    come_load(14, "armord-.candidate");
    ck_assert(!web->term.from.present);
    ck_assert(!db->term.from.present);
    come_load(15, "armord-web");
    ck_assert_int_eq(web->term.from.value, 15);
}
END_TEST

START_TEST(numbers_wrap)
{
    come_others(UINT32_MAX - 10, UINT32_MAX - 5);
    change(web, ARMOR_MODE_LEARNING, 3);
    change(db, ARMOR_MODE_LEARNING, 4);
    wait_long();
    ck_assert_uint_eq(web->lost, 0);
    come_others(5, 10);
    come_others(12, 14);
    wait_long();
    ck_assert_uint_eq(web->lost, 1);
    ck_assert_uint_eq(db->lost, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("term");
    TCase *all = check_case(suite, "term");
    tcase_add_checked_fixture(all, make_two, drop_pipeline);
    tcase_add_test(all, before_learning_is_nobodys);
    tcase_add_test(all, before_learning_and_many);
    tcase_add_test(all, across_the_beginning_is_its_own);
    tcase_add_test(all, an_unknown_beginning_counts);
    tcase_add_test(all, of_two_only_who_learned);
    tcase_add_test(all, before_it_was_enforced_counts);
    tcase_add_test(all, a_change_that_failed_ends_nothing);
    tcase_add_test(all, only_its_own_load);
    tcase_add_test(all, numbers_wrap);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ring: what is kept, what goes, and that a reader can tell. */
#include "ring.h"

#include "armor/limits.h"
#include "check_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct ring *ring;

static void make(void)
{
    ck_assert_int_eq(ring_new(&ring), 0);
}

static void drop(void)
{
    ring_free(ring);
}

START_TEST(numbers_grow_by_one_from_one)
{
    ck_assert_uint_eq(ring_newest(ring), 0);
    ck_assert_ptr_null(ring_after(ring, 0));
    ring_push(ring, RING_RULE, "web", "{}");
    ring_push(ring, RING_LOSS, "", "{\"a\":1}");
    ck_assert_uint_eq(ring_newest(ring), 2);

    const struct ring_entry *entry = ring_after(ring, 0);
    ck_assert_uint_eq(entry->id, 1);
    ck_assert_int_eq(entry->topic, RING_RULE);
    ck_assert_str_eq(entry->container, "web");
    ck_assert_str_eq(entry->data, "{}");
    entry = ring_after(ring, 1);
    ck_assert_uint_eq(entry->id, 2);
    ck_assert_str_eq(entry->container, "");
    ck_assert_str_eq(entry->data, "{\"a\":1}");
    ck_assert_ptr_null(ring_after(ring, 2));
    ck_assert_ptr_null(ring_after(ring, UINT64_MAX));
}
END_TEST

START_TEST(oldest_go_over_the_count)
{
    for (unsigned i = 0; i < ARMOR_EVENT_RING + 10; i++) {
        char data[32];
        (void)snprintf(data, sizeof data, "%u", i);
        ring_push(ring, RING_ACCESS, "web", data);
    }
    const struct ring_entry *entry = ring_after(ring, 0);
    ck_assert_uint_eq(entry->id, 11);
    ck_assert_str_eq(entry->data, "10");
    size_t seen = 0;
    for (uint64_t id = 0; (entry = ring_after(ring, id)); id = entry->id) {
        seen++;
    }
    ck_assert_uint_eq(seen, ARMOR_EVENT_RING);
}
END_TEST

START_TEST(oldest_go_over_the_bytes)
{
    size_t size = RING_BYTES_MAX / 4;
    char *data = malloc(size);
    memset(data, 'x', size - 1);
    data[size - 1] = '\0';
    for (unsigned i = 0; i < 5; i++) {
        ring_push(ring, RING_ACCESS, "", data);
    }
    ck_assert_uint_eq(ring_after(ring, 0)->id, 3);
    free(data);
}
END_TEST

START_TEST(what_cannot_be_kept_leaves_a_gap)
{
    char *data = malloc(RING_BYTES_MAX + 2);
    memset(data, 'x', RING_BYTES_MAX + 1);
    data[RING_BYTES_MAX + 1] = '\0';
    ring_push(ring, RING_ACCESS, "", "first");
    ring_push(ring, RING_ACCESS, "", data);
    ring_push(ring, RING_ACCESS, "", "third");
    free(data);
    ck_assert_uint_eq(ring_newest(ring), 3);
    ck_assert_uint_eq(ring_after(ring, 0)->id, 1);
    ck_assert_uint_eq(ring_after(ring, 1)->id, 3);
}
END_TEST

static void count(void *userdata)
{
    ++*(unsigned *)userdata;
}

START_TEST(watcher_is_woken_once_a_push)
{
    unsigned wakes = 0;
    ring_watch(ring, count, &wakes);
    ring_push(ring, RING_MODE, "", "a");
    ring_push(ring, RING_MODE, "", "b");
    ck_assert_uint_eq(wakes, 2);
    ring_watch(ring, NULL, NULL);
    ring_push(ring, RING_MODE, "", "c");
    ck_assert_uint_eq(wakes, 2);
}
END_TEST

START_TEST(topics_have_names)
{
    ck_assert_str_eq(ring_topic_name(RING_ACCESS), "access");
    ck_assert_str_eq(ring_topic_name(RING_LOSS), "loss");
    ck_assert_str_eq(ring_topic_name(RING_TOPIC_COUNT), "unknown");
    ring_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ring");
    TCase *kept = check_case(suite, "ring");
    tcase_add_checked_fixture(kept, make, drop);
    tcase_add_test(kept, numbers_grow_by_one_from_one);
    tcase_add_test(kept, oldest_go_over_the_count);
    tcase_add_test(kept, oldest_go_over_the_bytes);
    tcase_add_test(kept, what_cannot_be_kept_leaves_a_gap);
    tcase_add_test(kept, watcher_is_woken_once_a_push);
    tcase_add_test(kept, topics_have_names);
    return check_main(suite);
}

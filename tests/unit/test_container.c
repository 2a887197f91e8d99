/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers and their registry. */
#include "container.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct container *of(const char *name)
{
    struct container *container;
    ck_assert_int_eq(container_new(armor_slice_of(name), 1, 42, &container), 0);
    return container;
}

START_TEST(names_are_checked)
{
    static const char *const bad[] = {"", "-a", "a/b", "../a", "a b", "a*", "a\n", ":ns:a"};
    struct container *container = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(container_new(armor_slice_of(bad[i]), 1, 42, &container), -EINVAL);
    }
    ck_assert_ptr_null(container);
    container_free(NULL);
}
END_TEST

START_TEST(found_and_listed_in_order)
{
    static const char *const names[] = {"web", "db", "cache", "web2", "a", "Web"};
    static const char *const sorted[] = {"Web", "a", "cache", "db", "web", "web2"};
    struct registry *registry;
    ck_assert_int_eq(registry_new(&registry), 0);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(registry_add(registry, of(names[i])), 0);
    }
    ck_assert_uint_eq(registry_count(registry), 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_str_eq(registry_at(registry, i)->profile->name, sorted[i]);
        ck_assert_ptr_eq(registry_find(registry, armor_slice_of(sorted[i])), registry_at(registry, i));
    }
    ck_assert_ptr_null(registry_find(registry, armor_slice_of("we")));
    ck_assert_ptr_null(registry_find(registry, armor_slice_of("web3")));
    ck_assert_ptr_null(registry_find(registry, (struct armor_slice){0}));

    registry_remove(registry, registry_find(registry, armor_slice_of("db")));
    ck_assert_ptr_null(registry_find(registry, armor_slice_of("db")));
    ck_assert_uint_eq(registry_count(registry), 5);
    ck_assert_ptr_nonnull(registry_find(registry, armor_slice_of("web")));
    registry_free(registry);
}
END_TEST

START_TEST(no_name_twice)
{
    struct registry *registry;
    struct container *second = of("web");
    ck_assert_int_eq(registry_new(&registry), 0);
    ck_assert_int_eq(registry_add(registry, of("web")), 0);
    ck_assert_int_eq(registry_add(registry, second), -EEXIST);
    registry_remove(registry, second); /* isn't in it: stays ours */
    ck_assert_uint_eq(registry_count(registry), 1);
    container_free(second);
    registry_free(registry);
}
END_TEST

START_TEST(full_is_full)
{
    struct registry *registry;
    ck_assert_int_eq(registry_new(&registry), 0);
    for (int i = 0; i < ARMOR_CONTAINERS_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "c%d", i);
        ck_assert_int_eq(registry_add(registry, of(name)), 0);
    }
    struct container *over = of("over");
    ck_assert_int_eq(registry_add(registry, over), -E2BIG);
    container_free(over);
    registry_free(registry);
}
END_TEST

START_TEST(gaps_are_said)
{
    struct container *container = of("web");
    ck_assert(container_complete(container));
    container_mark(container, CONTAINER_GAP_LOST, "%d records lost", 3);
    ck_assert(!container_complete(container));
    ck_assert_str_eq(container->gaps[CONTAINER_GAP_LOST], "3 records lost");
    for (int i = 0; i < CONTAINER_GAP_COUNT; i++) {
        const char *name = container_gap_name((enum container_gap)i);
        ck_assert_int_eq(container_gap_from_name(armor_slice_of(name)), i);
    }
    ck_assert_int_eq(container_gap_from_name(armor_slice_of("other")), -EINVAL);
    container_free(container);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("container");
    TCase *all = check_case(suite, "registry");
    tcase_add_test(all, names_are_checked);
    tcase_add_test(all, found_and_listed_in_order);
    tcase_add_test(all, no_name_twice);
    tcase_add_test(all, full_is_full);
    tcase_add_test(all, gaps_are_said);
    return check_main(suite);
}

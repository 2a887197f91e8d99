/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "armor/pool.h"

#include "check_main.h"

enum { MANY = 1000 };

struct thing {
    uint64_t number;
    void *pointer;
    uint64_t more;
};

START_TEST(pieces_are_zero_and_apart)
{
    struct armor_pool pool = ARMOR_POOL_INIT(struct thing);
    static struct thing *things[MANY];
    for (size_t i = 0; i < MANY; i++) {
        things[i] = armor_pool_take(&pool);
        ck_assert_ptr_nonnull(things[i]);
        ck_assert_uint_eq((uintptr_t)things[i] % _Alignof(struct thing), 0);
        ck_assert(things[i]->number == 0 && !things[i]->pointer && things[i]->more == 0);
        *things[i] = (struct thing){.number = i, .pointer = things[i], .more = ~(uint64_t)i};
    }
    for (size_t i = 0; i < MANY; i++) {
        ck_assert(things[i]->number == i && things[i]->pointer == things[i] &&
                  things[i]->more == ~(uint64_t)i);
    }
    armor_pool_done(&pool);
    ck_assert_ptr_nonnull(armor_pool_take(&pool));
    armor_pool_done(&pool);
}
END_TEST

START_TEST(what_is_given_back_is_taken_again)
{
    struct armor_pool pool = ARMOR_POOL_INIT(struct thing);
    struct thing *first = armor_pool_take(&pool);
    struct thing *second = armor_pool_take(&pool);
    *first = (struct thing){1, first, 1};
    *second = (struct thing){2, second, 2};
    armor_pool_give(&pool, NULL);
    armor_pool_give(&pool, first);
    armor_pool_give(&pool, second);
    struct thing *again[] = {armor_pool_take(&pool), armor_pool_take(&pool)};
    for (size_t i = 0; i < 2; i++) {
        ck_assert(again[i] == first || again[i] == second);
        ck_assert(again[i]->number == 0 && !again[i]->pointer && again[i]->more == 0);
    }
    ck_assert_ptr_ne(again[0], again[1]);
    struct thing *third = armor_pool_take(&pool);
    ck_assert(third != first && third != second);
    armor_pool_done(&pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *tcase = check_case(suite, "pool");
    tcase_add_test(tcase, pieces_are_zero_and_apart);
    tcase_add_test(tcase, what_is_given_back_is_taken_again);
    return check_main(suite);
}

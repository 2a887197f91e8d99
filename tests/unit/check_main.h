/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each test program shares: Check without its noise, and a main's result. */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "armor/text.h"

#define LENGTH(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* A suite of one case; tests are added to it by tcase_add_test and tcase_add_loop_test. */
static inline TCase *check_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    return tcase;
}

/* Run SUITE in this process, so that a sanitizer or valgrind sees all of it. Returns main's result. */
static inline int check_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* EXPECTED NULL: the slice must be absent. */
static inline void check_slice(struct armor_slice slice, const char *expected, const char *what)
{
    if (!expected) {
        ck_assert_msg(slice.bytes == NULL, "%s: \"%.*s\" instead of nothing", what, (int)slice.length,
                      slice.bytes);
        return;
    }
    ck_assert_msg(armor_slice_is(slice, expected), "%s: \"%.*s\" instead of \"%s\"", what, (int)slice.length,
                  slice.bytes ? slice.bytes : "", expected);
}

/* FORM with VALUE in the place of each `%`, in TEXT, which is emptied first. Returns its bytes. */
static inline const char *check_fill(struct armor_text *text, const char *form, const char *value)
{
    text->length = 0;
    for (; *form; form++) {
        armor_text_slice(text, *form == '%' ? armor_slice_of(value) : (struct armor_slice){form, 1});
    }
    return text->bytes;
}

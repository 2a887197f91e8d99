/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader's operation `quiet`: another text for a profile that complains, and nothing else. */
#include "operation_rig.h"

START_TEST(quieting_changes_no_file)
{
    char *text = world_profile(NAME, true, "  /x r,\n");
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    struct loader_reply reply = serve_text(LOADER_QUIET, text, 0);
    expect(&reply, 0, LOADER_STAGE_DONE, "");
    ck_assert_uint_eq(reply.mode, LOADER_MODE_COMPLAIN);
    ck_assert_uint_ge(reply.total_usec, reply.compile_usec);
    expect_file(OLD);
    expect_loaded(policy);
    free(text);
}
END_TEST

/* Neither what is gone nor what is enforced begins to complain by it. */
START_TEST(quieting_is_for_what_complains)
{
    static const char *const lists[] = {"", NAME " (enforce)\n"};
    char *text = world_profile(NAME, true, "  /x r,\n");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        set_kernel(lists[i], policy);
        struct loader_reply reply = serve_text(LOADER_QUIET, text, 0);
        expect(&reply, -ESTALE, LOADER_STAGE_LOAD, "only what complains is quieted");
        expect_loaded(nothing);
        expect_file(NULL);
    }
    free(text);
    text = world_profile(NAME, false, "  /x r,\n");
    struct loader_reply reply = serve_text(LOADER_QUIET, text, 0);
    expect(&reply, -EPERM, LOADER_STAGE_REQUEST, "request says complain");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader quiet");
    TCase *tests = check_case(suite, "loader quiet");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, quieting_changes_no_file);
    tcase_add_test(tests, quieting_is_for_what_complains);
    return check_main(suite);
}

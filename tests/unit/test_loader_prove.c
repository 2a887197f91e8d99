/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader's operation `prove`: a candidate is compiled, loaded under its own name, asked and removed. What the kernel answers is for the
 * virtual machine: a file doesn't.
 */
#include "operation_rig.h"

#include "armor/limits.h"

/* The candidate's policy, which says enforce. */
#define CANDIDATE_POLICY                                                                                     \
    "\4\10\0version\0\2\7\40\40\0\4\10\0profile\0\7\5\22\0" LOADER_CANDIDATE                                 \
    "\0\4\6\0flags\0\7\2\0\0\0\0\2\0\0\0\0\2\0\0\0\0\10\10"
static const struct armor_slice candidate = {CANDIDATE_POLICY, sizeof CANDIDATE_POLICY - 1};

static struct loader_reply prove(const char *name, const char *queries)
{
    char *profile = world_profile(name, false, "  /x r,\n");
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    armor_text_string(&text, profile);
    armor_text_string(&text, queries);
    int fd = loader_text_seal((struct armor_slice){text.bytes, text.length}, NULL);
    ck_assert_int_ge(fd, 0);
    const struct loader_request request = {
        .magic = LOADER_MAGIC,
        .version = LOADER_VERSION,
        .operation = LOADER_PROVE,
        .value = (uint32_t)strlen(queries),
        .text_length = (uint32_t)text.length,
    };
    struct loader_reply reply = serve(&request, fd);
    ck_assert_int_eq(close(fd), 0);
    armor_text_done(&text);
    free(profile);
    return reply;
}

static void expect_removed(void)
{
    char *there = world_read(&world, "apparmor/.remove", NULL);
    ck_assert_ptr_nonnull(there);
    ck_assert_str_eq(there, LOADER_CANDIDATE);
    free(there);
}

START_TEST(a_candidate_is_loaded_and_removed)
{
    set_parser(candidate, 0);
    world_write(&world, FILE_PATH, ARMOR_SLICE(OLD), 0644);
    struct loader_reply reply = prove(LOADER_CANDIDATE, "");
    expect(&reply, -ENOENT, LOADER_STAGE_VERIFY, ".access");
    expect_loaded(candidate);
    expect_removed();
    expect_file(OLD);
}
END_TEST

START_TEST(no_other_profile_is_proved)
{
    struct loader_reply reply = prove(NAME, "");
    expect(&reply, -EPERM, LOADER_STAGE_REQUEST, "");
    set_parser(policy, 0); /* a compiler that makes something else of it */
    reply = prove(LOADER_CANDIDATE, "");
    expect(&reply, -EPERM, LOADER_STAGE_CHECK, "of another profile");
    expect_loaded(nothing);
}
END_TEST

START_TEST(what_is_no_query_is_found_before_the_load)
{
    set_parser(candidate, 0);
    struct loader_reply reply = prove(LOADER_CANDIDATE, "file 4 nonsense\n");
    expect(&reply, -EBADMSG, LOADER_STAGE_REQUEST, "a query isn't");
    expect_loaded(nothing);
}
END_TEST

START_TEST(too_many_queries_are_found_before_the_load)
{
    struct armor_text lines ARMOR_CLEANUP(armor_text_done) = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    for (int i = 0; i <= LOADER_QUERIES_MAX; i++) {
        armor_text_string(&lines, "net 1 1\n");
    }
    set_parser(candidate, 0);
    struct loader_reply reply = prove(LOADER_CANDIDATE, lines.bytes);
    expect(&reply, -E2BIG, LOADER_STAGE_REQUEST, "more than 8192");
    expect_loaded(nothing);
}
END_TEST

START_TEST(what_is_no_answer_ends_it)
{
    set_parser(candidate, 0);
    world_write(&world, "apparmor/.access", nothing, 0644);
    struct loader_reply reply = prove(LOADER_CANDIDATE, "file 4 2f78\n");
    expect(&reply, -EBADMSG, LOADER_STAGE_VERIFY, "answer to a query can't be read");
    expect_removed();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader prove");
    TCase *tests = check_case(suite, "loader prove");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_candidate_is_loaded_and_removed);
    tcase_add_test(tests, no_other_profile_is_proved);
    tcase_add_test(tests, what_is_no_query_is_found_before_the_load);
    tcase_add_test(tests, too_many_queries_are_found_before_the_load);
    tcase_add_test(tests, what_is_no_answer_ends_it);
    return check_main(suite);
}

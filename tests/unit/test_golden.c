/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_golden DIRECTORY: each CASE.in, log lines, gives CASE.out, the learning profile, byte for byte; so do the lines in
 * the other order, and the same log taken twice.
 */
#include "golden.h"
#include "learn_lines.h"

static const char *directory;

static void check_case_file(const char *path)
{
    size_t length = 0;
    size_t expected_length = 0;
    char room_of_path[4096];
    const char *expected_path = golden_expected(path, room_of_path);
    char *log = golden_read(path, &length);
    char *expected = golden_read(expected_path, &expected_length);
    for (int way = 0; way < 3; way++) {
        char *text = learn_lines((struct armor_slice){log, length}, way == 1, way == 2 ? 2 : 1);
        ck_assert_ptr_nonnull(text);
        ck_assert_msg(strcmp(text, expected) == 0, "%s%s gives\n%s", path,
                      way == 1 ? " in the other order" : "", text);
        free(text);
    }
    free(log);
    free(expected);
}

START_TEST(cases)
{
    golden_each(directory, "*.in", check_case_file);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: test_golden DIRECTORY\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("golden");
    tcase_add_test(check_case(suite, "golden"), cases);
    return check_main(suite);
}

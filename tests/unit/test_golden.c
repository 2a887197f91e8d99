/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_golden DIRECTORY: each CASE.in, log lines, gives CASE.out, the learning profile, byte for byte; so do the lines in
 * the other order, and the same log taken twice.
 */
#include "check_main.h"
#include "learn_lines.h"

#include <glob.h>
#include <stdio.h>

static const char *directory;

static char *read_file(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rbe");
    ck_assert_msg(file != NULL, "%s can't be opened", path);
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(bytes);
    *ret_length = fread(bytes, 1, (size_t)size, file);
    ck_assert_uint_eq(*ret_length, (size_t)size);
    (void)fclose(file);
    return bytes;
}

static void check_case_file(const char *path)
{
    size_t length = 0;
    size_t expected_length = 0;
    char expected_path[4096];
    (void)snprintf(expected_path, sizeof expected_path, "%.*sout", (int)strlen(path) - 2, path);
    char *log = read_file(path, &length);
    char *expected = read_file(expected_path, &expected_length);
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
    char pattern[4096];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/*.in", directory);
    ck_assert_msg(glob(pattern, 0, NULL, &found) == 0, "no case in %s", directory);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        check_case_file(found.gl_pathv[i]);
    }
    globfree(&found);
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

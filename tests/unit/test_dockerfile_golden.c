/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_dockerfile_golden DIRECTORY: each CASE.in, a Dockerfile, gives CASE.out, its seed or its error, byte for byte. A first line
 * `# target: NAME` or `# arguments: A=b` of the case is an option. With UPDATE_GOLDEN set, CASE.out is written instead.
 */
#include "armor/dockerfile.h"

#include "golden.h"
#include "seed_text.h"

static const char *directory;

/* The value of `# KEY: value` in the first line of TEXT, in ROOM; NULL: none. */
static const char *option(const char *text, const char *key, char room[static 64])
{
    char start[64];
    (void)snprintf(start, sizeof start, "# %s: ", key);
    if (strncmp(text, start, strlen(start)) != 0) {
        return NULL;
    }
    text += strlen(start);
    (void)snprintf(room, 64, "%.*s", (int)strcspn(text, "\n"), text);
    return room;
}

static void check_case_file(const char *path)
{
    size_t length = 0;
    size_t expected_length = 0;
    char room_of_path[4096];
    const char *expected_path = golden_expected(path, room_of_path);
    char room[2][64];
    char *bytes = golden_read(path, &length);
    struct armor_slice argument = armor_slice_of(option(bytes, "arguments", room[1]));
    struct armor_dockerfile_options options = {.file = "Dockerfile",
                                               .target = option(bytes, "target", room[0]),
                                               .arguments = &argument,
                                               .argument_count = argument.bytes != NULL};
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    struct armor_text text = ARMOR_TEXT_INIT(1024 * 1024);
    ck_assert_int_eq(armor_seed_new(&seed), 0);
    int code = armor_dockerfile_read((struct armor_slice){bytes, length}, &options, seed, &err);
    ck_assert_int_eq(code, err.code);
    if (code < 0) {
        char line[600];
        armor_text_format(&text, "%s\n", armor_error_format(&err, line, sizeof line));
    } else {
        seed_text(seed, &text);
    }
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(expected_path, "wbe");
        ck_assert_ptr_nonnull(file);
        (void)fwrite(text.bytes, 1, text.length, file);
        (void)fclose(file);
    }
    char *expected = golden_read(expected_path, &expected_length);
    ck_assert_msg(strcmp(text.bytes, expected) == 0, "%s gives\n%s", path, text.bytes);
    free(expected);
    free(bytes);
    armor_text_done(&text);
    armor_seed_free(seed);
}

START_TEST(cases)
{
    golden_each(directory, "dockerfile-*.in", check_case_file);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: test_dockerfile_golden DIRECTORY\n");
        return EXIT_FAILURE;
    }
    directory = argv[1];
    Suite *suite = suite_create("dockerfile_golden");
    tcase_add_test(check_case(suite, "dockerfile_golden"), cases);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_dockerfile_corpus DIRECTORY: collected Dockerfiles. BuildKit's parser cases give their `result`, in its form; all others are
 * read, but for those of Windows and templates, which are refused with a place. Skipped where the collection isn't.
 */
#include "armor/dockerfile.h"
#include "armor/limits.h"
#include "seed/dockerfile_parse.h"

#include "check_main.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

static const char *directory;
static struct {
    int parsed, read, refused, failed;
} counts;

static char *read_file(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        return NULL;
    }
    char *bytes = calloc(1, ARMOR_SOURCE_MAX + 1);
    ck_assert_ptr_nonnull(bytes);
    *ret_length = fread(bytes, 1, ARMOR_SOURCE_MAX, file);
    (void)fclose(file);
    return bytes;
}

/* A string as Go's %q writes it, as far as the cases need. */
static void put_quoted(struct armor_text *text, const char *word)
{
    armor_text_string(text, " \"");
    for (; *word; word++) {
        if (*word == '\t') {
            armor_text_string(text, "\\t");
            continue;
        }
        if (*word == '"' || *word == '\\') {
            armor_text_char(text, '\\');
        }
        armor_text_char(text, *word);
    }
    armor_text_char(text, '"');
}

static void put_instruction(struct armor_text *text, const struct dockerfile *file,
                            const struct dockerfile_instruction *instruction)
{
    bool pairs = instruction->keyword == DOCKERFILE_ENV || instruction->keyword == DOCKERFILE_LABEL;
    armor_text_string(text, instruction->onbuild ? "(onbuild (" : "(");
    for (const char *name = dockerfile_keyword_name(instruction->keyword); *name; name++) {
        armor_text_char(text, (char)(*name - 'A' + 'a'));
    }
    for (size_t i = 0; i < instruction->flag_count; i++) {
        put_quoted(text, dockerfile_flags(file, instruction)[i].text);
    }
    for (size_t i = 0; i < instruction->argument_count; i++) {
        put_quoted(text, dockerfile_arguments(file, instruction)[i].text);
        if (pairs && i % 2 == 1) {
            put_quoted(text, instruction->legacy ? "" : "=");
        }
    }
    armor_text_string(text, instruction->onbuild ? "))\n" : ")\n");
}

static void check_result(const char *path, struct armor_slice bytes, char *expected, size_t length)
{
    struct dockerfile file = {0};
    struct armor_error err = {0};
    struct armor_text text = ARMOR_TEXT_INIT(1024 * 1024);
    ck_assert_msg(dockerfile_parse(bytes, &file, &err) == 0, "%s:%zu:%zu: %s", path, err.line, err.column,
                  err.text);
    for (size_t i = 0; i < file.instruction_count; i++) {
        put_instruction(&text, &file, &file.instructions[i]);
    }
    while (length && expected[length - 1] == '\n') {
        expected[--length] = '\0';
    }
    text.bytes[text.length - 1] = '\0';
    ck_assert_msg(strcmp(text.bytes, expected) == 0, "%s gives\n%s\ninstead of\n%s", path, text.bytes,
                  expected);
    armor_text_done(&text);
    dockerfile_done(&file);
    counts.parsed++;
}

static void check_read(const char *path, struct armor_slice bytes)
{
    struct armor_dockerfile_options options = {.file = path};
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_seed_new(&seed), 0);
    int code = armor_dockerfile_read(bytes, &options, seed, &err);
    ck_assert_int_eq(code, err.code);
    if (code == 0) {
        counts.read++;
        ck_assert_uint_gt(seed->rule_count + seed->finding_count, 0);
    } else if (code == -EOPNOTSUPP) {
        counts.refused++;
    } else {
        char line[600];
        counts.failed++;
        (void)fprintf(stderr, "%s\n", armor_error_format(&err, line, sizeof line));
    }
    armor_seed_free(seed);
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
    const char *name = path + where->base;
    (void)status;
    bool ours = strstr(name, "Dockerfile") && !strstr(name, ".dockerignore");
    if (type != FTW_F || !ours) {
        return 0;
    }
    char result[4096];
    size_t length = 0;
    size_t expected_length = 0;
    char *bytes = read_file(path, &length);
    (void)snprintf(result, sizeof result, "%.*sresult", where->base, path);
    char *expected = read_file(result, &expected_length);
    if (expected) {
        check_result(path, (struct armor_slice){bytes, length}, expected, expected_length);
    } else {
        check_read(path, (struct armor_slice){bytes, length});
    }
    free(expected);
    free(bytes);
    return 0;
}

START_TEST(collected)
{
    ck_assert_int_eq(nftw(directory, visit, 16, FTW_PHYS), 0);
    (void)printf("%d parser cases as BuildKit, %d read, %d refused, %d failed\n", counts.parsed, counts.read,
                 counts.refused, counts.failed);
    ck_assert_int_gt(counts.parsed, 0);
    ck_assert_int_eq(counts.failed, 0);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2 || access(argv[1], R_OK) != 0) {
        (void)printf("SKIP: no collected Dockerfiles\n");
        return 77;
    }
    directory = argv[1];
    Suite *suite = suite_create("dockerfile_corpus");
    tcase_add_test(check_case(suite, "dockerfile_corpus"), collected);
    return check_main(suite);
}

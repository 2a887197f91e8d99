/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_differential [-e] PATTERN...: every line of the files that a PATTERN (glob(7)) names, read by lib and by libapparmor;
 * with -e every NAME.in against the NAME.out beside it. Each difference has its reason in deliberate.c, or the test fails.
 * Exit 77 when a PATTERN names no file: then there is nothing to compare.
 */
#include "deliberate.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

enum { SKIPPED = 77, FILE_MAX = 8 * 1024 * 1024 };

static struct {
    size_t lines, records, explained, failures;
} counts;

/* The file at PATH, terminated, in a buffer for the next call to use again; NULL: it can't be read. */
static const char *read_file(const char *path)
{
    static char bytes[FILE_MAX + 1];
    FILE *file = fopen(path, "rbe");
    if (!file) {
        return NULL;
    }
    bytes[fread(bytes, 1, FILE_MAX, file)] = '\0';
    (void)fclose(file);
    return bytes;
}

static void compare(const char *path, const char *line, const struct reading *ours,
                    const struct reading *other)
{
    counts.records += ours->present[READING_VERDICT] || other->present[READING_VERDICT];
    for (int i = 0; i < READING_COUNT; i++) {
        if (ours->present[i] == other->present[i] && strcmp(ours->values[i], other->values[i]) == 0) {
            continue;
        }
        const char *reason = deliberate_reason(line, (enum reading_field)i, ours, other);
        if (reason) {
            counts.explained++;
        } else {
            counts.failures++;
            (void)printf("%s: %s: we read %s%s, they %s%s\n    %.300s\n", path,
                         reading_field_name((enum reading_field)i), ours->present[i] ? "=" : "nothing",
                         ours->values[i], other->present[i] ? "=" : "nothing", other->values[i], line);
        }
        if (i == READING_VERDICT && ours->present[i] != other->present[i]) {
            return; /* the rest follows from this */
        }
    }
}

static void compare_line(const char *path, const char *line, const char *expected)
{
    static struct reading ours;
    static struct reading other;
    counts.lines++;
    reading_ours(armor_slice_of(line), &ours);
    if (expected) {
        reading_expected(expected, &other);
    } else {
        reading_theirs(armor_slice_of(line), &other);
    }
    compare(path, line, &ours, &other);
}

static void compare_file(const char *path)
{
    static char line[FILE_MAX + 1];
    const char *text = read_file(path);
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        memcpy(line, text, length);
        line[length] = '\0';
        compare_line(path, line, NULL);
        text += length + (text[length] == '\n');
    }
}

/* PATH, one record, which may stand in two lines, against the .out beside it. */
static void compare_case(const char *path)
{
    static char line[FILE_MAX + 1];
    char other[4096];
    const char *text = read_file(path);
    line[0] = '\0';
    if (text) {
        memcpy(line, text, strlen(text) + 1);
    }
    (void)snprintf(other, sizeof other, "%.*sout", (int)strlen(path) - 2, path);
    const char *expected = read_file(other);
    if (!expected) {
        counts.failures++;
        (void)printf("%s can't be read\n", other);
        return;
    }
    compare_line(path, line, expected);
}

int main(int argc, char **argv)
{
    bool cases = argc > 1 && strcmp(argv[1], "-e") == 0;
    for (int i = cases ? 2 : 1; i < argc; i++) {
        glob_t found;
        if (glob(argv[i], 0, NULL, &found) != 0) {
            (void)printf("SKIP: no file is named %s\n", argv[i]);
            return SKIPPED;
        }
        for (size_t file = 0; file < found.gl_pathc; file++) {
            (cases ? compare_case : compare_file)(found.gl_pathv[file]);
        }
        globfree(&found);
    }
    (void)printf("%zu lines, %zu records, %zu differences with a reason, %zu without\n", counts.lines,
                 counts.records, counts.explained, counts.failures);
    return counts.failures || !counts.records ? EXIT_FAILURE : EXIT_SUCCESS;
}

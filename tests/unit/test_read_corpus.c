/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles that others wrote: upstream's cases for its parser, each with its answer, which ours is to give too; and real
 * profiles, all of which are to be read. Arguments: the folder of the cases, then folders of profiles.
 */
#include "../../cli/include_files.h"
#include "armor/read.h"

#include "check_main.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

enum { SKIPPED = 77, NOT_KNOWN_MAX = 200 };

/* Cases whose answer isn't ours, and why. Each row must be needed. */
static const struct {
    const char *file, *reason;
} otherwise[] = {
    {"xtrans/x-conflict.sd", "globs that overlap and say otherwise: found by compiling, not by reading"},
};

static bool used[LENGTH(otherwise)];

static struct {
    size_t accepted, refused, skipped, wrong, read;
} counts;

static const char *cases;

static int row_of(const char *file)
{
    for (int i = 0; i < LENGTH(otherwise); i++) {
        if (strcmp(otherwise[i].file, file) == 0) {
            return i;
        }
    }
    return -1;
}

static bool read_all(const char *path, struct armor_text *text)
{
    FILE *file = fopen(path, "re");
    char buffer[8192];
    size_t got = 0;
    while (file && (got = fread(buffer, 1, sizeof buffer, file)) > 0) {
        armor_text_slice(text, (struct armor_slice){buffer, got});
    }
    return file && fclose(file) == 0;
}

typedef int (*loader)(void *, const char *, bool, size_t, struct armor_text *, struct armor_text *,
                      struct armor_error *);

/* Read the profile at PATH with its includes below FOLDERS. */
static int read_profile(const char *path, loader load, const char *const *folders, size_t folder_count,
                        struct armor_reading **ret_reading, struct armor_error *err)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_READ_TEXT_MAX);
    struct include_files files = {.folders = folders, .folder_count = folder_count};
    const struct armor_includes includes = {.load = load, .userdata = &files};
    int code = read_all(path, &text) ? 0 : -EIO;
    code = code < 0 ? code
                    : armor_read((struct armor_slice){text.length ? text.bytes : "", text.length}, path,
                                 &includes, 1, ret_reading, err);
    include_files_done(&files);
    armor_text_done(&text);
    return code;
}

static int try_case(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    struct armor_text text = ARMOR_TEXT_INIT(1 << 20);
    const char *file = path + strlen(cases) + 1;
    if (type != FTW_F || !read_all(path, &text) || text.length == 0) {
        armor_text_done(&text);
        return 0;
    }
    bool passes = strstr(text.bytes, "#=EXRESULT PASS") != NULL;
    bool fails = strstr(text.bytes, "#=EXRESULT FAIL") != NULL;
    bool skip = strstr(text.bytes, "#=TODO") || strstr(text.bytes, "#=DISABLED");
    armor_text_done(&text);
    if (skip || (!passes && !fails)) {
        counts.skipped += skip;
        return 0;
    }
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    char why[sizeof err.text + 200];
    int code = read_profile(path, include_files_load, &cases, 1, &reading, &err);
    armor_reading_free(reading);
    bool right = (code == 0) == passes;
    int row = row_of(file);
    if (row >= 0) {
        used[row] = !right;
        return 0;
    }
    counts.accepted += right && passes;
    counts.refused += right && fails;
    if (!right) {
        counts.wrong++;
        (void)printf("# %s: ours %s%s%s\n", file, code == 0 ? "accepts" : "refuses", code == 0 ? "" : ": ",
                     code == 0 ? "" : armor_error_format(&err, why, sizeof why));
    } else if (fails && (err.line == 0 || err.source[0] == '\0') && code == -EBADMSG) {
        counts.wrong++;
        (void)printf("# %s: no place: %s\n", file, err.text);
    }
    return 0;
}

START_TEST(answers_as_upstream)
{
    /* quoted includes are relative to where upstream's tests run: a folder "tst" beside them */
    char scratch[] = "/tmp/armord-read-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    ck_assert(chdir(scratch) == 0 && mkdir("tst", 0700) == 0 && chdir("tst") == 0);
    ck_assert_int_eq(symlink(cases, "simple_tests"), 0);
    ck_assert_int_eq(nftw(cases, try_case, 16, FTW_PHYS), 0);
    ck_assert(unlink("simple_tests") == 0 && chdir("/") == 0);
    char inner[sizeof scratch + 4];
    (void)snprintf(inner, sizeof inner, "%s/tst", scratch);
    ck_assert(rmdir(inner) == 0 && rmdir(scratch) == 0);
    (void)printf("# %zu accepted, %zu refused as upstream does, %zu skipped by upstream, %d in the table\n",
                 counts.accepted, counts.refused, counts.skipped, LENGTH(otherwise));
    ck_assert_uint_gt(counts.accepted + counts.refused, 1000);
    ck_assert_uint_eq(counts.wrong, 0);
    for (int i = 0; i < LENGTH(otherwise); i++) {
        ck_assert_msg(used[i], "the row of %s isn't needed", otherwise[i].file);
    }
}
END_TEST

static const char *include_folders[2];

/* Local files and others' packages aren't here: such an include is empty. */
static int load_what_is_there(void *userdata, const char *path, bool search, size_t number,
                              struct armor_text *text, struct armor_text *name, struct armor_error *err)
{
    int code = include_files_load(userdata, path, search, number, text, name, err);
    return code == -ENOENT ? 0 : code;
}

/* Folders whose profiles need variables that only their own packages declare. */
static const char *const without_tunables[] = {"/roddhjav__apparmor.d/", "/FotisLouk__docker-sec/"};

static bool lacks_tunables(const char *path, const struct armor_error *err)
{
    for (int i = 0; i < LENGTH(without_tunables); i++) {
        if (strstr(path, without_tunables[i])) {
            return strstr(err->text, "there is no variable") != NULL;
        }
    }
    return false;
}

static int try_profile(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    struct armor_text text = ARMOR_TEXT_INIT(1 << 22);
    bool profile = type == FTW_F && read_all(path, &text) && text.length && strstr(text.bytes, "{") &&
                   !strstr(path, "/abi/") && !strstr(path, "/abstractions/") &&
                   (strstr(text.bytes, "\nprofile ") || strstr(text.bytes, "flags=(")) &&
                   !strstr(path, ".md") && !strstr(path, ".py") && !strstr(path, ".go") &&
                   !strstr(path, ".sh") && !strstr(path, ".y");
    armor_text_done(&text);
    if (!profile) {
        return 0;
    }
    struct armor_reading *reading = NULL;
    struct armor_error err = {0};
    char why[sizeof err.text + 200];
    if (read_profile(path, load_what_is_there, include_folders, 2, &reading, &err) < 0) {
        if (lacks_tunables(path, &err)) {
            counts.skipped++;
            return 0;
        }
        counts.wrong++;
        (void)printf("# %s: %s\n", path, armor_error_format(&err, why, sizeof why));
    } else {
        counts.read++;
    }
    armor_reading_free(reading);
    return 0;
}

static const char *const *folders;
static int folder_count;

START_TEST(reads_real_profiles)
{
    counts.wrong = counts.skipped = 0;
    for (int i = 0; i < folder_count; i++) {
        ck_assert_int_eq(nftw(folders[i], try_profile, 16, FTW_PHYS), 0);
    }
    (void)printf("# %zu real profiles read, %zu without their tunables\n", counts.read, counts.skipped);
    ck_assert_uint_eq(counts.wrong, 0);
    ck_assert_uint_gt(counts.read, 0);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc < 3 || access(argv[1], R_OK) < 0) {
        (void)printf("# SKIP there is no corpus of profiles\n");
        return SKIPPED;
    }
    cases = realpath(argv[1], NULL);
    include_folders[0] = argv[2];
    include_folders[1] = "/etc/apparmor.d";
    folders = (const char *const *)argv + 2;
    folder_count = argc - 2;
    for (int i = 2; i < argc; i++) {
        argv[i] = realpath(argv[i], NULL);
    }
    include_folders[0] = argv[2];
    Suite *suite = suite_create("read_corpus");
    TCase *tcase = check_case(suite, "read_corpus");
    tcase_add_test(tcase, answers_as_upstream);
    tcase_add_test(tcase, reads_real_profiles);
    int result = check_main(suite);
    free((void *)cases);
    for (int i = 2; i < argc; i++) {
        free(argv[i]);
    }
    return result;
}

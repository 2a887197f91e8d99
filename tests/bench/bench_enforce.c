/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What armord itself adds to `enforce`: from the operator's word to the end of the job, with every gate, the profile rendered, the proof's questions
 * put, and all of it on disk. A stand-in answers for the loader at once, so that neither apparmor_parser's time nor the kernel's is in it.
 *
 *     bench_enforce [ROUNDS]
 */
#include "promote_rig.h"

#include <stdlib.h>
#include <time.h>

enum { DEFAULT_ROUNDS = 9, MOST_ROUNDS = 101, RING_OF_FILES = 11 };

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double wall(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* The kernel says that COUNT different files were read, in some directories; names that nothing generalises into one. */
static void learn_files(const char *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char file[128];
        (void)snprintf(file, sizeof file, "/srv/part%c/%zx/item-%c%zx.conf", (char)('a' + i % RING_OF_FILES),
                       i * 2654435761U % 65521, (char)('a' + i % 23), i * 40503U % 65519);
        kernel_says("ALLOWED", name, file);
    }
    ck_assert_int_eq(pipeline_commit(manager.pipeline, NULL), 0);
}

/* What the stand-in has taken so far isn't looked at here. Returns how many requests and bytes of texts. */
static size_t empty_loader(size_t *ret_bytes)
{
    size_t count = loader.count;
    *ret_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        *ret_bytes += loader.requests[i].text ? loader.requests[i].request.text_length : 0;
        free(loader.requests[i].text);
        loader.requests[i].text = NULL;
    }
    loader.count = 0;
    return count;
}

static void measure(size_t files, size_t count)
{
    static double processor[MOST_ROUNDS];
    static double time[MOST_ROUNDS];
    size_t bytes = 0;
    size_t requests = 0;
    make();
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    learn_files("web", files);
    for (size_t i = 0; i < count; i++) {
        (void)empty_loader(&bytes);
        double from = now();
        double wall_from = wall();
        ck_assert_msg(run(PROMOTE_ENFORCE, "web") == PROMOTE_OK, "%s", result.detail);
        processor[i] = now() - from;
        time[i] = wall() - wall_from;
        requests = empty_loader(&bytes);
        ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    }
    qsort(processor, count, sizeof *processor, compare);
    qsort(time, count, sizeof *time, compare);
    (void)printf(
        "enforce, %4zu pieces of evidence: %6.1f ms (%.1f to %.1f), %6.1f ms of processor; %zu requests to "
        "the "
        "loader, %.0f KiB\n",
        registry_find(manager.containers, armor_slice_of("web"))->profile->rule_count, 1e3 * time[count / 2],
        1e3 * time[0], 1e3 * time[count - 1], 1e3 * processor[count / 2], requests, (double)bytes / 1024);
    drop();
}

static size_t rounds = DEFAULT_ROUNDS;

/* The rig is the tests' own, and asserts as they do: that needs one to run in. */
START_TEST(enforcing)
{
    measure(300, rounds);
    measure(3000, rounds);
}
END_TEST

int main(int argc, char **argv)
{
    rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : rounds;
    if (rounds < 1 || rounds > MOST_ROUNDS) {
        (void)fprintf(stderr, "usage: bench_enforce [ROUNDS]: 1 to %d\n", MOST_ROUNDS);
        return 2;
    }
    Suite *suite = suite_create("enforce");
    TCase *tcase = tcase_create("enforce");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, enforcing);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_MINIMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast a log is read: our parse, our parse and merge, libapparmor's parse_record, and `grep -c`, over the same file, by
 * turns, in one run on one core. Machines differ and are shared, so what counts is the ratio, of medians, with the spread.
 *
 *     bench_parse FILE [ROUNDS]
 */
#include "armor/learn.h"
#include "peer_parse_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DEFAULT_ROUNDS = 7, MOST_ROUNDS = 101, MOST_PROFILES = 64 };

struct log {
    char *bytes; /* owned */
    size_t length;
    size_t lines;
    const char *path;
};

/* What one pass found: kept so that nothing is optimised away, and to compare the readers. */
struct tally {
    size_t events;
    size_t rules;
};

typedef struct tally (*reader)(const struct log *log);

static struct armor_slice next_line(const struct log *log, size_t *at)
{
    const char *start = log->bytes + *at;
    const char *end = memchr(start, '\n', log->length - *at);
    size_t length = end ? (size_t)(end - start) : log->length - *at;
    *at += length + 1;
    return (struct armor_slice){start, length};
}

static struct tally read_events(const struct log *log)
{
    static struct armor_event event;
    struct tally tally = {0};
    for (size_t at = 0; at < log->length;) {
        struct armor_record record;
        if (armor_record_from_line(next_line(log, &at), &record, NULL) > 0 &&
            armor_event_parse(&record, &event, NULL) > 0) {
            tally.events++;
        }
    }
    return tally;
}

/* The profile state of LABEL's container, made when it isn't there yet. */
static struct armor_profile *profile_of(struct armor_profile **profiles, size_t *count,
                                        struct armor_slice name)
{
    for (size_t i = 0; i < *count; i++) {
        if (armor_slice_is(name, profiles[i]->name)) {
            return profiles[i];
        }
    }
    if (*count == MOST_PROFILES || armor_profile_new(name, 1, &profiles[*count]) < 0) {
        return NULL;
    }
    return profiles[(*count)++];
}

static struct tally read_and_merge(const struct log *log)
{
    static struct armor_event event;
    struct armor_profile *profiles[MOST_PROFILES];
    const struct armor_learn_options options = {0};
    size_t count = 0;
    struct tally tally = {0};
    for (size_t at = 0; at < log->length;) {
        struct armor_record record;
        if (armor_record_from_line(next_line(log, &at), &record, NULL) <= 0 ||
            armor_event_parse(&record, &event, NULL) <= 0) {
            continue;
        }
        tally.events++;
        struct armor_label label = armor_label_split(event.profile);
        struct armor_slice name = armor_label_container(&label);
        struct armor_profile *profile = name.bytes ? profile_of(profiles, &count, name) : NULL;
        struct armor_rule *changed[ARMOR_LEARN_RULES_MAX];
        size_t changes = 0;
        if (profile && armor_learn(profile, &event, &options, changed, &changes) < 0) {
            break;
        }
    }
    for (size_t i = 0; i < count; i++) {
        tally.rules += profiles[i]->rule_count;
        armor_profile_free(profiles[i]);
    }
    return tally;
}

/* parse_record wants each line terminated; the copy is as long as its own users' getline. */
static struct tally read_by_libapparmor(const struct log *log)
{
    static char line[ARMOR_RECORD_MAX + 1];
    struct tally tally = {0};
    for (size_t at = 0; at < log->length;) {
        struct armor_slice slice = next_line(log, &at);
        if (slice.length < sizeof line) {
            memcpy(line, slice.bytes, slice.length);
            line[slice.length] = '\0';
            tally.events += peer_parse_record(line);
        }
    }
    return tally;
}

static struct tally read_by_grep(const struct log *log)
{
    char command[4200];
    struct tally tally = {0};
    (void)snprintf(command, sizeof command, "exec grep -c 'apparmor=\"ALLOWED\"' '%s'", log->path);
    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): the peer is a program
    if (pipe) {
        if (fscanf(pipe, "%zu", &tally.events) != 1) { // NOLINT(cert-err34-c): a count by grep
            tally.events = 0;
        }
        (void)pclose(pipe);
    }
    return tally;
}

static const struct {
    const char *name;
    reader read;
} readers[] = {
    {"armord: parse and merge", read_and_merge},
    {"armord: parse", read_events},
    {"libapparmor: parse_record", read_by_libapparmor},
    {"grep -c", read_by_grep},
};

enum { READER_COUNT = sizeof readers / sizeof readers[0] };

static double now(void)
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

static int load(const char *path, struct log *ret_log)
{
    FILE *file = fopen(path, "re");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        return -errno;
    }
    long length = ftell(file);
    rewind(file);
    struct log log = {.path = path, .length = (size_t)length};
    log.bytes = length > 0 ? malloc((size_t)length) : NULL;
    bool whole = log.bytes && fread(log.bytes, 1, log.length, file) == log.length;
    (void)fclose(file);
    if (!whole) {
        free(log.bytes);
        return -EIO;
    }
    for (size_t at = 0; at < log.length; log.lines++) {
        (void)next_line(&log, &at);
    }
    *ret_log = log;
    return 0;
}

int main(int argc, char **argv)
{
    struct log log;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : DEFAULT_ROUNDS;
    if (argc < 2 || rounds < 1 || rounds > MOST_ROUNDS || load(argv[1], &log) < 0) {
        (void)fprintf(stderr, "usage: bench_parse FILE [ROUNDS]: a log that is there, 1 to %d rounds\n",
                      MOST_ROUNDS);
        return 2;
    }
    static double seconds[READER_COUNT][MOST_ROUNDS];
    struct tally tallies[READER_COUNT] = {0};
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < READER_COUNT; i++) {
            double start = now();
            tallies[i] = readers[i].read(&log);
            seconds[i][round] = now() - start;
        }
    }
    (void)printf("%zu lines, %.1f MB, %zu rounds\n\n", log.lines, (double)log.length / 1e6, rounds);
    (void)printf("%-28s %10s %14s %12s %10s\n", "", "events", "lines/s", "spread", "ratio");
    double first = 0;
    for (size_t i = 0; i < READER_COUNT; i++) {
        qsort(seconds[i], rounds, sizeof(double), compare);
        double median = seconds[i][rounds / 2];
        first = i == 0 ? median : first;
        (void)printf("%-28s %10zu %14.0f %5.0f-%3.0f %% %9.2fx\n", readers[i].name, tallies[i].events,
                     (double)log.lines / median, 100 * seconds[i][0] / median,
                     100 * seconds[i][rounds - 1] / median, median / first);
    }
    (void)printf("\nratio: how many times as long as armord's parse and merge. rules merged: %zu\n",
                 tallies[0].rules);
    free(log.bytes);
    return 0;
}

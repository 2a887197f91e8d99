/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast a log is read: our parse, our parse and merge, libapparmor's parse_record, and `grep -c`, over the same file, by
 * turns, in one run on one core, by processor time. Machines differ and are shared, so what counts is the ratio, of medians,
 * with the spread.
 *
 *     bench_parse FILE [ROUNDS [READER]]     READER: only the one of that number, from 1, to be profiled
 */
#include "armor/learn.h"
#include "armor/repeat.h"
#include "peer_parse_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_ROUNDS = 7, MOST_ROUNDS = 101 };

struct log {
    const char *bytes; /* mapped, and read once: in the page cache as for grep */
    size_t length;
    size_t lines;
    const char *path;
};

/* What one pass found: kept so that nothing is optimised away, and to compare the readers. */
struct tally {
    size_t events;
    size_t known; /* without a second parse */
    size_t containers, rules;
    size_t full;   /* events over a cap of their container */
    size_t memory; /* bytes, before anything was freed */
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

/* The containers of one pass, sorted by name. */
struct host {
    struct armor_profile *profiles[ARMOR_CONTAINERS_MAX];
    size_t count;
};

/* The profile state of container NAME, made when it isn't there yet; NULL: there are too many, or there is no memory. */
static struct armor_profile *profile_of(struct host *host, struct armor_slice name)
{
    char wanted[ARMOR_NAME_MAX + 1];
    (void)snprintf(wanted, sizeof wanted, "%.*s", (int)name.length, name.bytes);
    size_t low = 0;
    for (size_t high = host->count; low < high;) {
        size_t middle = (low + high) / 2;
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): all below count are set */
        int order = strcmp(host->profiles[middle]->name, wanted);
        if (order == 0) {
            return host->profiles[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    struct armor_profile *profile = NULL;
    if (host->count == ARMOR_CONTAINERS_MAX || armor_profile_new(name, 1, &profile) < 0) {
        return NULL;
    }
    struct armor_profile **place = &host->profiles[low];
    memmove((void *)(place + 1), (void *)place, (host->count++ - low) * sizeof(struct armor_profile *));
    *place = profile;
    return profile;
}

/* This process's memory that isn't of a file, in bytes. */
static size_t memory(void)
{
    char line[128];
    size_t kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && !kib && fgets(line, sizeof line, file)) {
        kib = strncmp(line, "RssAnon:", 8) == 0 ? strtoul(line + 8, NULL, 10) : 0;
    }
    if (file) {
        (void)fclose(file);
    }
    return kib * 1024;
}

/* REPEAT NULL: each record anew. */
static struct tally merge(const struct log *log, struct armor_repeat *repeat)
{
    static struct armor_event event;
    static struct host host;
    const struct armor_learn_options options = {0};
    struct tally tally = {0};
    host.count = 0;
    for (size_t at = 0; at < log->length;) {
        struct armor_record record;
        struct armor_profile *profile = NULL;
        size_t bytes = 0;
        if (repeat) {
            struct armor_slice rest = {log->bytes + at, log->length - at};
            size_t lines = armor_repeat_skim(repeat, rest, &bytes);
            tally.events += lines;
            tally.known += lines;
            at += bytes;
        }
        if (at == log->length) {
            break;
        }
        if (armor_record_from_line(next_line(log, &at), &record, NULL) <= 0) {
            continue;
        }
        if (repeat && armor_repeat_take(repeat, &record, &profile)) {
            tally.events++;
            tally.known++;
            continue;
        }
        if (armor_event_parse(&record, &event, NULL) <= 0) {
            continue;
        }
        tally.events++;
        struct armor_label label = armor_label_split(event.profile);
        struct armor_slice name = armor_label_container(&label);
        profile = name.bytes ? profile_of(&host, name) : NULL;
        struct armor_rule *changed[ARMOR_LEARN_RULES_MAX];
        size_t changes = 0;
        if (profile && armor_learn(profile, &event, &options, changed, &changes) < 0) {
            break;
        }
        if (profile && repeat) {
            armor_repeat_keep(repeat, &record, &event, profile);
        }
    }
    tally.memory = memory();
    tally.containers = host.count;
    for (size_t i = 0; i < host.count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): all below count are set */
        tally.rules += host.profiles[i]->rule_count;
        tally.full += host.profiles[i]->skipped[ARMOR_SKIP_FULL];
        armor_profile_free(host.profiles[i]);
    }
    return tally;
}

static struct tally read_and_merge(const struct log *log)
{
    struct armor_repeat *repeat = NULL;
    struct tally tally = {0};
    if (armor_repeat_new(&repeat) == 0) {
        tally = merge(log, repeat);
    }
    armor_repeat_free(repeat);
    return tally;
}

static struct tally read_each_and_merge(const struct log *log)
{
    return merge(log, NULL);
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
    {"armord: the same, none known", read_each_and_merge},
    {"armord: parse", read_events},
    {"libapparmor: parse_record", read_by_libapparmor},
    {"grep -c", read_by_grep},
};

enum { READER_COUNT = sizeof readers / sizeof readers[0] };

static double seconds_of(int who)
{
    struct rusage usage;
    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Processor time, of grep too: what other programs take of the core isn't counted. */
static double now(void)
{
    return seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN);
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static int load(const char *path, struct log *ret_log)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0 || status.st_size == 0) {
        return -EINVAL;
    }
    struct log log = {.path = path, .length = (size_t)status.st_size};
    log.bytes = mmap(NULL, log.length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    (void)close(fd);
    if (log.bytes == MAP_FAILED) {
        return -ENOMEM;
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
    size_t only = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    if (argc < 2 || only > READER_COUNT || rounds < 1 || rounds > MOST_ROUNDS || load(argv[1], &log) < 0) {
        (void)fprintf(stderr,
                      "usage: bench_parse FILE [ROUNDS [READER]]: a log that is there, 1 to %d rounds\n",
                      MOST_ROUNDS);
        return 2;
    }
    static double seconds[READER_COUNT][MOST_ROUNDS];
    struct tally tallies[READER_COUNT] = {0};
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = only ? only - 1 : 0; i < (only ? only : READER_COUNT); i++) {
            double start = now();
            tallies[i] = readers[i].read(&log);
            seconds[i][round] = now() - start;
        }
    }
    (void)printf("%zu lines, %.1f MB, %zu rounds\n\n", log.lines, (double)log.length / 1e6, rounds);
    (void)printf("%-30s %10s %12s %12s %8s\n", "", "events", "lines/s", "spread", "ratio");
    double first = 0;
    for (size_t i = 0; i < READER_COUNT; i++) {
        qsort(seconds[i], rounds, sizeof(double), compare);
        double median = seconds[i][rounds / 2];
        first = first > 0 ? first : median;
        if (median > 0) {
            (void)printf("%-30s %10zu %12.0f %5.0f-%3.0f %% %7.2fx\n", readers[i].name, tallies[i].events,
                         (double)log.lines / median, 100 * seconds[i][0] / median,
                         100 * seconds[i][rounds - 1] / median, median / first);
        }
    }
    (void)printf(
        "\nratio: how many times as long as armord's parse and merge\n"
        "merged: %zu rules of %zu containers, %zu events over a cap, %.1f %% of records known, %.1f MB\n",
        tallies[0].rules, tallies[0].containers, tallies[0].full,
        100 * (double)tallies[0].known / (double)(log.lines ? log.lines : 1),
        (double)tallies[0].memory / 1e6);
    return 0;
}

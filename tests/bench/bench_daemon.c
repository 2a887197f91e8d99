/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a real armord costs and how long it keeps a client waiting: one is started, with a store of many containers and an audit log of
 * its own, as systemd would start it. Shown: memory, wake-ups with nothing to do, processor time for records, and the latency of
 * GET /v1/status with and without a container that floods the log.
 *
 *     bench_daemon ARMORD [CONTAINERS [RULES [IDLE-SECONDS]]]
 */
#include "store.h"

#include "armor/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CONTAINERS = 1000,
    RULES = 300,
    IDLE_SECONDS = 60,
    REQUESTS = 400,          /* of each measurement of latency */
    PAUSE = 20 * 1000,       /* microseconds between two of them */
    CALM_RECORDS = 200000,   /* of all containers by turns, each what is known already */
    FLOOD_RATE = 100 * 1000, /* records a second, as long as the requests take */
    FDS = 3,                 /* where the first passed socket is; sd_listen_fds(3) */
    WORD = 200,
};

struct rig {
    char directory[64];
    pid_t pid;
    FILE *log;
    unsigned long serial;
    size_t containers, rules;
};

static _Noreturn void give_up(const char *what)
{
    (void)fprintf(stderr, "bench_daemon: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char *path_of(const struct rig *rig, const char *name, char buffer[static WORD])
{
    (void)snprintf(buffer, WORD, "%s/%s", rig->directory, name);
    return buffer;
}

/* The name of file NUMBER of a container: half of them as they are in images, half data of its own. */
static void file_name(size_t container, size_t number, char buffer[static WORD])
{
    if (number % 2) {
        (void)snprintf(buffer, WORD, "/usr/lib/x86_64-linux-gnu/perl-base/part%zu/Module%zu.pm", number % 7,
                       number);
    } else {
        (void)snprintf(buffer, WORD, "/srv/data/c%zu/tenant%zu/records-%zu.json", container, number % 11,
                       number);
    }
}

/* A store with the containers in it, as armord leaves it. */
static void make_store(const struct rig *rig)
{
    struct store *store = NULL;
    struct armor_error err = {0};
    char path[WORD];
    int r = store_open(path_of(rig, "armord.db", path), &store, &err);
    r = r < 0 ? r : store_begin(store, &err);
    for (size_t i = 0; r == 0 && i < rig->containers; i++) {
        struct container *container = NULL;
        char name[WORD];
        (void)snprintf(name, sizeof name, "c%zu", i);
        r = container_new(armor_slice_of(name), 1, 42, &container);
        r = r < 0 ? r : armor_baseline_add(container->profile);
        for (size_t j = 0; r >= 0 && j < rig->rules; j++) {
            struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = ARMOR_FILE_READ};
            struct armor_rule *rule = NULL;
            file_name(i, j, name);
            access.name = armor_slice_of(name);
            r = armor_profile_merge(container->profile, &access, &rule);
        }
        r = r < 0 ? r : store_put_container(store, container, &err);
        for (size_t j = 0; r == 0 && j < container->profile->rule_count; j++) {
            r = store_put_rule(store, container, container->profile->rules[j], &err);
        }
        container_free(container);
    }
    r = r < 0 ? r : store_commit(store, &err);
    store_free(store);
    if (r < 0) {
        errno = -r;
        give_up(err.text);
    }
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0) {
        give_up(path);
    }
    return fd;
}

/* Start ARMORD with its two sockets, which it finds as the environment says. */
static void start(struct rig *rig, const char *armord)
{
    char path[WORD];
    char settings[WORD];
    FILE *file = fopen(path_of(rig, "armord.yaml", settings), "we");
    if (!file) {
        give_up(settings);
    }
    (void)fprintf(file,
                  "database: %s/armord.db\naudit-log: %s/audit.log\nsource: audit-log\nloader-socket: "
                  "%s/none\nquiet: off\n",
                  rig->directory, rig->directory, rig->directory);
    (void)fclose(file);
    int control = listen_at(path_of(rig, "control", path));
    int reader = listen_at(path_of(rig, "read", path));
    rig->pid = fork();
    if (rig->pid < 0) {
        give_up("fork");
    }
    if (rig->pid == 0) {
        char number[16];
        int quiet = open(path_of(rig, "said", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        (void)snprintf(number, sizeof number, "%d", (int)getpid());
        control = fcntl(control, F_DUPFD, FDS + 10); /* out of the way of where they are to be */
        reader = fcntl(reader, F_DUPFD, FDS + 10);
        if (dup2(control, FDS) < 0 || dup2(reader, FDS + 1) < 0 || dup2(quiet, STDERR_FILENO) < 0 ||
            setenv("LISTEN_PID", number, 1) < 0 || setenv("LISTEN_FDS", "2", 1) < 0 ||
            setenv("LISTEN_FDNAMES", "control:read", 1) < 0) {
            _exit(126);
        }
        (void)execl(armord, armord, "--config", settings, (char *)NULL);
        _exit(127);
    }
    (void)close(control);
    (void)close(reader);
}

/* One request on a connection of its own. Returns the seconds that it took, or -1. */
static double ask(const struct rig *rig)
{
    static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[8192];
    size_t length = 0;
    ssize_t got = 1;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/read", rig->directory);
    double from = now();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) {
        got = -1;
    }
    while (got > 0 && length < sizeof answer - 1) {
        got = recv(fd, answer + length, sizeof answer - 1 - length, 0);
        length += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    answer[length] = '\0';
    return strncmp(answer, "HTTP/1.1 200", 12) == 0 ? now() - from : -1;
}

/* The number behind KEY in /proc/PID/FILE. */
static unsigned long number_of(const struct rig *rig, const char *file, const char *key)
{
    char path[WORD];
    char line[256];
    unsigned long number = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)rig->pid, file);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            number = strtoul(line + strlen(key), NULL, 10);
        }
    }
    if (status) {
        (void)fclose(status);
    }
    return number;
}

/* Seconds of processor time so far. */
static double processor(const struct rig *rig)
{
    return (double)number_of(rig, "schedstat", "") / 1e9;
}

/* Seconds that armord and this thread together were ready so far, while others had the processors. */
static double waited(const struct rig *rig)
{
    const pid_t pids[] = {rig->pid, gettid()};
    double seconds = 0;
    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        char path[WORD];
        unsigned long long ran = 0;
        unsigned long long delay = 0;
        (void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pids[i]);
        FILE *file = fopen(path, "re");
        if (file &&
            fscanf(file, "%llu %llu", &ran, &delay) == 2) { // NOLINT(cert-err34-c): the kernel's numbers
            seconds += (double)delay / 1e9;
        }
        if (file) {
            (void)fclose(file);
        }
    }
    return seconds;
}

static void say_memory(const struct rig *rig, const char *when)
{
    (void)printf("memory, %s: %.1f MiB resident, %.1f MiB its own\n", when,
                 (double)number_of(rig, "status", "VmRSS:") / 1024,
                 (double)number_of(rig, "status", "RssAnon:") / 1024);
}

/* Append a record: CONTAINER opens its file NUMBER. */
static void write_record(struct rig *rig, size_t container, size_t number)
{
    char name[WORD];
    file_name(container, number, name);
    unsigned long serial = ++rig->serial;
    (void)fprintf(
        rig->log,
        "type=AVC msg=audit(%lld.%03lu:%lu): apparmor=\"ALLOWED\" operation=\"open\" class=\"file\" "
        "profile=\"armord-c%zu\" "
        "name=\"%s\" pid=%lu comm=\"worker\" requested_mask=\"r\" denied_mask=\"r\" fsuid=33 ouid=33\n",
        (long long)time(NULL) + 5, serial % 1000, serial, container, name, 1000 + serial % 30000);
}

/* How many records armord has taken, as its metrics say; it is polled while nothing is measured. */
static bool caught_up(const struct rig *rig)
{
    double before = processor(rig);
    (void)usleep(300 * 1000);
    return processor(rig) - before < 0.002;
}

static void wait_until_idle(const struct rig *rig)
{
    while (!caught_up(rig)) {
        /* it reads on */
    }
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static void say_latency(const char *what, double seconds[static REQUESTS])
{
    qsort(seconds, REQUESTS, sizeof *seconds, compare);
    (void)printf("    %-40s p50 %6.2f ms, p99 %6.2f ms, longest %6.2f ms\n", what,
                 1e3 * seconds[REQUESTS / 2], 1e3 * seconds[REQUESTS * 99 / 100],
                 1e3 * seconds[REQUESTS - 1]);
}

static void measure_latency(const struct rig *rig, const char *when)
{
    static double all[REQUESTS];
    static double own[REQUESTS];
    size_t failed = 0;
    for (size_t i = 0; i < REQUESTS; i++) {
        double before = waited(rig);
        all[i] = ask(rig);
        failed += all[i] < 0;
        own[i] = all[i] - (waited(rig) - before);
        own[i] = own[i] > 0 ? own[i] : 0;
        (void)usleep(PAUSE);
    }
    (void)printf("GET /v1/status, %s: %d requests, %zu failed\n", when, REQUESTS, failed);
    say_latency("as it was", all);
    say_latency("without what other programs took", own);
}

struct flood {
    struct rig *rig;
    _Atomic bool stop;
    bool novel; /* each record has a new name */
    size_t written;
};

static void *run_flood(void *userdata)
{
    struct flood *flood = userdata;
    double from = now();
    while (!atomic_load(&flood->stop)) {
        for (size_t i = 0; i < FLOOD_RATE / 100; i++, flood->written++) {
            write_record(flood->rig, 0,
                         flood->novel ? 100000 + flood->written : flood->written % flood->rig->rules);
        }
        (void)fflush(flood->rig->log);
        double ahead = (double)flood->written / FLOOD_RATE - (now() - from);
        if (ahead > 0) {
            (void)usleep((unsigned)(ahead * 1e6));
        }
    }
    return NULL;
}

static void measure_flood(struct rig *rig, bool novel, const char *when)
{
    struct flood flood = {.rig = rig, .novel = novel};
    pthread_t thread;
    double before = processor(rig);
    if (pthread_create(&thread, NULL, run_flood, &flood) != 0) {
        give_up("a thread");
    }
    measure_latency(rig, when);
    atomic_store(&flood.stop, true);
    (void)pthread_join(thread, NULL);
    wait_until_idle(rig);
    (void)printf("the flood: %zu records, %.2f us of processor each\n", flood.written,
                 1e6 * (processor(rig) - before) / (double)flood.written);
}

/* Every container by turns does what it did before: first each new to armord's memory, then known. */
static void measure_calm(struct rig *rig)
{
    for (int round = 0; round < 2; round++) {
        double before = processor(rig);
        for (size_t i = 0; i < CALM_RECORDS; i++) {
            write_record(rig, i % rig->containers, i / rig->containers % 16);
        }
        (void)fflush(rig->log);
        wait_until_idle(rig);
        (void)printf("%d records of %zu containers by turns: %.2f us of processor each\n", CALM_RECORDS,
                     rig->containers, 1e6 * (processor(rig) - before) / CALM_RECORDS);
    }
}

static void measure_idle(const struct rig *rig, unsigned seconds)
{
    unsigned long before = number_of(rig, "status", "voluntary_ctxt_switches:");
    double processor_before = processor(rig);
    (void)sleep(seconds);
    (void)printf("idle for %u s: woken %lu times, %.1f ms of processor\n", seconds,
                 number_of(rig, "status", "voluntary_ctxt_switches:") - before,
                 1e3 * (processor(rig) - processor_before));
}

static void clean_up(const struct rig *rig)
{
    static const char *const names[] = {"armord.db",   "armord.db-wal", "armord.db-shm", "audit.log",
                                        "armord.yaml", "control",       "read",          "said"};
    char path[WORD];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(path_of(rig, names[i], path));
    }
    (void)rmdir(rig->directory);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_daemon ARMORD [CONTAINERS [RULES [IDLE-SECONDS]]]\n");
        return 2;
    }
    struct rig rig = {.containers = argc > 2 ? strtoul(argv[2], NULL, 10) : CONTAINERS,
                      .rules = argc > 3 ? strtoul(argv[3], NULL, 10) : RULES};
    unsigned idle = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : IDLE_SECONDS;
    char path[WORD];
    int status = 0;
    (void)snprintf(rig.directory, sizeof rig.directory, "/tmp/armord-bench-XXXXXX");
    if (!mkdtemp(rig.directory)) {
        give_up(rig.directory);
    }
    rig.log = fopen(path_of(&rig, "audit.log", path), "ae");
    if (!rig.log) {
        give_up(path);
    }
    make_store(&rig);
    double from = now();
    start(&rig, argv[1]);
    while (ask(&rig) < 0) {
        if (waitpid(rig.pid, &status, WNOHANG) != 0) {
            (void)fprintf(stderr, "bench_daemon: %s ended, see %s/said\n", argv[1], rig.directory);
            return EXIT_FAILURE;
        }
        (void)usleep(1000);
    }
    (void)printf("%zu containers of %zu rules; answers %.0f ms after its start\n", rig.containers, rig.rules,
                 1e3 * (now() - from));
    wait_until_idle(&rig);
    say_memory(&rig, "started");
    (void)printf("their store was read in %.2f s of processor\n", processor(&rig));
    measure_idle(&rig, idle);
    measure_calm(&rig);
    say_memory(&rig, "after that");
    measure_latency(&rig, "nothing else");
    measure_flood(&rig, false, "a container floods with what is known");
    measure_flood(&rig, true, "a container floods with new names");
    say_memory(&rig, "at the end");
    (void)kill(rig.pid, SIGTERM);
    from = now();
    (void)waitpid(rig.pid, &status, 0);
    (void)printf("ended %.0f ms after SIGTERM, with status %d\n", 1e3 * (now() - from), WEXITSTATUS(status));
    (void)fclose(rig.log);
    clean_up(&rig);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk over /proc. See process.h. */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    /* A label: a stack of names, each up to a path's length for a "//null-" child. The kernel gives a page at most. */
    LABEL_MAX = 4096,
};

static void close_directory(DIR **directory)
{
    if (*directory) {
        (void)closedir(*directory);
    }
}

/* The number that NAME is; 0: it isn't one. */
static pid_t pid_of(const char *name)
{
    int pid = 0;
    for (; *name; name++) {
        if (*name < '0' || *name > '9' || pid > (1 << 22)) {
            return 0;
        }
        pid = pid * 10 + (*name - '0');
    }
    return pid;
}

/* Read PID/FILE, at most SIZE bytes, without a newline at its end. */
static ssize_t read_file(int proc, pid_t pid, const char *file, char *buffer, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%d/%s", pid, file);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t n;
    do {
        n = read(fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    ssize_t result = n < 0 ? -errno : n;
    (void)close(fd);
    return result > 0 && buffer[result - 1] == '\n' ? result - 1 : result;
}

/* The label of PID, from AppArmor's own file, or, before Linux 5.8, from the one that all security modules share. */
static ssize_t read_label(int proc, pid_t pid, char *buffer, size_t size)
{
    ssize_t n = read_file(proc, pid, "attr/apparmor/current", buffer, size);
    return n == -ENOENT ? read_file(proc, pid, "attr/current", buffer, size) : n;
}

/* Count what LABEL ("a//&armord-web//null-/bin/sh (complain)") has of NAME; false: nothing. */
static bool count_label(struct armor_slice label, struct armor_slice name, struct loader_processes *processes)
{
    bool own = false;
    bool child = false;
    for (size_t at = 0; at < label.length;) {
        struct armor_slice part = {label.bytes + at, label.length - at};
        const char *stacked = memmem(part.bytes, part.length, "//&", 3);
        part.length = stacked ? (size_t)(stacked - part.bytes) : part.length;
        if (armor_slice_starts(part, name)) {
            struct armor_slice rest = {part.bytes + name.length, part.length - name.length};
            own = own || rest.length == 0 || armor_slice_starts(rest, ARMOR_SLICE(" ("));
            child = child || armor_slice_starts(rest, ARMOR_SLICE("//"));
        }
        at += part.length + 3;
    }
    processes->own += own;
    processes->child += child && !own;
    return own || child;
}

static void make_printable(char *text)
{
    for (char *byte = text; *byte; byte++) {
        if ((unsigned char)*byte < ' ' || *byte == 0x7f) {
            *byte = '?';
        }
    }
}

static void read_comm(int proc, pid_t pid, char *comm, size_t size)
{
    ssize_t n = read_file(proc, pid, "comm", comm, size - 1);
    comm[n > 0 ? n : 0] = '\0';
    make_printable(comm);
}

static void set_example(int proc, pid_t pid, struct loader_processes *processes)
{
    read_comm(proc, pid, processes->comm, sizeof processes->comm);
    processes->example = pid;
}

/* PID is named, where there is room: it isn't under the profile itself, but under LABEL. */
static void note_stranger(int proc, pid_t pid, struct armor_slice label, struct loader_processes *processes)
{
    if (processes->stranger_count == LOADER_STRANGERS_MAX) {
        return;
    }
    struct loader_stranger stranger = {.pid = (uint32_t)pid};
    char comm[sizeof stranger.comm];
    read_comm(proc, pid, comm, sizeof comm);
    (void)snprintf(stranger.comm, sizeof stranger.comm, "%s", comm);
    (void)snprintf(stranger.label, sizeof stranger.label, "%.*s",
                   label.length < sizeof stranger.label ? (int)label.length : (int)sizeof stranger.label,
                   label.bytes);
    make_printable(stranger.label);
    processes->strangers[processes->stranger_count++] = stranger;
}

/* When a process started, and what it is to its container. */
struct birth {
    uint64_t usec;  /* CLOCK_BOOTTIME */
    unsigned depth; /* PID namespaces that it is in; 1: the one of /proc alone */
    bool first;     /* pid 1 of the innermost one */
};

/* The 22nd word of PID/stat, in ticks since boot; the second one may hold anything, and ends with the last parenthesis. */
static bool read_start(int proc, pid_t pid, uint64_t *ret_usec)
{
    char text[1024];
    ssize_t n = read_file(proc, pid, "stat", text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strrchr(text, ')');
    for (int word = 2; at && word < 22; word++) {
        at = strchr(at + 1, ' ');
    }
    long rate = sysconf(_SC_CLK_TCK);
    if (!at || rate <= 0) {
        return false;
    }
    *ret_usec = strtoull(at, NULL, 10) * (1000000 / (uint64_t)rate);
    return true;
}

/* `NSpid:\t4711\t1` of PID/status: the pid in each namespace, the innermost one last. */
static void read_namespaces(int proc, pid_t pid, struct birth *birth)
{
    char text[4096];
    ssize_t n = read_file(proc, pid, "status", text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, "\nNSpid:");
    at = at ? at + strlen("\nNSpid:") : "";
    for (unsigned long number = 0; *at == '\t'; birth->depth++) {
        char *end = NULL;
        number = strtoul(at + 1, &end, 10);
        birth->first = number == 1 && birth->depth > 0;
        at = end;
    }
}

/* What is known of the container's start so far. */
struct start {
    struct birth
        first; /* the newest first process of the outermost namespace that has one; usec 0: none yet */
    uint64_t oldest_usec; /* of any process; 0: none yet */
};

static void count_start(int proc, pid_t pid, struct start *start)
{
    struct birth birth = {0};
    if (!read_start(proc, pid, &birth.usec)) {
        return; /* it has ended since */
    }
    read_namespaces(proc, pid, &birth);
    bool outer = start->first.usec == 0 || birth.depth < start->first.depth;
    bool newer = birth.depth == start->first.depth && birth.usec > start->first.usec;
    if (birth.first && (outer || newer)) {
        start->first = birth;
    }
    if (start->oldest_usec == 0 || birth.usec < start->oldest_usec) {
        start->oldest_usec = birth.usec;
    }
}

enum {
    ID_LENGTH =
        64,       /* hex digits of a container's id, in the name of its cgroup: docker, podman, containerd */
    IDS_MAX = 16, /* containers of one profile that are looked at */
};

struct containers {
    char ids[IDS_MAX][ID_LENGTH];
    size_t count;
};

/* The container's id in PID/cgroup, which anybody may read. False: it has none. */
static bool read_id(int proc, pid_t pid, char ret_id[static ID_LENGTH])
{
    char text[4096];
    ssize_t n = read_file(proc, pid, "cgroup", text, sizeof text);
    size_t run = 0;
    for (ssize_t i = 0; i <= n; i++) {
        bool hex = i < n && ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'));
        if (!hex && run == ID_LENGTH) {
            memcpy(ret_id, text + i - ID_LENGTH, ID_LENGTH);
            return true;
        }
        run = hex ? run + 1 : 0;
    }
    return false;
}

static bool has_id(const struct containers *containers, const char *id)
{
    size_t i = 0;
    while (i < containers->count && memcmp(containers->ids[i], id, ID_LENGTH) != 0) {
        i++;
    }
    return i < containers->count;
}

static void note_container(int proc, pid_t pid, struct containers *containers)
{
    char id[ID_LENGTH];
    if (containers->count < IDS_MAX && read_id(proc, pid, id) && !has_id(containers, id)) {
        memcpy(containers->ids[containers->count++], id, ID_LENGTH);
    }
}

/* Count who is in one of CONTAINERS and not under WANTED. What ends meanwhile isn't. */
static void count_outside(DIR *proc, const struct containers *containers, struct armor_slice wanted,
                          struct loader_processes *processes)
{
    rewinddir(proc);
    for (const struct dirent *entry; containers->count && (entry = readdir(proc));) {
        char label[LABEL_MAX];
        char id[ID_LENGTH];
        struct loader_processes found = {0};
        pid_t pid = pid_of(entry->d_name);
        ssize_t n = pid ? read_label(dirfd(proc), pid, label, sizeof label) : -1;
        if (n >= 0 && !count_label((struct armor_slice){label, (size_t)n}, wanted, &found) &&
            read_id(dirfd(proc), pid, id) && has_id(containers, id)) {
            processes->outside++;
            processes->outside_pid = pid;
            note_stranger(dirfd(proc), pid, (struct armor_slice){label, (size_t)n}, processes);
        }
    }
}

int loader_processes_find(const struct loader_roots *roots, const char *name,
                          struct loader_processes *ret_processes, struct armor_error *err)
{
    DIR *proc ARMOR_CLEANUP(close_directory) = opendir(roots->proc);
    if (!proc) {
        return armor_error_set(err, -errno, "can't read %s: %s", roots->proc, strerror(errno));
    }
    const struct armor_slice wanted = {name, strlen(name)};
    struct loader_processes processes = {0};
    struct start start = {0};
    struct containers containers = {.count = 0};
    bool first_seen = false;
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(proc)); errno = 0) {
        pid_t pid = pid_of(entry->d_name);
        if (pid == 0) {
            continue;
        }
        first_seen = first_seen || pid == 1;
        char label[LABEL_MAX];
        ssize_t n = read_label(dirfd(proc), pid, label, sizeof label);
        if (n == -ENOENT || n == -ESRCH) {
            continue; /* it has ended since */
        }
        if (n < 0) {
            int code = n == -EINVAL ? -EOPNOTSUPP : (int)n;
            return armor_error_set(err, code, "can't read the label of process %d: %s", pid,
                                   strerror((int)-n));
        }
        uint32_t own = processes.own;
        if (count_label((struct armor_slice){label, (size_t)n}, wanted, &processes)) {
            if (processes.own == own) {
                note_stranger(dirfd(proc), pid, (struct armor_slice){label, (size_t)n}, &processes);
            }
            set_example(dirfd(proc), pid, &processes);
            count_start(dirfd(proc), pid, &start);
            note_container(dirfd(proc), pid, &containers);
        }
    }
    if (errno) {
        return armor_error_set(err, -errno, "can't read %s: %s", roots->proc, strerror(errno));
    }
    if (!first_seen) {
        return armor_error_set(
            err, -EACCES,
            "%s doesn't show process 1: is it mounted with hidepid=? Then who runs under a profile "
            "can't be told",
            roots->proc);
    }
    processes.started_usec = start.first.usec ? start.first.usec : start.oldest_usec;
    count_outside(proc, &containers, wanted, &processes);
    *ret_processes = processes;
    return 0;
}

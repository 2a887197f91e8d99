/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: auditd's log, /var/log/audit/audit.log, followed over rotation, renaming and truncation.
 *
 * auditd renames audit.log to audit.log.1, that one before to audit.log.2, and so on, and begins a new audit.log. The place is an
 * inode and an offset in it, so after a restart the file is found under whatever number it has by then. What is in the file is as true as
 * its owner: root's auditd, which writes one line for each record and puts a blank for a newline in a text.
 */
#include "source_private.h"

#include "armor/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ROTATED_MAX = 999, /* auditd.conf(5): num_logs is at most this */
    CHUNK = 64 * 1024, /* bytes of the log in memory */
    FILE_PATH_MAX = 300,
    WATCHED =
        IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO, /* in the directory */
};

struct audit_log {
    struct source source;
    const char *path; /* not owned */
    int notify;       /* owned; inotify on the directory */
    int fd;           /* owned; the file that is being read; -1: there is none yet */
    dev_t device;     /* of it */
    ino_t inode;
    uint64_t offset; /* in it, of the first byte that wasn't taken */
    size_t used;     /* bytes of `bytes` */
    size_t at;       /* of these, taken */
    bool skipping;   /* in a line that is longer than any record */
    bool missed;     /* the file of the place is gone; not told yet */
    char bytes[CHUNK];
};

/* The path of the log that was rotated NUMBER times; 0: the one that is written to. */
static const char *rotated_path(const struct audit_log *log, unsigned number,
                                char buffer[static FILE_PATH_MAX])
{
    if (number == 0) {
        (void)snprintf(buffer, FILE_PATH_MAX, "%s", log->path);
    } else {
        (void)snprintf(buffer, FILE_PATH_MAX, "%s.%u", log->path, number);
    }
    return buffer;
}

/* The number under which the file DEVICE, INODE is now, or -1. Numbers have no gaps but for the moment of a rotation. */
static int find_inode(const struct audit_log *log, dev_t device, ino_t inode)
{
    char path[FILE_PATH_MAX];
    struct stat stat_buffer;
    unsigned missing = 0;
    for (unsigned i = 0; i <= ROTATED_MAX && missing < 3; i++) {
        if (stat(rotated_path(log, i, path), &stat_buffer) < 0) {
            missing++;
        } else if (stat_buffer.st_dev == device && stat_buffer.st_ino == inode) {
            return (int)i;
        }
    }
    return -1;
}

/* The oldest log that was still written to at SINCE, by number. */
static unsigned find_since(const struct audit_log *log, int64_t since)
{
    char path[FILE_PATH_MAX];
    struct stat stat_buffer;
    unsigned oldest = 0;
    for (unsigned i = 1; i <= ROTATED_MAX; i++) {
        if (stat(rotated_path(log, i, path), &stat_buffer) < 0 ||
            stat_buffer.st_mtim.tv_sec < since / 1000000) {
            break;
        }
        oldest = i;
    }
    return oldest;
}

/* Open the log of that NUMBER, to be read from OFFSET on. Returns 0 or a negative errno, and then no file is open. */
static int open_number(struct audit_log *log, unsigned number, uint64_t offset)
{
    char path[FILE_PATH_MAX];
    struct stat stat_buffer;
    if (log->fd >= 0) {
        (void)close(log->fd);
    }
    log->at = log->used = 0;
    log->skipping = false;
    log->offset = offset;
    log->fd = open(rotated_path(log, number, path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (log->fd < 0) {
        return -errno;
    }
    int r = fstat(log->fd, &stat_buffer) < 0 ? -EIO : 0;
    if (r < 0 || !S_ISREG(stat_buffer.st_mode)) {
        (void)close(log->fd);
        log->fd = -1;
        return r < 0 ? r : -EINVAL;
    }
    log->device = stat_buffer.st_dev;
    log->inode = stat_buffer.st_ino;
    return 0;
}

static void take_line(struct source *source, struct armor_slice line)
{
    struct armor_record record;
    source->counters.messages++;
    if (!armor_slice_starts(line, ARMOR_SLICE("type=")) && !armor_slice_starts(line, ARMOR_SLICE("node="))) {
        source->counters.bent += line.length > 0;
        return;
    }
    int r = armor_record_from_line(line, &record, NULL);
    if (r < 0) {
        source->counters.bent++;
    } else if (r > 0) {
        source->handler->record(source->userdata, &record);
    }
}

/* Take the next whole line that is in memory. Returns false when there is none. */
static bool take_next(struct audit_log *log)
{
    size_t left = log->used - log->at;
    const char *start = log->bytes + log->at;
    const char *newline = left ? memchr(start, '\n', left) : NULL;
    if (!newline && left <= ARMOR_RECORD_MAX) {
        return false;
    }
    size_t length = newline ? (size_t)(newline - start) : left;
    size_t step = newline ? length + 1 : length;
    if (!log->skipping && length <= ARMOR_RECORD_MAX) {
        take_line(&log->source, (struct armor_slice){start, length});
    } else if (!log->skipping) {
        log->source.counters.messages++;
        log->source.counters.bent++;
    }
    log->skipping = !newline;
    log->at += step;
    log->offset += step;
    return true;
}

/* Get more bytes. Returns how many, 0 at the end of the file, or a negative errno. */
static ssize_t fill(struct audit_log *log)
{
    memmove(log->bytes, log->bytes + log->at, log->used - log->at);
    log->used -= log->at;
    log->at = 0;
    ssize_t got = pread(log->fd, log->bytes + log->used, sizeof log->bytes - log->used,
                        (off_t)(log->offset + log->used));
    if (got < 0) {
        return errno == EINTR ? 0 : -errno;
    }
    log->used += (size_t)got;
    return got;
}

/* The file got shorter than what was read of it: it begins anew. */
static bool was_cut(struct audit_log *log)
{
    struct stat stat_buffer;
    if (fstat(log->fd, &stat_buffer) < 0 || (uint64_t)stat_buffer.st_size >= log->offset + log->used) {
        return false;
    }
    source_lost(&log->source, 0, "when the audit log was cut to nothing while it was read", NULL);
    log->offset = 0;
    log->at = log->used = 0;
    log->skipping = false;
    return true;
}

/*
 * At the end of a file: go on to the one that was begun after it. Returns true when there is more to read. A new file that can't be
 * opened is tried again with the next change in the directory: auditd makes it readable for its group a moment later.
 */
static bool go_on(struct audit_log *log)
{
    int number = log->fd < 0 ? -1 : find_inode(log, log->device, log->inode);
    if (number == 0) {
        return false;
    }
    if (log->fd >= 0 && fill(log) != 0) {
        return true; /* written between the last read and the rotation */
    }
    char path[FILE_PATH_MAX];
    unsigned next = number > 0 ? (unsigned)number - 1 : 0;
    if (access(rotated_path(log, next, path), R_OK) < 0) {
        return false;
    }
    if (log->used > log->at && !log->skipping) {
        log->source.counters.bent++; /* a line without an end */
    }
    return open_number(log, next, 0) == 0;
}

static void drain_notices(const struct audit_log *log)
{
    _Alignas(struct inotify_event) char bytes[4096];
    while (read(log->notify, bytes, sizeof bytes) > 0) {
        /* what changed is looked at anyway */
    }
}

static int read_log(struct source *source)
{
    struct audit_log *log = (struct audit_log *)source;
    uint64_t before = source->counters.messages;
    drain_notices(log);
    if (log->missed) {
        log->missed = false;
        source_lost(source, 0, "between two starts of armord: the audit log was rotated away", NULL);
    }
    while (source->counters.messages - before < SOURCE_BATCH) {
        if (take_next(log)) {
            continue;
        }
        ssize_t got = log->fd < 0 ? 0 : fill(log);
        if (got < 0) {
            return (int)got;
        }
        if (got == 0 && !(log->fd >= 0 && was_cut(log)) && !go_on(log)) {
            break;
        }
    }
    int count = (int)(source->counters.messages - before);
    if (count > 0) {
        source->handler->batch(source->userdata);
    }
    return count;
}

static void place_log(const struct source *source, char ret_place[static SOURCE_PLACE_SIZE])
{
    const struct audit_log *log = (const struct audit_log *)source;
    if (log->fd >= 0) {
        (void)snprintf(ret_place, SOURCE_PLACE_SIZE, "%llu:%llu:%llu", (unsigned long long)log->device,
                       (unsigned long long)log->inode, (unsigned long long)log->offset);
    }
}

static void close_log(struct source *source)
{
    struct audit_log *log = (struct audit_log *)source;
    if (log->fd >= 0) {
        (void)close(log->fd);
    }
    if (log->notify >= 0) {
        (void)close(log->notify);
    }
    free(log);
}

/* Read `DEVICE:INODE:OFFSET`. Returns false when it is something else. */
static bool parse_place(const char *place, unsigned long long ret_numbers[static 3])
{
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        errno = 0;
        ret_numbers[i] = strtoull(place, &end, 10);
        if (errno != 0 || end == place || *end != (i < 2 ? ':' : '\0')) {
            return false;
        }
        place = end + 1;
    }
    return true;
}

/* Returns 1 when the file of PLACE is there and as long as it was, and opens it; else 0. */
static int recall_place(struct audit_log *log, const char *place)
{
    unsigned long long numbers[3];
    if (!parse_place(place, numbers)) {
        return 0;
    }
    uint64_t offset = numbers[2];
    int number = find_inode(log, (dev_t)numbers[0], (ino_t)numbers[1]);
    struct stat stat_buffer;
    int r = number < 0 ? -ENOENT : open_number(log, (unsigned)number, offset);
    if (r < 0 || fstat(log->fd, &stat_buffer) < 0 || (uint64_t)stat_buffer.st_size < offset) {
        log->missed = true;
        return 0;
    }
    return 1;
}

/* Watch the directory of the log. Returns 0 or a negative errno. */
static int watch_directory(struct audit_log *log)
{
    char directory[FILE_PATH_MAX];
    (void)rotated_path(log, 0, directory);
    char *slash = strrchr(directory, '/');
    if (!slash) {
        return -EINVAL;
    }
    slash[slash == directory] = '\0';
    log->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return log->notify < 0 || inotify_add_watch(log->notify, directory, WATCHED) < 0 ? -errno : 0;
}

static int open_log(sd_event *event, const struct source_config *config, const char *place, int64_t since,
                    struct source **ret_source, struct armor_error *err)
{
    struct audit_log *log = calloc(1, sizeof *log);
    if (!log) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    log->source.kind = SOURCE_AUDIT_LOG;
    log->path = config->audit_log;
    log->fd = log->notify = -1;
    int r = watch_directory(log);
    int known = r < 0 ? r : recall_place(log, place);
    if (known == 0) {
        r = open_number(log, find_since(log, since), 0);
    }
    if (r < 0) {
        armor_error_set(err, r,
                        r == -ENOENT ? "%s isn't there: auditd doesn't run, or logs elsewhere (%s)"
                                     : "%s can't be read (%s): armord needs SupplementaryGroups=adm, or "
                                       "which group log_group of auditd.conf names",
                        log->path, strerror(-r));
    } else {
        r = source_watch(&log->source, event, log->notify, EPOLLIN, err);
    }
    if (r < 0) {
        source_free(&log->source);
        return r;
    }
    *ret_source = &log->source;
    return known;
}

const struct source_type source_audit_log = {
    .name = "audit-log",
    .trust = "auditd, and nobody else, writes one line for each record, with its type",
    .completeness = "complete but for what auditd and the kernel count as lost",
    .open = open_log,
    .read = read_log,
    .place = place_log,
    .close = close_log,
};

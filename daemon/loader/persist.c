/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files under /etc/apparmor.d: all of the old or all of the new. See persist.h. */
#include "persist.h"

#include "reads_as.h"
#include "statement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static int open_directory(const struct loader_roots *roots, struct armor_error *err)
{
    int fd = open(roots->policy_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0
               ? armor_error_set(err, -errno, "can't open %s: %s", roots->policy_directory, strerror(errno))
               : fd;
}

/* What is at FILE: 1 one of armord's, 0 nothing, -EEXIST something else. Follows no link and blocks on no pipe. */
static int look(int directory, const char *file, struct armor_error *err)
{
    int fd ARMOR_CLEANUP(close_fd) = openat(directory, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return 0;
    }
    if (fd < 0 && errno != ELOOP && errno != ENXIO) {
        return armor_error_set(err, -errno, "can't open the present %s: %s", file, strerror(errno));
    }
    struct stat status;
    char head[sizeof LOADER_MARKER - 1];
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        return armor_error_set(err, -EEXIST,
                               "%s isn't a regular file, so armord leaves it alone: move it away", file);
    }
    if (read(fd, head, sizeof head) != (ssize_t)sizeof head ||
        memcmp(head, LOADER_MARKER, sizeof head) != 0) {
        return armor_error_set(
            err, -EEXIST,
            "%s doesn't begin with \"" LOADER_MARKER
            "\": armord didn't write it and leaves it alone; move it away, or rename the container",
            file);
    }
    return 1;
}

static int write_all(int fd, struct armor_slice text)
{
    for (size_t done = 0; done < text.length;) {
        ssize_t n = write(fd, text.bytes + done, text.length - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : -EIO;
        }
        done += (size_t)n;
    }
    return 0;
}

/* Write a new file, synced. On failure there is none. */
static int write_new(int directory, const char *file, struct armor_slice text)
{
    /* Left over from a loader that was killed: only one loader runs at a time, so it's nobody's. */
    if (unlinkat(directory, file, 0) < 0 && errno != ENOENT) {
        return -errno;
    }
    int fd = openat(directory, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    int code = write_all(fd, text);
    if (code == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)) {
        code = -errno;
    }
    if (close(fd) < 0 && code == 0) {
        code = -errno;
    }
    if (code < 0) {
        (void)unlinkat(directory, file, 0);
    }
    return code;
}

int loader_persist_draft(const struct loader_roots *roots, const char *name, struct armor_slice text,
                         struct loader_draft *ret_draft, struct armor_error *err)
{
    struct loader_draft draft = {.directory = open_directory(roots, err)};
    if (draft.directory < 0) {
        return draft.directory;
    }
    (void)snprintf(draft.file, sizeof draft.file, "%s", name);
    (void)snprintf(draft.temporary, sizeof draft.temporary, ".%s.new", name);
    int r = look(draft.directory, draft.file, err);
    if (r >= 0) {
        r = write_new(draft.directory, draft.temporary, text);
        if (r < 0) {
            (void)armor_error_set(err, r, "can't write %s/%s: %s", roots->policy_directory, draft.temporary,
                                  strerror(-r));
        }
    }
    if (r < 0) {
        (void)close(draft.directory);
        return r;
    }
    *ret_draft = draft;
    return 0;
}

int loader_persist_commit(struct loader_draft *draft, struct armor_error *err)
{
    if (renameat(draft->directory, draft->temporary, draft->directory, draft->file) < 0) {
        return armor_error_set(err, -errno, "can't put the new %s in its place: %s", draft->file,
                               strerror(errno));
    }
    draft->temporary[0] = '\0';
    if (fsync(draft->directory) < 0) {
        return armor_error_set(err, -errno, "the new %s can't be made to survive a power cut: %s",
                               draft->file, strerror(errno));
    }
    return 0;
}

void loader_persist_done(struct loader_draft *draft)
{
    if (draft->directory < 0) {
        return;
    }
    if (draft->temporary[0] != '\0') {
        (void)unlinkat(draft->directory, draft->temporary, 0);
    }
    (void)close(draft->directory);
    draft->directory = -1;
}

int loader_persist_find(const struct loader_roots *roots, const char *name, struct armor_error *err)
{
    int directory ARMOR_CLEANUP(close_fd) = open_directory(roots, err);
    return directory < 0 ? directory : look(directory, name, err);
}

int loader_persist_remove(const struct loader_roots *roots, const char *name, struct armor_error *err)
{
    int directory ARMOR_CLEANUP(close_fd) = open_directory(roots, err);
    if (directory < 0) {
        return directory;
    }
    int r = look(directory, name, err);
    if (r < 0) {
        return r;
    }
    char draft[sizeof((struct loader_draft *)0)->temporary];
    (void)snprintf(draft, sizeof draft, ".%s.new", name);
    bool drafted = unlinkat(directory, draft, 0) == 0;
    if (r == 0 && !drafted) {
        return 0;
    }
    if ((r > 0 && unlinkat(directory, name, 0) < 0) || fsync(directory) < 0) {
        return armor_error_set(err, -errno, "can't delete %s/%s: %s", roots->policy_directory, name,
                               strerror(errno));
    }
    return 1;
}

int loader_persist_compare(const struct loader_roots *roots, const char *name, struct armor_slice text,
                           struct armor_error *err)
{
    int directory ARMOR_CLEANUP(close_fd) = open_directory(roots, err);
    if (directory < 0) {
        return directory;
    }
    int r = look(directory, name, NULL);
    if (r == -EEXIST || r == 0) {
        return r == 0 ? LOADER_MATCH_NONE : LOADER_MATCH_FOREIGN;
    }
    int fd ARMOR_CLEANUP(close_fd) = r < 0 ? -1 : openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    r = r < 0 ? r : fd < 0 ? -errno : loader_reads_as(fd, text, false);
    return r < 0
               ? armor_error_set(err, r, "can't read %s/%s: %s", roots->policy_directory, name, strerror(-r))
           : r == 1 ? LOADER_MATCH_SAME
                    : LOADER_MATCH_DIFFERENT;
}

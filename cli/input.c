/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log files line by line. See input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int input_open(struct input *input, const char *path, struct armor_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    /* a descriptor of our own either way: closing the file closes it */
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int code = fd < 0 ? -errno : 0;
    input->file = fd < 0 ? NULL : gzdopen(fd, "rb");
    if (fd >= 0 && !input->file) {
        code = -ENOMEM;
        (void)close(fd);
    }
    if (code < 0) {
        armor_error_source(err, path);
        return armor_error_set(err, code, "cannot be opened: %s", strerror(-code));
    }
    input->fd = fd;
    input->standard = standard;
    input->name = standard ? "standard input" : path;
    input->line_number = input->too_long = input->start = input->end = 0;
    input->ended = false;
    input->unpacked = 0;
    input->unpacked_max = ARMOR_UNPACKED_MAX;
    return 0;
}

bool input_plain_size(struct input *input, uint64_t *ret_size)
{
    struct stat status;
    if (input->standard || fstat(input->fd, &status) < 0 || !S_ISREG(status.st_mode) ||
        !gzdirect(input->file)) {
        return false;
    }
    *ret_size = (uint64_t)status.st_size;
    return true;
}

int input_seek(struct input *input, uint64_t offset, size_t lines, struct armor_error *err)
{
    if (gzseek64(input->file, (z_off64_t)offset, SEEK_SET) < 0) {
        armor_error_source(err, input->name);
        return armor_error_set(err, -EIO, "cannot be read on at byte %llu", (unsigned long long)offset);
    }
    input->start = input->end = 0;
    input->line_number = lines;
    return 0;
}

void input_close(struct input *input)
{
    if (input->file) {
        (void)gzclose_r(input->file);
    }
    input->file = NULL;
}

/* Read more behind what is kept. Returns 0, also at the end; negative errno. */
static int fill(struct input *input, struct armor_error *err)
{
    if (input->start > 0) {
        memmove(input->buffer, input->buffer + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    int failure = Z_OK;
    int got = gzread(input->file, input->buffer + input->end, (unsigned)(sizeof input->buffer - input->end));
    int system = errno;
    const char *why = gzerror(input->file, &failure);
    if (got > 0) {
        input->end += (size_t)got;
        input->unpacked += gzdirect(input->file) ? 0 : (unsigned)got;
        if (input->unpacked <= input->unpacked_max) {
            return 0;
        }
        armor_error_source(err, input->name);
        return armor_error_set(
            err, -E2BIG,
            "is packed, and more than %llu MiB come out of it, which is a mistake or an attack; if it is as "
            "it should be: zcat FILE | armorctl ... -",
            (unsigned long long)(input->unpacked_max >> 20));
    }
    if (got == 0 && failure == Z_OK) {
        input->ended = true;
        return 0;
    }
    armor_error_source(err, input->name);
    return failure == Z_ERRNO ? armor_error_set(err, -system, "cannot be read: %s", strerror(system))
                              : armor_error_set(err, -EBADMSG, "is packed, and cannot be unpacked: %s",
                                                failure == Z_BUF_ERROR ? "it ends too early" : why);
}

int input_line(struct input *input, struct armor_slice *ret_line, struct armor_error *err)
{
    bool skipping = false; /* inside a line over the cap */
    size_t searched = 0;   /* bytes after start that hold no newline */
    for (;;) {
        char *begin = input->buffer + input->start;
        size_t kept = input->end - input->start;
        char *newline = kept > searched ? memchr(begin + searched, '\n', kept - searched) : NULL;
        size_t length = newline ? (size_t)(newline - begin) : kept;
        bool whole = newline || (input->ended && kept > 0);
        if (!whole && input->ended) {
            return 0;
        }
        if (length > ARMOR_RECORD_MAX && !skipping) {
            skipping = true;
            input->too_long++;
        }
        if (whole) {
            input->start += length + (newline ? 1 : 0);
            input->line_number++;
            if (!skipping) {
                *ret_line = (struct armor_slice){begin, length};
                return 1;
            }
            skipping = false;
            searched = 0;
            continue;
        }
        if (skipping) {
            input->start = input->end;
        }
        searched = skipping ? 0 : length;
        int result = fill(input, err);
        if (result < 0) {
            return result;
        }
    }
}

int input_bytes(struct input *input, uint64_t count, struct armor_slice *ret_bytes, struct armor_error *err)
{
    bool kept = count <= ARMOR_RECORD_MAX;
    input->too_long += !kept;
    for (;;) {
        char *begin = input->buffer + input->start;
        size_t there = input->end - input->start;
        size_t take = there < count ? there : (size_t)count;
        bool all = take == count;
        if (all || !kept) {
            for (size_t i = 0; i < take; i++) {
                input->line_number += begin[i] == '\n'; /* lines go on counting, for messages */
            }
            input->start += take;
            count -= take;
        }
        if (all) {
            *ret_bytes = kept ? (struct armor_slice){begin, take} : (struct armor_slice){0};
            return 1;
        }
        if (input->ended) {
            armor_error_source(err, input->name);
            return armor_error_at(err, -EBADMSG, input->line_number, 0, "ends within a field of the journal");
        }
        int result = fill(input, err);
        if (result < 0) {
            return result;
        }
    }
}

struct armor_slice input_ahead(const struct input *input)
{
    return (struct armor_slice){input->buffer + input->start, input->end - input->start};
}

void input_skip(struct input *input, size_t bytes, size_t lines)
{
    input->start += bytes;
    input->line_number += lines;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log files line by line. See input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int input_open(struct input *input, const char *path, struct armor_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    input->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input->fd < 0) {
        int code = -errno;
        armor_error_source(err, path);
        return armor_error_set(err, code, "cannot be opened: %s", strerror(-code));
    }
    input->borrowed = standard;
    input->name = standard ? "standard input" : path;
    input->line_number = input->too_long = input->start = input->end = 0;
    input->ended = false;
    return 0;
}

void input_close(struct input *input)
{
    if (!input->borrowed && input->fd >= 0) {
        (void)close(input->fd);
    }
    input->fd = -1;
}

/* Read more behind what is kept. Returns 0, also at the end; negative errno. */
static int fill(struct input *input, struct armor_error *err)
{
    if (input->start > 0) {
        memmove(input->buffer, input->buffer + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    for (;;) {
        ssize_t got = read(input->fd, input->buffer + input->end, sizeof input->buffer - input->end);
        if (got >= 0) {
            input->end += (size_t)got;
            input->ended = got == 0;
            return 0;
        }
        if (errno != EINTR) {
            int code = -errno;
            armor_error_source(err, input->name);
            return armor_error_set(err, code, "cannot be read: %s", strerror(-code));
        }
    }
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

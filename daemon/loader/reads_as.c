/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing by chunks: nothing is kept of a file but the bytes at hand. See reads_as.h. */
#include "reads_as.h"

#include <errno.h>
#include <unistd.h>

int loader_reads_as(int fd, struct armor_slice text, bool newline)
{
    char chunk[4096];
    size_t at = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : at == text.length;
        }
        size_t got = (size_t)n;
        size_t same = got < text.length - at ? got : text.length - at;
        if (same > 0 && memcmp(chunk, text.bytes + at, same) != 0) {
            return 0;
        }
        at += same;
        if (same < got && !(newline && got - same == 1 && chunk[same] == '\n')) {
            return 0;
        }
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input: log files line by line, in bounded memory, whatever is in them. A line over the cap is stepped over
 * and counted; a NUL byte is a byte like any other. What is packed by gzip, as its first bytes say, is unpacked on the way, up to a
 * cap.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"
#include "armor/limits.h"

#include <zlib.h>

struct input {
    gzFile file;                             /* owned; NULL: closed. Plain files are read as they are */
    int fd;                                  /* of file */
    const char *name;                        /* as messages name it; not owned */
    size_t line_number;                      /* of the line given out last, from 1 */
    size_t too_long;                         /* lines over the cap so far */
    bool standard;                           /* it is standard input */
    bool ended;                              /* read(2) said so */
    uint64_t unpacked;                       /* bytes that came out of a packed file so far */
    uint64_t unpacked_max;                   /* after so many the rest isn't read: ARMOR_UNPACKED_MAX */
    size_t start, end;                       /* what buffer holds and isn't given out yet */
    char buffer[4 * (ARMOR_RECORD_MAX + 1)]; /* room for several of the longest line */
};

/* Open PATH for reading; "-" is standard input. Returns 0, or the negative errno of open(2); -ENOMEM. */
ARMOR_CHECKED int input_open(struct input *input, const char *path, struct armor_error *err);

/*
 * Give out the next line of at most ARMOR_RECORD_MAX bytes, without its newline; the last may lack one. Valid
 * until the next call. Returns 1; 0 at the end; the negative errno of read(2), -EBADMSG for packed
 * bytes that are damaged or cut short, or -E2BIG when more comes out of them than the cap.
 */
ARMOR_CHECKED int input_line(struct input *input, struct armor_slice *ret_line, struct armor_error *err);

/*
 * Give out the next COUNT bytes, newlines among them or not. Valid until the next call. Returns as input_line, -EBADMSG when the
 * input ends before; COUNT may be anything: of more than ARMOR_RECORD_MAX the bytes are stepped over, the slice is absent, and
 * they count as a line that is too long.
 */
ARMOR_CHECKED int input_bytes(struct input *input, uint64_t count, struct armor_slice *ret_bytes,
                              struct armor_error *err);

/* What has been read of the file behind the last line given out, perhaps nothing; valid until the next call of input_line or input_bytes. */
struct armor_slice input_ahead(const struct input *input);

/* BYTES of input_ahead were taken: whole lines, LINES of them. */
void input_skip(struct input *input, size_t bytes, size_t lines);

/* True for a file that may be read at any place, as it is: none that is packed, and not standard input. *RET_SIZE: its bytes now. */
ARMOR_CHECKED bool input_plain_size(struct input *input, uint64_t *ret_size);

/*
 * Go on at OFFSET of INPUT, of which input_plain_size was true and no line was read: a line starts there, LINES lines before it. Returns 0, or the negative
 * errno of lseek(2).
 */
ARMOR_CHECKED int input_seek(struct input *input, uint64_t offset, size_t lines, struct armor_error *err);

void input_close(struct input *input);

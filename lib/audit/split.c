/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines that hold more than one record, a newline between them lost. See armor/record.h. */
#include "armor/record.h"

static const struct armor_slice opening = {"audit(", 6};

static size_t find(struct armor_slice line, size_t from)
{
    const char *found = from < line.length
                            ? memmem(line.bytes + from, line.length - from, opening.bytes, opening.length)
                            : NULL;
    return found ? (size_t)(found - line.bytes) : line.length;
}

/* Where the record whose stamp is at STAMP begins: at its `type=`, if that is next to the stamp. */
static size_t begin_of(struct armor_slice line, size_t from, size_t stamp)
{
    static const struct armor_slice type = {"type=", 5};
    enum { NEAR = 40 }; /* "type=", the longest name of a type, " msg=" */
    size_t least = stamp - from > NEAR ? stamp - NEAR : from;
    for (size_t at = stamp; at > least; at--) {
        if (armor_slice_starts((struct armor_slice){line.bytes + at - 1, line.length - at + 1}, type)) {
            return at - 1;
        }
    }
    return stamp;
}

size_t armor_record_end(struct armor_slice line)
{
    static const struct armor_slice execpath = {"execpath=", 9};
    size_t at = find(line, 0);
    if (find(line, at + opening.length) == line.length) {
        return line.length; /* by far the most */
    }
    size_t first = at + opening.length;
    at = first;
    while (at < line.length) {
        struct armor_slice rest = {line.bytes + at, line.length - at};
        if (*rest.bytes == '"' || *rest.bytes == '\'') {
            const char *end = memchr(rest.bytes + 1, *rest.bytes, rest.length - 1);
            if (!end) {
                return line.length;
            }
            at = (size_t)(end - line.bytes) + 1;
        } else if (armor_slice_starts(rest, execpath)) {
            return line.length; /* what is in it can look like anything */
        } else if (armor_slice_starts(rest, opening)) {
            return begin_of(line, first, at);
        } else {
            at++;
        }
    }
    return line.length;
}

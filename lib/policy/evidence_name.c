/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name of a piece of evidence. See evidence_name.h and docs/learning.md. */
#include "evidence_name.h"

#include "armor/glob.h"

static const struct armor_slice proc = {"/proc/", 6};

/*
 * Any process or thread id: never the same twice, and /proc holds nothing else that starts with a digit. But process 1 is the container's
 * first one in each run; what another reads of itself says nothing of it.
 */
static const struct armor_slice any_id = {"[0-9]*", 6};
static const struct armor_slice any_but_first = {"{[2-9],[1-9][0-9]*}", 19};

static bool is_number(struct armor_slice segment)
{
    for (size_t i = 0; i < segment.length; i++) {
        if (segment.bytes[i] < '0' || segment.bytes[i] > '9') {
            return false;
        }
    }
    return segment.length > 0;
}

/* The segment of PATH that starts at AT, without its slash. */
static struct armor_slice segment_at(struct armor_slice path, size_t at)
{
    const char *slash = memchr(path.bytes + at, '/', path.length - at);
    size_t end = slash ? (size_t)(slash - path.bytes) : path.length;
    return (struct armor_slice){path.bytes + at, end - at};
}

bool generalise_is_identity(struct armor_slice literal, bool only_escape)
{
    bool has_id =
        !only_escape && armor_slice_starts(literal, proc) && is_number(segment_at(literal, proc.length));
    return !has_id && armor_glob_plain(literal);
}

/* /proc/PID/... and /proc/PID/task/TID/...: returns how far the path is done. */
static size_t process_ids(struct armor_slice path, struct armor_text *pattern)
{
    static const struct armor_slice task = {"/task/", 6};
    struct armor_slice id = segment_at(path, proc.length);
    if (!is_number(id)) {
        return 0;
    }
    armor_text_slice(pattern, proc);
    armor_text_slice(pattern, armor_slice_is(id, "1") ? id : any_but_first);
    size_t done = proc.length + id.length;
    struct armor_slice rest = {path.bytes + done, path.length - done};
    if (armor_slice_starts(rest, task) && is_number(segment_at(rest, task.length))) {
        armor_text_slice(pattern, task);
        armor_text_slice(pattern, any_id);
        done += task.length + segment_at(rest, task.length).length;
    }
    return done;
}

int generalise_path(struct armor_slice literal, bool only_escape, struct armor_text *pattern)
{
    pattern->length = 0;
    pattern->error = 0;
    size_t done = 0;
    if (!only_escape && armor_slice_starts(literal, proc)) {
        done = process_ids(literal, pattern);
    }
    armor_glob_escape(pattern, (struct armor_slice){literal.bytes + done, literal.length - done});
    return pattern->error;
}

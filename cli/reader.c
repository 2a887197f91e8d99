/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of lines. See reader.h. */
#include "reader.h"

#include "cli.h"

#include <errno.h>

enum { BATCH = 64 }; /* lines that are found before they are taken: less than what is kept near */

int reader_init(struct reader *reader, const struct reader_sink *sink, struct armor_event *event)
{
    reader->sink = sink;
    reader->bodies = NULL;
    reader->event = event;
    armor_journal_json_init(&reader->json);
    return sink->known ? armor_bodies_new(&reader->bodies) : 0;
}

void reader_done(struct reader *reader)
{
    armor_journal_json_done(&reader->json);
    armor_bodies_free(reader->bodies);
}

/* RECORD is one that was met before, if that is so: *RET_CODE is what the sink returned for it. */
static bool take_known(struct reader *reader, const struct armor_record *record, int *ret_code)
{
    int place = reader->bodies ? armor_bodies_find(reader->bodies, record) : -ENOENT;
    if (place < 0) {
        return false;
    }
    const struct armor_found found = {.line = record->body.bytes,
                                      .body = record->body,
                                      .time = record->time,
                                      .place = (uint32_t)place};
    *ret_code = reader->sink->known(&found, 1, reader->sink->userdata);
    return true;
}

/* What became of looking for a record: FOUND is 1 and RECORD one, or 0, or negative with FAILURE. */
static int take_record(struct reader *reader, size_t line_number, int found, struct armor_record *record,
                       struct armor_error *failure)
{
    const struct reader_sink *sink = reader->sink;
    int code = CLI_DONE;
    if (found == 1 && take_known(reader, record, &code)) {
        return code;
    }
    found = found == 1 ? armor_event_parse(record, reader->event, failure) : found;
    if (found < 0) {
        failure->line = line_number;
        return sink->malformed(failure, sink->userdata);
    }
    if (found == 0) {
        return CLI_DONE;
    }
    int place = reader->bodies ? armor_bodies_keep(reader->bodies, record, reader->event) : -EINVAL;
    return sink->event(reader->event, place, line_number, sink->userdata);
}

/* A line of a log: one record or none; more where newlines were lost, and then the first alone is to be trusted. */
static int take_text(struct reader *reader, struct armor_slice line, size_t line_number)
{
    int code = CLI_DONE;
    for (size_t at = 0; at < line.length && code == CLI_DONE;) {
        struct armor_slice rest = {line.bytes + at, line.length - at};
        struct armor_record record = {0};
        struct armor_error failure = {0};
        rest.length = armor_record_end(rest);
        int found = armor_record_from_line(rest, &record, &failure);
        if (found == 1 && at > 0) {
            record.trusted = false;
            record.column += at;
        }
        failure.column += failure.column ? at : 0;
        code = take_record(reader, line_number, found, &record, &failure);
        at += rest.length ? rest.length : 1;
    }
    return code;
}

/* The record that ENTRY holds, for take_record. Returns as armor_record_from_journal; -ENOMEM. */
static int find_in_entry(const struct reader *reader, const struct armor_journal_entry *entry,
                         struct armor_record *ret_record, struct armor_error *failure)
{
    const struct reader_sink *sink = reader->sink;
    int found = armor_record_from_journal(entry, ret_record, failure);
    if (found == 1 && sink->hold) {
        ret_record->body = sink->hold(ret_record->body, sink->userdata);
        found = ret_record->body.bytes ? 1 : armor_error_set(failure, -ENOMEM, "out of memory");
    }
    return found;
}

int reader_entry(struct reader *reader, const struct armor_journal_entry *entry, size_t line_number)
{
    struct armor_record record = {0};
    struct armor_error failure = {0};
    int found = find_in_entry(reader, entry, &record, &failure);
    return take_record(reader, line_number, found, &record, &failure);
}

/* A line that begins as JSON: an entry of the journal, or else some program's own. */
static int take_json(struct reader *reader, struct armor_slice line, size_t line_number)
{
    struct armor_journal_entry entry;
    struct armor_record record = {0};
    struct armor_error failure = {0};
    int found = armor_journal_from_json(line, &reader->json, &entry, &failure);
    found = found == 1 ? find_in_entry(reader, &entry, &record, &failure) : found;
    if (found == -EBADMSG && !memmem(line.bytes, line.length, "apparmor=", 9)) {
        return CLI_DONE;
    }
    return take_record(reader, line_number, found, &record, &failure);
}

int reader_line(struct reader *reader, struct armor_slice line, size_t line_number)
{
    return line.length && line.bytes[0] == '{' ? take_json(reader, line, line_number)
                                               : take_text(reader, line, line_number);
}

int reader_skim(struct reader *reader, struct armor_slice log, size_t *ret_bytes, size_t *ret_lines)
{
    const struct reader_sink *sink = reader->sink;
    struct armor_found found[BATCH];
    size_t bytes = 0;
    size_t lines = 0;
    int code = CLI_DONE;
    for (size_t count = reader->bodies ? BATCH : 0; count == BATCH && code == CLI_DONE;) {
        const struct armor_slice rest = {log.bytes + bytes, log.length - bytes};
        size_t some = 0;
        count = armor_bodies_skim(reader->bodies, rest, found, BATCH, &some);
        code = count ? sink->known(found, count, sink->userdata) : CLI_DONE;
        bytes += some;
        lines += count;
    }
    *ret_bytes = bytes;
    *ret_lines = lines;
    return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crew finds what one reader finds, in the same order, wherever the file is cut: logs with long lines, carriage returns, NUL bytes, records that
 * share a line, bent ones, JSON, the journal's export, and with no newline at the end; by one to seven threads, in chunks from a byte on.
 */
#include "crew.h"

#include "cli.h"
#include "export.h"
#include "input.h"

#include "armor/text.h"
#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM = 4 * 1024 * 1024, HANDS_MAX = 7, PLACES = HANDS_MAX * CREW_PLACES };

/* What was found, as text. */
struct trace {
    struct armor_text text;
    bool numbered; /* with the events' lines: none is taken as known */
    size_t known, malformed;
    struct armor_event again;
};

static uint64_t random_state;

static size_t draw(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

static void trace_event(struct trace *trace, const struct armor_event *event)
{
    armor_text_format(&trace->text, "%d %d %d", (int)event->trusted, (int)event->time.present,
                      (int)event->verdict);
    armor_text_format(&trace->text, " %lld %lld ", (long long)event->time.value, (long long)event->pid.value);
    armor_text_slice(&trace->text, event->name);
    armor_text_slice(&trace->text, event->comm);
    armor_text_slice(&trace->text, event->requested);
    armor_text_char(&trace->text, '\n');
}

static int take_event(const struct armor_event *event, int place, size_t line_number, void *userdata)
{
    struct trace *trace = userdata;
    ck_assert_int_lt(place, PLACES);
    if (trace->numbered) {
        armor_text_format(&trace->text, "line %zu: ", line_number);
    }
    trace_event(trace, event);
    return CLI_DONE;
}

static int take_known(const struct armor_found *found, size_t count, void *userdata)
{
    struct trace *trace = userdata;
    trace->known += count;
    for (size_t i = 0; i < count; i++) {
        const struct armor_record record = {.type = ARMOR_RECORD_AVC,
                                            .trusted = true,
                                            .time = found[i].time,
                                            .body = found[i].body};
        ck_assert_int_eq(armor_event_parse(&record, &trace->again, NULL), 1);
        ck_assert_uint_lt(found[i].place, PLACES);
        trace_event(trace, &trace->again);
    }
    return CLI_DONE;
}

static int take_malformed(const struct armor_error *failure, void *userdata)
{
    struct trace *trace = userdata;
    if (trace->malformed++ < READER_MALFORMED_SHOWN) {
        ck_assert_ptr_nonnull(failure);
        armor_text_format(&trace->text, "malformed %zu:%zu: %s\n", failure->line, failure->column,
                          failure->text);
    }
    return CLI_DONE;
}

/* Read the file at PATH, by HANDS threads as far as they can; 0: by one reader alone. */
static struct trace read_log(const char *path, size_t hands, size_t chunk, bool numbered)
{
    struct trace trace = {.text = ARMOR_TEXT_INIT(ROOM), .numbered = numbered};
    const struct reader_sink sink = {.known = numbered ? NULL : take_known,
                                     .event = take_event,
                                     .malformed = take_malformed,
                                     .userdata = &trace};
    static struct armor_event event;
    static struct export_entry room;
    static struct input input;
    struct reader reader;
    struct crew_end end = {0};
    struct armor_slice line;
    uint64_t size = 0;
    ck_assert_int_eq(input_open(&input, path, NULL), 0);
    ck_assert_int_eq(reader_init(&reader, &sink, &event), 0);
    ck_assert(input_plain_size(&input, &size));
    if (hands) {
        ck_assert_int_eq(crew_read(input.fd, size, hands, chunk, &sink, &end), CLI_DONE);
        ck_assert_uint_le(end.offset, size);
        ck_assert_int_eq(input_seek(&input, end.offset, end.lines, NULL), 0);
        input.too_long = end.too_long;
    }
    while (input_line(&input, &line, NULL) == 1) {
        size_t bytes = 0;
        size_t lines = 0;
        struct armor_journal_entry entry;
        size_t line_number = input.line_number;
        if (!export_begins(line)) {
            ck_assert_int_eq(reader_line(&reader, line, line_number), CLI_DONE);
        } else if (export_read(&input, &room, &entry, NULL) == 1) {
            ck_assert_int_eq(reader_entry(&reader, &entry, line_number), CLI_DONE);
        }
        ck_assert_int_eq(reader_skim(&reader, input_ahead(&input), &bytes, &lines), CLI_DONE);
        input_skip(&input, bytes, lines);
    }
    armor_text_format(&trace.text, "%zu lines, %zu too long, %zu malformed\n", input.line_number,
                      input.too_long, trace.malformed);
    ck_assert_int_eq(trace.text.error, 0);
    reader_done(&reader);
    input_close(&input);
    return trace;
}

#define BODY                                                                                                 \
    "apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/srv/%zu\" pid=%zu "              \
    "comm=\"c%zu\" "                                                                                         \
    "requested_mask=\"r\" denied_mask=\"r\""

/* Write one line, or what a program might write in its place. LONGEST: of those that have no end soon. */
static void write_line(FILE *log, size_t longest)
{
    const size_t stamp = draw(100000);
    const size_t name = draw(12);
    switch (draw(14)) {
    case 0: (void)fprintf(log, "%*s\n", (int)draw(longest), "x"); break;
    case 1: /* at the cap, and one over it */
        (void)fprintf(log, "%*s\n", (int)(ARMOR_RECORD_MAX - 1 + draw(3)), "x");
        break;
    case 2: (void)fwrite("a\0b\n\n\r\n\0\n", 1, 9, log); break;
    case 3:
        (void)fprintf(log, "type=AVC msg=audit(17.%03zu:%zu): apparmor=\"ALLOWED\" name=\"cut\n",
                      stamp % 1000, stamp);
        break;
    case 4:
        (void)fprintf(log,
                      "type=AVC msg=audit(17.%03zu:%zu): " BODY "type=AVC msg=audit(18.001:2): " BODY "\r\n",
                      stamp % 1000, stamp, name, stamp, name, name, stamp, name);
        break;
    case 5:
        (void)fprintf(log, "[ 17.000001] audit: type=1400 audit(17.%03zu:%zu): " BODY "\n", stamp % 1000,
                      stamp, name, stamp, name);
        break;
    case 6:
        (void)fprintf(
            log,
            "{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE\":\"1400\",\"_AUDIT_ID\":\"%zu\","
            "\"_SOURCE_REALTIME_TIMESTAMP\":\"17000%zu\",\"MESSAGE\":\"AVC apparmor=\\\"ALLOWED\\\" "
            "operation=\\\"open\\\" profile=\\\"armord-web\\\" name=\\\"/j/%zu\\\" pid=%zu comm=\\\"c\\\" "
            "requested_mask=\\\"r\\\"\"}\n",
            stamp, 100 + name, name, stamp);
        break;
    case 7:
        (void)fprintf(log,
                      "type=AVC msg=audit(17.%03zu:%zu): apparmor=\"ALLOWED\" operation=\"open\" "
                      "profile=\"armord-web\" name=2F612062%02zX pid=1 comm=\"x\" requested_mask=\"w\"\n",
                      stamp % 1000, stamp, 0x41 + name);
        break;
    default:
        (void)fprintf(log, "type=AVC msg=audit(17.%03zu:%zu): " BODY "%s\n", stamp % 1000, stamp, name, stamp,
                      name, draw(2) ? "" : "\035OUID=\"root\"");
    }
}

/* An entry of the export format, with a newline in a field. */
static void write_export(FILE *log, size_t number)
{
    (void)fputs("__CURSOR=s=1\n_TRANSPORT=audit\n_AUDIT_TYPE=1400\nOTHER\n", log);
    (void)fwrite("\4\0\0\0\0\0\0\0a\nb\n\n", 1, 13, log);
    (void)fprintf(log, "_AUDIT_ID=%zu\nMESSAGE=AVC " BODY "\n\n", number, number, number, number);
}

/* Make a log of about SIZE bytes at PATH. */
static void make_log(const char *path, size_t size)
{
    FILE *log = fopen(path, "we");
    ck_assert_ptr_nonnull(log);
    size_t longest = draw(4) ? 200 : 3 * ARMOR_RECORD_MAX;
    size_t export_at = draw(3) ? SIZE_MAX : size / 2;
    while ((size_t)ftell(log) < size) {
        write_line(log, longest);
        if ((size_t)ftell(log) > export_at) {
            write_export(log, (size_t)ftell(log));
        }
    }
    if (draw(2)) {
        (void)fprintf(log, "type=AVC msg=audit(17.001:1): " BODY, (size_t)1, (size_t)2, (size_t)3);
    }
    (void)fclose(log);
}

/* Returns how many records were known at sight. */
static size_t check_log(const char *path, size_t chunk, bool numbered)
{
    static const size_t hands[] = {1, 2, 3, HANDS_MAX};
    struct trace alone = read_log(path, 0, 0, numbered);
    for (size_t i = 0; i < LENGTH(hands); i++) {
        struct trace crew = read_log(path, hands[i], chunk, numbered);
        ck_assert_msg(crew.text.length == alone.text.length &&
                          memcmp(crew.text.bytes, alone.text.bytes, alone.text.length) == 0,
                      "%zu threads, chunks of %zu: %s\ninstead of %s", hands[i], chunk, crew.text.bytes,
                      alone.text.bytes);
        armor_text_done(&crew.text);
    }
    armor_text_done(&alone.text);
    return alone.known;
}

START_TEST(a_crew_finds_the_same)
{
    static const struct {
        size_t size, chunk; /* bytes, of the log and of its chunks */
    } cuts[] = {{3000, 1},      {3000, 7},       {20000, 64},    {60000, 301},
                {300000, 4096}, {300000, 40000}, {900000, 16385}};
    char path[] = "/tmp/armord-test-crew-XXXXXX";
    int fd = mkstemp(path);
    size_t known = 0;
    ck_assert_int_ge(fd, 0);
    for (size_t i = 0; i < LENGTH(cuts); i++) {
        random_state = (uint64_t)_i * LENGTH(cuts) + i + 1;
        make_log(path, cuts[i].size);
        known += check_log(path, cuts[i].chunk, false);
        ck_assert_uint_eq(check_log(path, cuts[i].chunk, true), 0);
    }
    ck_assert_uint_gt(known, 100);
    (void)close(fd);
    (void)unlink(path);
}
END_TEST

static int refuse_event(const struct armor_event *event, int place, size_t line_number, void *userdata)
{
    size_t *left = userdata;
    (void)event;
    (void)place;
    (void)line_number;
    return --*left ? CLI_DONE : CLI_REFUSED;
}

static int pass_malformed(const struct armor_error *failure, void *userdata)
{
    (void)failure;
    (void)userdata;
    return CLI_DONE;
}

/* Who takes may have had enough: the threads end then, wherever they are. */
START_TEST(a_crew_is_dismissed)
{
    char path[] = "/tmp/armord-test-crew-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    random_state = 5;
    make_log(path, 300000);
    for (size_t enough = 1; enough < 40; enough += 3) {
        size_t left = enough;
        struct crew_end end;
        const struct reader_sink sink = {.event = refuse_event,
                                         .malformed = pass_malformed,
                                         .userdata = &left};
        ck_assert_int_eq(crew_read(fd, 300000, 3, 1000, &sink, &end), CLI_REFUSED);
    }
    (void)close(fd);
    (void)unlink(path);
}
END_TEST

/* A log that is cut while it is read, as copytruncate of logrotate(8) does it: what is left is read, and nothing is waited for. */
START_TEST(a_cut_file_ends_the_reading)
{
    char path[] = "/tmp/armord-test-crew-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    random_state = 7;
    make_log(path, 60000);
    for (off_t size = 50000; size >= 0; size -= 1777) {
        struct trace trace = {.text = ARMOR_TEXT_INIT(ROOM)};
        const struct reader_sink sink = {.known = take_known,
                                         .event = take_event,
                                         .malformed = take_malformed,
                                         .userdata = &trace};
        struct crew_end end;
        ck_assert_int_eq(ftruncate(fd, size), 0);
        ck_assert_int_eq(crew_read(fd, 60000, 3, 1000, &sink, &end), CLI_DONE);
        ck_assert_uint_le(end.offset, (uint64_t)size);
        armor_text_done(&trace.text);
    }
    (void)close(fd);
    (void)unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crew");
    TCase *tcase = check_case(suite, "crew");
    tcase_add_loop_test(tcase, a_crew_finds_the_same, 0, 3);
    tcase_add_test(tcase, a_crew_is_dismissed);
    tcase_add_test(tcase, a_cut_file_ends_the_reading);
    return check_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AppArmor events of log files. See scan.h. */
#include "scan.h"

#include "crew.h"
#include "export.h"
#include "reader.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

enum {
    JOBS_MIN_BYTES = 16 * 1024 * 1024, /* a smaller file is read before threads are worth it */
    JOBS_MAX = 4, /* that are used unasked: one thread takes what they find, and is busy with what four do */
};

/* What is known of a body: what it came to when it was learned. */
struct meaning {
    struct armor_known known; /* of no profile: see counter */
    size_t *counter;          /* NULL: it is to be learned again */
};

/* One run over the files. */
struct scan {
    struct cli *cli;
    const struct scan_sink *sink;
    struct scan_counts counts;
    const char *name;                     /* of this file */
    size_t shown;                         /* malformed records of this file that were said */
    struct reader reader;                 /* for what isn't read by a crew */
    struct meaning own[ARMOR_BODIES_MAX]; /* by the places of its bodies */
    struct meaning *crew;                 /* owned: of a crew's, while it reads */
    struct meaning *meanings;             /* one of the two: of who reads now */
    struct armor_event event, again;      /* what the reader decodes; what is decoded once more */
    struct export_entry export;
};

/* --- what was found --- */

static int take_event(const struct armor_event *event, int place, size_t line_number, void *userdata)
{
    struct scan *scan = userdata;
    const struct scan_sink *sink = scan->sink;
    struct scan_learned learned = {0};
    scan->counts.events++;
    if (sink->take) {
        return sink->take(event, line_number, sink->userdata);
    }
    int code = sink->learn(event, &learned, sink->userdata);
    if (code == CLI_DONE && place >= 0) {
        struct meaning meaning = {.counter = learned.profile ? NULL : learned.counter};
        if (learned.profile && !armor_known_make(learned.profile, event->verdict, &meaning.known)) {
            meaning.known.profile = NULL;
        }
        scan->meanings[place] = meaning;
    }
    return code;
}

/* What a record of these bytes would come to now isn't what it came to before: decode it again. */
static int take_again(struct scan *scan, const struct armor_found *found)
{
    const struct armor_record record = {.type = ARMOR_RECORD_AVC,
                                        .trusted = true,
                                        .time = found->time,
                                        .body = found->body};
    if (armor_event_parse(&record, &scan->again, NULL) != 1) {
        return CLI_DONE; /* can't be: it was one before */
    }
    return take_event(&scan->again, (int)found->place, 0, scan);
}

static int take_known(const struct armor_found *found, size_t count, void *userdata)
{
    struct scan *scan = userdata;
    int code = CLI_DONE;
    for (size_t i = 0; i < count && code == CLI_DONE; i++) {
        const struct meaning *meaning = &scan->meanings[found[i].place];
        if (armor_known_holds(&meaning->known)) {
            armor_known_count(&meaning->known, found[i].time);
            scan->counts.events++;
        } else if (meaning->counter) {
            ++*meaning->counter;
            scan->counts.events++;
        } else {
            code = take_again(scan, &found[i]);
        }
    }
    return code;
}

/* Count a record that is malformed, and say so of the first ones. */
static int take_malformed(const struct armor_error *failure, void *userdata)
{
    struct scan *scan = userdata;
    scan->counts.malformed++;
    if (failure && scan->shown++ < READER_MALFORMED_SHOWN) {
        struct armor_error named = *failure;
        char text[sizeof named.text + sizeof named.source + 48];
        armor_error_source(&named, scan->name);
        (void)cli_refuse(scan->cli, CLI_DONE, NULL, "%s", armor_error_format(&named, text, sizeof text));
    }
    return CLI_DONE;
}

/* --- files --- */

/* How many threads are to read a plain file of SIZE bytes; 0: this one alone. */
static size_t jobs_for(const struct scan_sink *sink, uint64_t size)
{
    cpu_set_t processors;
    if (sink->jobs == 1 || !sink->learn || size < CREW_CHUNK) {
        return 0;
    }
    if (sink->jobs > 1) {
        return sink->jobs;
    }
    if (size < JOBS_MIN_BYTES || sched_getaffinity(0, sizeof processors, &processors) < 0) {
        return 0;
    }
    size_t count = (size_t)CPU_COUNT(&processors);
    return count < 2 ? 0 : count < JOBS_MAX ? count : JOBS_MAX;
}

/* Let a crew read INPUT, of which nothing was read yet, as far as a crew can. */
static int scan_by_crew(struct scan *scan, struct input *input, const struct reader_sink *sink,
                        struct armor_error *err)
{
    uint64_t size = 0;
    size_t jobs = input_plain_size(input, &size) ? jobs_for(scan->sink, size) : 0;
    struct crew_end end = {0};
    scan->crew = jobs ? calloc(jobs * CREW_PLACES, sizeof *scan->crew) : NULL;
    if (!scan->crew) {
        return CLI_DONE; /* the one reader does it alone */
    }
    scan->meanings = scan->crew;
    int code = crew_read(input->fd, size, jobs, CREW_CHUNK, sink, &end);
    scan->meanings = scan->own;
    free(scan->crew);
    scan->crew = NULL;
    input->too_long = end.too_long;
    if (code == CLI_DONE && input_seek(input, end.offset, end.lines, err) < 0) {
        code = CLI_REFUSED;
    }
    return code;
}

static int take_export(struct scan *scan, struct input *input, struct armor_error *err)
{
    size_t line_number = input->line_number;
    struct armor_journal_entry entry;
    if (export_read(input, &scan->export, &entry, err) < 0) {
        return CLI_REFUSED;
    }
    return reader_entry(&scan->reader, &entry, line_number);
}

static int scan_file(struct scan *scan, struct input *input, struct armor_error *err)
{
    struct armor_slice line;
    int result = 0;
    scan->shown = 0;
    scan->name = input->name;
    int code = scan_by_crew(scan, input, scan->reader.sink, err);
    while (code == CLI_DONE && (result = input_line(input, &line, err)) == 1) {
        size_t bytes = 0;
        size_t lines = 0;
        code = export_begins(line) ? take_export(scan, input, err)
                                   : reader_line(&scan->reader, line, input->line_number);
        if (code == CLI_DONE) {
            code = reader_skim(&scan->reader, input_ahead(input), &bytes, &lines);
            input_skip(input, bytes, lines);
        }
    }
    scan->counts.lines += input->line_number;
    scan->counts.too_long += input->too_long;
    return result < 0 ? CLI_REFUSED : code;
}

/* Open and scan the file at PATH, and say why when that can't be. */
static int scan_path(struct scan *scan, const char *path)
{
    struct input input;
    struct armor_error err = {0};
    int code = CLI_REFUSED;
    if (input_open(&input, path, &err) == 0) {
        code = scan_file(scan, &input, &err);
        input_close(&input);
    }
    char text[sizeof err.text + sizeof err.source + 48];
    return err.code < 0 ? cli_refuse(scan->cli, code, NULL, "%s", armor_error_format(&err, text, sizeof text))
                        : code;
}

int scan_logs(struct cli *cli, const struct scan_sink *sink, struct scan_counts *ret_counts)
{
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    const struct reader_sink found = {.known = sink->learn ? take_known : NULL,
                                      .event = take_event,
                                      .malformed = take_malformed,
                                      .userdata = scan};
    scan->cli = cli;
    scan->sink = sink;
    scan->meanings = scan->own;
    int code = reader_init(&scan->reader, &found, &scan->event) < 0
                   ? cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.")
                   : CLI_DONE;
    int files = cli->argument_count ? cli->argument_count : 1;
    for (int i = 0; i < files && code == CLI_DONE; i++) {
        code = scan_path(scan, cli->argument_count ? cli->arguments[i] : "-");
    }
    *ret_counts = scan->counts;
    reader_done(&scan->reader);
    free(scan);
    return code;
}

void scan_report(struct cli *cli, const struct scan_counts *counts)
{
    (void)cli_refuse(cli, CLI_DONE, NULL,
                     "%zu lines: %zu AppArmor records, %zu malformed, %zu too long (skipped).", counts->lines,
                     counts->events, counts->malformed, counts->too_long);
}

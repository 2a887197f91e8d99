/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found in a part of a file. See chunk.h. */
#include "chunk.h"

#include "cli.h"

#include <errno.h>
#include <stdlib.h>

enum { BLOCK = 64 * 1024 }; /* bytes of memory that are asked for at once */

struct block {
    struct block *next;
    _Alignas(max_align_t) char bytes[BLOCK];
};

/* What was found: so many known records, and then an event or a failure; at the end of a chunk neither. */
struct step {
    size_t known;
    const struct armor_event *event;
    const struct armor_error *failure;
    bool malformed; /* without FAILURE where the chunk has more than are shown */
    int place;
    size_t line; /* in the chunk, from 1 */
};

/* Room for one more item of SIZE bytes at the end of LIST. NULL: no memory. */
static void *append(struct list *list, size_t size)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        void *items = realloc(list->items, room * size);
        if (!items) {
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    return (char *)list->items + list->count++ * size;
}

/* SIZE, up to where the next thing may stand. */
static size_t aligned(size_t size)
{
    return (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
}

/* SIZE bytes, at most BLOCK, that last until the chunk is made anew. NULL: no memory. */
static void *allocate(struct chunk *chunk, size_t size)
{
    if (!chunk->block || BLOCK - chunk->used < aligned(size)) {
        struct block **next = chunk->block ? &chunk->block->next : &chunk->first;
        if (!*next) {
            *next = calloc(1, sizeof **next);
        }
        if (!*next) {
            return NULL;
        }
        chunk->block = *next;
        chunk->used = 0;
    }
    void *room = chunk->block->bytes + chunk->used;
    chunk->used += aligned(size);
    return room;
}

static int fail(struct chunk *chunk)
{
    chunk->error = -ENOMEM;
    return CLI_REFUSED;
}

/* Where the next event is decoded: it stays there if it is one. */
static int make_room(struct writer *writer)
{
    writer->reader.event = allocate(writer->chunk, sizeof *writer->reader.event);
    return writer->reader.event ? CLI_DONE : fail(writer->chunk);
}

/* STEP behind the records that were found since the last one. */
static int write_step(struct chunk *chunk, struct step step)
{
    struct step *written = append(&chunk->steps, sizeof step);
    if (!written) {
        return fail(chunk);
    }
    step.known = chunk->founds.count - chunk->told;
    chunk->told = chunk->founds.count;
    *written = step;
    return CLI_DONE;
}

static int write_known(const struct armor_found *found, size_t count, void *userdata)
{
    struct writer *writer = userdata;
    for (size_t i = 0; i < count; i++) {
        struct armor_found *written = append(&writer->chunk->founds, sizeof *found);
        if (!written) {
            return fail(writer->chunk);
        }
        *written = found[i];
        written->place += (uint32_t)(writer->first_place);
    }
    return CLI_DONE;
}

static int write_event(const struct armor_event *event, int place, size_t line_number, void *userdata)
{
    struct writer *writer = userdata;
    struct chunk *chunk = writer->chunk;
    size_t size = aligned(sizeof *event);
    if (chunk->used >= size && (const char *)event == chunk->block->bytes + chunk->used - size) {
        chunk->used -= size; /* what it doesn't use is for what comes next */
        (void)allocate(chunk, offsetof(struct armor_event, decoded) + event->decoded_used);
    }
    int code =
        write_step(chunk, (struct step){.event = event,
                                        .place = place < 0 ? place : place + (int)(writer->first_place),
                                        .line = line_number});
    return code == CLI_DONE ? make_room(writer) : code;
}

static int write_malformed(const struct armor_error *failure, void *userdata)
{
    struct writer *writer = userdata;
    struct chunk *chunk = writer->chunk;
    struct step step = {.malformed = true, .line = failure->line};
    if (chunk->malformed++ < READER_MALFORMED_SHOWN) {
        struct armor_error *kept = allocate(chunk, sizeof *kept);
        if (!kept) {
            return fail(chunk);
        }
        *kept = *failure;
        step.failure = kept;
    }
    return write_step(chunk, step);
}

static struct armor_slice hold(struct armor_slice bytes, void *userdata)
{
    struct writer *writer = userdata;
    char *kept = allocate(writer->chunk, bytes.length + 1);
    if (!kept) {
        writer->chunk->error = -ENOMEM;
        return (struct armor_slice){0};
    }
    memcpy(kept, bytes.bytes, bytes.length);
    return (struct armor_slice){kept, bytes.length};
}

int chunk_init(struct chunk *chunk, size_t size)
{
    *chunk = (struct chunk){.bytes = malloc(size)};
    return chunk->bytes ? 0 : -ENOMEM;
}

void chunk_done(struct chunk *chunk)
{
    while (chunk->first) {
        struct block *next = chunk->first->next;
        free(chunk->first);
        chunk->first = next;
    }
    free(chunk->bytes);
    free(chunk->founds.items);
    free(chunk->steps.items);
}

int writer_init(struct writer *writer, bool known, size_t first_place)
{
    writer->chunk = NULL;
    writer->first_place = first_place;
    writer->sink = (struct reader_sink){.known = known ? write_known : NULL,
                                        .event = write_event,
                                        .malformed = write_malformed,
                                        .hold = hold,
                                        .userdata = writer};
    return reader_init(&writer->reader, &writer->sink, NULL);
}

int writer_begin(struct writer *writer, struct chunk *chunk)
{
    chunk->founds.count = chunk->steps.count = chunk->told = 0;
    chunk->block = NULL;
    chunk->lines = chunk->too_long = chunk->malformed = 0;
    chunk->stop = false;
    chunk->error = 0;
    writer->chunk = chunk;
    return make_room(writer);
}

void writer_end(struct writer *writer)
{
    if (writer->chunk->error == 0) {
        (void)write_step(writer->chunk, (struct step){0});
    }
}

int chunk_take(const struct chunk *chunk, size_t before, const struct reader_sink *sink)
{
    const struct armor_found *found = chunk->founds.items;
    const struct step *steps = chunk->steps.items;
    int code = CLI_DONE;
    for (size_t i = 0; i < chunk->steps.count && code == CLI_DONE; i++) {
        code = steps[i].known ? sink->known(found, steps[i].known, sink->userdata) : CLI_DONE;
        found += steps[i].known;
        if (code == CLI_DONE && steps[i].event) {
            code = sink->event(steps[i].event, steps[i].place, before + steps[i].line, sink->userdata);
        } else if (code == CLI_DONE && steps[i].malformed) {
            struct armor_error failure = steps[i].failure ? *steps[i].failure : (struct armor_error){0};
            failure.line += before;
            code = sink->malformed(steps[i].failure ? &failure : NULL, sink->userdata);
        }
    }
    return code;
}

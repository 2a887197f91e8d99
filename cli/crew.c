/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that read one file. See crew.h. */
#include "crew.h"

#include "chunk.h"
#include "cli.h"
#include "export.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CHUNKS = 2, /* of a thread: one is read while the other one is taken */
    AROUND =
        1 + ARMOR_RECORD_MAX + 1, /* bytes read with a chunk: the one before, and the longest line behind */
};

/* One thread. Of its chunks, those made and not taken yet are the caller's, the others the thread's. */
struct hand {
    struct crew *crew;
    size_t number;
    pthread_t thread;
    struct writer writer;
    struct chunk chunks[CHUNKS];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t made, taken; /* chunks, from the first one on */
    bool leave;         /* no more is wanted */
};

struct crew {
    int fd;
    size_t chunk_size, chunk_count;
    size_t hand_count;
    struct hand hands[];
};

/* --- reading --- */

/* Read up to SIZE bytes at OFFSET. Returns how many there are, less than SIZE only where the file ends or can't be read on. */
static size_t read_at(int fd, char *bytes, size_t size, uint64_t offset)
{
    size_t length = 0;
    while (length < size) {
        ssize_t got = pread(fd, bytes + length, size - length, (off_t)(offset + length));
        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    return length;
}

/*
 * Read the lines of BYTES that start before LIMIT, from AT on. What is behind LIMIT is there for the last of them. False: the line at
 * *AT isn't for a crew.
 */
static bool read_lines(struct writer *writer, struct armor_slice bytes, size_t limit, size_t *at)
{
    struct chunk *chunk = writer->chunk;
    int code = CLI_DONE;
    while (*at < limit && code == CLI_DONE) {
        size_t known_bytes = 0;
        size_t known = 0;
        code = reader_skim(&writer->reader, (struct armor_slice){bytes.bytes + *at, limit - *at},
                           &known_bytes, &known);
        chunk->lines += known;
        *at += known_bytes;
        if (*at >= limit || code != CLI_DONE) {
            break;
        }
        const char *start = bytes.bytes + *at;
        const char *newline = memchr(start, '\n', bytes.length - *at);
        size_t length = newline ? (size_t)(newline - start) : bytes.length - *at;
        struct armor_slice line = {start, length};
        if (export_begins(line) || (!newline && length <= ARMOR_RECORD_MAX)) {
            return false;
        }
        chunk->lines++;
        *at += length + 1;
        if (length > ARMOR_RECORD_MAX) {
            chunk->too_long++;
        } else {
            code = reader_line(&writer->reader, line, chunk->lines);
        }
    }
    return true;
}

/* Make CHUNK of the lines that start in chunk NUMBER of the file. */
static void read_chunk(const struct crew *crew, struct writer *writer, struct chunk *chunk, size_t number)
{
    uint64_t from = (uint64_t)number * crew->chunk_size;
    size_t before = number > 0; /* the byte before the chunk says whether a line starts with it */
    size_t size = before + crew->chunk_size + AROUND - 1;
    size_t limit = before + crew->chunk_size;
    size_t length = read_at(crew->fd, chunk->bytes, size, from - before);
    const char *newline = before ? memchr(chunk->bytes, '\n', length < limit - 1 ? length : limit - 1) : NULL;
    size_t at = newline ? (size_t)(newline - chunk->bytes) + 1 : before ? limit : 0;
    if (writer_begin(writer, chunk) != CLI_DONE) {
        return;
    }
    if (length < limit) {
        chunk->stop = true;
        chunk->resume = from - before + length;
        limit = length;
    }
    if (!read_lines(writer, (struct armor_slice){chunk->bytes, length}, limit, &at)) {
        chunk->stop = true;
        chunk->resume = from - before + at;
    }
    writer_end(writer);
}

/* The next chunk to be made; NULL: no more is wanted. */
static struct chunk *next_chunk(struct hand *hand)
{
    (void)pthread_mutex_lock(&hand->lock);
    while (hand->made - hand->taken == CHUNKS && !hand->leave) {
        (void)pthread_cond_wait(&hand->changed, &hand->lock);
    }
    struct chunk *chunk = hand->leave ? NULL : &hand->chunks[hand->made % CHUNKS];
    (void)pthread_mutex_unlock(&hand->lock);
    return chunk;
}

/* One more chunk of HAND is made, or taken, as COUNTER says. */
static void advance(struct hand *hand, size_t *counter)
{
    (void)pthread_mutex_lock(&hand->lock);
    ++*counter;
    (void)pthread_cond_signal(&hand->changed);
    (void)pthread_mutex_unlock(&hand->lock);
}

static void *work(void *userdata)
{
    struct hand *hand = userdata;
    const struct crew *crew = hand->crew;
    bool over = false;
    for (size_t number = hand->number; number < crew->chunk_count && !over; number += crew->hand_count) {
        struct chunk *chunk = next_chunk(hand);
        if (!chunk) {
            break;
        }
        read_chunk(crew, &hand->writer, chunk, number);
        over = chunk->stop || chunk->error < 0;
        advance(hand, &hand->made);
    }
    return NULL;
}

/* --- taking --- */

/* Where the first line starts that is chunk NUMBER's or later; the file's end if none does. */
static uint64_t line_start(const struct crew *crew, size_t number, char *room, size_t size)
{
    uint64_t at = (uint64_t)number * crew->chunk_size;
    if (at == 0) {
        return 0;
    }
    for (at--;;) {
        size_t length = read_at(crew->fd, room, size, at);
        const char *newline = memchr(room, '\n', length);
        if (newline || length < size) {
            return at + (newline ? (size_t)(newline - room) + 1 : length);
        }
        at += length;
    }
}

/* The next chunk of HAND, when it is made. */
static const struct chunk *wait_for(struct hand *hand)
{
    (void)pthread_mutex_lock(&hand->lock);
    while (hand->made == hand->taken) {
        (void)pthread_cond_wait(&hand->changed, &hand->lock);
    }
    (void)pthread_mutex_unlock(&hand->lock);
    return &hand->chunks[hand->taken % CHUNKS];
}

/* Take the chunks in the order of the file. */
static int take_chunks(struct crew *crew, const struct reader_sink *sink, struct crew_end *ret_end)
{
    struct crew_end end = {0};
    int code = CLI_DONE;
    bool stop = false;
    size_t number = 0;
    while (number < crew->chunk_count && code == CLI_DONE && !stop) {
        struct hand *hand = &crew->hands[number % crew->hand_count];
        const struct chunk *chunk = wait_for(hand);
        if (chunk->error < 0) {
            break; /* one reader needs less memory */
        }
        code = chunk_take(chunk, end.lines, sink);
        end.lines += chunk->lines;
        end.too_long += chunk->too_long;
        end.offset = chunk->resume;
        stop = chunk->stop;
        number++;
        advance(hand, &hand->taken);
    }
    if (!stop) {
        char room[4096];
        end.offset = line_start(crew, number, room, sizeof room);
    }
    *ret_end = end;
    return code;
}

/* --- the crew --- */

/* Returns 0 or a negative errno; hand_done is fine after both. */
static int hand_init(struct hand *hand, bool known)
{
    (void)pthread_mutex_init(&hand->lock, NULL); /* neither fails in glibc */
    (void)pthread_cond_init(&hand->changed, NULL);
    int result = writer_init(&hand->writer, known, hand->number * CREW_PLACES);
    for (size_t i = 0; i < CHUNKS; i++) {
        int code = chunk_init(&hand->chunks[i], hand->crew->chunk_size + AROUND);
        result = result < 0 ? result : code;
    }
    return result;
}

static void hand_done(struct hand *hand)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        chunk_done(&hand->chunks[i]);
    }
    reader_done(&hand->writer.reader);
    (void)pthread_cond_destroy(&hand->changed);
    (void)pthread_mutex_destroy(&hand->lock);
}

/* Let the first COUNT threads end. */
static void dismiss(struct crew *crew, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hand *hand = &crew->hands[i];
        (void)pthread_mutex_lock(&hand->lock);
        hand->leave = true;
        (void)pthread_cond_signal(&hand->changed);
        (void)pthread_mutex_unlock(&hand->lock);
        (void)pthread_join(hand->thread, NULL);
    }
}

int crew_read(int fd, uint64_t size, size_t hands, size_t chunk, const struct reader_sink *sink,
              struct crew_end *ret_end)
{
    size_t chunk_count = (size_t)(size / chunk);
    hands = hands < chunk_count ? hands : chunk_count;
    struct crew *crew = calloc(1, sizeof *crew + hands * sizeof crew->hands[0]);
    size_t ready = 0;
    size_t started = 0;
    int code = CLI_DONE;
    *ret_end = (struct crew_end){0};
    if (!crew) {
        return CLI_DONE;
    }
    crew->fd = fd;
    crew->chunk_size = chunk;
    crew->chunk_count = chunk_count;
    crew->hand_count = hands;
    for (bool well = true; ready < hands && well; ready++) {
        crew->hands[ready].crew = crew;
        crew->hands[ready].number = ready;
        well = hand_init(&crew->hands[ready], sink->known) == 0;
        started += well && pthread_create(&crew->hands[ready].thread, NULL, work, &crew->hands[ready]) == 0;
        well = started == ready + 1;
    }
    if (started == hands && hands > 0) {
        code = take_chunks(crew, sink, ret_end);
    }
    dismiss(crew, started);
    for (size_t i = 0; i < ready; i++) {
        hand_done(&crew->hands[i]);
    }
    free(crew);
    return code;
}

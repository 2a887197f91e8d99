/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunk: what a reader found in a part of a file, written down so that it can be taken later, by another thread.
 */
#pragma once

#include "reader.h"

/* A growing array. */
struct list {
    void *items; /* owned */
    size_t count, room;
};

struct block;

struct chunk {
    char *bytes;         /* owned: of the file */
    struct list founds;  /* of struct armor_found */
    struct list steps;   /* of struct step */
    size_t told;         /* of founds, those that a step has */
    struct block *first; /* owned, with those behind: for events, failures and their words */
    struct block *block; /* of these, the one in use; NULL: none yet */
    size_t used;         /* bytes of that one */
    size_t lines, too_long, malformed;
    bool stop;       /* the file isn't to be read on in chunks, but from RESUME by one reader */
    uint64_t resume; /* offset in the file */
    int error;       /* negative errno; 0: none */
};

/* A reader that writes down. */
struct writer {
    struct reader reader;
    struct reader_sink sink; /* of reader */
    struct chunk *chunk;     /* that is being made */
    size_t first_place;      /* of its bodies, as others see them */
};

/* An empty chunk with room for SIZE bytes of a file. Returns 0 or -ENOMEM; chunk_done is fine after both. */
ARMOR_CHECKED int chunk_init(struct chunk *chunk, size_t size);

void chunk_done(struct chunk *chunk);

/* KNOWN: known records are found, too; their places begin with FIRST_PLACE. Returns 0 or -ENOMEM; reader_done is fine after both. */
ARMOR_CHECKED int writer_init(struct writer *writer, bool known, size_t first_place);

/* Let WRITER make CHUNK anew. Returns CLI_DONE, or CLI_REFUSED with the chunk's error. */
int writer_begin(struct writer *writer, struct chunk *chunk);

/* The chunk is made: what was found last is to be told as well. */
void writer_end(struct writer *writer);

/* Give what CHUNK holds to SINK; BEFORE: lines of the file before it. Returns CLI_DONE, or what SINK returned. */
int chunk_take(const struct chunk *chunk, size_t before, const struct reader_sink *sink);

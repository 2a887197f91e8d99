/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Crew: threads that read one plain file together.
 *
 * The file is cut into chunks of one size; a line belongs to the chunk that it starts in. The threads take the chunks by turns and only
 * read: what they find is given to one sink, on the thread of the caller, in the order of the file. So whatever the sink makes of it can't
 * depend on how many read. Each thread has two chunks and a memory of bodies, however long the file is.
 */
#pragma once

#include "reader.h"

enum {
    CREW_HANDS_MAX = 64,     /* threads */
    CREW_CHUNK = 512 * 1024, /* bytes; a chunk takes 0.5 ms */
    CREW_PLACES =
        ARMOR_BODIES_MAX, /* of the first thread's bodies; the second's begin behind these, and so on */
};

/* How far a crew came. */
struct crew_end {
    uint64_t offset; /* where the first line starts that isn't read */
    size_t lines;    /* that were read */
    size_t too_long; /* of these, over ARMOR_RECORD_MAX and skipped */
};

/*
 * Read FD, a file of SIZE bytes, with HANDS threads, 1 to CREW_HANDS_MAX, in chunks of CHUNK bytes, and give what is found to SINK, whose
 * `hold` isn't asked. Its places are below HANDS * CREW_PLACES. *RET_END says where one reader is to go on: behind the last whole chunk; where
 * the journal's export format begins; where the file ends, if it is shorter now; or where memory or threads gave out, perhaps at the start.
 * Returns CLI_DONE, or what SINK returned.
 */
ARMOR_CHECKED int crew_read(int fd, uint64_t size, size_t hands, size_t chunk, const struct reader_sink *sink,
                            struct crew_end *ret_end);

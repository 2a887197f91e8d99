/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader's protocol as somebody speaks it who keeps to none of its rules: any bytes, any descriptors. */
#pragma once

#include "wire.h"

enum { TALK_DESCRIPTORS_MAX = 8 };

/* What a profile's text says where it isn't as it should be. NULL: as it should. */
struct talk_text {
    const char *name; /* whose text it is; "armord-hostile" */
    const char *head; /* the first line; with the marker */
    const char *open; /* the profile's own line; `profile NAME flags=(complain) {` */
    const char *rule; /* one line between its braces */
    const char *tail; /* what stands behind; "}\n" */
};

/* What came back. */
struct talk_answer {
    bool came; /* false: the loader hung up without a word */
    struct loader_reply reply;
};

/* OPERATION of the profile NAME, sound so far; with a text, the caller sets its length. */
struct loader_request talk_request(enum loader_operation operation, const char *name);

/* TEXT into a new string, for free(). Ends the program without memory. */
char *talk_text(const struct talk_text *text);

/* BYTES in a memfd, with SEALS of fcntl(2). Ends the program where there is none. */
int talk_memfd(struct armor_slice bytes, int seals);

/* Connect; -1 with errno. */
int talk_connect(void);

/* Send LENGTH bytes of MESSAGE with COUNT descriptors over a new connection, and take what comes back. Closes no descriptor. */
struct talk_answer talk(const void *message, size_t length, const int *descriptors, size_t count);

/* The same for a sound request with TEXT, sealed, beside it; REQUEST's text length is set. */
struct talk_answer talk_with(struct loader_request request, struct armor_slice text);

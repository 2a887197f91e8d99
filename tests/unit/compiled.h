/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile as apparmor_parser compiles it, and the kernel's way of asking it: the oracle for escaping. */
#pragma once

#include "armor/base.h"

/* Bits of the permissions of a state for others than the owner, as they stand in the table (security/apparmor/file.c). */
enum {
    COMPILED_EXEC = 0x1,
    COMPILED_WRITE = 0x2,
    COMPILED_READ = 0x4,
    COMPILED_LINK = 0x10,
    COMPILED_OTHERS = 14
};

struct compiled {
    unsigned char *bytes; /* owned */
    size_t length;
    const unsigned char *file_dfa; /* in bytes: the tables of the file rules */
};

/*
 * Compile TEXT with apparmor_parser, for the features that Debian ships as abi 3.0. Returns 0; 1 when there is no
 * parser; -1 when the parser refuses the text (what it says goes to standard error) or the result isn't as expected.
 */
int compiled_from_text(const char *text, struct compiled *ret_compiled);

/* The permissions for others than the owner that the file rules give for exactly NAME; 0: none. */
unsigned compiled_file_permissions(const struct compiled *compiled, struct armor_slice name);

/* The same for a link: NAME, a NUL, TARGET. */
unsigned compiled_link_permissions(const struct compiled *compiled, struct armor_slice name,
                                   struct armor_slice target);

void compiled_done(struct compiled *compiled);

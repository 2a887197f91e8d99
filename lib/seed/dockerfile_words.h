/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an instruction's arguments are cut into words, one way for each kind of instruction. */
#pragma once

#include "seed/dockerfile_parse.h"

/* Add BYTES, which start at byte OFFSET of the line, to FILE's words. Returns 0, -E2BIG, -ENOMEM. */
ARMOR_CHECKED int dockerfile_word_add(struct dockerfile *file, struct armor_slice bytes, size_t offset);

/*
 * Each of these adds the words of LINE from byte AT on, counts them in INSTRUCTION, and returns 0 or negative with ERR set.
 */
typedef int dockerfile_words(struct dockerfile *file, struct dockerfile_instruction *instruction,
                             struct armor_slice line, size_t at, struct armor_error *err);

/* `--name=value` and `--name`, quotes and escapes taken away; *RET_AT is where the arguments begin. */
ARMOR_CHECKED int dockerfile_words_flags(struct dockerfile *file, struct dockerfile_instruction *instruction,
                                         struct armor_slice line, size_t at, size_t *ret_at);

dockerfile_words dockerfile_words_blanks;      /* cut at blanks */
dockerfile_words dockerfile_words_whole;       /* one word: all the rest */
dockerfile_words dockerfile_words_quoted;      /* cut at blanks outside quotes, which stay */
dockerfile_words dockerfile_words_pairs;       /* key=value ..., or key value */
dockerfile_words dockerfile_words_json;        /* a JSON array of strings, or all the rest */
dockerfile_words dockerfile_words_json_blanks; /* a JSON array of strings, or cut at blanks */
dockerfile_words dockerfile_words_health;      /* a word, then as json */

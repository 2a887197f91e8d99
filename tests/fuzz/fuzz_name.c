/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file's name, any bytes but NUL. Held: its pattern is literal and is of that name alone; as a rule it is one line, which the loader takes,
 * and the token in it says that pattern.
 */
#include "armor/glob.h"
#include "armor/limits.h"
#include "armor/match.h"

#include "fuzz.h"
#include "rule.h"

enum { NAME_MAX_BYTES = 300 };

/* The pattern that apparmor_parser reads from TOKEN: without quotes, `\ooo` as the byte. */
static void read_token(struct armor_slice token, struct armor_text *pattern)
{
    bool quoted = token.length >= 2 && token.bytes[0] == '"';
    size_t end = token.length - quoted;
    INVARIANT(!quoted || token.bytes[end] == '"');
    for (size_t i = quoted; i < end; i++) {
        const char *at = token.bytes + i;
        if (*at == '\\' && i + 3 < end && at[1] >= '0' && at[1] <= '3') {
            unsigned byte =
                (unsigned)(at[1] - '0') * 64 + (unsigned)(at[2] - '0') * 8 + (unsigned)(at[3] - '0');
            /* what means something in a pattern stays escaped there */
            armor_glob_escape(pattern, (struct armor_slice){(const char[]){(char)byte}, 1});
            i += 3;
        } else {
            INVARIANT(*at != '"' && (unsigned char)*at >= 0x20 && *at != 0x7f);
            armor_text_char(pattern, *at);
        }
    }
}

static void check_pattern(struct armor_slice name, const struct armor_text *pattern)
{
    struct armor_pattern *compiled = NULL;
    const struct armor_slice text = {pattern->bytes, pattern->length};
    INVARIANT(armor_pattern_new(text, &compiled, NULL) == 0);
    INVARIANT(armor_pattern_literal(compiled));
    INVARIANT(armor_slice_equal(armor_pattern_prefix(compiled), name));
    INVARIANT(armor_pattern_matches(compiled, name) == 1);
    armor_pattern_free(compiled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char bytes[NAME_MAX_BYTES + 1] = "/";
    struct armor_text pattern = ARMOR_TEXT_INIT((size_t)4 * NAME_MAX_BYTES);
    struct armor_text again = ARMOR_TEXT_INIT((size_t)8 * NAME_MAX_BYTES);
    struct armor_text line = ARMOR_TEXT_INIT((size_t)8 * NAME_MAX_BYTES);
    size_t length = size < NAME_MAX_BYTES ? size : NAME_MAX_BYTES - 1;
    if (length == 0 || memchr(data, '\0', length)) {
        return 0;
    }
    memcpy(bytes + 1, data, length);
    const struct armor_slice name = {bytes, length + 1};
    armor_glob_escape(&pattern, name);
    check_pattern(name, &pattern);
    INVARIANT(armor_glob_plain(name) ==
              armor_slice_equal(name, (struct armor_slice){pattern.bytes, pattern.length}));

    armor_glob_token(&line, pattern.bytes);
    read_token((struct armor_slice){line.bytes, line.length}, &again);
    check_pattern(name, &again);
    armor_text_string(&line, " rwk,");
    INVARIANT(line.error == 0 && !memchr(line.bytes, '\n', line.length));
    INVARIANT(loader_rule_check((struct armor_slice){line.bytes, line.length}, 1, "armord-web", NULL) == 0);
    armor_text_done(&pattern);
    armor_text_done(&again);
    armor_text_done(&line);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two patterns and a name, by newlines. Held: a name has its pattern's prefix; a pattern covers itself; a name of a pattern is of
 * each pattern that covers it; two patterns of one name meet; what is refused has its place.
 */
#include "armor/limits.h"
#include "armor/match.h"

#include "fuzz.h"

#include <errno.h>

static struct armor_pattern *pattern_of(struct armor_slice text)
{
    struct armor_pattern *pattern = NULL;
    struct armor_error err = {0};
    int code = armor_pattern_new(text, &pattern, &err);
    INVARIANT((code == 0) == (pattern != NULL));
    INVARIANT(code != -EBADMSG || (err.column >= 1 && err.column <= text.length + 1));
    return pattern;
}

static struct armor_slice cut(struct armor_slice *rest)
{
    const char *newline = rest->length ? memchr(rest->bytes, '\n', rest->length) : NULL;
    struct armor_slice line = {rest->bytes, newline ? (size_t)(newline - rest->bytes) : rest->length};
    size_t used = line.length + (newline != NULL);
    *rest = (struct armor_slice){rest->bytes + used, rest->length - used};
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice name = {(const char *)data, size};
    struct armor_pattern *wide = pattern_of(cut(&name));
    struct armor_pattern *narrow = pattern_of(cut(&name));
    if (wide && narrow && (!name.length || !memchr(name.bytes, '\0', name.length))) {
        int in_wide = armor_pattern_matches(wide, name);
        int in_narrow = armor_pattern_matches(narrow, name);
        int covers = armor_pattern_covers(wide, narrow);
        int covers_itself = armor_pattern_covers(narrow, narrow);
        INVARIANT(in_wide == 0 || in_wide == 1);
        INVARIANT(in_narrow != 1 || armor_slice_starts(name, armor_pattern_prefix(narrow)));
        INVARIANT(covers == 0 || covers == 1 || covers == -E2BIG);
        INVARIANT(covers_itself == 1 || covers_itself == -E2BIG);
        INVARIANT(covers != 1 || !in_narrow || in_wide);
        int meets = armor_pattern_meets(wide, narrow);
        INVARIANT(meets == 0 || meets == 1 || meets == -E2BIG);
        INVARIANT(meets == armor_pattern_meets(narrow, wide));
        INVARIANT(meets != 0 || !(in_wide && in_narrow));
    }
    armor_pattern_free(wide);
    armor_pattern_free(narrow);
    return 0;
}

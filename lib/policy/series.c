/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Series: names that differ in their numbers alone. See series.h. */
#include "series.h"

bool series_next_digits(const char *pattern, size_t *at, struct armor_slice *ret_run)
{
    for (; pattern[*at]; ++*at) {
        if (pattern[*at] == '[') {
            const char *end = strchr(pattern + *at, ']');
            *at = end ? (size_t)(end - pattern) : *at;
            *at += end && end[1] == '*';
        } else if (armor_is_digit(pattern[*at])) {
            size_t length = strspn(pattern + *at, "0123456789");
            *ret_run = (struct armor_slice){pattern + *at, length};
            *at += length;
            return true;
        }
    }
    return false;
}

void series_shape(const char *name, uint32_t vary, uint32_t fixed, struct armor_text *pattern)
{
    size_t at = 0;
    size_t done = 0;
    struct armor_slice run;
    pattern->length = 0;
    pattern->error = 0;
    for (uint32_t bit = 1; bit && series_next_digits(name, &at, &run); bit <<= 1) {
        size_t begin = (size_t)(run.bytes - name);
        armor_text_slice(pattern, (struct armor_slice){name + done, begin - done});
        if (!(vary & bit)) {
            armor_text_slice(pattern, run);
        } else if (fixed & bit) {
            for (size_t i = 0; i < run.length; i++) {
                armor_text_string(pattern, "[0-9]");
            }
        } else {
            armor_text_string(pattern, "[0-9]*"); /* a digit and what follows: numbers grow */
        }
        done = at;
    }
    armor_text_string(pattern, name + done);
}

unsigned series_skeleton(const char *name, struct armor_text *text)
{
    unsigned runs = 0;
    size_t at = 0;
    size_t done = 0;
    struct armor_slice run;
    text->length = 0;
    text->error = 0;
    while (series_next_digits(name, &at, &run)) {
        armor_text_slice(text, (struct armor_slice){name + done, (size_t)(run.bytes - name) - done});
        armor_text_char(text, '\1');
        done = at;
        runs++;
    }
    armor_text_string(text, name + done);
    return runs;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* matched_pairs: for each line of standard input, a pattern and a name with a tab between, `1` if the name is of the pattern, else `0`. */
#include "armor/limits.h"
#include "armor/match.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    for (ssize_t length = 0; (length = getline(&line, &size, stdin)) > 0;) {
        char *tab = memchr(line, '\t', (size_t)length);
        struct armor_pattern *pattern = NULL;
        struct armor_error err = {0};
        if (!tab || line[length - 1] != '\n' ||
            armor_pattern_new((struct armor_slice){line, (size_t)(tab - line)}, &pattern, &err) < 0) {
            (void)fprintf(stderr, "%s%s\n", line, err.text);
            free(line);
            return EXIT_FAILURE;
        }
        struct armor_slice name = {tab + 1, (size_t)(line + length - 1 - (tab + 1))};
        int matches = armor_pattern_matches(pattern, name);
        armor_pattern_free(pattern);
        if (matches < 0) {
            free(line);
            return EXIT_FAILURE;
        }
        (void)puts(matches ? "1" : "0");
    }
    free(line);
    return EXIT_SUCCESS;
}

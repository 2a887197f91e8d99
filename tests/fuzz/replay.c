/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_NOUN DIRECTORY: each file of it through the fuzz target, once. */
#include "fuzz.h"

#include <glob.h>
#include <stdio.h>

enum { INPUT_MAX = 256 * 1024 };

int main(int argc, char **argv)
{
    static uint8_t bytes[INPUT_MAX];
    char pattern[4096];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/*", argc == 2 ? argv[1] : "");
    if (argc != 2 || glob(pattern, 0, NULL, &found) != 0) {
        (void)fprintf(stderr, "usage: %s DIRECTORY-OF-SEEDS\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "rbe");
        if (!file) {
            (void)fprintf(stderr, "%s can't be opened\n", found.gl_pathv[i]);
            return EXIT_FAILURE;
        }
        size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        (void)LLVMFuzzerTestOneInput(bytes, size);
    }
    (void)printf("%zu seeds\n", found.gl_pathc);
    globfree(&found);
    return EXIT_SUCCESS;
}
